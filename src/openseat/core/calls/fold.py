"""The fold of a call: how each event changes it.

A table from event type to function; an event that changes nothing about the
call's own state is listed as such, so that the table is total over the call
stream's events (a test holds it against `core.events`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openseat.core import events as e
from openseat.core.calls.model import (
    Call,
    Consult,
    Entry,
    Leg,
    LegState,
    Offer,
    Segment,
    Supervision,
    Told,
)
from openseat.core.flows.template import SHOWN_PREFIX


def start(call_id: str, event: e.CallStarted, at: int) -> Call:
    """Return the call that a `call.started` begins, with the customer's leg in it."""
    call = Call(
        call_id=call_id,
        direction=event.direction,
        caller=event.caller,
        called=event.called,
        customer_leg_id=event.leg_id,
        started_at=at,
        language=event.language,
        trunk_id=event.trunk_id,
        number_id=event.number_id,
        client_id=event.client_id,
        project_id=event.project_id,
    )
    call.legs[event.leg_id] = Leg(
        leg_id=event.leg_id,
        kind=e.LegKind.CUSTOMER,
        state=LegState.DIALLING if event.direction is e.Direction.OUTBOUND else LegState.ARRIVED,
        started_at=at,
        address=event.called if event.direction is e.Direction.OUTBOUND else event.caller,
        agent_id=event.agent_id,
        trunk_id=event.trunk_id,
    )
    return call


def apply(call: Call, event: e.Event, at: int) -> None:
    """Change `call` by what happened at `at`."""
    change = _CHANGES[type(event)]
    if change is not None:
        change(call, event, at)


def _assigned(call: Call, event: e.CallAssigned, _at: int) -> None:
    call.client_id, call.project_id = event.client_id, event.project_id


def _language_set(call: Call, event: e.CallLanguageSet, _at: int) -> None:
    call.language = event.language


def _refused(call: Call, event: e.CallRefused, _at: int) -> None:
    call.refused = True
    call.cause = event.cause
    call.ended_by = call.ended_by or e.EndedBy.SYSTEM


def _answered(call: Call, event: e.CallAnswered, at: int) -> None:
    call.answered_at = at
    leg = call.legs.get(event.leg_id)
    if leg is not None:
        leg.state, leg.answered_at = LegState.UP, at


def _ended(call: Call, event: e.CallEnded, at: int) -> None:
    call.ended_at = at
    call.ended_by = event.ended_by
    call.legs.clear()


def _leg_started(call: Call, event: e.LegStarted, at: int) -> None:
    call.legs[event.leg_id] = Leg(
        leg_id=event.leg_id,
        kind=event.kind,
        state=LegState.DIALLING,
        started_at=at,
        address=event.address,
        agent_id=event.agent_id,
        trunk_id=event.trunk_id,
        own_call=event.dialled,
    )


def _leg_rang(call: Call, event: e.LegRang, at: int) -> None:
    call.legs[event.leg_id].state = LegState.RINGING
    offer = call.offer_of_leg(event.leg_id)
    if offer is not None:
        offer.rang_at = at


def _leg_answered(call: Call, event: e.LegWasAnswered, at: int) -> None:
    leg = call.legs[event.leg_id]
    leg.state = LegState.UP
    if leg.answered_at is None:
        leg.answered_at = at


def _leg_asked(call: Call, event: e.LegAsked, at: int) -> None:
    leg = call.legs[event.leg_id]
    leg.state, leg.answered_at = LegState.ASKED, at


def _leg_rerouted(call: Call, event: e.LegRerouted, _at: int) -> None:
    leg = call.legs[event.leg_id]
    leg.failed_trunks = (*leg.failed_trunks, leg.trunk_id)
    leg.trunk_id, leg.state = event.trunk_id, LegState.DIALLING
    if event.leg_id == call.customer_leg_id:
        call.trunk_id = event.trunk_id


def _leg_ended(call: Call, event: e.LegWasEnded, at: int) -> None:
    call.legs.pop(event.leg_id, None)
    if event.leg_id == call.customer_leg_id:
        call.customer_left_at = at
        call.cause = event.cause


def _leg_replaced(call: Call, event: e.LegReplaced, _at: int) -> None:
    held, new = call.legs[event.leg_id], call.legs[event.by_leg_id]
    held.bridge_id, new.muted = "", held.muted
    for segment in call.segments.values():
        if segment.leg_id == event.leg_id:
            segment.leg_id = event.by_leg_id
    if call.consult is not None and call.consult.leg_id == event.leg_id:
        call.consult.leg_id = event.by_leg_id


def _leg_muted(call: Call, event: e.LegMuted, _at: int) -> None:
    call.legs[event.leg_id].muted = event.muted


def _flow_entered(call: Call, event: e.FlowEntered, _at: int) -> None:
    call.run_id, call.flow_id = event.run_id, event.flow_id
    call.flow_state = {}


def _flow_stepped(call: Call, event: e.FlowStepped, _at: int) -> None:
    call.flow_state = event.state
    told = event.state.get("variables", {})
    shown = {name: value for name, value in told.items() if name.startswith(SHOWN_PREFIX)}
    if shown:
        call.shown = {**call.shown, **shown}


def _flow_left(call: Call, _event: e.FlowLeft, _at: int) -> None:
    call.run_id = ""
    call.flow_state = {}


def _queue_entered(call: Call, event: e.QueueEntered, at: int) -> None:
    call.entry = Entry(
        entry_id=event.entry_id,
        queue_id=event.queue_id,
        entered_at=at,
        priority=event.priority,
        skills=event.skills,
        preferred_agent_id=event.preferred_agent_id,
        credit_ms=event.credit_ms,
    )
    call.last_queue_id = event.queue_id


def _queue_left(call: Call, _event: e.QueueLeft, _at: int) -> None:
    call.entry = None


def _offer_made(call: Call, event: e.OfferMade, at: int) -> None:
    call.offers[event.offer_id] = Offer(
        offer_id=event.offer_id,
        agent_id=event.agent_id,
        leg_id=event.leg_id,
        entry_id=event.entry_id,
        queue_id=event.queue_id,
        made_at=at,
    )


def _offer_ended(call: Call, event: e.OfferEnded, _at: int) -> None:
    del call.offers[event.offer_id]


def _segment_started(call: Call, event: e.SegmentStarted, at: int) -> None:
    call.segments[event.segment_id] = Segment(
        segment_id=event.segment_id,
        agent_id=event.agent_id,
        group_id=event.group_id,
        queue_id=event.queue_id,
        leg_id=event.leg_id,
        via=event.via,
        started_at=at,
    )
    call.last_agent_id, call.last_segment_id = event.agent_id, event.segment_id
    call.served_queue_id, call.sent_by = event.queue_id, ""
    if event.via is e.Via.CONSULT and event.queue_id:
        call.last_queue_id = event.queue_id  # the queue that was asked has the customer now
    leg = call.legs.get(event.leg_id)
    if leg is not None and leg.kind is e.LegKind.SUPERVISOR:
        leg.kind = e.LegKind.AGENT  # who took the conversation over is an agent in it


def _segment_greeted(call: Call, event: e.SegmentGreeted, _at: int) -> None:
    segment = call.segments[event.segment_id]
    segment.greeting_until, segment.greeting_number = event.until, event.agent_number


def _segment_held(call: Call, event: e.SegmentHeld, at: int) -> None:
    segment = call.segments[event.segment_id]
    segment.held_at, segment.greeting_until = at, None


def _segment_resumed(call: Call, event: e.SegmentResumed, at: int) -> None:
    segment = call.segments[event.segment_id]
    if segment.held_at is not None:
        segment.hold_ms += at - segment.held_at
        segment.held_at = None


def _segment_ended(call: Call, event: e.SegmentEnded, _at: int) -> None:
    del call.segments[event.segment_id]


def _consult_started(call: Call, event: e.ConsultStarted, _at: int) -> None:
    call.consult = Consult(
        segment_id=event.segment_id,
        agent_id=event.agent_id,
        leg_id=event.leg_id,
        target_kind=event.target_kind,
        target_id=event.target_id,
    )


def _consult_queued(call: Call, event: e.ConsultQueued, at: int) -> None:
    if call.consult is not None:
        call.consult.queue_id = event.queue_id
        call.consult.entry = Entry(
            entry_id=event.entry_id,
            queue_id=event.queue_id,
            entered_at=at,
            priority=event.priority,
            skills=event.skills,
            preferred_agent_id="",
            credit_ms=0,
        )


def _consult_taken(call: Call, event: e.ConsultTaken, _at: int) -> None:
    if call.consult is not None:
        call.consult.leg_id, call.consult.entry = event.leg_id, None


def _consult_parked(call: Call, _event: e.ConsultParked, _at: int) -> None:
    if call.consult is not None:
        call.consult.parked = True


def _consult_resumed(call: Call, _event: e.ConsultResumed, _at: int) -> None:
    if call.consult is not None:
        call.consult.parked = False


def _consult_ended(call: Call, event: e.ConsultEnded, _at: int) -> None:
    if event.outcome == "joined" and call.consult is not None:
        call.consult.joined, call.consult.parked = True, False
    else:
        call.consult = None


def _transfer_made(call: Call, event: e.TransferMade, _at: int) -> None:
    call.sent_by = event.agent_id if event.target_kind == "queue" and not event.consulted else ""


def _transfer_failed(call: Call, _event: e.TransferFailed, _at: int) -> None:
    call.sent_by = ""


def _prompt_started(call: Call, event: e.PromptStarted, at: int) -> None:
    call.prompt = Told(
        playback_id=event.playback_id,
        agent_id=event.agent_id,
        prompt=event.prompt,
        language=event.language,
        started_at=at,
    )


def _prompt_ended(call: Call, _event: e.PromptEnded, _at: int) -> None:
    call.prompt = None


def _supervision_started(call: Call, event: e.SupervisionStarted, _at: int) -> None:
    call.supervisions[event.supervision_id] = Supervision(
        supervision_id=event.supervision_id,
        supervisor_id=event.supervisor_id,
        agent_id=event.agent_id,
        leg_id=event.leg_id,
        mode=event.mode,
        group_ids=event.group_ids,
        by=event.by,
    )


def _supervision_mode_changed(call: Call, event: e.SupervisionModeChanged, _at: int) -> None:
    call.supervisions[event.supervision_id].mode = event.mode


def _supervision_moved(call: Call, event: e.SupervisionMoved, _at: int) -> None:
    call.supervisions[event.supervision_id].agent_id = event.agent_id


def _supervision_ended(call: Call, event: e.SupervisionEnded, _at: int) -> None:
    del call.supervisions[event.supervision_id]


def _bridge_joined(call: Call, event: e.BridgeJoined, _at: int) -> None:
    for leg_id in event.legs:
        if leg_id in call.legs:
            call.legs[leg_id].bridge_id = event.bridge_id
    for segment in call.segments.values():
        if segment.leg_id in event.legs:
            segment.greeting_until = None


def _bridge_left(call: Call, event: e.BridgeLeft, _at: int) -> None:
    for leg_id in event.legs:
        if leg_id in call.legs:
            call.legs[leg_id].bridge_id = ""


def _recording_started(call: Call, event: e.RecordingStarted, _at: int) -> None:
    call.recordings[event.recording_id] = event.leg_id
    if event.layout == "voice":
        call.voices[event.recording_id] = event.box


def _recording_stopped(call: Call, event: e.RecordingStopped, _at: int) -> None:
    call.recordings.pop(event.recording_id, None)
    call.voices.pop(event.recording_id, None)
    call.paused_recordings.discard(event.recording_id)


def _recording_paused(call: Call, event: e.RecordingPaused, _at: int) -> None:
    call.paused_recordings.add(event.recording_id)


def _recording_resumed(call: Call, event: e.RecordingResumed, _at: int) -> None:
    call.paused_recordings.discard(event.recording_id)


_CHANGES: dict[type[Any], Callable[[Call, Any, int], None] | None] = {
    e.CallAssigned: _assigned,
    e.CallLanguageSet: _language_set,
    e.CallRefused: _refused,
    e.CallAnswered: _answered,
    e.CallEnded: _ended,
    e.LegStarted: _leg_started,
    e.LegRang: _leg_rang,
    e.LegWasAnswered: _leg_answered,
    e.LegWasEnded: _leg_ended,
    e.LegAsked: _leg_asked,
    e.LegRerouted: _leg_rerouted,
    e.LegReplaced: _leg_replaced,
    e.LegMuted: _leg_muted,
    e.FlowEntered: _flow_entered,
    e.FlowStepped: _flow_stepped,
    e.FlowLeft: _flow_left,
    e.QueueEntered: _queue_entered,
    e.QueueLeft: _queue_left,
    e.OfferMade: _offer_made,
    e.OfferEnded: _offer_ended,
    e.SegmentStarted: _segment_started,
    e.SegmentGreeted: _segment_greeted,
    e.SegmentHeld: _segment_held,
    e.SegmentResumed: _segment_resumed,
    e.SegmentEnded: _segment_ended,
    e.ConsultStarted: _consult_started,
    e.ConsultQueued: _consult_queued,
    e.ConsultTaken: _consult_taken,
    e.ConsultParked: _consult_parked,
    e.ConsultResumed: _consult_resumed,
    e.ConsultEnded: _consult_ended,
    e.TransferMade: _transfer_made,
    e.TransferFailed: _transfer_failed,
    e.PromptStarted: _prompt_started,
    e.PromptEnded: _prompt_ended,
    e.SupervisionStarted: _supervision_started,
    e.SupervisionModeChanged: _supervision_mode_changed,
    e.SupervisionMoved: _supervision_moved,
    e.SupervisionEnded: _supervision_ended,
    e.BridgeJoined: _bridge_joined,
    e.BridgeLeft: _bridge_left,
    e.RecordingStarted: _recording_started,
    e.RecordingStopped: _recording_stopped,
    e.RecordingPaused: _recording_paused,
    e.RecordingResumed: _recording_resumed,
    # facts that leave the call's own state as it is
    e.CallCutOff: None,
    e.QueueAnnounced: None,
    e.LegRemoved: None,
    e.ConferenceEnded: None,
    e.DigitsSent: None,
    e.CodeDialled: None,
    e.VoicemailLeft: None,
    e.CallbackPromised: None,
    e.RatingGiven: None,
}

CALL_EVENTS = frozenset(_CHANGES) | {e.CallStarted}
"""Every event that belongs on a call's stream."""
