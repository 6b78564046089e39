"""Sending a customer on: blind transfers, overflow targets, what a flow asks for."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.calls.model import Call, Leg
from openseat.core.cell import ending, flowing, queueing, supervising, talking, trunks
from openseat.core.cell.turn import Turn
from openseat.core.config import Target, TargetKind
from openseat.core.effects import Answer, Originate, StartMusic, StopMusic
from openseat.core.errors import CoreError

_TO_AGENTS = frozenset({TargetKind.AGENT, TargetKind.GROUP, TargetKind.QUEUE})
"""Targets of a transfer at whose end an agent waits."""


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
            if free_agent_for(turn, target) is None:
                raise CoreError("target.not_available", kind=target.kind, id=target.id)
        case TargetKind.OUTSIDE:
            trunks.choose(turn, target.id)
        case _:
            pass


def free_agent_for(turn: Turn, target: Target) -> str | None:
    """A ready agent for an agent or group target: the one named, or who waited longest."""
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


def transfer(turn: Turn, agent_id: str, target: Target) -> None:
    """Blind transfer: the agent leaves, the customer goes on to the target."""
    call, segment = talking.current(turn, agent_id)
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
    talking.end_segment(turn, call, segment, e.EndedBy.TRANSFER)
    talking.leave_conversation(turn, call, segment.leg_id)
    customer = call.customer
    talking.unbridge_customer(turn, call)
    if customer is not None and was_held:
        turn.do(StopMusic(leg_id=customer.leg_id))
    if target.kind not in _TO_AGENTS:
        supervising.settle(turn, call)
    send_to(turn, call, target, keep_run=True)


def send_to(turn: Turn, call: Call, target: Target, *, keep_run: bool = False) -> None:
    """Send the customer on to a target; one that is not to be had counts as a failed transfer.

    `keep_run`: a flow waits for what becomes of it.
    """
    if call.customer is None:
        return
    match target.kind:
        case TargetKind.QUEUE:
            _to_queue(turn, call, target, keep_run=keep_run)
        case TargetKind.AGENT | TargetKind.GROUP:
            _to_agent(turn, call, target)
        case TargetKind.FLOW:
            flowing.enter(turn, call, target.id)
        case TargetKind.OUTSIDE:
            _to_outside(turn, call, target)
        case TargetKind.VOICEMAIL:
            flowing.record_message(turn, call, box=target.id)
        case TargetKind.HANG_UP:
            ending.end_call(turn, call, e.EndedBy.FLOW)


def _to_queue(turn: Turn, call: Call, target: Target, *, keep_run: bool) -> None:
    queue = turn.queue(target.id)
    if queue is None:
        transfer_failed(turn, call, target, "unknown")
        return
    if not keep_run:
        flowing.leave(turn, call, "transferred")
    queueing.enqueue(turn, call, queue, priority=queue.priority + 1)


def _to_agent(turn: Turn, call: Call, target: Target) -> None:
    agent_id = free_agent_for(turn, target)
    if agent_id is None:
        transfer_failed(turn, call, target, "not_available")
        return
    _please_wait(turn, call)
    queueing.offer(turn, call, agent_id, queue=None)


def _to_outside(turn: Turn, call: Call, target: Target) -> None:
    try:
        dial_outside(turn, call, target.id)
    except CoreError as refusal:
        transfer_failed(turn, call, target, refusal.code)
    else:
        _please_wait(turn, call)


def _please_wait(turn: Turn, call: Call) -> None:
    if call.answered_at is None:
        turn.do(Answer(leg_id=call.customer_leg_id))
    turn.do(StartMusic(leg_id=call.customer_leg_id))


def dial_outside(turn: Turn, call: Call, number: str) -> str:
    """Call a telephone outside for this call and return the leg's id.

    Raises `trunk.none`, `trunk.unreachable` or `trunk.full`.
    """
    trunk_id = trunks.choose(turn, number)
    leg_id = turn.ids("leg")
    turn.record(
        call,
        e.LegStarted(leg_id=leg_id, kind=e.LegKind.OUTSIDE, address=number, trunk_id=trunk_id),
    )
    turn.call_of_leg[leg_id] = call.call_id
    turn.do(
        Originate(
            leg_id=leg_id,
            number=number,
            trunk_id=trunk_id,
            timeout_ms=trunks.OUTSIDE_RING_MS,
            caller_number=trunks.caller_number(turn, call),
        )
    )
    return leg_id


def transfer_failed(turn: Turn, call: Call, target: Target, reason: str) -> None:
    """Tell the flow, if one is waiting for it; else take the customer back to the last queue."""
    turn.record(call, e.TransferFailed(target_kind=target.kind, target_id=target.id, reason=reason))
    if flowing.waits_for_transfer(turn, call):
        flowing.returned(turn, call, "failed")
        return
    back_to_queue(turn, call, e.EndedBy.SYSTEM)


def back_to_queue(turn: Turn, call: Call, ended_by: e.EndedBy) -> None:
    """Take the customer back to the last queue, before others; without one the call ends."""
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
        ending.end_call(turn, call, ended_by)


def outside_answered(turn: Turn, call: Call, leg: Leg) -> None:
    """A telephone outside answered a blind transfer."""
    flowing.connected(turn, call, "")
    talking.join(turn, call, leg)
