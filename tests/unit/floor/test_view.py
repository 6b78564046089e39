"""The live rows: an old snapshot and the deltas since are the new snapshot."""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core import inputs as i
from openseat.core.cell import Cell
from openseat.core.identity import CountingIds
from openseat.core.telephone import telephone
from openseat.floor import checkpoint
from openseat.floor.view import TABLES, View
from openseat.testing.cells import World, config, world
from openseat.testing.random_floor import RandomFloor


def wire(frame: Any) -> Any:
    """A frame as listeners get it."""
    return msgspec.json.decode(msgspec.json.encode(frame))


def patch(snapshot: dict[str, Any], delta: dict[str, Any]) -> None:
    """What a listener does with a delta."""
    assert delta["no"] == snapshot["no"] + 1
    for table in TABLES:
        snapshot[table].update(delta["set"].get(table, {}))
        for gone in delta["gone"].get(table, []):
            del snapshot[table][gone]
    snapshot.update(no=delta["no"], at=delta["at"], cell=delta["cell"])


def take_in(view: View, facts: list) -> None:
    for fact in facts:
        view.count(fact)
        view.touch(fact)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_stale_snapshot_and_its_deltas_equal_a_fresh_one(seed: int) -> None:
    floor = RandomFloor(config(), random.Random(seed))
    view = View(floor.cell)
    view.delta(floor.now)
    held = copy.deepcopy(wire(view.snapshot(floor.now)))
    seen = 0
    for _ in range(60):
        before = floor.cell
        floor.step()
        if floor.cell is not before:
            return  # a restarted floor begins a new epoch with a snapshot of its own
        take_in(view, floor.facts[seen:])
        seen = len(floor.facts)
        if floor.rng.random() < 0.5 and (delta := view.delta(floor.now)) is not None:
            patch(held, wire(delta))
    if (delta := view.delta(floor.now)) is not None:
        patch(held, wire(delta))
    fresh = View(floor.cell)
    take_in(fresh, floor.facts)
    fresh.delta(floor.now)
    made_anew = wire(fresh.snapshot(floor.now))
    for table in TABLES:
        assert held[table] == made_anew[table]
    assert held["cell"] == made_anew["cell"]


def test_an_agents_row_names_the_queues_that_their_phone_answers_by_itself() -> None:
    made = config(auto_answer=True)
    w = World(Cell(made, CountingIds("1")))
    w.sign_in("ag1001", "ag1003")
    w.do(i.SignIn(agent_id="ag1002", endpoint=telephone("ag1002")))
    view = View(w.cell)
    view.delta(w.now)

    def named() -> dict[str, list[str]]:
        return {k: row["auto_answer"] for k, row in view.snapshot(w.now)["agents"].items()}

    assert named() == {"ag1001": ["q-a"], "ag1002": [], "ag1003": []}
    project = replace(made.projects["p-b"], auto_answer=True)
    seen = len(w.facts)
    w.do(i.Configure(config=replace(made, projects={**made.projects, "p-b": project})))
    w.do(i.ChangePhone(agent_id="ag1002", endpoint="phone-ag1002"))
    view.reconfigured()
    take_in(view, w.facts[seen:])
    view.delta(w.now)
    assert named() == {"ag1001": ["q-a", "q-b"], "ag1002": ["q-a", "q-b"], "ag1003": ["q-b"]}


def test_nothing_happened_is_no_delta() -> None:
    w = world()
    view = View(w.cell)
    assert view.delta(w.now) is not None
    assert not view.changed
    assert view.delta(w.now) is None
    assert view.snapshot(w.now)["no"] == 1


def test_a_queue_that_is_deleted_is_gone_from_the_rows() -> None:
    w = world()
    view = View(w.cell)
    view.delta(w.now)
    kept = {"q-b": w.cell.config.queues["q-b"]}
    w.do(i.Configure(config=replace(w.cell.config, version=2, queues=kept)))
    view.reconfigured()
    delta = view.delta(w.now)
    assert delta is not None
    assert delta["gone"]["queues"] == ["q-a"]


def test_memory_survives_a_checkpoint() -> None:
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    view = View(w.cell)
    take_in(view, w.facts)
    memory = checkpoint.Memory(state=w.cell.state, open=view.fold.open, today=view.today.save())
    read = checkpoint.decode(checkpoint.encode(memory))
    assert read is not None
    assert read.state == w.cell.state
    assert read.open == view.fold.open
    assert read.today == view.today.save()
    assert checkpoint.decode(b"\x93not a memory") is None
