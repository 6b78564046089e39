"""Agent and customer together: segments, hold, transfer, consultation, conference."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import (
    Connect,
    EndConsult,
    HoldCall,
    JoinConference,
    Release,
    ResumeCall,
    StartConsult,
)
from openseat.core.calls.model import Call, Consult, Leg, LegState, Offer, Segment
from openseat.core.cell import ending, flowing, queueing
from openseat.core.cell.turn import Turn
from openseat.core.config import Target, TargetKind
from openseat.core.effects import (
    Answer,
    Bridge,
    DropBridge,
    Hangup,
    Originate,
    PauseRecording,
    StartMusic,
    StartRecording,
    StopMusic,
    Unbridge,
)
from openseat.core.errors import CoreError

OUTSIDE_RING_MS = 45_000
"""How long a telephone outside is let ring."""

DIRECT_WRAP_UP_MS = 30_000
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
    via = e.Via.QUEUE if offer.entry_id else e.Via.DIRECT
    if call.last_segment_id and not offer.entry_id:
        via = e.Via.TRANSFER
    queueing.leave_queue(turn, call, e.QueueExit.ANSWERED, agent_id=offer.agent_id)
    turn.router.served(offer.queue_id, turn.now)
    begin_segment(turn, call, leg, via=via, queue_id=offer.queue_id)


def begin_segment(turn: Turn, call: Call, leg: Leg, *, via: e.Via, queue_id: str) -> None:
    """Open an agent's segment and let the two hear each other."""
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
    join(turn, call, leg)
    start_recording(turn, call, queue_id)


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
    turn.do(Bridge(bridge_id=call.talk_bridge_id, legs=legs))


def start_recording(turn: Turn, call: Call, queue_id: str) -> None:
    """Record the call from its first conversation on, where the queue's share says so."""
    queue = turn.queue(queue_id)
    percent = queue.record_percent if queue else 100
    if call.recordings or not turn.keeps(call, percent):
        return
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
    for recording_id, leg_id in call.recordings.items():
        if (recording_id in call.paused_recordings) == paused:
            continue
        made = e.RecordingPaused if paused else e.RecordingResumed
        turn.record(call, made(recording_id=recording_id))
        turn.do(PauseRecording(recording_id=recording_id, leg_id=leg_id, paused=paused))


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
    consult = call.consult
    if consult is not None and consult.segment_id == segment.segment_id and not consult.joined:
        _end_consult(turn, call, consult, "left")
    agent = turn.state.agents.get(segment.agent_id)
    if agent is not None and agent.call_id == call.call_id:
        queue = turn.queue(segment.queue_id)
        wrap_up_ms = queue.wrap_up_limit_ms if queue else DIRECT_WRAP_UP_MS
        turn.stimulate(agent, Release(wrap_up_ms=wrap_up_ms))


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
    _park_customer(turn, call, segment)
    turn.stimulate(turn.agent(agent_id), HoldCall())


def resume(turn: Turn, agent_id: str) -> None:
    """Take the customer back from hold."""
    call, segment = current(turn, agent_id)
    if segment.held_at is None:
        return
    if call.consult is not None:
        raise CoreError("call.consulting", agent_id=agent_id)
    _unpark_customer(turn, call, segment)
    turn.stimulate(turn.agent(agent_id), ResumeCall())


def _park_customer(turn: Turn, call: Call, segment: Segment) -> None:
    turn.record(call, e.SegmentHeld(segment_id=segment.segment_id))
    customer = call.customer
    if customer is not None:
        turn.record(call, e.BridgeLeft(bridge_id=call.talk_bridge_id, legs=(customer.leg_id,)))
        turn.do(Unbridge(bridge_id=call.talk_bridge_id, legs=(customer.leg_id,)))
        turn.do(StartMusic(leg_id=customer.leg_id))


def _unpark_customer(turn: Turn, call: Call, segment: Segment) -> None:
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


# -- transfer ----------------------------------------------------------------------


def check_target(turn: Turn, target: Target) -> None:
    """Refuse a target that cannot be reached now.

    Raises `target.*` with the reason.
    """
    match target.kind:
        case TargetKind.QUEUE if target.id not in turn.config.queues:
            raise CoreError("target.unknown", kind=target.kind, id=target.id)
        case TargetKind.FLOW if target.id not in turn.config.flows:
            raise CoreError("target.unknown", kind=target.kind, id=target.id)
        case TargetKind.AGENT | TargetKind.GROUP:
            if _free_agent(turn, target) is None:
                raise CoreError("target.not_available", kind=target.kind, id=target.id)
        case TargetKind.OUTSIDE:
            trunk_for(turn, target.id)
        case _:
            pass


def _free_agent(turn: Turn, target: Target) -> str | None:
    if target.kind is TargetKind.AGENT:
        agent = turn.state.agents.get(target.id)
        return target.id if agent is not None and turn.ready(agent) else None
    free = [
        agent
        for agent in turn.state.agents.values()
        if turn.ready(agent)
        and (known := turn.config.agents.get(agent.agent_id)) is not None
        and known.group_id == target.id
    ]
    if not free:
        return None
    return min(free, key=lambda agent: agent.last_released_at or agent.since).agent_id


def trunk_for(turn: Turn, number: str) -> str:
    """The trunk for a number: longest prefix first, then cost, healthy ones only.

    Raises `trunk.none` when no trunk serves the number, `trunk.unreachable`
    when all that do are down.
    """
    serving = [
        (
            -max(len(prefix) for prefix in trunk.prefixes if number.startswith(prefix)),
            trunk.cost,
            trunk.trunk_id,
        )
        for trunk in turn.config.trunks.values()
        if any(number.startswith(prefix) for prefix in trunk.prefixes)
    ]
    if not serving:
        raise CoreError("trunk.none", number=number)
    for _, _, trunk_id in sorted(serving):
        if turn.state.trunks.get(trunk_id, True):
            return trunk_id
    raise CoreError("trunk.unreachable", number=number)


def transfer(turn: Turn, agent_id: str, target: Target) -> None:
    """Blind transfer: the agent leaves, the customer goes on to the target."""
    call, segment = current(turn, agent_id)
    if call.consult is not None:
        raise CoreError("call.consulting", agent_id=agent_id)
    check_target(turn, target)
    turn.record(
        call,
        e.TransferMade(
            segment_id=segment.segment_id,
            agent_id=agent_id,
            target_kind=target.kind,
            target_id=target.id,
            consulted=False,
        ),
    )
    was_held = segment.held_at is not None
    end_segment(turn, call, segment, e.EndedBy.TRANSFER)
    leave_conversation(turn, call, segment.leg_id)
    customer = call.customer
    unbridge_customer(turn, call)
    if customer is not None and was_held:
        turn.do(StopMusic(leg_id=customer.leg_id))
    send_to(turn, call, target)


def leave_conversation(turn: Turn, call: Call, leg_id: str) -> None:
    """Hang up one party's leg; the rest of the call goes on."""
    leg = call.legs.get(leg_id)
    if leg is None:
        return
    turn.do(Hangup(leg_id=leg_id))
    ending.record_leg_end(turn, call, leg, cause=16)


def send_to(turn: Turn, call: Call, target: Target, *, keep_run: bool = False) -> None:
    """Send the customer on to a target; one that is not to be had counts as a failed transfer.

    `keep_run`: a flow waits for what becomes of it.
    """
    customer = call.customer
    if customer is None:
        return
    match target.kind:
        case TargetKind.QUEUE:
            queue = turn.queue(target.id)
            if queue is None:
                transfer_failed(turn, call, target, "unknown")
            else:
                if not keep_run:
                    flowing.leave(turn, call, "transferred")
                queueing.enqueue(turn, call, queue, priority=queue.priority + 1)
        case TargetKind.AGENT | TargetKind.GROUP:
            agent_id = _free_agent(turn, target)
            if agent_id is None:
                transfer_failed(turn, call, target, "not_available")
            else:
                _please_wait(turn, call)
                queueing.offer(turn, call, agent_id, queue=None)
        case TargetKind.FLOW:
            flowing.enter(turn, call, target.id)
        case TargetKind.OUTSIDE:
            try:
                dial_outside(turn, call, target.id)
            except CoreError as refusal:
                transfer_failed(turn, call, target, refusal.code)
            else:
                _please_wait(turn, call)
        case TargetKind.VOICEMAIL:
            flowing.record_message(turn, call, box=target.id)
        case TargetKind.HANG_UP:
            ending.end_call(turn, call, e.EndedBy.FLOW)


def unbridge_customer(turn: Turn, call: Call) -> None:
    """Take the customer out of the conversation that the others have left."""
    customer = call.customer
    if customer is not None and customer.bridge_id:
        turn.record(call, e.BridgeLeft(bridge_id=customer.bridge_id, legs=(customer.leg_id,)))
        turn.do(Unbridge(bridge_id=call.talk_bridge_id, legs=(customer.leg_id,)))


def _please_wait(turn: Turn, call: Call) -> None:
    if call.answered_at is None:
        turn.do(Answer(leg_id=call.customer_leg_id))
    turn.do(StartMusic(leg_id=call.customer_leg_id))


def dial_outside(turn: Turn, call: Call, number: str) -> str:
    """Call a telephone outside for this call and return the leg's id.

    Raises `trunk.none` or `trunk.unreachable`.
    """
    trunk_id = trunk_for(turn, number)
    leg_id = turn.ids("leg")
    turn.record(
        call,
        e.LegStarted(leg_id=leg_id, kind=e.LegKind.OUTSIDE, address=number, trunk_id=trunk_id),
    )
    turn.call_of_leg[leg_id] = call.call_id
    project = turn.config.projects.get(call.project_id)
    turn.do(
        Originate(
            leg_id=leg_id,
            number=number,
            trunk_id=trunk_id,
            timeout_ms=OUTSIDE_RING_MS,
            caller_number=project.caller_number if project else "",
        )
    )
    return leg_id


def transfer_failed(turn: Turn, call: Call, target: Target, reason: str) -> None:
    """Tell the flow, if one is waiting for it; else take the customer back to the last queue."""
    turn.record(call, e.TransferFailed(target_kind=target.kind, target_id=target.id, reason=reason))
    if call.run_id:
        flowing.returned(turn, call, "failed")
        return
    queue = turn.queue(call.last_queue_id)
    if queue is not None and call.customer is not None:
        queueing.enqueue(
            turn,
            call,
            queue,
            priority=queue.priority + queueing.RETURN_PRIORITY,
            preferred_agent_id=call.last_agent_id,
        )
    else:
        ending.end_call(turn, call, e.EndedBy.SYSTEM)


def outside_answered(turn: Turn, call: Call, leg: Leg) -> None:
    """A telephone outside answered a blind transfer."""
    flowing.connected(turn, call, "")
    join(turn, call, leg)


# -- consultation and conference ---------------------------------------------------


def consult(turn: Turn, agent_id: str, target: Target) -> None:
    """Hold the customer and call a colleague or a telephone outside."""
    call, segment = current(turn, agent_id)
    if call.consult is not None:
        raise CoreError("call.consulting", agent_id=agent_id)
    if target.kind not in (TargetKind.AGENT, TargetKind.GROUP, TargetKind.OUTSIDE):
        raise CoreError("target.not_to_be_consulted", kind=target.kind)
    check_target(turn, target)
    agent = turn.agent(agent_id)
    if segment.held_at is None:
        _park_customer(turn, call, segment)
    if target.kind is TargetKind.OUTSIDE:
        leg_id = dial_outside(turn, call, target.id)
    else:
        colleague = _free_agent(turn, target)
        assert colleague is not None  # checked above, in the same turn
        leg_id = queueing.offer(turn, call, colleague, queue=None).leg_id
    turn.record(
        call,
        e.ConsultStarted(
            segment_id=segment.segment_id,
            agent_id=agent_id,
            leg_id=leg_id,
            target_kind=target.kind,
            target_id=target.id,
        ),
    )
    turn.stimulate(agent, StartConsult())


def consulted_answered(turn: Turn, call: Call, leg: Leg) -> None:
    """The consulted party picked up: agent and they talk, the customer still waits."""
    consult_now = call.consult
    segment = call.segments.get(consult_now.segment_id) if consult_now else None
    if segment is None:
        turn.do(Hangup(leg_id=leg.leg_id))
        return
    offer = call.offer_of_leg(leg.leg_id)
    if offer is not None:
        turn.record(
            call,
            e.OfferEnded(
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                result=e.OfferResult.ACCEPTED,
                ring_ms=0 if offer.rang_at is None else turn.now - offer.rang_at,
            ),
        )
        colleague = turn.agent(offer.agent_id)
        turn.stimulate(colleague, Connect(call_id=call.call_id, segment_id=""))
    own = call.legs[segment.leg_id]
    if own.bridge_id:
        turn.record(call, e.BridgeLeft(bridge_id=own.bridge_id, legs=(own.leg_id,)))
        turn.do(Unbridge(bridge_id=call.talk_bridge_id, legs=(own.leg_id,)))
    legs = (own.leg_id, leg.leg_id)
    turn.record(call, e.BridgeJoined(bridge_id=call.consult_bridge_id, legs=legs))
    turn.do(Bridge(bridge_id=call.consult_bridge_id, legs=legs))


def _consulting(turn: Turn, agent_id: str) -> tuple[Call, Segment, Consult]:
    call, segment = current(turn, agent_id)
    if call.consult is None or call.consult.agent_id != agent_id:
        raise CoreError("call.not_consulting", agent_id=agent_id)
    return call, segment, call.consult


def _end_consult(turn: Turn, call: Call, consult_now: Consult, outcome: str) -> None:
    """End the consultation and drop the consulted party."""
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=consult_now.segment_id,
            agent_id=consult_now.agent_id,
            leg_id=consult_now.leg_id,
            outcome=outcome,
        ),
    )
    drop_consulted(turn, call, consult_now.leg_id)
    turn.do(DropBridge(bridge_id=call.consult_bridge_id))


def drop_consulted(turn: Turn, call: Call, leg_id: str) -> None:
    """Hang up a consulted party, freeing a colleague who was rung or talking."""
    leg = call.legs.get(leg_id)
    if leg is None:
        return
    offer = call.offer_of_leg(leg_id)
    if offer is not None:
        queueing.withdraw(turn, call, offer)
        return
    leave_conversation(turn, call, leg_id)
    ending.free_agent(turn, call, leg.agent_id)


def return_to_customer(turn: Turn, agent_id: str) -> None:
    """Drop the consulted party and take the customer back."""
    call, segment, consult_now = _consulting(turn, agent_id)
    _end_consult(turn, call, consult_now, "returned")
    back_to_customer(turn, call, segment)


def back_to_customer(turn: Turn, call: Call, segment: Segment) -> None:
    """Agent and customer alone together again."""
    own = call.legs.get(segment.leg_id)
    if own is not None and own.bridge_id == call.consult_bridge_id:
        turn.record(call, e.BridgeLeft(bridge_id=own.bridge_id, legs=(own.leg_id,)))
        turn.do(Unbridge(bridge_id=call.consult_bridge_id, legs=(own.leg_id,)))
    if segment.held_at is not None:
        _unpark_customer(turn, call, segment)
    turn.stimulate(turn.agent(segment.agent_id), EndConsult())


def complete_transfer(turn: Turn, agent_id: str) -> None:
    """Connect customer and consulted party, and leave."""
    call, segment, consult_now = _consulting(turn, agent_id)
    leg = call.legs.get(consult_now.leg_id)
    if leg is None or leg.state is not LegState.UP:
        raise CoreError("call.consult_not_answered", agent_id=agent_id)
    turn.record(
        call,
        e.TransferMade(
            segment_id=segment.segment_id,
            agent_id=agent_id,
            target_kind=consult_now.target_kind,
            target_id=consult_now.target_id,
            consulted=True,
        ),
    )
    joined = consult_now.joined
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=segment.segment_id,
            agent_id=agent_id,
            leg_id=leg.leg_id,
            outcome="transferred",
        ),
    )
    end_segment(turn, call, segment, e.EndedBy.TRANSFER)
    leave_conversation(turn, call, segment.leg_id)
    if not joined:
        turn.record(call, e.BridgeLeft(bridge_id=call.consult_bridge_id, legs=(leg.leg_id,)))
        turn.do(Unbridge(bridge_id=call.consult_bridge_id, legs=(leg.leg_id,)))
        turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    if leg.agent_id and call.segment_of(leg.agent_id) is None:
        begin_segment(turn, call, leg, via=e.Via.CONSULT, queue_id=segment.queue_id)
    elif not joined:
        join(turn, call, leg)


def conference(turn: Turn, agent_id: str) -> None:
    """Let customer, agent and consulted party share one conversation."""
    call, segment, consult_now = _consulting(turn, agent_id)
    leg = call.legs.get(consult_now.leg_id)
    if leg is None or leg.state is not LegState.UP:
        raise CoreError("call.consult_not_answered", agent_id=agent_id)
    own, customer = call.legs[segment.leg_id], call.customer
    if consult_now.joined or customer is None:
        return
    pair = (own.leg_id, leg.leg_id)
    turn.record(call, e.BridgeLeft(bridge_id=call.consult_bridge_id, legs=pair))
    turn.do(Unbridge(bridge_id=call.consult_bridge_id, legs=pair))
    turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=segment.segment_id, agent_id=agent_id, leg_id=leg.leg_id, outcome="joined"
        ),
    )
    if segment.held_at is not None:
        _unpark_customer(turn, call, segment)
    turn.record(call, e.BridgeJoined(bridge_id=call.talk_bridge_id, legs=pair))
    turn.do(Bridge(bridge_id=call.talk_bridge_id, legs=pair))
    turn.stimulate(turn.agent(agent_id), JoinConference())
    if leg.agent_id:
        colleague = turn.agent(leg.agent_id)
        known = turn.config.agents.get(leg.agent_id)
        segment_id = turn.ids("segment")
        turn.record(
            call,
            e.SegmentStarted(
                segment_id=segment_id,
                agent_id=leg.agent_id,
                group_id=known.group_id if known else "",
                leg_id=leg.leg_id,
                via=e.Via.CONSULT,
                queue_id=segment.queue_id,
            ),
        )
        turn.stimulate(colleague, Connect(call_id=call.call_id, segment_id=segment_id))
        turn.stimulate(colleague, JoinConference())
