"""What agents do at their desks: swap, mute, keys, conference, dialling, a reloaded page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.browser_phone import browser_phone
from openseat.core.cell import Cell
from openseat.core.cell.conferring import MOST_PARTIES
from openseat.core.cell.queueing import DIRECT_OFFER_MS
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.core.identity import CountingIds
from openseat.testing.cells import World, config, flow, world

FRIEND = Target(kind=TargetKind.OUTSIDE, id="+8613333333333")


def talking(*agents: str, browser: bool = False) -> tuple[World, str]:
    """A customer talks with agent 1001; returns the world and the agent's leg."""
    w = world()
    if browser:
        w.do(i.SignIn(agent_id="ag1001", endpoint=browser_phone("ag1001")))
    else:
        w.sign_in("ag1001")
    w.call_in()
    leg = w.pick_up()
    w.sign_in(*agents)
    return w, leg


def consulting() -> tuple[World, str, str]:
    """Agent 1001 asks a telephone outside while the customer waits; returns both their legs."""
    w, own = talking()
    w.do(i.Consult(agent_id="ag1001", target=FRIEND))
    friend = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=friend))
    return w, own, friend


def state_of(w: World, agent_id: str = "ag1001") -> S:
    return w.cell.state.agents[agent_id].state


def the_call(w: World):
    (call,) = w.cell.state.calls.values()
    return call


def together(w: World) -> list[set[str]]:
    """Who shares a conversation with whom."""
    rooms: dict[str, set[str]] = {}
    for leg in the_call(w).legs.values():
        if leg.bridge_id:
            rooms.setdefault(leg.bridge_id, set()).add(leg.leg_id)
    return sorted(rooms.values(), key=sorted)


def refused(w: World, command, code: str):
    with pytest.raises(CoreError) as caught:
        w.do(command)
    assert caught.value.code == code


# -- swap ------------------------------------------------------------------------------


def test_a_swap_goes_to_the_customer_and_back_while_the_other_waits():
    w, own, friend = consulting()
    assert together(w) == [{own, friend}]
    w.do(i.Swap(agent_id="ag1001"), after=4_000)
    assert together(w) == [{"cust", own}]
    assert w.last(fx.StartMusic).leg_id == friend
    assert state_of(w) is S.TALKING
    w.do(i.Swap(agent_id="ag1001"), after=3_000)
    assert together(w) == [{own, friend}]
    assert w.last(fx.StartMusic).leg_id == "cust"
    assert state_of(w) is S.CONSULTING
    w.do(i.ReturnToCustomer(agent_id="ag1001"), after=1_000)
    w.do(i.LegEnded(leg_id="cust", cause=16), after=2_000)
    (segment,) = w.events(e.SegmentEnded)
    assert segment.hold_ms == 4_000 + 1_000
    assert w.same_after_replay()


@pytest.mark.parametrize("ending", [i.CompleteTransfer, i.Conference])
def test_from_a_swap_the_waiting_party_is_brought_to_the_customer(ending):
    w, own, friend = consulting()
    w.do(i.Swap(agent_id="ag1001"))
    w.do(ending(agent_id="ag1001"))
    assert w.last(fx.StopMusic).leg_id in {friend, "cust"}
    assert fx.StopMusic(leg_id=friend) in w.effects
    here = {"cust", friend} if ending is i.CompleteTransfer else {"cust", own, friend}
    assert together(w) == [here]


def test_a_swap_needs_somebody_who_answered():
    w, _ = talking()
    refused(w, i.Swap(agent_id="ag1001"), "call.not_consulting")
    w.do(i.Consult(agent_id="ag1001", target=FRIEND))
    refused(w, i.Swap(agent_id="ag1001"), "call.consult_not_answered")


# -- conference ------------------------------------------------------------------------


def conference() -> tuple[World, str, str]:
    w, own, friend = consulting()
    w.do(i.Conference(agent_id="ag1001"))
    return w, own, friend


def test_a_host_brings_further_parties_in_and_the_others_go_on_meanwhile():
    w, own, friend = conference()
    w.do(i.Consult(agent_id="ag1001", target=FRIEND))
    second = w.last(fx.Originate).leg_id
    assert together(w) == [{"cust", friend}]
    w.do(i.LegAnswered(leg_id=second))
    assert {own, second} in together(w)
    w.do(i.Conference(agent_id="ag1001"))
    assert together(w) == [{"cust", own, friend, second}]
    assert state_of(w) is S.CONFERENCING
    w.do(i.RemoveParty(agent_id="ag1001", leg_id=friend))
    assert fx.Hangup(leg_id=friend) in w.effects
    assert together(w) == [{"cust", own, second}]
    w.do(i.LegEnded(leg_id=second, cause=16))
    assert state_of(w) is S.TALKING
    assert w.same_after_replay()


def test_a_customer_left_alone_while_the_host_asks_somebody_hears_music():
    w, own, friend = conference()
    w.do(i.Consult(agent_id="ag1001", target=FRIEND))
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id))
    w.do(i.LegEnded(leg_id=friend, cause=16))
    assert w.last(fx.StartMusic).leg_id == "cust"
    w.do(i.ReturnToCustomer(agent_id="ag1001"))
    assert together(w) == [{"cust", own}]


def test_only_the_host_mutes_and_removes_and_nobody_removes_the_customer():
    w, own = talking("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    other = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=other))
    w.do(i.Conference(agent_id="ag1001"))
    refused(w, i.RemoveParty(agent_id="ag1002", leg_id=own), "conference.not_host")
    refused(w, i.Mute(agent_id="ag1002", leg_id=own, muted=True), "conference.not_host")
    refused(w, i.RemoveParty(agent_id="ag1001", leg_id="cust"), "party.unknown")
    refused(w, i.RemoveParty(agent_id="ag1001", leg_id=own), "party.unknown")
    w.do(i.Mute(agent_id="ag1001", leg_id=other, muted=True))
    assert w.last(fx.MuteLeg) == fx.MuteLeg(leg_id=other, muted=True)
    w.do(i.RemoveParty(agent_id="ag1001", leg_id=other))
    assert state_of(w, "ag1002") is S.AFTER_CALL_WORK
    assert state_of(w) is S.TALKING


def three() -> tuple[World, str, str, str]:
    """1001 hosts a conference with agent 1002 and a friend; returns their legs."""
    w, own, friend = conference()
    w.sign_in("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    other = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=other))
    w.do(i.Conference(agent_id="ag1001"))
    return w, own, friend, other


def test_the_host_ends_a_conference_for_everybody():
    w, own, friend, other = three()
    refused(w, i.EndConference(agent_id="ag1002"), "conference.not_host")
    w.do(i.EndConference(agent_id="ag1001"), after=6_000)
    gone = {one.leg_id for one in w.asked(fx.Hangup)}
    assert gone >= {"cust", own, friend, other}
    assert [(s.agent_id, s.ended_by) for s in w.events(e.SegmentEnded)] == [
        ("ag1001", e.EndedBy.AGENT),
        ("ag1002", e.EndedBy.AGENT),
    ]
    assert {state_of(w), state_of(w, "ag1002")} == {S.AFTER_CALL_WORK}
    (ended,) = w.events(e.CallEnded)
    assert ended.ended_by is e.EndedBy.AGENT
    assert [one.agent_id for one in w.events(e.ConferenceEnded)] == ["ag1001"]
    assert w.same_after_replay()


def test_whoever_is_just_being_asked_leaves_too():
    w, _, _ = conference()
    w.sign_in("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    rings = w.last(fx.Originate).leg_id
    w.do(i.EndConference(agent_id="ag1001"))
    assert fx.Hangup(leg_id=rings, cause=26) in w.effects
    assert (state_of(w), state_of(w, "ag1002")) == (S.AFTER_CALL_WORK, S.IDLE)
    assert w.events(e.CallEnded)
    assert w.same_after_replay()


def test_a_customer_whose_conference_is_over_is_still_asked_to_rate_it():
    made = config()
    rated = flow(
        {"id": "wait", "kind": "queue", "queue": "q-a", "served": "more", "overflowed": "bye"},
        {"id": "more", "kind": "announce", "prompt": ["prompt:more"], "next": "bye"},
        {"id": "bye", "kind": "hang_up"},
        start="wait",
    )
    flows = {"f-a": replace(made.flows["f-a"], definition=rated)}
    w = World(Cell(replace(made, flows=flows), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    own = w.pick_up()
    w.do(i.Consult(agent_id="ag1001", target=FRIEND))
    friend = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=friend))
    w.do(i.Conference(agent_id="ag1001"))
    w.do(i.EndConference(agent_id="ag1001"))
    assert set(the_call(w).legs) == {"cust"}
    assert {fx.Hangup(leg_id=own), fx.Hangup(leg_id=friend)} <= set(w.asked(fx.Hangup))
    said = w.last(fx.Play)
    assert said.leg_id == "cust"
    assert the_call(w).consult is None
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=said.playback_id))
    assert w.events(e.CallEnded)
    assert w.same_after_replay()


def test_a_plain_conversation_is_no_conference_to_end():
    w, _ = talking()
    refused(w, i.EndConference(agent_id="ag1001"), "conference.none")
    assert state_of(w) is S.TALKING


def test_a_conference_has_a_limit():
    w, _, _ = conference()
    while len(the_call(w).legs) < MOST_PARTIES:
        w.do(i.Consult(agent_id="ag1001", target=FRIEND))
        w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id))
        w.do(i.Conference(agent_id="ag1001"))
    assert len(together(w)[0]) == MOST_PARTIES
    refused(w, i.Consult(agent_id="ag1001", target=FRIEND), "conference.full")


# -- mute and keys ---------------------------------------------------------------------


def test_who_is_muted_stays_so_through_hold():
    w, leg = talking()
    w.do(i.Mute(agent_id="ag1001", muted=True))
    w.do(i.Mute(agent_id="ag1001", muted=True))
    assert len(w.events(e.LegMuted)) == 1
    w.do(i.Hold(agent_id="ag1001"))
    w.do(i.Resume(agent_id="ag1001"))
    assert w.last(fx.Bridge).muted == (leg,)
    w.do(i.Mute(agent_id="ag1001", muted=False))
    assert w.last(fx.MuteLeg) == fx.MuteLeg(leg_id=leg, muted=False)


def test_keys_go_to_whom_the_agent_talks_with_and_are_not_journaled():
    w, _, friend = consulting()
    w.do(i.PressKeys(agent_id="ag1001", digits="12#"))
    assert w.last(fx.SendDigits) == fx.SendDigits(leg_id=friend, digits="12#")
    w.do(i.Swap(agent_id="ag1001"))
    w.do(i.PressKeys(agent_id="ag1001", digits="9"))
    assert w.last(fx.SendDigits) == fx.SendDigits(leg_id="cust", digits="9")
    assert [sent.count for sent in w.events(e.DigitsSent)] == [3, 1]
    refused(w, i.PressKeys(agent_id="ag1001", digits="x"), "digits.invalid")


# -- recording on demand, call-backs ---------------------------------------------------


def test_a_call_is_recorded_on_demand_once_at_a_time():
    w = world(record_percent=0)
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    assert not w.asked(fx.StartRecording)
    w.do(i.RecordCall(agent_id="ag1001", recorded=True))
    w.do(i.RecordCall(agent_id="ag1001", recorded=True))
    (begun,) = w.asked(fx.StartRecording)
    w.do(i.RecordCall(agent_id="ag1001", recorded=False))
    assert w.last(fx.StopRecording).recording_id == begun.recording_id
    w.do(i.RecordingEnded(recording_id=begun.recording_id, duration_ms=900))
    assert not the_call(w).recordings


def test_a_call_back_is_promised_for_an_own_segment_and_the_future():
    w, _ = talking()
    (segment,) = the_call(w).segments
    asked = i.PromiseCallback(
        agent_id="ag1001", segment_id=segment, number="+861", due_at=w.now + 60_000
    )
    w.do(i.LegEnded(leg_id="cust", cause=16))
    w.do(asked)
    (promised,) = w.events(e.CallbackPromised)
    assert (promised.number, promised.reason) == ("+861", "requested")
    assert w.facts[-1].client_id == "a"
    w.wait(60_000)
    refused(w, asked, "callback.past")


# -- dialling out ----------------------------------------------------------------------


def dialling(state=None) -> tuple[World, str]:
    w = world()
    w.sign_in("ag1001")
    if state is not None:
        w.do(state)
    w.do(i.DialOut(agent_id="ag1001", number="+8613800000000", project_id="p-a"))
    own = w.last(fx.Originate)
    assert own.auto_answer
    return w, own.leg_id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, S.IDLE),
        (i.SetBusy(agent_id="ag1001", reason="break"), S.BUSY),
        (i.SetOutboundOnly(agent_id="ag1001"), S.OUTBOUND_ONLY),
    ],
)
def test_a_call_out_rings_the_agent_then_the_customer_and_leads_back(before, after):
    w, own = dialling(before)
    assert state_of(w) is S.RINGING
    w.do(i.LegAnswered(leg_id=own))
    out = w.last(fx.Originate)
    assert (out.number, out.trunk_id, out.caller_number) == ("+8613800000000", "t1", "+8621000001")
    assert w.last(fx.Play).leg_id == own
    w.do(i.LegRinging(leg_id=out.leg_id))
    w.do(i.LegAnswered(leg_id=out.leg_id), after=5_000)
    assert w.last(fx.StopPlay).leg_id == own
    assert together(w) == [{own, out.leg_id}]
    assert state_of(w) is S.TALKING
    w.do(i.HangUp(agent_id="ag1001"), after=10_000)
    (ended,) = w.events(e.CallEnded)
    assert (ended.answered, ended.billable_ms) == (True, 10_000)
    (segment,) = w.events(e.SegmentEnded)
    assert (segment.talk_ms, segment.queue_id) == (10_000, "")
    w.wait(30_000)
    assert state_of(w) is after
    assert w.events(e.CallStarted)[0].direction is e.Direction.OUTBOUND


def test_a_customer_who_does_not_answer_ends_the_call_with_the_reason():
    w, own = dialling()
    w.do(i.LegAnswered(leg_id=own))
    w.do(i.LegEnded(leg_id=w.last(fx.Originate).leg_id, cause=17))
    (ended,) = w.events(e.CallEnded)
    assert (ended.answered, ended.cause) == (False, 17)
    assert fx.Hangup(leg_id=own) in w.effects
    assert state_of(w) is S.IDLE


@pytest.mark.parametrize("answered", [False, True])
def test_an_agent_who_changes_their_mind_ends_the_call(answered):
    w, own = dialling()
    if answered:
        w.do(i.LegAnswered(leg_id=own))
    w.do(i.LegEnded(leg_id=own, cause=16))
    assert len(w.events(e.CallEnded)) == 1
    assert state_of(w) is S.IDLE
    assert not w.cell.state.calls


def test_calling_out_is_refused_in_a_contact_without_a_phone_and_for_no_project():
    w, _ = talking("ag1002")
    asked = i.DialOut(agent_id="ag1001", number="+861", project_id="p-a")
    refused(w, asked, "agent.engaged")
    unknown = i.DialOut(agent_id="ag1002", number="+861", project_id="p-x")
    refused(w, unknown, "project.unknown")
    w.do(i.EndpointChanged(agent_id="ag1002", reachable=False))
    away = i.DialOut(agent_id="ag1002", number="+861", project_id="p-a")
    refused(w, away, "agent.phone_unreachable")


# -- picking up a colleague's ring -----------------------------------------------------


def test_a_ring_is_picked_up_within_the_group():
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    first = w.last(fx.Originate).leg_id
    w.sign_in("ag1002")
    w.do(i.PickUp(agent_id="ag1002", colleague_id="ag1001"))
    taken = w.last(fx.Originate)
    assert (taken.agent_id, taken.auto_answer) == ("ag1002", True)
    assert fx.Hangup(leg_id=first, cause=26) in w.effects
    assert state_of(w, "ag1001") is S.IDLE
    w.do(i.LegEnded(leg_id=first, cause=26))
    w.do(i.LegAnswered(leg_id=taken.leg_id))
    w.obey()
    assert state_of(w, "ag1002") is S.TALKING
    assert [q.agent_id for q in w.events(e.QueueLeft)] == ["ag1002"]
    refused(w, i.PickUp(agent_id="ag1001", colleague_id="ag1002"), "agent.no_offer")


# -- the page with the phone -----------------------------------------------------------


def test_a_reloaded_page_gets_its_conversation_back():
    w, old = talking(browser=True)
    w.do(i.Mute(agent_id="ag1001", muted=True))
    w.do(i.ReconnectPhone(agent_id="ag1001"), after=2_000)
    new = w.last(fx.Originate)
    assert new.auto_answer
    w.do(i.LegAnswered(leg_id=new.leg_id))
    assert together(w) == [{"cust", new.leg_id}]
    assert w.last(fx.Bridge).muted == (new.leg_id,)
    assert fx.Hangup(leg_id=old) in w.effects
    w.do(i.LegEnded(leg_id=old, cause=16))
    assert state_of(w) is S.TALKING
    w.do(i.LegEnded(leg_id="cust", cause=16), after=3_000)
    (segment,) = w.events(e.SegmentEnded)
    assert segment.talk_ms == 5_000
    assert w.same_after_replay()


def test_a_page_that_fails_to_answer_may_ask_again_and_nothing_is_lost():
    w, old = talking(browser=True)
    w.do(i.ReconnectPhone(agent_id="ag1001"))
    first = w.last(fx.Originate).leg_id
    w.do(i.ReconnectPhone(agent_id="ag1001"))
    second = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id=first, cause=19))
    w.do(i.LegEnded(leg_id=second, cause=20))
    assert together(w) == [{"cust", old}]
    assert state_of(w) is S.TALKING


def test_a_page_reloaded_while_it_rings_is_rung_again():
    w = world()
    w.do(i.SignIn(agent_id="ag1001", endpoint=browser_phone("ag1001")))
    w.call_in()
    first = w.last(fx.Originate).leg_id
    w.do(i.ReconnectPhone(agent_id="ag1001"))
    again = w.last(fx.Originate)
    assert again.leg_id != first
    assert not again.auto_answer
    w.do(i.LegEnded(leg_id=first, cause=26))
    w.pick_up()
    assert state_of(w) is S.TALKING


def test_a_page_that_stays_away_sends_the_customer_back_to_the_queue():
    w, leg = talking(browser=True)
    w.do(i.AgentLink(agent_id="ag1001", connected=False))
    w.wait(29_000)
    assert state_of(w) is S.TALKING
    w.wait(1_000)
    assert fx.Hangup(leg_id=leg) in w.effects
    assert the_call(w).entry is not None
    assert [s.ended_by for s in w.events(e.SegmentEnded)] == [e.EndedBy.SYSTEM]


def test_a_colleague_who_lets_a_transfer_ring_out_does_not_keep_its_customer():
    w, _ = talking("ag1002")
    colleague = Target(kind=TargetKind.AGENT, id="ag1002")
    w.do(i.Transfer(agent_id="ag1001", target=colleague))
    rung = w.last(fx.Originate).leg_id
    w.do(i.LegRinging(leg_id=rung))
    w.do(i.SetIdle(agent_id="ag1001"))
    w.wait(DIRECT_OFFER_MS)
    w.do(i.LegEnded(leg_id=rung, cause=19))
    (failed,) = w.events(e.TransferFailed)
    assert (failed.target_id, failed.reason) == ("ag1002", "timed_out")
    assert [o.result for o in w.events(e.OfferEnded)][-1] is e.OfferResult.TIMED_OUT
    assert w.events(e.OfferMade)[-1].agent_id == "ag1001"
    assert state_of(w, "ag1002") is S.BUSY
    assert w.same_after_replay()


def test_a_colleague_who_lets_a_question_ring_out_leaves_the_agent_with_the_customer():
    w, own = talking("ag1002")
    colleague = Target(kind=TargetKind.AGENT, id="ag1002")
    w.do(i.Consult(agent_id="ag1001", target=colleague))
    w.wait(DIRECT_OFFER_MS)
    assert together(w) == [{"cust", own}]
    assert (state_of(w), state_of(w, "ag1002")) == (S.TALKING, S.BUSY)
    assert w.same_after_replay()


def away(w: World, agent_id: str = "ag1001") -> None:
    """The agent's page is gone for longer than the grace time."""
    w.do(i.AgentLink(agent_id=agent_id, connected=False))
    w.wait(30_000)


def test_a_customer_whose_agents_page_is_lost_is_not_kept_for_that_agent():
    w, _ = talking("ag1002", browser=True)
    away(w)
    entered = w.events(e.QueueEntered)[-1]
    assert entered.preferred_agent_id == ""
    assert w.events(e.OfferMade)[-1].agent_id == "ag1002"


@pytest.mark.parametrize("answered", [True, False])
def test_a_page_that_is_lost_while_asking_leaves_the_customer_to_whom_it_asked(answered: bool):
    w, own = talking("ag1002", browser=True)
    w.do(i.AgentLink(agent_id="ag1001", connected=False))
    # An offer is over sooner than a grace time: they asked with the page already lost.
    w.wait(15_000)
    colleague = Target(kind=TargetKind.AGENT, id="ag1002")
    w.do(i.Consult(agent_id="ag1001", target=colleague))
    asked = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=asked) if answered else i.LegRinging(leg_id=asked))
    w.wait(15_000)
    assert fx.Hangup(leg_id=own) in w.effects
    if not answered:
        w.do(i.LegAnswered(leg_id=asked))
    assert together(w) == [{"cust", asked}]
    assert state_of(w, "ag1002") is S.TALKING
    assert [s.ended_by for s in w.events(e.SegmentEnded)] == [e.EndedBy.TRANSFER]
    assert w.same_after_replay()


def test_who_was_only_asked_and_whose_page_is_lost_has_hung_up():
    w, own = talking()
    w.do(i.SignIn(agent_id="ag1002", endpoint=browser_phone("ag1002")))
    colleague = Target(kind=TargetKind.AGENT, id="ag1002")
    w.do(i.Consult(agent_id="ag1001", target=colleague))
    asked = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=asked))
    away(w, "ag1002")
    assert fx.Hangup(leg_id=asked) in w.effects
    assert together(w) == [{"cust", own}]
    assert state_of(w) is S.TALKING
    assert state_of(w, "ag1002") is S.DISCONNECTED


def test_no_customer_is_called_for_a_page_that_is_lost():
    w = world()
    w.do(i.SignIn(agent_id="ag1001", endpoint=browser_phone("ag1001")))
    w.do(i.DialOut(agent_id="ag1001", number="+8613800000000", project_id="p-a"))
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id))
    customer = w.last(fx.Originate).leg_id
    away(w)
    assert fx.Hangup(leg_id=customer) in w.effects
    assert len(w.events(e.CallEnded)) == 1
    assert state_of(w) is S.DISCONNECTED


def test_a_page_that_comes_back_in_time_loses_nothing():
    w, _ = talking(browser=True)
    w.do(i.AgentLink(agent_id="ag1001", connected=False))
    w.do(i.AgentLink(agent_id="ag1001", connected=True), after=20_000)
    w.wait(60_000)
    assert state_of(w) is S.TALKING


def test_a_second_absence_has_its_own_grace():
    w, _ = talking(browser=True)
    w.do(i.AgentLink(agent_id="ag1001", connected=False))
    w.do(i.AgentLink(agent_id="ag1001", connected=True), after=5_000)
    w.do(i.AgentLink(agent_id="ag1001", connected=False), after=23_000)
    w.wait(29_000)
    assert state_of(w) is S.TALKING
    w.wait(1_000)
    assert state_of(w) is not S.TALKING


def test_a_sip_phone_talks_on_without_any_page():
    w, _ = talking()
    w.do(i.AgentLink(agent_id="ag1001", connected=False))
    w.wait(600_000)
    assert state_of(w) is S.TALKING


def test_without_a_contact_there_is_nothing_to_bring_back():
    w = world()
    w.sign_in("ag1001")
    w.do(i.ReconnectPhone(agent_id="ag1001"))
    assert not w.asked(fx.Originate)


def test_what_agents_are_routed_by_is_journaled_where_a_picture_changes_it():
    w = world()
    w.sign_in("ag1001")
    before = w.cell.config
    agents = dict(before.agents)
    agents["ag1001"] = replace(agents["ag1001"], skills={"zh": 4})
    agents["ag1003"] = replace(agents["ag1003"], queues=("q-a", "q-b"))
    agents["ag1002"] = replace(agents["ag1002"], name="Renamed")
    agents["ag9"] = replace(agents["ag1001"], agent_id="ag9", number="9")
    w.do(i.Configure(config=replace(before, version=2, agents=agents)))
    told = [fact for fact in w.facts if isinstance(fact.event, e.AgentAssigned)]
    assert [(one.stream, one.event.skills, one.event.queues) for one in told] == [
        ("agent:ag1001", {"zh": 4}, ("q-a", "q-b")),
        ("agent:ag1003", {}, ("q-a", "q-b")),
    ]
    assert w.cell.state.agents["ag1003"].state is S.SIGNED_OUT
