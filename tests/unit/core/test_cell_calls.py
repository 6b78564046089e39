"""A call's way through the cell: queue, offer, conversation, hold, transfer, conference, end."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.fold import CALL_EVENTS
from openseat.core.cell.flowing import ACTIONS
from openseat.core.cell.table import HANDLERS
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.core.flows.actions import FlowAction
from openseat.testing.cells import World, world

CALLER = "+8613911112222"


def talking(**queue) -> tuple[World, str]:
    """A customer talks with agent 1001; returns the world and the agent's leg."""
    w = world(**queue)
    w.sign_in("ag1001")
    w.call_in()
    return w, w.pick_up()


def state_of(w: World, agent_id: str) -> S:
    return w.cell.state.agents[agent_id].state


def the_call(w: World):
    (call,) = w.cell.state.calls.values()
    return call


def test_the_tables_are_total():
    assert set(HANDLERS) == set(get_args(i.Input)) - {i.Configure}
    assert set(ACTIONS) == set(get_args(FlowAction))
    beside = {
        e.SegmentDisposed, e.RecordingWasStored, e.AgentSignedIn, e.AgentSignedOut,
        e.AgentStateChanged, e.AgentIntended, e.AfterCallWorkExtended, e.AgentPhoneChanged,
        e.AgentAssigned, e.AgentLinkChanged, e.AgentMoved, e.AgentPinChecked, e.SwitchWasLost,
        e.SwitchWasRestored, e.TrunkWasChanged, e.TrunkWasTested,
        e.PhoneWasRegistered,
        e.FloorTookOver, e.CellConfigured,
    }  # fmt: skip
    assert set(e.EVENTS.values()) - beside == CALL_EVENTS


def test_a_call_is_queued_offered_answered_recorded_and_counted():
    w, leg = talking()
    assert state_of(w, "ag1001") is S.TALKING
    assert w.last(fx.Bridge).legs == ("cust", leg)
    assert w.last(fx.StartRecording).leg_id == "cust"
    w.do(i.LegEnded(leg_id="cust", cause=16), after=30_000)
    (segment,) = w.events(e.SegmentEnded)
    assert (segment.talk_ms, segment.hold_ms) == (30_000, 0)
    (ended,) = w.events(e.CallEnded)
    assert ended.ended_by is e.EndedBy.CUSTOMER
    assert ended.billable_ms == 32_000
    assert state_of(w, "ag1001") is S.AFTER_CALL_WORK
    w.do(i.RecordingEnded(recording_id=w.last(fx.StartRecording).recording_id))
    w.wait(30_000)
    assert state_of(w, "ag1001") is S.IDLE
    assert not w.cell.state.calls
    assert w.same_after_replay()


def test_a_recording_that_the_switch_never_closes_is_given_up_after_a_while():
    w, _ = talking()
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert w.cell.state.calls
    w.wait(6_000)
    assert [r.ok for r in w.events(e.RecordingStopped)] == [False]
    assert not w.cell.state.calls


@pytest.mark.parametrize(
    ("called", "caller", "reason", "cause"),
    [
        ("+8621999999", CALLER, "no_such_number", 1),
        ("+8621000001", "+8613000000000", "blacklisted", 21),
    ],
)
def test_calls_that_may_not_come_in_are_refused(called, caller, reason, cause):
    w = world()
    w.do(i.LegArrived(leg_id="x", caller=caller, called=called, trunk_id="t1"))
    (refused,) = w.events(e.CallRefused)
    assert (refused.reason, refused.cause) == (reason, cause)
    assert w.asked(fx.Hangup) == [fx.Hangup(leg_id="x", cause=cause)]
    assert not w.cell.state.calls


def test_a_project_without_room_refuses_as_blocked_and_a_number_needs_no_plus():
    w = world()
    project = replace(w.cell.config.projects["p-a"], max_calls=1)
    config = replace(w.cell.config, version=2, projects={**w.cell.config.projects, "p-a": project})
    w.do(i.Configure(config=config))
    w.do(i.LegArrived(leg_id="c1", caller=CALLER, called="8621000001", trunk_id="t1"))
    w.do(i.LegArrived(leg_id="c2", caller="+861", called="8621000001", trunk_id="t1"))
    (refused,) = w.events(e.CallRefused)
    assert (refused.reason, refused.cause) == ("no_capacity", 34)


def test_the_cell_itself_can_be_full():
    w = world()
    w.do(i.Configure(config=replace(w.cell.config, max_calls=1)))
    w.call_in("c1")
    w.do(i.LegArrived(leg_id="c2", caller="+861", called="+8621000001", trunk_id="t1"))
    assert [r.reason for r in w.events(e.CallRefused)] == ["no_capacity"]


def test_an_agents_own_phone_may_not_dial_in_like_a_customer():
    w = world()
    w.do(i.LegArrived(leg_id="p", caller="1001", called="9", agent_id="ag1001"))
    assert w.asked(fx.Hangup) == [fx.Hangup(leg_id="p", cause=21)]
    assert not w.facts


@pytest.mark.parametrize(
    ("waited", "outcome"),
    [(1_000, e.QueueExit.SHORT_ABANDONED), (9_000, e.QueueExit.ABANDONED)],
)
def test_a_caller_who_gives_up_is_abandoned_and_keeps_the_place(waited, outcome):
    w = world()
    w.call_in()
    w.do(i.LegEnded(leg_id="cust", cause=16), after=waited)
    (left,) = w.events(e.QueueLeft)
    assert (left.outcome, left.wait_ms) == (outcome, waited)
    w.wait(60_000)
    w.call_in("again")
    assert w.events(e.QueueEntered)[-1].credit_ms == waited
    w.do(i.LegEnded(leg_id="again", cause=16))
    w.wait(400_000)
    w.call_in("late")
    assert w.events(e.QueueEntered)[-1].credit_ms == 0


def test_a_caller_who_leaves_while_a_phone_rings_frees_the_agent():
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    leg = w.last(fx.Originate).leg_id
    w.do(i.LegRinging(leg_id=leg))
    assert state_of(w, "ag1001") is S.RINGING
    w.do(i.LegEnded(leg_id="cust", cause=16), after=3_000)
    (offer,) = w.events(e.OfferEnded)
    assert (offer.result, offer.ring_ms) == (e.OfferResult.WITHDRAWN, 3_000)
    assert fx.Hangup(leg_id=leg, cause=26) in w.effects
    assert state_of(w, "ag1001") is S.IDLE


@pytest.mark.parametrize(
    ("cause", "result", "after"),
    [
        (21, e.OfferResult.REFUSED, S.IDLE),
        (17, e.OfferResult.REFUSED, S.IDLE),
        (19, e.OfferResult.TIMED_OUT, S.BUSY),
        (20, e.OfferResult.FAILED, S.BUSY),
    ],
)
def test_what_a_phones_cause_says_about_the_offer(cause, result, after):
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.do(i.LegEnded(leg_id=w.last(fx.Originate).leg_id, cause=cause))
    assert [o.result for o in w.events(e.OfferEnded)] == [result]
    assert state_of(w, "ag1001") is after
    assert the_call(w).entry is not None


def test_an_offer_that_rings_out_goes_to_the_next_agent():
    w = world()
    w.sign_in("ag1001", "ag1002")
    w.call_in()
    first = w.last(fx.Originate)
    w.wait(20_000)
    assert fx.Hangup(leg_id=first.leg_id, cause=19) in w.effects
    second = w.last(fx.Originate)
    assert second.agent_id != first.agent_id
    assert state_of(w, first.agent_id) is S.BUSY
    w.do(i.LegEnded(leg_id=first.leg_id, cause=19))
    assert the_call(w).legs.keys() >= {"cust", second.leg_id}


def test_an_agent_may_refuse_what_rings_and_nothing_else():
    w = world()
    w.sign_in("ag1001")
    with pytest.raises(CoreError, match=r"agent\.no_offer"):
        w.do(i.RefuseOffer(agent_id="ag1001"))
    w.call_in()
    w.do(i.RefuseOffer(agent_id="ag1001"))
    assert [o.result for o in w.events(e.OfferEnded)] == [e.OfferResult.REFUSED]


def test_the_agent_who_hangs_up_ends_the_call():
    w, leg = talking()
    w.do(i.HangUp(agent_id="ag1001"), after=5_000)
    (ended,) = w.events(e.CallEnded)
    assert ended.ended_by is e.EndedBy.AGENT
    assert {h.leg_id for h in w.asked(fx.Hangup)} == {"cust", leg}
    with pytest.raises(CoreError, match=r"agent\.no_call"):
        w.do(i.HangUp(agent_id="ag1001"))


def test_hold_is_music_for_the_customer_and_time_of_its_own():
    w, leg = talking()
    w.do(i.Hold(agent_id="ag1001"), after=10_000)
    w.do(i.Hold(agent_id="ag1001"))
    assert state_of(w, "ag1001") is S.HOLDING
    assert w.last(fx.StartMusic).leg_id == "cust"
    w.do(i.Resume(agent_id="ag1001"), after=4_000)
    w.do(i.Resume(agent_id="ag1001"))
    assert w.last(fx.Bridge).legs == ("cust", leg)
    w.do(i.Hold(agent_id="ag1001"), after=1_000)
    w.do(i.LegEnded(leg_id="cust", cause=16), after=500)
    (segment,) = w.events(e.SegmentEnded)
    assert (segment.talk_ms, segment.hold_ms) == (11_000, 4_500)


def test_payment_data_is_kept_out_of_the_recording():
    w, _ = talking()
    w.do(i.PauseCallRecording(agent_id="ag1001", paused=True))
    w.do(i.PauseCallRecording(agent_id="ag1001", paused=True))
    w.do(i.PauseCallRecording(agent_id="ag1001", paused=False))
    assert [p.paused for p in w.asked(fx.PauseRecording)] == [True, False]
    unrecorded, _ = talking(record_percent=0)
    with pytest.raises(CoreError, match=r"recording\.none"):
        unrecorded.do(i.PauseCallRecording(agent_id="ag1001", paused=True))


def test_blind_transfer_to_another_queue_makes_a_second_segment():
    w, leg = talking()
    w.sign_in("ag1003")
    target = Target(kind=TargetKind.QUEUE, id="q-b")
    w.do(i.Transfer(agent_id="ag1001", target=target), after=8_000)
    assert fx.Hangup(leg_id=leg) in w.effects
    assert state_of(w, "ag1001") is S.AFTER_CALL_WORK
    w.pick_up(after=1_000)
    w.do(i.LegEnded(leg_id="cust", cause=16), after=20_000)
    first, second = w.events(e.SegmentEnded)
    assert (first.agent_id, first.ended_by) == ("ag1001", e.EndedBy.TRANSFER)
    assert (second.agent_id, second.talk_ms, second.queue_id) == ("ag1003", 20_000, "q-b")
    assert len(w.asked(fx.StartRecording)) == 1
    assert w.same_after_replay()


def test_blind_transfer_to_an_agent_who_does_not_answer_brings_the_customer_back():
    w, _ = talking()
    w.sign_in("ag1002")
    target = Target(kind=TargetKind.AGENT, id="ag1002")
    w.do(i.Transfer(agent_id="ag1001", target=target))
    w.do(i.LegEnded(leg_id=w.last(fx.Originate).leg_id, cause=19))
    (failed,) = w.events(e.TransferFailed)
    assert failed.reason == e.OfferResult.TIMED_OUT
    entry = the_call(w).entry
    assert entry is not None
    assert (entry.queue_id, entry.preferred_agent_id) == ("q-a", "ag1001")


def test_blind_transfer_to_a_mobile_ends_with_the_mobile():
    w, _ = talking()
    number = "+8613333333333"
    w.do(i.Transfer(agent_id="ag1001", target=Target(kind=TargetKind.OUTSIDE, id=number)))
    dialled = w.last(fx.Originate)
    assert (dialled.number, dialled.trunk_id) == (number, "t1")
    assert dialled.caller_number == "+8621000001"
    w.do(i.LegAnswered(leg_id=dialled.leg_id), after=5_000)
    assert w.last(fx.Bridge).legs == ("cust", dialled.leg_id)
    w.do(i.LegEnded(leg_id=dialled.leg_id, cause=16), after=9_000)
    (leg,) = [x for x in w.events(e.LegWasEnded) if x.leg_id == dialled.leg_id]
    assert leg.answered_ms == 9_000
    assert w.events(e.CallEnded)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (Target(kind=TargetKind.AGENT, id="ag1003"), "target.not_available"),
        (Target(kind=TargetKind.GROUP, id="none"), "target.not_available"),
        (Target(kind=TargetKind.QUEUE, id="nowhere"), "target.unknown"),
        (Target(kind=TargetKind.FLOW, id="nowhere"), "target.unknown"),
    ],
)
def test_a_target_that_is_not_to_be_had_is_refused_before_anything_happens(target, code):
    w, _ = talking()
    before = len(w.facts)
    with pytest.raises(CoreError, match=re.escape(code)):
        w.do(i.Transfer(agent_id="ag1001", target=target))
    assert len(w.facts) == before
    assert state_of(w, "ag1001") is S.TALKING


def test_trunks_are_chosen_by_prefix_and_health():
    w, _ = talking()
    w.do(i.TrunkChanged(trunk_id="t1", reachable=False))
    w.do(i.TrunkChanged(trunk_id="t1", reachable=False))
    assert len(w.events(e.TrunkWasChanged)) == 1
    target = Target(kind=TargetKind.OUTSIDE, id="+861")
    with pytest.raises(CoreError, match=r"trunk\.unreachable"):
        w.do(i.Transfer(agent_id="ag1001", target=target))
    trunk = replace(w.cell.config.trunks["t1"], prefixes=("+44",))
    w.do(i.Configure(config=replace(w.cell.config, trunks={"t1": trunk})))
    with pytest.raises(CoreError, match=r"trunk\.none"):
        w.do(i.Transfer(agent_id="ag1001", target=target))


def consulting() -> tuple[World, str, str]:
    """1001 consults 1002 while the customer waits; returns both agents' legs."""
    w, own = talking()
    w.sign_in("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.GROUP, id="g1")))
    other = w.last(fx.Originate).leg_id
    w.do(i.LegRinging(leg_id=other))
    w.do(i.LegAnswered(leg_id=other), after=2_000)
    return w, own, other


def test_a_consultation_returns_to_the_customer():
    w, own, other = consulting()
    assert state_of(w, "ag1001") is S.CONSULTING
    assert w.last(fx.Bridge).legs == (own, other)
    for command in (i.Hold, i.Resume):
        with pytest.raises(CoreError, match=r"call\.consulting"):
            w.do(command(agent_id="ag1001"))
    with pytest.raises(CoreError, match=r"call\.consulting"):
        w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.GROUP, id="g1")))
    w.do(i.ReturnToCustomer(agent_id="ag1001"))
    assert w.last(fx.Bridge).legs == ("cust", own)
    assert fx.Hangup(leg_id=other) in w.effects
    assert (state_of(w, "ag1001"), state_of(w, "ag1002")) == (S.TALKING, S.IDLE)
    with pytest.raises(CoreError, match=r"call\.not_consulting"):
        w.do(i.ReturnToCustomer(agent_id="ag1001"))
    assert w.same_after_replay()


def test_an_attended_transfer_credits_both_agents():
    w, own, other = consulting()
    w.do(i.CompleteTransfer(agent_id="ag1001"), after=3_000)
    assert fx.Hangup(leg_id=own) in w.effects
    assert w.last(fx.Bridge).legs == ("cust", other)
    w.do(i.LegEnded(leg_id=other, cause=16), after=7_000)
    first, second = w.events(e.SegmentEnded)
    assert (first.agent_id, first.hold_ms) == ("ag1001", 5_000)
    assert (second.agent_id, second.talk_ms) == ("ag1002", 7_000)
    assert w.events(e.SegmentStarted)[-1].via is e.Via.CONSULT
    assert w.events(e.CallEnded)


def test_three_talk_together_until_one_is_left_with_the_customer():
    w, own, _ = consulting()
    w.do(i.Conference(agent_id="ag1001"))
    w.do(i.Conference(agent_id="ag1001"))
    assert {x.bridge_id for x in the_call(w).legs.values()} == {the_call(w).talk_bridge_id}
    assert {state_of(w, a) for a in ("ag1001", "ag1002")} == {S.CONFERENCING}
    w.do(i.LegEnded(leg_id=own, cause=16), after=4_000)
    assert not w.events(e.CallEnded)
    assert the_call(w).consult is None
    w.do(i.LegEnded(leg_id="cust", cause=16), after=2_000)
    assert [s.agent_id for s in w.events(e.SegmentEnded)] == ["ag1001", "ag1002"]
    assert w.events(e.SegmentStarted)[-1].queue_id == "q-a"
    assert w.same_after_replay()


def test_the_host_may_complete_a_conference_by_leaving_it():
    w, own, other = consulting()
    w.do(i.Conference(agent_id="ag1001"))
    w.do(i.CompleteTransfer(agent_id="ag1001"))
    assert own not in the_call(w).legs
    assert {"cust", other} == set(the_call(w).legs)


def test_a_consulted_telephone_outside_can_take_the_customer():
    w, own = talking()
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.OUTSIDE, id="+861")))
    outside = w.last(fx.Originate).leg_id
    with pytest.raises(CoreError, match=r"call\.consult_not_answered"):
        w.do(i.CompleteTransfer(agent_id="ag1001"))
    with pytest.raises(CoreError, match=r"call\.consult_not_answered"):
        w.do(i.Conference(agent_id="ag1001"))
    w.do(i.LegAnswered(leg_id=outside), after=1_000)
    w.do(i.CompleteTransfer(agent_id="ag1001"))
    assert w.last(fx.Bridge).legs == ("cust", outside)
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert fx.Hangup(leg_id=outside) in w.effects
    assert own not in the_call(w).legs


@pytest.mark.parametrize("answered", [False, True])
def test_a_consulted_party_who_goes_gives_the_customer_back(answered):
    w, own = talking()
    w.sign_in("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    other = w.last(fx.Originate).leg_id
    if answered:
        w.do(i.LegAnswered(leg_id=other))
    w.do(i.LegEnded(leg_id=other, cause=21))
    assert [c.outcome for c in w.events(e.ConsultEnded)] == ["left" if answered else "failed"]
    assert state_of(w, "ag1001") is S.TALKING
    assert w.last(fx.Bridge).legs == ("cust", own)
    assert state_of(w, "ag1002") is S.IDLE


def test_a_consultation_that_still_rings_is_withdrawn_on_return_and_on_hang_up():
    for end in (i.ReturnToCustomer(agent_id="ag1001"), i.LegEnded(leg_id="cust", cause=16)):
        w, _ = talking()
        w.sign_in("ag1002")
        w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
        w.do(end)
        assert state_of(w, "ag1002") is S.IDLE
        assert w.events(e.OfferEnded)[-1].result is e.OfferResult.WITHDRAWN


def test_an_agent_whose_phone_goes_while_asking_leaves_the_customer_to_whom_they_asked():
    w, own, other = consulting()
    w.do(i.LegEnded(leg_id=own, cause=16), after=3_000)
    assert w.last(fx.Bridge).legs == ("cust", other)
    assert [t.consulted for t in w.events(e.TransferMade)] == [True]
    assert the_call(w).consult is None
    w.do(i.LegEnded(leg_id="cust", cause=16), after=7_000)
    assert [(s.agent_id, s.talk_ms) for s in w.events(e.SegmentEnded)][1] == ("ag1002", 7_000)
    assert {state_of(w, a) for a in ("ag1001", "ag1002")} <= {S.IDLE, S.AFTER_CALL_WORK}
    assert w.same_after_replay()


@pytest.mark.parametrize("answers", [True, False])
def test_an_agent_whose_phone_goes_while_a_colleague_rings_has_transferred_blindly(answers):
    w, own = talking()
    w.sign_in("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    other = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id=own, cause=16))
    assert [t.consulted for t in w.events(e.TransferMade)] == [False]
    if answers:
        w.do(i.LegAnswered(leg_id=other))
        assert w.last(fx.Bridge).legs == ("cust", other)
        assert w.events(e.SegmentStarted)[-1].via is e.Via.TRANSFER
    else:
        w.do(i.LegEnded(leg_id=other, cause=17))
        assert len(w.events(e.QueueEntered)) == 2
    assert not w.events(e.CallEnded)
    assert w.same_after_replay()


def test_a_telephone_outside_that_rings_when_the_asking_agent_goes_gets_the_customer():
    w, own = talking()
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.OUTSIDE, id="+861")))
    outside = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id=own, cause=16))
    w.do(i.LegAnswered(leg_id=outside))
    assert w.last(fx.Bridge).legs == ("cust", outside)
    assert w.same_after_replay()


def test_an_agent_who_goes_while_whom_they_asked_waits_ends_the_conversation():
    w, own, other = consulting()
    w.do(i.Swap(agent_id="ag1001"))
    w.do(i.LegEnded(leg_id=own, cause=16))
    assert w.events(e.CallEnded)
    assert fx.Hangup(leg_id=other) in w.effects


def test_only_people_can_be_consulted():
    w, _ = talking()
    with pytest.raises(CoreError, match=r"target\.not_to_be_consulted"):
        w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.VOICEMAIL, id="box")))


def test_a_queue_that_is_waited_for_too_long_overflows_to_its_target():
    target = Target(kind=TargetKind.VOICEMAIL, id="box")
    w = world(max_wait_ms=10_000, overflow=target)
    w.call_in()
    w.wait(10_000)
    assert [q.outcome for q in w.events(e.QueueLeft)] == [e.QueueExit.OVERFLOWED]
    recording = w.last(fx.StartRecording)
    assert recording.layout is fx.Layout.VOICE
    w.do(i.RecordingEnded(recording_id=recording.recording_id, duration_ms=4_000), after=4_000)
    (message,) = w.events(e.VoicemailLeft)
    assert (message.box, message.duration_ms) == ("box", 4_000)
    assert w.events(e.CallEnded)[0].ended_by is e.EndedBy.FLOW


def test_without_a_target_the_flow_goes_on_after_an_overflow():
    w = world(max_wait_ms=10_000)
    w.call_in()
    w.wait(10_000)
    assert w.events(e.CallEnded)[0].ended_by is e.EndedBy.FLOW


def test_callers_are_told_their_place_and_hear_music_again():
    w = world(
        announce_first_ms=5_000, announce_every_ms=30_000, announce_position=True,
        announce_wait=True,
    )  # fmt: skip
    w.call_in()
    w.wait(5_000)
    said = w.last(fx.Play)
    assert "position:1" in said.media
    assert w.events(e.QueueAnnounced)[0].position == 1
    before = len(w.asked(fx.StartMusic))
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=said.playback_id))
    assert len(w.asked(fx.StartMusic)) == before + 1


def test_supervisors_end_calls_and_unknown_ones_are_refused():
    w, _ = talking()
    w.do(i.EndCall(call_id=the_call(w).call_id, by="boss"))
    assert w.events(e.CallEnded)[0].ended_by is e.EndedBy.SUPERVISOR
    with pytest.raises(CoreError, match=r"call\.unknown"):
        w.do(i.EndCall(call_id="call-x", by="boss"))


def test_dispositions_come_during_and_after_the_call_from_the_segments_agent_alone():
    w, _ = talking()
    segment_id = w.cell.state.agents["ag1001"].segment_id
    w.do(i.LegEnded(leg_id="cust", cause=16))
    w.wait(60_000)
    done = i.Dispose(agent_id="ag1001", segment_id=segment_id, code="solved", notes="好")
    w.do(done)
    (fact,) = [f for f in w.facts if isinstance(f.event, e.SegmentDisposed)]
    assert fact.client_id == "a"
    w.sign_in("ag1002")
    with pytest.raises(CoreError, match=r"segment\.unknown"):
        w.do(replace(done, agent_id="ag1002"))


def test_a_stored_recording_is_noted_once():
    w = world()
    stored = i.RecordingStored(
        client_id="a", call_id="c", recording_id="r", segment_id="", path="p", sha256="00",
        bytes=1, duration_ms=1,
    )  # fmt: skip
    w.do(stored)
    w.do(stored)
    assert len(w.events(e.RecordingWasStored)) == 1


def test_signing_in_needs_a_known_agent_and_a_free_phone():
    w = world()
    with pytest.raises(CoreError, match=r"agent\.unknown"):
        w.do(i.SignIn(agent_id="nobody", endpoint="p"))
    with pytest.raises(CoreError, match=r"agent\.not_signed_in"):
        w.do(i.SetIdle(agent_id="ag1001"))
    with pytest.raises(CoreError, match=r"agent\.unknown"):
        w.do(i.SetIdle(agent_id="nobody"))
    w.do(i.SignIn(agent_id="ag1001", endpoint="p"))
    with pytest.raises(CoreError, match=r"endpoint\.taken"):
        w.do(i.SignIn(agent_id="ag1002", endpoint="p"))
    with pytest.raises(CoreError, match=r"busy\.reason_unknown"):
        w.do(i.SetBusy(agent_id="ag1001", reason="nap"))


def test_time_never_runs_backwards():
    w = world()
    w.sign_in("ag1001")
    w.now -= 60_000
    w.do(i.SetBusy(agent_id="ag1001", reason="break"))
    assert all(fact.at >= w.facts[0].at for fact in w.facts)


def test_a_fault_in_a_turn_loses_nothing_of_what_was_recorded(monkeypatch):
    w = world()
    w.sign_in("ag1001")

    def broken(turn):
        raise KeyError("planted")

    monkeypatch.setattr("openseat.core.cell.queueing.match", broken)
    with pytest.raises(KeyError):
        w.do(i.LegArrived(leg_id="c", caller=CALLER, called="+8621000001", trunk_id="t1"))
    w.facts += w.cell.interrupted().facts
    assert w.same_after_replay()
