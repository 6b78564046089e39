"""Three parties: consultation, attended transfer, conference."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Connect, EndConsult, JoinConference, StartConsult
from openseat.core.calls.model import Call, Consult, Leg, LegState, Segment
from openseat.core.cell import ending, queueing, seeking, sending, supervising, talking
from openseat.core.cell.turn import Turn
from openseat.core.config import Target, TargetKind
from openseat.core.effects import DropBridge, Hangup, StartMusic, StopMusic, Unbridge
from openseat.core.errors import CoreError
from openseat.core.events import AgentState

MOST_PARTIES = 20
"""Parties that one call may have, the customer and its agents included."""

_ASKABLE = frozenset({TargetKind.AGENT, TargetKind.GROUP, TargetKind.QUEUE, TargetKind.OUTSIDE})
"""Behind what there is somebody to be asked."""


def consult(turn: Turn, agent_id: str, target: Target) -> None:
    """Hold the customer and call a colleague, a queue's next agent or a telephone outside.

    Raises `agent.no_call`, `call.consulting`, `conference.full`, `target.*` or `trunk.*`.
    """
    call, segment = talking.current(turn, agent_id)
    if call.consult is not None and not call.consult.joined:
        raise CoreError("call.consulting", agent_id=agent_id)
    if len(call.legs) >= MOST_PARTIES:
        raise CoreError("conference.full", most=MOST_PARTIES)
    if target.kind not in _ASKABLE:
        raise CoreError("target.not_to_be_consulted", kind=target.kind)
    sending.check_target(turn, target)
    agent = turn.agent(agent_id)
    _leave_customer(turn, call, segment)
    leg_id = _call_whom(turn, call, target)
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
    if target.kind is TargetKind.QUEUE:
        seeking.seek(turn, call, segment, turn.config.queues[target.id])


def _call_whom(turn: Turn, call: Call, target: Target) -> str:
    """Ring who is named and return the leg's id; a queue has yet to find somebody: empty."""
    match target.kind:
        case TargetKind.QUEUE:
            return ""
        case TargetKind.OUTSIDE:
            return sending.dial_outside(turn, call, target.id)
        case _:
            colleague = sending.free_agent_for(turn, target)
            if colleague is None:
                raise CoreError("target.not_available", kind=target.kind, id=target.id)
            return queueing.offer(turn, call, colleague, queue=None).leg_id


def _leave_customer(turn: Turn, call: Call, segment: Segment) -> None:
    """Turn to somebody else: the customer gets music, or stays with the rest of a conference."""
    own = call.legs[segment.leg_id]
    if company(call, segment):
        take_out(turn, call, own)
    elif segment.held_at is None:
        talking.park_customer(turn, call, segment)


def company(call: Call, segment: Segment) -> list[Leg]:
    """Who is in the conversation beside the customer and the segment's agent."""
    apart = (call.customer_leg_id, segment.leg_id)
    return [
        leg
        for leg in call.legs.values()
        if leg.bridge_id == call.talk_bridge_id
        and leg.leg_id not in apart
        and leg.kind is not e.LegKind.SUPERVISOR
    ]


def take_out(turn: Turn, call: Call, leg: Leg) -> None:
    """Take a party out of the conversation they are in, if they are in one."""
    if leg.bridge_id:
        bridge_id = leg.bridge_id
        turn.record(call, e.BridgeLeft(bridge_id=bridge_id, legs=(leg.leg_id,)))
        turn.do(Unbridge(bridge_id=bridge_id, legs=(leg.leg_id,)))


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
    take_out(turn, call, own)
    _ask(turn, call, own, leg)


def _ask(turn: Turn, call: Call, own: Leg, leg: Leg) -> None:
    legs = (own.leg_id, leg.leg_id)
    turn.record(call, e.BridgeJoined(bridge_id=call.consult_bridge_id, legs=legs))
    talking.together(turn, call, call.consult_bridge_id, legs)


def _consulting(turn: Turn, agent_id: str) -> tuple[Call, Segment, Consult]:
    call, segment = talking.current(turn, agent_id)
    if call.consult is None or call.consult.agent_id != agent_id:
        raise CoreError("call.not_consulting", agent_id=agent_id)
    return call, segment, call.consult


def end_consult(turn: Turn, call: Call, consult_now: Consult, outcome: str) -> None:
    """End the consultation and drop the consulted party, or the search for one."""
    seeking.give_up(turn, call, consult_now)
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
    talking.leave_conversation(turn, call, leg_id)
    ending.free_agent(turn, call, leg.agent_id)


def return_to_customer(turn: Turn, agent_id: str) -> None:
    """Drop the consulted party and take the customer back."""
    call, segment, consult_now = _consulting(turn, agent_id)
    if consult_now.joined:
        turn.do(Hangup(leg_id=consult_now.leg_id))
        ending.leg_ended(turn, consult_now.leg_id, cause=16)
        return
    end_consult(turn, call, consult_now, "returned")
    back_to_customer(turn, call, segment)


def back_to_customer(turn: Turn, call: Call, segment: Segment) -> None:
    """Agent and customer alone together again."""
    own = call.legs.get(segment.leg_id)
    if own is not None and own.bridge_id == call.consult_bridge_id:
        take_out(turn, call, own)
    if segment.held_at is not None:
        talking.unpark_customer(turn, call, segment)
    elif own is not None and not own.bridge_id:
        _rejoin(turn, call, (own.leg_id,))
    several = bool(company(call, segment))
    turn.stimulate(turn.agent(segment.agent_id), JoinConference() if several else EndConsult())


def _rejoin(turn: Turn, call: Call, legs: tuple[str, ...]) -> None:
    turn.record(call, e.BridgeJoined(bridge_id=call.talk_bridge_id, legs=legs))
    talking.together(turn, call, call.talk_bridge_id, legs)


def swap(turn: Turn, agent_id: str) -> None:
    """Talk with the other of customer and consulted party, while this one waits.

    Raises `agent.no_call`, `call.not_consulting` or `call.consult_not_answered`.
    """
    call, segment, consult_now = _consulting(turn, agent_id)
    leg = call.legs.get(consult_now.leg_id)
    if consult_now.joined:
        raise CoreError("call.not_consulting", agent_id=agent_id)
    if leg is None or leg.state is not LegState.UP:
        raise CoreError("call.consult_not_answered", agent_id=agent_id)
    named = {"segment_id": segment.segment_id, "agent_id": agent_id, "leg_id": leg.leg_id}
    if consult_now.parked:
        turn.record(call, e.ConsultResumed(**named))
        turn.do(StopMusic(leg_id=leg.leg_id))
        _leave_customer(turn, call, segment)
        own = call.legs[segment.leg_id]
        take_out(turn, call, own)
        _ask(turn, call, own, leg)
        turn.stimulate(turn.agent(agent_id), StartConsult())
    else:
        turn.record(call, e.ConsultParked(**named))
        take_out(turn, call, leg)
        turn.do(StartMusic(leg_id=leg.leg_id))
        back_to_customer(turn, call, segment)


def party_left(turn: Turn, call: Call, others: list[Leg]) -> None:
    """Somebody left a conversation: a conference of which one agent is left is none any more."""
    joined = call.consult
    if joined is not None and joined.joined:
        present = joined.leg_id in call.legs and joined.segment_id in call.segments
        if not present:
            turn.record(
                call,
                e.ConsultEnded(
                    segment_id=joined.segment_id,
                    agent_id=joined.agent_id,
                    leg_id=joined.leg_id,
                    outcome="left",
                ),
            )
    if len(others) == 1 and others[0].agent_id:
        agent = turn.agent(others[0].agent_id)
        if agent.state is AgentState.CONFERENCING:
            turn.stimulate(agent, EndConsult())


def host_is_asking(turn: Turn, call: Call) -> bool:
    """Whether the agent of a customer who is alone now is only away, to consult somebody."""
    asking = call.consult
    segment = call.segments.get(asking.segment_id) if asking is not None else None
    if asking is None or asking.joined or segment is None:
        return False
    if segment.held_at is None:
        talking.park_customer(turn, call, segment)
    return True


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
    queue_id = consult_now.queue_id or segment.queue_id
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=segment.segment_id,
            agent_id=agent_id,
            leg_id=leg.leg_id,
            outcome="transferred",
        ),
    )
    talking.end_segment(turn, call, segment, e.EndedBy.TRANSFER)
    talking.leave_conversation(turn, call, segment.leg_id)
    if not joined:
        _bring(turn, call, leg, parked=consult_now.parked)
        turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    if leg.agent_id and call.segment_of(leg.agent_id) is None:
        talking.begin_segment(turn, call, leg, via=e.Via.CONSULT, queue_id=queue_id)
    elif not joined:
        talking.join(turn, call, leg)
    supervising.settle(turn, call)


def hand_over(turn: Turn, call: Call, segment: Segment) -> bool:
    """The asking agent's phone is down: whoever they asked gets the customer.

    So it is with every telephone on a desk, and a customer on hold is not cut off by a phone that
    fails. Somebody who still rings is a blind transfer from here on. An agent who was back with
    the customer has ended that conversation: then nothing is handed over. Tells whether it was.
    """
    asking = call.consult
    if asking is None or asking.segment_id != segment.segment_id or asking.joined or asking.parked:
        return False
    if asking.entry is not None:
        return seeking.hand_over(turn, call, segment, asking, asking.entry)
    leg = call.legs.get(asking.leg_id)
    if leg is None or call.customer is None:
        return False
    if leg.state is LegState.UP:
        complete_transfer(turn, segment.agent_id)
        return True
    turn.record(
        call,
        e.TransferMade(
            segment_id=segment.segment_id,
            agent_id=segment.agent_id,
            target_kind=asking.target_kind,
            target_id=asking.target_id,
            consulted=False,
        ),
    )
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=segment.segment_id,
            agent_id=segment.agent_id,
            leg_id=leg.leg_id,
            outcome="transferred",
        ),
    )
    talking.end_segment(turn, call, segment, e.EndedBy.TRANSFER)
    turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    if asking.target_kind == TargetKind.OUTSIDE:
        supervising.settle(turn, call)
    return True


def _bring(turn: Turn, call: Call, leg: Leg, *, parked: bool) -> None:
    """Take the consulted party from where they are, to join the customer."""
    if parked:
        turn.do(StopMusic(leg_id=leg.leg_id))
    take_out(turn, call, leg)


def conference(turn: Turn, agent_id: str) -> None:
    """Let customer, agent and consulted party share one conversation."""
    call, segment, consult_now = _consulting(turn, agent_id)
    leg = call.legs.get(consult_now.leg_id)
    if leg is None or leg.state is not LegState.UP:
        raise CoreError("call.consult_not_answered", agent_id=agent_id)
    own, customer = call.legs[segment.leg_id], call.customer
    if consult_now.joined or customer is None:
        return
    if not consult_now.parked:
        take_out(turn, call, own)
    _bring(turn, call, leg, parked=consult_now.parked)
    turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=segment.segment_id, agent_id=agent_id, leg_id=leg.leg_id, outcome="joined"
        ),
    )
    if segment.held_at is not None:
        talking.unpark_customer(turn, call, segment)
    apart = (own, leg) if not own.bridge_id else (leg,)
    _rejoin(turn, call, tuple(one.leg_id for one in apart))
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
                queue_id=consult_now.queue_id or segment.queue_id,
            ),
        )
        turn.stimulate(colleague, Connect(call_id=call.call_id, segment_id=segment_id))
        turn.stimulate(colleague, JoinConference())
