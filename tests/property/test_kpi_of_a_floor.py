"""The identities of the figures hold on what the real cell writes, whatever happens."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core import events as e
from openseat.core.kpi import Calendar, Dimension, Fold, QuarterLedger, Tally, Today, Width, total
from openseat.testing.cells import config
from openseat.testing.random_floor import RandomFloor

STEPS = 100


def played(seed: int, *, closed: bool) -> RandomFloor:
    floor = RandomFloor(config(), random.Random(seed))
    for _ in range(STEPS):
        floor.step()
    if closed:
        floor.close()
    return floor


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), closed=st.booleans())
def test_figures_of_a_floor_add_up(seed: int, closed: bool) -> None:
    floor = played(seed, closed=closed)
    fold, ledger = Fold(), QuarterLedger()
    for fact in floor.facts:
        fold.apply(fact, ledger)
    fold.still_open(ledger, floor.now)
    whole = total(tally for _, _, tally in ledger)
    events = [fact.event for fact in floor.facts]

    assert set(fold.open.calls) == set(floor.cell.state.calls)
    assert whole.waiting == sum(len(call.entries) for call in fold.open.calls.values())
    assert whole.waiting == sum(call.entry is not None for call in floor.cell.state.calls.values())

    started = sum(isinstance(event, e.CallStarted) for event in events)
    assert whole.calls_in + whole.calls_out + whole.calls_internal == started
    ended = [event for event in events if isinstance(event, e.CallEnded)]
    assert whole.calls_ended == len(ended)
    assert whole.billable_ms == sum(event.billable_ms for event in ended)
    refused = sum(isinstance(event, e.CallRefused) for event in events)
    assert whole.calls_blocked + whole.calls_refused == refused

    segments = [event for event in events if isinstance(event, e.SegmentEnded)]
    assert whole.handled == len(segments)
    assert whole.talk_ms == sum(event.talk_ms for event in segments)
    assert whole.hold_ms == sum(event.hold_ms for event in segments)
    assert whole.after_call_work_ms <= whole.after_call_ms

    offers = sum(isinstance(event, e.OfferMade) for event in events)
    assert whole.offers == offers
    assert whole.offers_accepted + whole.offers_missed <= offers


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), width=st.sampled_from(list(Width)))
def test_states_of_every_agent_add_up_to_the_time_signed_in(seed: int, width: Width) -> None:
    floor = played(seed, closed=False)
    fold, ledger = Fold(), QuarterLedger()
    since: dict[str, int] = {}
    signed_in: dict[str, int] = {}
    for fact in floor.facts:
        fold.apply(fact, ledger)
        match fact.event:
            case e.AgentSignedIn(agent_id=agent_id):
                since[agent_id] = fact.at
            case e.AgentSignedOut(agent_id=agent_id, session_ms=session_ms):
                assert fact.at - since.pop(agent_id) == session_ms
                signed_in[agent_id] = signed_in.get(agent_id, 0) + session_ms
            case _:
                pass
    fold.still_open(ledger, floor.now)
    for agent_id, at in since.items():
        signed_in[agent_id] = signed_in.get(agent_id, 0) + floor.now - at
    found: dict[str, Tally] = {}
    calendar = Calendar("Asia/Shanghai", width)
    for (agent_id, interval), tally in ledger.sums(Dimension.AGENT, calendar).items():
        assert tally.signed_in_ms <= interval.end - interval.start
        found.setdefault(agent_id, Tally()).add(tally)
    assert {name: tally.signed_in_ms for name, tally in found.items() if tally.signed_in_ms} == {
        name: spent for name, spent in signed_in.items() if spent
    }


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_live_day_of_a_queue_is_historys(seed: int) -> None:
    floor = played(seed, closed=True)
    live, today, past, ledger = Fold(), Today({}), Fold(), QuarterLedger()
    for fact in floor.facts:
        live.apply(fact, today)
        past.apply(fact, ledger)
    calendar = Calendar("Asia/Shanghai", Width.DAY)
    last = calendar.interval(floor.now)
    for (queue_id, day), tally in ledger.sums(Dimension.QUEUE, calendar).items():
        if day == last:
            assert today.queue(queue_id, floor.now) == tally
