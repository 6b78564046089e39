"""Supervisors at calls: listening, whispering, barging in, taking over, and how each ends."""

from __future__ import annotations

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.core.events import SupervisionMode as M
from openseat.testing.cells import World, world

BOSS, AGENT, COLLEAGUE = "ag1003", "ag1001", "ag1002"


def supervise(mode: M = M.LISTEN, agent_id: str = AGENT, groups=("g1",)) -> i.Supervise:
    return i.Supervise(
        supervisor_id=BOSS, agent_id=agent_id, mode=mode, by="user-1", group_ids=groups
    )


def talking(*more: str) -> tuple[World, str]:
    """A customer talks with the agent, a supervisor is idle; returns the agent's leg."""
    w = world()
    w.sign_in(AGENT)
    w.call_in()
    leg = w.pick_up()
    w.sign_in(BOSS, *more)
    return w, leg


def supervised(mode: M = M.LISTEN, *more: str) -> tuple[World, str, str]:
    """The supervisor's phone is answered; returns the agent's leg and the ear."""
    w, leg = talking(*more)
    w.do(supervise(mode))
    return w, leg, w.pick_up()


def state_of(w: World, agent_id: str) -> S:
    return w.cell.state.agents[agent_id].state


def the_call(w: World):
    (call,) = w.cell.state.calls.values()
    return call


def reasons(w: World) -> list[str]:
    return [ended.reason for ended in w.events(e.SupervisionEnded)]


def nothing_is_left(w: World) -> None:
    """The supervisor is free, no supervision is open, and the journal tells the same."""
    assert not w.cell.state.supervising
    assert all(not call.supervisions for call in w.cell.state.calls.values())
    assert state_of(w, BOSS) is S.IDLE
    assert w.same_after_replay()


def test_a_listener_is_rung_put_at_the_agents_leg_and_offered_nothing_meanwhile():
    w, leg = talking()
    w.do(supervise())
    assert w.last(fx.Originate).agent_id == BOSS
    assert not w.asked(fx.Overhear)
    ear = w.pick_up()
    heard = w.last(fx.Overhear)
    assert (heard.leg_id, heard.ear_id, heard.speaks) == (leg, ear, False)
    assert state_of(w, BOSS) is S.BUSY
    (started,) = w.events(e.SupervisionStarted)
    assert (started.supervisor_id, started.agent_id, started.by) == (BOSS, AGENT, "user-1")
    assert w.same_after_replay()
    with pytest.raises(CoreError, match=r"supervision\.running"):
        w.do(i.SetIdle(agent_id=BOSS))


def test_each_way_of_being_there_can_be_had_from_each_other():
    w, leg, ear = supervised(M.LISTEN)
    w.do(supervise(M.WHISPER))
    assert w.last(fx.Overhear).speaks
    w.do(supervise(M.BARGE))
    assert w.asked(fx.StopOverhearing)
    assert w.last(fx.Bridge) == fx.Bridge(bridge_id=the_call(w).talk_bridge_id, legs=(ear,))
    w.do(supervise(M.LISTEN))
    assert w.last(fx.Unbridge).legs == (ear,)
    assert w.effects[-1] == fx.Overhear(
        overhear_id=w.last(fx.Overhear).overhear_id, leg_id=leg, ear_id=ear, speaks=False
    )
    before = len(w.facts)
    w.do(supervise(M.LISTEN))
    assert len(w.facts) == before
    w.do(i.EndSupervision(supervisor_id=BOSS, by="user-1"))
    assert w.last(fx.Hangup).leg_id == ear
    assert reasons(w) == ["left"]
    nothing_is_left(w)
    assert state_of(w, AGENT) is S.TALKING


@pytest.mark.parametrize("before", [None, M.LISTEN, M.WHISPER, M.BARGE])
def test_after_an_intercept_the_supervisor_has_the_customer_and_the_agent_is_out(before):
    w, leg = talking()
    if before is not None:
        w.do(supervise(before))
        ear = w.pick_up()
        w.do(supervise(M.INTERCEPT))
    else:
        w.do(supervise(M.INTERCEPT))
        ear = w.pick_up()
    call = the_call(w)
    assert set(call.legs) == {"cust", ear}
    assert fx.Hangup(leg_id=leg) in w.effects
    (first, second) = w.events(e.SegmentStarted)
    assert (second.agent_id, second.via) == (BOSS, e.Via.INTERCEPT)
    assert second.queue_id == first.queue_id == "q-a"
    (ended,) = w.events(e.SegmentEnded)
    assert (ended.agent_id, ended.ended_by) == (AGENT, e.EndedBy.SUPERVISOR)
    assert w.last(fx.Bridge).legs == ("cust", ear)
    assert (state_of(w, BOSS), state_of(w, AGENT)) == (S.TALKING, S.AFTER_CALL_WORK)
    assert reasons(w) == ["taken_over"]
    assert not w.cell.state.supervising
    assert w.same_after_replay()
    w.do(i.HangUp(agent_id=BOSS))
    assert state_of(w, BOSS) is S.AFTER_CALL_WORK
    w.wait(60_000)
    nothing_is_left(w)
    assert not w.cell.state.calls


def test_a_held_customer_can_be_taken_over():
    w, _, ear = supervised()
    w.do(i.Hold(agent_id=AGENT))
    w.do(supervise(M.INTERCEPT), after=4_000)
    (ended,) = w.events(e.SegmentEnded)
    assert ended.hold_ms == 4_000
    assert w.last(fx.StopMusic).leg_id == "cust"
    assert w.last(fx.Bridge).legs == ("cust", ear)


def test_who_consults_is_listened_to_and_can_be_relieved():
    w, leg, _ = supervised(M.LISTEN, COLLEAGUE)
    target = Target(kind=TargetKind.AGENT, id=COLLEAGUE)
    w.do(i.Consult(agent_id=AGENT, target=target))
    w.pick_up()
    assert w.last(fx.Overhear).leg_id == leg
    assert not reasons(w)
    w.do(supervise(M.INTERCEPT))
    assert the_call(w).consult is None
    assert state_of(w, COLLEAGUE) is S.IDLE
    assert state_of(w, BOSS) is S.TALKING
    assert w.same_after_replay()


@pytest.mark.parametrize("mode", [M.LISTEN, M.WHISPER, M.BARGE])
def test_when_the_customer_hangs_up_the_supervisor_is_free_again(mode):
    w, _, ear = supervised(mode)
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert fx.Hangup(leg_id=ear) in w.effects
    assert reasons(w) == ["call_over"]
    w.do(i.LegEnded(leg_id=ear, cause=16))
    w.wait(10_000)
    nothing_is_left(w)
    assert not w.cell.state.calls


@pytest.mark.parametrize("mode", [M.LISTEN, M.WHISPER])
def test_when_the_agent_hangs_up_the_call_ends_as_ever(mode):
    w, leg, _ = supervised(mode)
    w.do(i.LegEnded(leg_id=leg, cause=16))
    assert reasons(w) == ["agent_left"]
    assert w.events(e.CallEnded)
    nothing_is_left(w)


@pytest.mark.parametrize("held", [False, True])
def test_who_has_barged_in_keeps_the_customer_whose_agent_hangs_up(held):
    w, leg, ear = supervised(M.BARGE)
    if held:
        w.do(i.Hold(agent_id=AGENT))
    w.do(i.LegEnded(leg_id=leg, cause=16))
    assert not w.events(e.CallEnded)
    assert state_of(w, BOSS) is S.TALKING
    assert the_call(w).segment_of(BOSS).leg_id == ear
    assert w.last(fx.Bridge).legs == ("cust", ear)
    w.do(i.LegEnded(leg_id=ear, cause=16))
    assert w.events(e.CallEnded)
    w.wait(60_000)
    nothing_is_left(w)


@pytest.mark.parametrize("mode", [M.LISTEN, M.BARGE])
def test_a_transfer_within_the_groups_takes_the_supervisor_along(mode):
    w, _, ear = supervised(mode, COLLEAGUE)
    w.do(i.Transfer(agent_id=AGENT, target=Target(kind=TargetKind.AGENT, id=COLLEAGUE)))
    assert not reasons(w)
    assert the_call(w).legs[ear].bridge_id == ""
    second = w.pick_up()
    (moved,) = w.events(e.SupervisionMoved)
    assert moved.agent_id == COLLEAGUE
    if mode is M.LISTEN:
        assert w.last(fx.Overhear).leg_id == second
    else:
        assert w.last(fx.Bridge).legs == (ear,)
        assert the_call(w).legs[ear].bridge_id == the_call(w).talk_bridge_id
    assert w.same_after_replay()


def test_an_attended_transfer_takes_the_supervisor_along_too():
    w, _, _ = supervised(M.WHISPER, COLLEAGUE)
    w.do(i.Consult(agent_id=AGENT, target=Target(kind=TargetKind.AGENT, id=COLLEAGUE)))
    second = w.pick_up()
    w.do(i.CompleteTransfer(agent_id=AGENT))
    assert w.last(fx.Overhear).leg_id == second
    assert w.last(fx.Overhear).speaks


def test_a_transfer_out_of_the_groups_ends_the_supervision():
    w, _ = talking(COLLEAGUE)
    w.do(supervise(groups=("other",)))
    w.pick_up()
    w.do(i.Transfer(agent_id=AGENT, target=Target(kind=TargetKind.AGENT, id=COLLEAGUE)))
    w.pick_up()
    assert reasons(w) == ["agent_left"]
    assert state_of(w, COLLEAGUE) is S.TALKING
    nothing_is_left(w)


@pytest.mark.parametrize(
    "target",
    [
        Target(kind=TargetKind.OUTSIDE, id="+8613333333333"),
        Target(kind=TargetKind.VOICEMAIL, id="box"),
        Target(kind=TargetKind.FLOW, id="f-a"),
    ],
)
def test_a_transfer_to_no_agent_ends_the_supervision(target):
    w, _, _ = supervised()
    w.do(i.Transfer(agent_id=AGENT, target=target))
    assert reasons(w) == ["agent_left"]
    assert state_of(w, BOSS) is S.IDLE


@pytest.mark.parametrize(
    ("cause", "reason"), [(17, "refused"), (21, "refused"), (19, "timed_out"), (20, "failed")]
)
def test_a_phone_that_does_not_answer_leaves_the_call_alone(cause, reason):
    w, _ = talking()
    w.do(supervise(M.INTERCEPT))
    w.do(i.LegEnded(leg_id=w.last(fx.Originate).leg_id, cause=cause))
    assert reasons(w) == [reason]
    nothing_is_left(w)
    assert state_of(w, AGENT) is S.TALKING


def test_an_agent_who_is_gone_before_the_phone_is_answered_is_not_taken_over():
    w, leg = talking()
    w.do(supervise(M.INTERCEPT))
    ear = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id=leg, cause=16))
    assert reasons(w) == ["agent_left"]
    assert fx.Hangup(leg_id=ear) in w.effects
    w.do(i.LegAnswered(leg_id=ear))
    nothing_is_left(w)


def test_an_ear_that_the_switch_cannot_place_is_taken_back():
    w, _, ear = supervised()
    w.do(i.EffectFailed(leg_id=ear, effect="Overhear", code="switch.refused"))
    assert reasons(w) == ["failed"]
    nothing_is_left(w)


def test_signing_the_supervisor_out_ends_the_supervision():
    w, _, ear = supervised()
    w.do(i.SignOut(agent_id=BOSS, by="user-2"))
    assert reasons(w) == ["signed_out"]
    assert fx.Hangup(leg_id=ear) in w.effects
    assert state_of(w, BOSS) is S.SIGNED_OUT
    assert w.same_after_replay()


@pytest.mark.parametrize("mode", [M.LISTEN, M.WHISPER])
def test_an_agent_whose_page_was_reloaded_is_heard_on_the_new_leg(mode):
    w, leg, ear = supervised(mode)
    w.do(i.ReconnectPhone(agent_id=AGENT))
    new = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=new))
    w.do(i.LegEnded(leg_id=leg, cause=16))
    heard = w.last(fx.Overhear)
    assert (heard.leg_id, heard.ear_id, heard.speaks) == (new, ear, mode is M.WHISPER)
    assert not reasons(w)
    assert w.same_after_replay()


def test_after_a_restart_of_the_floor_the_ear_hears_again():
    w, leg, ear = supervised(M.WHISPER)
    legs = [
        i.LiveLeg(leg_id=one, up=True, bridge_id="" if one == ear else the_call(w).talk_bridge_id)
        for one in ("cust", leg, ear)
    ]
    before = len(w.asked(fx.Overhear))
    w.do(i.SwitchRestored(live=tuple(legs)))
    assert w.asked(fx.Overhear)[before:] == [w.asked(fx.Overhear)[0]]
    w.do(i.SwitchRestored(live=tuple(legs[:2])))
    assert reasons(w) == ["left"]
    nothing_is_left(w)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (supervise(agent_id=BOSS), "supervision.own_call"),
        (supervise(agent_id=COLLEAGUE), "agent.no_call"),
        (supervise(agent_id="nobody"), "agent.unknown"),
        (i.EndSupervision(supervisor_id=BOSS, by="user-1"), "supervision.none"),
    ],
)
def test_what_cannot_be_is_refused(asked, code):
    w, _ = talking(COLLEAGUE)
    with pytest.raises(CoreError) as refused:
        w.do(asked)
    assert refused.value.code == code


def test_a_supervisor_with_a_call_or_without_a_phone_is_refused():
    w, _ = talking()
    w.do(i.EndpointChanged(agent_id=BOSS, reachable=False))
    with pytest.raises(CoreError, match=r"supervision\.phone_unreachable"):
        w.do(supervise())
    w.do(i.SignOut(agent_id=BOSS))
    with pytest.raises(CoreError, match=r"agent\.not_signed_in"):
        w.do(supervise())
    w.sign_in(COLLEAGUE)
    w.call_in("other", "+8613911113333")
    w.pick_up()
    asked = i.Supervise(supervisor_id=COLLEAGUE, agent_id=AGENT, mode=M.LISTEN, by="user-1")
    with pytest.raises(CoreError, match=r"supervision\.not_free"):
        w.do(asked)


def test_another_call_than_the_one_meant_is_left_alone():
    w, _ = talking()
    asked = i.Supervise(
        supervisor_id=BOSS, agent_id=AGENT, mode=M.LISTEN, by="user-1", call_id="call-over"
    )
    with pytest.raises(CoreError, match=r"agent\.no_call"):
        w.do(asked)


def test_only_one_conversation_at_a_time():
    w, _, _ = supervised()
    w.sign_in(COLLEAGUE)
    w.call_in("other", "+8613911113333")
    w.pick_up()
    with pytest.raises(CoreError, match=r"supervision\.elsewhere"):
        w.do(supervise(agent_id=COLLEAGUE))


def test_a_call_that_is_cut_off_says_by_whom():
    w, _, _ = supervised()
    w.do(i.EndCall(call_id=the_call(w).call_id, by="user-1"))
    (cut,) = w.events(e.CallCutOff)
    assert cut.by == "user-1"
    assert w.events(e.CallEnded)[0].ended_by is e.EndedBy.SUPERVISOR
    nothing_is_left(w)
