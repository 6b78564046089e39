"""Whatever happens in whatever order: nobody is lost, nothing is counted twice, time adds up."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core.config import CellConfig, FlowConfig, NumberConfig, Strategy, TrunkConfig
from openseat.testing.cells import config, flow
from openseat.testing.random_floor import RandomFloor

STEPS = 120


def busy_config() -> CellConfig:
    """Two clients: one announces; one has ring-all, overflow, keys, voicemail and greets."""
    plain = config(
        announce_first_ms=5_000,
        announce_every_ms=20_000,
        announce_position=True,
        announce_wait=True,
    )
    ivr = flow(
        {
            "id": "wait",
            "kind": "queue",
            "queue": "q-b",
            "overflowed": "mail",
            "keys": {"0": "mail"},
            "timeout_ms": 60_000,
            "served": "out",
        },
        {"id": "mail", "kind": "voicemail", "box": "vm", "next": "end"},
        {"id": "out", "kind": "transfer", "to": "outside", "target": "+861", "failed": "end"},
        {"id": "end", "kind": "hang_up"},
        start="wait",
    )
    number = NumberConfig(
        number_id="n-b", e164="+8621000002", flow_id="f-b", client_id="b", project_id="p-b"
    )
    queue = replace(
        plain.queues["q-b"], max_wait_ms=90_000, max_length=4, strategy=Strategy.RING_ALL
    )
    greeting = replace(plain.projects["p-b"], announce_agent=True, auto_answer=True)
    return replace(
        plain,
        projects={**plain.projects, "p-b": greeting},
        numbers={**plain.numbers, number.e164: number},
        queues={**plain.queues, "q-b": queue},
        trunks={
            "t1": TrunkConfig(trunk_id="t1", capacity=8),
            "t2": TrunkConfig(trunk_id="t2", cost=1, capacity=3),
        },
        flows={**plain.flows, "f-b": FlowConfig(flow_id="f-b", version=1, definition=ivr)},
    )


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_any_history_leaves_a_clean_floor_and_a_journal_that_tells_the_same(seed: int) -> None:
    floor = RandomFloor(busy_config(), random.Random(seed))
    for _ in range(STEPS):
        floor.step()
        floor.check()
    floor.close()
