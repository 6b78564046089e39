"""Asking a queue: the agent waits in it for a colleague, the customer waits on hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.model import Call
from openseat.core.cell import Cell
from openseat.core.config import Strategy, Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.core.identity import CountingIds
from openseat.core.kpi import Fold, Today
from openseat.testing.cells import World, config, world

OTHER_QUEUE = Target(kind=TargetKind.QUEUE, id="q-b")
ASK = i.Consult(agent_id="ag1001", target=OTHER_QUEUE)


def the_call(w: World) -> Call:
    return next(iter(w.cell.state.calls.values()))


def state_of(w: World, agent_id: str = "ag1001") -> S:
    return w.cell.state.agents[agent_id].state


def seeking(**queue_b: Any) -> tuple[World, str]:
    """1001 talks with a customer of queue A and asks queue B, where nobody is free."""
    made = config()
    queues = {**made.queues, "q-b": replace(made.queues["q-b"], music="jazz", **queue_b)}
    w = World(Cell(replace(made, queues=queues), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    own = w.pick_up()
    w.do(ASK, after=10_000)
    return w, own


def asked() -> tuple[World, str, str]:
    """As above; 1003 of queue B has come and answered."""
    w, own = seeking()
    w.wait(4_000)
    w.sign_in("ag1003")
    return w, own, w.pick_up()


def test_agent_and_customer_hear_music_while_nobody_is_free():
    w, own = seeking()
    assert w.asked(fx.StartMusic)[-2:] == [
        fx.StartMusic(leg_id="cust"),
        fx.StartMusic(leg_id=own, music="jazz"),
    ]
    assert state_of(w) is S.CONSULTING
    call = the_call(w)
    assert {leg.bridge_id for leg in call.legs.values()} == {""}
    for command in (i.CompleteTransfer, i.Conference, i.Swap):
        with pytest.raises(CoreError, match=r"call\.consult_not_answered"):
            w.do(command(agent_id="ag1001"))
    with pytest.raises(CoreError, match=r"call\.consulting"):
        w.do(ASK)
    assert w.same_after_replay()


def test_the_next_agent_of_the_queue_is_offered_the_call_and_asked():
    w, own, other = asked()
    (offer,) = [o for o in w.events(e.OfferMade) if o.queue_id == "q-b"]
    assert (offer.agent_id, offer.leg_id) == ("ag1003", other)
    (taken,) = w.events(e.ConsultTaken)
    assert (taken.queue_id, taken.leg_id, taken.wait_ms) == ("q-b", other, 6_000)
    assert fx.StopMusic(leg_id=own) in w.effects
    assert w.last(fx.Bridge).legs == (own, other)
    assert w.cell.state.agents["ag1003"].call_id == the_call(w).call_id
    assert w.same_after_replay()


def test_a_consultation_is_no_customer_of_the_queue_it_asks():
    w, _, _ = asked()
    w.do(i.CompleteTransfer(agent_id="ag1001"), after=3_000)
    w.do(i.LegEnded(leg_id="cust", cause=16), after=9_000)
    fold, today = Fold(), Today({"p-a": "Asia/Shanghai", "p-b": "Asia/Shanghai"})
    for fact in w.facts:
        fold.apply(fact, today)
    asking, answering = today.queue("q-a", w.now), today.queue("q-b", w.now)
    assert (asking.offered, asking.answered) == (1, 1)
    assert (answering.offered, answering.answered, answering.abandoned) == (0, 0, 0)
    first, second = w.events(e.SegmentEnded)
    assert (first.agent_id, first.queue_id, first.hold_ms) == ("ag1001", "q-a", 9_000)
    assert (second.agent_id, second.queue_id, second.talk_ms) == ("ag1003", "q-b", 9_000)
    assert answering.talk_ms == 9_000


def test_swap_return_and_conference_go_on_as_with_a_colleague_by_name():
    w, own, other = asked()
    w.do(i.Swap(agent_id="ag1001"))
    assert w.last(fx.Bridge).legs == ("cust", own)
    w.do(i.Swap(agent_id="ag1001"))
    assert w.last(fx.Bridge).legs == (own, other)
    w.do(i.ReturnToCustomer(agent_id="ag1001"))
    assert (state_of(w), state_of(w, "ag1003")) == (S.TALKING, S.IDLE)
    w.do(ASK)
    third = w.pick_up()
    w.do(i.Conference(agent_id="ag1001"))
    assert set(the_call(w).legs) == {"cust", own, third}
    assert {state_of(w, a) for a in ("ag1001", "ag1003")} == {S.CONFERENCING}
    assert w.events(e.SegmentStarted)[-1].queue_id == "q-b"
    assert w.same_after_replay()


def test_who_refuses_is_passed_over_for_the_next():
    w, own = seeking()
    w.sign_in("ag1003")
    refused = w.last(fx.Originate).leg_id
    w.do(i.LegRinging(leg_id=refused))
    w.sign_in("ag1002")
    w.do(i.RefuseOffer(agent_id="ag1003"))
    w.do(i.LegEnded(leg_id=refused, cause=21))
    assert w.last(fx.Originate).agent_id == "ag1002"
    other = w.pick_up()
    assert w.last(fx.Bridge).legs == (own, other)


def test_the_agent_who_returns_lets_the_ringing_colleague_go():
    w, own = seeking()
    w.sign_in("ag1003")
    assert state_of(w, "ag1003") is S.RESERVED
    w.do(i.ReturnToCustomer(agent_id="ag1001"))
    assert (state_of(w), state_of(w, "ag1003")) == (S.TALKING, S.IDLE)
    assert fx.StopMusic(leg_id=own) in w.effects
    assert w.last(fx.Bridge).legs == ("cust", own)
    assert [c.outcome for c in w.events(e.ConsultEnded)] == ["returned"]
    w.sign_in("ag1002")
    assert state_of(w, "ag1002") is S.IDLE
    assert w.same_after_replay()


@pytest.mark.parametrize("rings", [False, True])
def test_a_customer_who_goes_leaves_nothing_waiting(rings):
    w, _ = seeking()
    if rings:
        w.sign_in("ag1003")
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert state_of(w) is S.AFTER_CALL_WORK
    w.sign_in("ag1002")
    assert state_of(w, "ag1002") is S.IDLE
    if rings:
        assert state_of(w, "ag1003") is S.IDLE
    assert [c.outcome for c in w.events(e.ConsultEnded)] == ["left"]
    assert w.events(e.CallEnded)


@pytest.mark.parametrize("outcome", ["timeout", "unstaffed"])
def test_a_queue_that_gives_up_brings_the_agent_back_to_the_customer(outcome):
    w, own = seeking(max_wait_ms=30_000) if outcome == "timeout" else unstaffed()
    w.wait(30_000)
    assert [c.outcome for c in w.events(e.ConsultEnded)] == [outcome]
    assert state_of(w) is S.TALKING
    assert w.last(fx.Bridge).legs == ("cust", own)
    assert not w.asked(fx.StartRecording)[1:]
    assert w.same_after_replay()


def unstaffed() -> tuple[World, str]:
    """1001 serves queue A alone, and asks queue B, whose agents are not there."""
    made = config()
    aside = Target(kind=TargetKind.VOICEMAIL, id="box")
    queue = replace(made.queues["q-b"], overflow_when_unstaffed=True, overflow=aside)
    agent = replace(made.agents["ag1001"], queues=("q-a",))
    made = replace(
        made,
        queues={**made.queues, "q-b": queue},
        agents={**made.agents, "ag1001": agent},
    )
    w = World(Cell(made, CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    own = w.pick_up()
    w.do(ASK)
    return w, own


def test_a_phone_that_goes_while_its_agent_waits_leaves_the_customer_the_place():
    w, own = seeking()
    w.wait(7_000)
    w.sign_in("ag1003")
    w.do(i.LegEnded(leg_id=own, cause=16))
    assert [t.consulted for t in w.events(e.TransferMade)] == [False]
    entered = w.events(e.QueueEntered)[-1]
    assert (entered.queue_id, entered.credit_ms) == ("q-b", 7_000)
    assert w.last(fx.StartMusic) == fx.StartMusic(leg_id="cust", music="jazz")
    other = w.pick_up()
    assert w.last(fx.Bridge).legs == ("cust", other)
    assert len(w.asked(fx.Originate)) == 2
    assert w.events(e.SegmentStarted)[-1].queue_id == "q-b"
    assert w.same_after_replay()


def test_a_host_who_goes_while_seeking_leaves_a_conference_as_it_is():
    w, own, other = asked()
    w.do(i.Conference(agent_id="ag1001"))
    w.do(ASK)
    assert the_call(w).legs["cust"].bridge_id
    w.do(i.LegEnded(leg_id=own, cause=16))
    assert set(the_call(w).legs) == {"cust", other}
    assert not w.events(e.TransferMade)
    assert the_call(w).consult is None
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert w.same_after_replay()


def test_a_page_that_is_reloaded_hears_music_again_and_then_the_colleague():
    w, own = seeking()
    w.do(i.ReconnectPhone(agent_id="ag1001"))
    new = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=new))
    assert w.last(fx.StartMusic) == fx.StartMusic(leg_id=new, music="jazz")
    assert fx.Hangup(leg_id=own) in w.effects
    w.sign_in("ag1003")
    other = w.pick_up()
    assert w.last(fx.Bridge).legs == (new, other)
    assert w.same_after_replay()


@pytest.mark.parametrize("rings", [False, True])
def test_a_floor_that_begins_anew_goes_on_looking(rings):
    w, own = seeking()
    if rings:
        w.sign_in("ag1003")
    again = World(Cell(w.cell.config, CountingIds("2"), state=w.cell.state), now=w.now)
    live = [
        i.LiveLeg(leg_id=leg.leg_id, up=leg.leg_id in {"cust", own})
        for leg in the_call(w).legs.values()
    ]
    again.do(i.SwitchRestored(live=tuple(live)))
    assert again.last(fx.StartMusic) == fx.StartMusic(leg_id=own, music="jazz")
    if rings:
        again.do(i.RefuseOffer(agent_id="ag1003"))
    again.sign_in("ag1002")
    other = again.pick_up()
    assert again.last(fx.Bridge).legs == (own, other)


def test_all_who_ring_fall_silent_when_one_has_answered():
    made = config()
    queue = replace(made.queues["q-b"], strategy=Strategy.RING_ALL)
    w = World(Cell(replace(made, queues={**made.queues, "q-b": queue}), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    own = w.pick_up()
    w.sign_in("ag1002", "ag1003")
    w.do(ASK)
    one, two = (o.leg_id for o in w.asked(fx.Originate)[-2:])
    w.do(i.LegAnswered(leg_id=one))
    assert w.last(fx.Bridge).legs == (own, one)
    assert fx.Hangup(leg_id=two, cause=26) in w.effects
    assert w.same_after_replay()


def test_a_queue_that_is_not_there_cannot_be_asked():
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    with pytest.raises(CoreError, match=r"target\.unknown"):
        w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.QUEUE, id="none")))
