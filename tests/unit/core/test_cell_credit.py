"""Customers who are sent on: which queue an agent's part counts for, and who gets them next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.model import Call
from openseat.core.cell import Cell
from openseat.core.config import Target, TargetKind
from openseat.core.events import AgentState as S
from openseat.core.identity import CountingIds
from openseat.core.kpi import Fold, Today
from openseat.testing.cells import World, config, world

OWN_QUEUE = Target(kind=TargetKind.QUEUE, id="q-a")
OTHER_QUEUE = Target(kind=TargetKind.QUEUE, id="q-b")


def colleague(agent_id: str) -> Target:
    return Target(kind=TargetKind.AGENT, id=agent_id)


def talking(*agents: str, **queue: Any) -> tuple[World, str]:
    """A customer of queue A talks with agent 1001; others sign in after that."""
    w = world(**queue)
    w.sign_in("ag1001")
    w.call_in()
    own = w.pick_up()
    w.sign_in(*agents)
    return w, own


def the_call(w: World) -> Call:
    (call,) = w.cell.state.calls.values()
    return call


def state_of(w: World, agent_id: str) -> S:
    return w.cell.state.agents[agent_id].state


# -- the queue that is credited --------------------------------------------------------


def test_a_colleague_who_gets_a_customer_unannounced_works_for_the_same_queue():
    w, _ = talking("ag1002", after_call_work_limit_ms=45_000)
    w.do(i.Transfer(agent_id="ag1001", target=colleague("ag1002")), after=10_000)
    w.pick_up()
    started = w.events(e.SegmentStarted)[-1]
    assert (started.agent_id, started.via, started.queue_id) == ("ag1002", e.Via.TRANSFER, "q-a")
    w.do(i.LegEnded(leg_id="cust", cause=16), after=20_000)
    ended = w.events(e.SegmentEnded)[-1]
    assert (ended.agent_id, ended.queue_id, ended.talk_ms) == ("ag1002", "q-a", 20_000)
    assert w.cell.state.agents["ag1002"].after_call_work_until == w.now + 45_000
    fold, today = Fold(), Today({"p-a": "Asia/Shanghai", "p-b": "Asia/Shanghai"})
    for fact in w.facts:
        fold.apply(fact, today)
    queue = today.queue("q-a", w.now)
    assert (queue.offered, queue.answered, queue.handled) == (1, 1, 2)
    assert queue.talk_ms == 30_000
    assert w.same_after_replay()


def test_a_queue_that_is_not_recorded_stays_so_after_a_transfer():
    w, _ = talking("ag1002", record_percent=0)
    w.do(i.Transfer(agent_id="ag1001", target=colleague("ag1002")))
    w.pick_up()
    assert not w.asked(fx.StartRecording)


def test_a_colleague_who_still_rings_when_the_asking_phone_goes_works_for_the_same_queue():
    w, own = talking("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=colleague("ag1002")))
    w.do(i.LegEnded(leg_id=own, cause=16))
    w.pick_up()
    assert w.events(e.SegmentStarted)[-1].queue_id == "q-a"


def test_a_queue_that_gave_the_customer_up_is_not_credited():
    made = config()
    agents = {name: replace(one, queues=("q-a",)) for name, one in made.agents.items()}
    aside = replace(made.queues["q-b"], max_wait_ms=10_000, overflow=colleague("ag1002"))
    queues = {**made.queues, "q-b": aside}
    w = World(Cell(replace(made, queues=queues, agents=agents), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    w.sign_in("ag1002")
    w.do(i.Transfer(agent_id="ag1001", target=OTHER_QUEUE))
    w.wait(10_000)
    w.pick_up()
    started = w.events(e.SegmentStarted)[-1]
    assert (started.agent_id, started.queue_id) == ("ag1002", "q-a")


def test_a_call_that_no_agent_had_counts_for_no_queue():
    w = world(max_wait_ms=10_000, overflow=colleague("ag1003"))
    w.sign_in("ag1003")
    w.call_in()
    w.wait(10_000)
    w.pick_up()
    (started,) = w.events(e.SegmentStarted)
    assert (started.agent_id, started.via, started.queue_id) == ("ag1003", e.Via.DIRECT, "")


# -- who gets the customer next --------------------------------------------------------


def sent_on(*others: str, **queue: Any) -> World:
    """1001, who is idle at once after a call, sent a customer to the queue they serve."""
    w, _ = talking(*others, after_call_work_limit_ms=0, **queue)
    for other in others:
        w.do(i.SetBusy(agent_id=other, reason="break"))
    w.do(i.Transfer(agent_id="ag1001", target=OWN_QUEUE))
    assert state_of(w, "ag1001") in {S.IDLE, S.RESERVED}
    return w


@pytest.mark.parametrize("prefer", [False, True])
def test_who_sent_a_customer_to_a_queue_is_not_offered_them_again(prefer: bool):
    w = sent_on("ag1002", prefer_last_agent=prefer)
    assert len(w.events(e.OfferMade)) == 1
    assert w.events(e.QueueEntered)[-1].preferred_agent_id == ""
    w.wait(120_000)
    assert len(w.events(e.OfferMade)) == 1
    w.do(i.SetIdle(agent_id="ag1002"))
    assert w.events(e.OfferMade)[-1].agent_id == "ag1002"
    assert w.same_after_replay()


def test_they_take_the_next_customer_meanwhile():
    w = sent_on("ag1002")
    first = the_call(w).call_id
    w.call_in("next", caller="+8613922223333")
    assert w.events(e.OfferMade)[-1].agent_id == "ag1001"
    assert w.cell.state.agents["ag1001"].call_id != first


def test_where_nobody_else_is_there_they_are():
    w = sent_on()
    assert w.events(e.OfferMade)[-1].agent_id == "ag1001"
    assert len(w.events(e.OfferMade)) == 2


def test_when_the_last_other_leaves_it_is_theirs():
    w = sent_on("ag1002")
    w.do(i.SignOut(agent_id="ag1002"))
    assert [o.agent_id for o in w.events(e.OfferMade)] == ["ag1001", "ag1001"]
    assert w.same_after_replay()


def test_an_agent_of_another_queue_is_nobody_to_wait_for():
    w = sent_on("ag1003")
    assert len(w.events(e.OfferMade)) == 2


def test_a_floor_that_takes_over_knows_it_still():
    w = sent_on("ag1002")
    w.cell = Cell(w.cell.config, CountingIds("2"), state=w.cell.state)
    w.wait(1_000)
    assert len(w.events(e.OfferMade)) == 1
    w.do(i.SetIdle(agent_id="ag1002"))
    assert w.events(e.OfferMade)[-1].agent_id == "ag1002"


def test_once_somebody_has_served_them_it_is_over():
    w = sent_on("ag1002")
    w.do(i.SetIdle(agent_id="ag1002"))
    w.pick_up()
    assert the_call(w).sent_by == ""
    w.do(i.Transfer(agent_id="ag1002", target=OWN_QUEUE))
    assert w.events(e.OfferMade)[-1].agent_id == "ag1001"


def test_the_customer_of_an_agent_who_went_while_asking_a_queue_is_not_offered_to_them():
    w, own = talking("ag1002", after_call_work_limit_ms=0)
    w.do(i.SetBusy(agent_id="ag1002", reason="break"))
    w.do(i.Consult(agent_id="ag1001", target=OWN_QUEUE))
    w.do(i.LegEnded(leg_id=own, cause=16))
    assert state_of(w, "ag1001") is S.IDLE
    assert len(w.events(e.OfferMade)) == 1
    w.do(i.SetIdle(agent_id="ag1002"))
    assert w.events(e.OfferMade)[-1].agent_id == "ag1002"
