"""Agents at a telephone outside: asked by a key before they get anybody; and trunks that fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.cell.asking import AGAIN_MS, WAIT_MS
from openseat.core.config import Target, TargetKind, TrunkConfig
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.core.telephone import telephone
from openseat.testing.cells import World, world

NUMBER = "+8613910001001"


def offered() -> tuple[World, str]:
    """A customer is offered to an agent at a telephone outside; returns the leg that rings."""
    w = world()
    w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))
    w.call_in()
    ring = w.last(fx.Originate)
    assert (ring.number, ring.trunk_id, ring.agent_id) == (NUMBER, "t1", "")
    assert ring.caller_number == "+8621000001", "the project's number, not the customer's"
    w.do(i.LegRinging(leg_id=ring.leg_id))
    return w, ring.leg_id


def asked(w: World) -> tuple[World, str]:
    leg_id = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=leg_id))
    assert w.last(fx.Play).media[0] == "prompt:accept-call"
    assert not w.events(e.SegmentStarted), "a voicemail would have the customer now"
    return w, leg_id


def state_of(w: World) -> S:
    return w.cell.state.agents["ag1001"].state


def test_a_key_takes_the_call():
    w, leg_id = offered()
    asked(w)
    w.do(i.DigitPressed(leg_id=leg_id, digit="5"))
    assert state_of(w) is S.RINGING
    w.do(i.DigitPressed(leg_id=leg_id, digit="1"))
    assert state_of(w) is S.TALKING
    assert w.last(fx.StopPlay).leg_id == leg_id
    assert w.last(fx.Bridge).legs == ("cust", leg_id)
    w.wait(WAIT_MS * 2)
    assert state_of(w) is S.TALKING, "the key is not waited for any more"
    w.do(i.LegEnded(leg_id=leg_id, cause=16))
    leg = next(one for one in w.events(e.LegWasEnded) if one.leg_id == leg_id)
    assert leg.answered_ms == WAIT_MS * 2, "the carrier counts from the answer"
    assert w.same_after_replay()


def test_it_is_said_again_until_the_offer_is_over():
    w, leg_id = offered()
    asked(w)
    plays = len(w.asked(fx.Play))
    w.do(i.PlaybackEnded(leg_id=leg_id, playback_id=w.last(fx.Play).playback_id))
    assert len(w.asked(fx.Play)) == plays + 1
    w.wait(20_000)
    (over,) = w.events(e.OfferEnded)
    assert over.result is e.OfferResult.TIMED_OUT
    assert state_of(w) is S.BUSY
    assert w.last(fx.Hangup).leg_id == leg_id
    assert w.cell.state.calls, "the customer waits on"


def test_words_that_cannot_be_played_are_not_repeated_in_a_rush():
    w, leg_id = offered()
    asked(w)
    plays = len(w.asked(fx.Play))
    playback_id = w.last(fx.Play).playback_id
    w.do(i.PlaybackEnded(leg_id=leg_id, playback_id=playback_id, ok=False))
    assert len(w.asked(fx.Play)) == plays
    w.wait(AGAIN_MS)
    assert len(w.asked(fx.Play)) == plays + 1


def test_hanging_up_refuses():
    w, leg_id = offered()
    asked(w)
    w.do(i.LegEnded(leg_id=leg_id, cause=16))
    (over,) = w.events(e.OfferEnded)
    assert over.result is e.OfferResult.REFUSED
    assert state_of(w) is S.IDLE


@pytest.mark.parametrize(
    ("cause", "result"),
    [(17, e.OfferResult.REFUSED), (19, e.OfferResult.TIMED_OUT), (1, e.OfferResult.FAILED)],
)
def test_nobody_answers_the_telephone(cause: int, result: e.OfferResult):
    w, leg_id = offered()
    w.do(i.LegEnded(leg_id=leg_id, cause=cause))
    assert w.events(e.OfferEnded)[0].result is result


def test_the_customer_leaves_while_the_agent_is_asked():
    w, leg_id = offered()
    asked(w)
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert leg_id in {one.leg_id for one in w.asked(fx.Hangup)}
    w.wait(60_000)
    assert not w.cell.state.calls
    assert state_of(w) is S.IDLE


def test_a_floor_that_takes_over_asks_again():
    w, leg_id = offered()
    asked(w)
    live = (
        i.LiveLeg(leg_id="cust", up=True, trunk_id="t1"),
        i.LiveLeg(leg_id=leg_id, up=True, trunk_id="t1"),
    )
    plays = len(w.asked(fx.Play))
    w.do(i.SwitchRestored(live=live))
    assert len(w.asked(fx.Play)) == plays + 1
    w.do(i.DigitPressed(leg_id=leg_id, digit="1"))
    assert state_of(w) is S.TALKING


def test_an_own_call_waits_for_the_key_too():
    w = world()
    w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))
    w.do(i.DialOut(agent_id="ag1001", number="+8613333333333", project_id="p-a"))
    own = w.last(fx.Originate)
    assert own.number == NUMBER
    w.do(i.LegAnswered(leg_id=own.leg_id))
    assert w.last(fx.Play).media[0] == "prompt:accept-own"
    assert len(w.asked(fx.Originate)) == 1, "nobody is called yet"
    w.do(i.DigitPressed(leg_id=own.leg_id, digit="1"))
    assert w.last(fx.Originate).number == "+8613333333333"


def test_the_key_of_an_own_call_that_never_comes_ends_it():
    w = world()
    w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))
    w.do(i.DialOut(agent_id="ag1001", number="+8613333333333", project_id="p-a"))
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id))
    w.wait(WAIT_MS)
    assert not w.cell.state.calls
    assert state_of(w) is S.IDLE


def test_a_consulted_colleague_at_a_telephone_takes_it_by_the_key():
    w = world()
    w.sign_in("ag1002")
    w.call_in()
    w.pick_up()
    w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))
    target = Target(kind=TargetKind.AGENT, id="ag1001")
    w.do(i.Consult(agent_id="ag1002", target=target))
    leg_id = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=leg_id))
    assert state_of(w) is not S.TALKING
    w.do(i.DigitPressed(leg_id=leg_id, digit="1"))
    assert state_of(w) is S.TALKING


def test_the_phone_on_the_desk_says_nothing_of_an_agent_at_a_telephone():
    w = world()
    w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))
    w.do(i.EndpointChanged(agent_id="ag1001", reachable=False))
    assert w.cell.state.agents["ag1001"].reachable


def test_nobody_signs_in_at_a_telephone_they_have_not():
    w = world()
    agents = dict(w.cell.config.agents)
    agents["ag1001"] = replace(agents["ag1001"], telephone="")
    w.do(i.Configure(config=replace(w.cell.config, agents=agents)))
    with pytest.raises(CoreError, match=r"endpoint.none"):
        w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))


def test_changing_the_phone():
    w = world()
    w.sign_in("ag1001", "ag1002")
    w.do(i.ChangePhone(agent_id="ag1001", endpoint=telephone("ag1001")))
    assert w.events(e.AgentMoved) == [e.AgentMoved(agent_id="ag1001", endpoint=telephone("ag1001"))]
    with pytest.raises(CoreError, match=r"endpoint.taken"):
        w.do(i.ChangePhone(agent_id="ag1001", endpoint="phone-ag1002"))
    w.do(i.SignOut(agent_id="ag1002"))
    w.call_in()
    with pytest.raises(CoreError, match=r"agent.engaged"):
        w.do(i.ChangePhone(agent_id="ag1001", endpoint="phone-ag1001"))
    assert w.same_after_replay()


# -- trunks ------------------------------------------------------------------------


def several(**second: object) -> World:
    w = world()
    trunks = {
        "t1": TrunkConfig(trunk_id="t1", cost=1),
        "t2": replace(TrunkConfig(trunk_id="t2", cost=2), **second),
        "t3": TrunkConfig(trunk_id="t3", cost=3, prefixes=("+1",)),
    }
    w.do(i.Configure(config=replace(w.cell.config, trunks=trunks)))
    w.sign_in("ag1001")
    w.do(i.DialOut(agent_id="ag1001", number="+8613333333333", project_id="p-a"))
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id))
    assert w.last(fx.Originate).trunk_id == "t1"
    return w


def test_a_trunk_that_fails_is_followed_by_the_next():
    w = several()
    customer = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id=customer, cause=34))
    assert (w.last(fx.Originate).leg_id, w.last(fx.Originate).trunk_id) == (customer, "t2")
    assert w.events(e.LegRerouted) == [e.LegRerouted(leg_id=customer, trunk_id="t2", cause=34)]
    w.do(i.LegAnswered(leg_id=customer))
    assert state_of(w) is S.TALKING
    assert w.same_after_replay()


def test_after_the_last_trunk_the_call_is_over():
    w = several()
    customer = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id=customer, cause=34))
    w.do(i.LegEnded(leg_id=customer, cause=38))
    (ended,) = w.events(e.CallEnded)
    assert ended.cause == 38
    assert state_of(w) is S.IDLE


def test_a_party_who_refuses_is_not_called_by_another_trunk():
    w = several()
    w.do(i.LegEnded(leg_id=w.last(fx.Originate).leg_id, cause=17))
    assert not w.events(e.LegRerouted)
    assert w.events(e.CallEnded)


def test_a_full_trunk_is_passed_over_and_all_full_is_said():
    w = several(capacity=0)
    w.do(i.LegEnded(leg_id=w.last(fx.Originate).leg_id, cause=34))
    assert not w.events(e.LegRerouted), "the second has no room"
    full = {"t1": TrunkConfig(trunk_id="t1", capacity=1)}
    w.do(i.Configure(config=replace(w.cell.config, trunks=full)))
    w.do(i.SetIdle(agent_id="ag1001"))
    w.sign_in("ag1002")
    w.do(i.DialOut(agent_id="ag1001", number="+8613333333333", project_id="p-a"))
    with pytest.raises(CoreError, match=r"trunk.full"):
        w.do(i.DialOut(agent_id="ag1002", number="+8613333333334", project_id="p-a"))


def test_a_restart_of_the_floor_calls_nobody_by_another_trunk():
    w = several()
    own = next(iter(w.cell.state.calls.values()))
    agent_leg = next(leg for leg in own.legs if leg != own.customer_leg_id)
    w.do(i.SwitchRestored(live=(i.LiveLeg(leg_id=agent_leg, up=True),)))
    assert not w.events(e.LegRerouted)


# -- the number shown --------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "project_id", "shown"),
    [
        ("", "p-a", "+8621000001"),
        ("+8621777777", "p-a", "+8621777777"),
        ("+8621000001", "p-a", "+8621000001"),
        # The number is client A's: nobody of client B is called from it.
        ("+8621000001", "p-b", ""),
    ],
)
def test_an_agent_shows_a_number_of_their_own_but_never_another_clients(
    own: str, project_id: str, shown: str
):
    w = world()
    agents = dict(w.cell.config.agents)
    agents["ag1001"] = replace(agents["ag1001"], caller_number=own)
    w.do(i.Configure(config=replace(w.cell.config, agents=agents)))
    w.sign_in("ag1001")
    w.do(i.DialOut(agent_id="ag1001", number="+8613333333333", project_id=project_id))
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id))
    assert w.last(fx.Originate).caller_number == shown
    assert w.events(e.CallStarted)[-1].caller == shown
