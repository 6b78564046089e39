"""Agent and customer together: segments, hold, recording."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Connect, HoldCall, Release, ResumeCall
from openseat.core.calls.model import Call, Leg, LegState, Offer, Segment
from openseat.core.cell import (
    announcing,
    conferring,
    ending,
    flowing,
    greeting,
    queueing,
    supervising,
)
from openseat.core.cell.turn import Turn
from openseat.core.effects import (
    Answer,
    Bridge,
    Hangup,
    PauseRecording,
    StartMusic,
    StartRecording,
    StopMusic,
    StopRecording,
    Unbridge,
)
from openseat.core.errors import CoreError

DIRECT_AFTER_CALL_WORK_MS = 30_000
"""After-call work of a contact that came through no queue."""


def accepted(turn: Turn, call: Call, offer: Offer, leg: Leg) -> None:
    """An agent picked up: connect them with the customer."""
    rang = 0 if offer.rang_at is None else turn.now - offer.rang_at
    turn.record(
        call,
        e.OfferEnded(
            offer_id=offer.offer_id,
            agent_id=offer.agent_id,
            result=e.OfferResult.ACCEPTED,
            ring_ms=rang,
        ),
    )
    via, queue_id = e.Via.QUEUE if offer.entry_id else e.Via.DIRECT, offer.queue_id
    if call.last_segment_id and not offer.entry_id:
        via, queue_id = e.Via.TRANSFER, queue_id or call.served_queue_id
    queueing.leave_queue(turn, call, e.QueueExit.ANSWERED, agent_id=offer.agent_id)
    turn.router.served(offer.queue_id, turn.now)
    queue = turn.queue(offer.queue_id)
    unasked = greeting.answers_by_itself(turn, call, offer.agent_id, queue)
    begin_segment(turn, call, leg, via=via, queue_id=queue_id, unasked=unasked)


def begin_segment(
    turn: Turn, call: Call, leg: Leg, *, via: e.Via, queue_id: str, unasked: bool = False
) -> None:
    """Open an agent's segment and let the two hear each other.

    `unasked`: the agent's phone answered by itself.
    """
    agent = turn.agent(leg.agent_id)
    known = turn.config.agents.get(leg.agent_id)
    segment_id = turn.ids("segment")
    turn.record(
        call,
        e.SegmentStarted(
            segment_id=segment_id,
            agent_id=leg.agent_id,
            group_id=known.group_id if known else "",
            leg_id=leg.leg_id,
            via=via,
            queue_id=queue_id,
        ),
    )
    turn.stimulate(agent, Connect(call_id=call.call_id, segment_id=segment_id))
    flowing.connected(turn, call, leg.agent_id)
    if not greeting.greet(turn, call, leg, segment_id, via, unasked=unasked):
        join(turn, call, leg)
    start_recording(turn, call, queue_id)
    supervising.settle(turn, call)


def join(turn: Turn, call: Call, leg: Leg) -> None:
    """Let a party and the customer hear each other, answering the customer first if need be."""
    customer = call.customer
    if customer is None:
        return
    if customer.state is LegState.UP:
        turn.do(StopMusic(leg_id=customer.leg_id))
    else:
        turn.do(Answer(leg_id=customer.leg_id))
    legs = (customer.leg_id, leg.leg_id)
    turn.record(call, e.BridgeJoined(bridge_id=call.talk_bridge_id, legs=legs))
    together(turn, call, call.talk_bridge_id, legs)


def together(turn: Turn, call: Call, bridge_id: str, legs: tuple[str, ...]) -> None:
    """Have the switch put legs into a conversation; who was muted stays so."""
    muted = tuple(leg_id for leg_id in legs if call.legs[leg_id].muted)
    turn.do(Bridge(bridge_id=bridge_id, legs=legs, muted=muted))


def start_recording(turn: Turn, call: Call, queue_id: str) -> None:
    """Record the call from its first conversation on, where the queue's share says so."""
    queue = turn.queue(queue_id)
    percent = queue.record_percent if queue else 100
    if call.recordings or not turn.keeps(call, percent):
        return
    _record(turn, call)


def _record(turn: Turn, call: Call) -> None:
    recording_id = turn.ids("recording")
    turn.record(
        call,
        e.RecordingStarted(recording_id=recording_id, leg_id=call.customer_leg_id, layout="call"),
    )
    turn.do(StartRecording(recording_id=recording_id, leg_id=call.customer_leg_id))


def pause_recording(turn: Turn, agent_id: str, *, paused: bool) -> None:
    """Silence the call's recordings while payment data is spoken, or go on."""
    call, _ = current(turn, agent_id)
    if not call.recordings:
        raise CoreError("recording.none", agent_id=agent_id)
    if paused:
        announcing.cut_off(turn, call)
    for recording_id, leg_id in call.recordings.items():
        if (recording_id in call.paused_recordings) == paused:
            continue
        made = e.RecordingPaused if paused else e.RecordingResumed
        turn.record(call, made(recording_id=recording_id))
        turn.do(PauseRecording(recording_id=recording_id, leg_id=leg_id, paused=paused))


def record_on_demand(turn: Turn, agent_id: str, *, recorded: bool) -> None:
    """Begin to record the agent's call, or end its recording.

    Raises `agent.no_call`.
    """
    call, _ = current(turn, agent_id)
    if recorded and not call.recordings:
        _record(turn, call)
    elif not recorded:
        for recording_id, leg_id in call.recordings.items():
            turn.do(StopRecording(recording_id=recording_id, leg_id=leg_id))


def end_segment(
    turn: Turn, call: Call, segment: Segment, ended_by: e.EndedBy, at: int | None = None
) -> None:
    """Close an agent's segment, with its talk and hold, and send the agent to after-call work."""
    ended_at = max(turn.now if at is None else at, segment.started_at)
    hold_ms = segment.hold_ms
    if segment.held_at is not None:
        hold_ms += max(0, ended_at - segment.held_at)
    turn.record(
        call,
        e.SegmentEnded(
            segment_id=segment.segment_id,
            agent_id=segment.agent_id,
            talk_ms=ended_at - segment.started_at - hold_ms,
            hold_ms=hold_ms,
            ended_by=ended_by,
            queue_id=segment.queue_id,
        ),
        ended_at,
    )
    greeting.break_off(turn, call, segment)
    announcing.agent_left(turn, call, segment.agent_id)
    supervising.agent_left(turn, call, segment.agent_id)
    consult = call.consult
    if consult is not None and consult.segment_id == segment.segment_id and not consult.joined:
        conferring.end_consult(turn, call, consult, "left")
    agent = turn.state.agents.get(segment.agent_id)
    if agent is not None and agent.call_id == call.call_id:
        queue = turn.queue(segment.queue_id)
        after_call_work_ms = queue.after_call_work_limit_ms if queue else DIRECT_AFTER_CALL_WORK_MS
        turn.stimulate(agent, Release(after_call_work_ms=after_call_work_ms))


def current(turn: Turn, agent_id: str) -> tuple[Call, Segment]:
    """The conversation that an agent is in.

    Raises `agent.no_call`.
    """
    agent = turn.agent(agent_id)
    call = turn.state.calls.get(agent.call_id)
    segment = call.segment_of(agent_id) if call is not None else None
    if call is None or segment is None:
        raise CoreError("agent.no_call", agent_id=agent_id)
    return call, segment


def hold(turn: Turn, agent_id: str) -> None:
    """Give the customer music and leave the agent alone."""
    call, segment = current(turn, agent_id)
    if call.consult is not None:
        raise CoreError("call.consulting", agent_id=agent_id)
    if segment.held_at is not None:
        return
    park_customer(turn, call, segment)
    turn.stimulate(turn.agent(agent_id), HoldCall())


def resume(turn: Turn, agent_id: str) -> None:
    """Take the customer back from hold."""
    call, segment = current(turn, agent_id)
    if segment.held_at is None:
        return
    if call.consult is not None:
        raise CoreError("call.consulting", agent_id=agent_id)
    unpark_customer(turn, call, segment)
    turn.stimulate(turn.agent(agent_id), ResumeCall())


def park_customer(turn: Turn, call: Call, segment: Segment) -> None:
    """Take the customer out of the conversation and play music to them."""
    greeting.break_off(turn, call, segment)
    announcing.cut_off(turn, call)
    turn.record(call, e.SegmentHeld(segment_id=segment.segment_id))
    customer = call.customer
    if customer is not None and customer.bridge_id:
        turn.record(call, e.BridgeLeft(bridge_id=call.talk_bridge_id, legs=(customer.leg_id,)))
        turn.do(Unbridge(bridge_id=call.talk_bridge_id, legs=(customer.leg_id,)))
    if customer is not None:
        turn.do(StartMusic(leg_id=customer.leg_id))


def unpark_customer(turn: Turn, call: Call, segment: Segment) -> None:
    """Bring a parked customer back to the segment's agent."""
    turn.record(call, e.SegmentResumed(segment_id=segment.segment_id))
    leg = call.legs.get(segment.leg_id)
    if leg is not None:
        join(turn, call, leg)


def hang_up(turn: Turn, agent_id: str) -> None:
    """The agent ends the conversation (a consultation or conference: leaves it)."""
    agent = turn.agent(agent_id)
    call = turn.state.calls.get(agent.call_id)
    if call is None:
        raise CoreError("agent.no_call", agent_id=agent_id)
    for leg in call.legs.values():
        if leg.agent_id == agent_id:
            turn.do(Hangup(leg_id=leg.leg_id))
            ending.leg_ended(turn, leg.leg_id, cause=16)
            return
    raise CoreError("agent.no_call", agent_id=agent_id)


def leave_conversation(turn: Turn, call: Call, leg_id: str) -> None:
    """Hang up one party's leg; the rest of the call goes on."""
    leg = call.legs.get(leg_id)
    if leg is None:
        return
    turn.do(Hangup(leg_id=leg_id))
    ending.record_leg_end(turn, call, leg, cause=16)


def unbridge_customer(turn: Turn, call: Call) -> None:
    """Take the customer out of the conversation that the others have left."""
    announcing.cut_off(turn, call)
    supervising.stand_aside(turn, call)
    customer = call.customer
    if customer is not None and customer.bridge_id:
        turn.record(call, e.BridgeLeft(bridge_id=customer.bridge_id, legs=(customer.leg_id,)))
        turn.do(Unbridge(bridge_id=call.talk_bridge_id, legs=(customer.leg_id,)))
