"""How legs and calls end, whoever ends them and however."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Release
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import (
    colleagues,
    conferring,
    dialling,
    flowing,
    phoning,
    queueing,
    sending,
    supervising,
    talking,
    trunk_test,
    trunks,
)
from openseat.core.cell.turn import Turn
from openseat.core.config import Target, TargetKind
from openseat.core.effects import DropBridge, Hangup
from openseat.core.events import EndedBy

RECORDING_CLOSE_MS = 5_000
"""How long the switch may take to close a recording after its leg is gone."""

_OFFER_RESULT = {
    17: e.OfferResult.REFUSED,
    21: e.OfferResult.REFUSED,
    18: e.OfferResult.TIMED_OUT,
    19: e.OfferResult.TIMED_OUT,
}
"""What a phone's Q.850 cause says about the offer; any other cause is a failure."""


def leg_ended(
    turn: Turn, leg_id: str, cause: int, at: int | None = None, *, another_way: bool = True
) -> None:
    """A leg is gone; what that means depends on whose it was.

    `another_way`: a party whom a trunk could not reach may be called by another.
    """
    call = turn.call_of(leg_id)
    leg = call.legs.get(leg_id) if call is not None else None
    if call is None or leg is None:
        return
    if at is not None:
        at = max(leg.started_at, min(at, turn.now))
    if another_way and trunks.reroute(turn, call, leg, cause):
        return
    if leg.kind is e.LegKind.CUSTOMER:
        customer_gone(turn, call, EndedBy.CUSTOMER, cause, at)
        return
    if leg.kind is e.LegKind.SUPERVISOR:
        supervising.ear_ended(turn, call, leg, cause, at)
        return
    consult = call.consult
    if consult is not None and consult.leg_id == leg_id and not consult.joined:
        _consulted_gone(turn, call, leg, cause)
    elif leg.kind is e.LegKind.AGENT:
        _agent_gone(turn, call, leg, cause, at)
    else:
        _outside_gone(turn, call, leg, cause, at)
    _close_if_empty(turn, call)


def record_leg_end(turn: Turn, call: Call, leg: Leg, cause: int, at: int | None = None) -> None:
    """Record that a leg is over and forget it."""
    ended_at = turn.now if at is None else at
    answered_ms = 0 if leg.answered_at is None else max(0, ended_at - leg.answered_at)
    turn.record(
        call, e.LegWasEnded(leg_id=leg.leg_id, cause=cause, answered_ms=answered_ms), ended_at
    )
    turn.call_of_leg.pop(leg.leg_id, None)


def free_agent(turn: Turn, call: Call, agent_id: str) -> None:
    """Give back an agent who was in the call without a segment of their own."""
    agent = turn.state.agents.get(agent_id)
    if agent is not None and agent.call_id == call.call_id:
        turn.stimulate(agent, Release(after_call_work_ms=0))


def _agent_gone(turn: Turn, call: Call, leg: Leg, cause: int, at: int | None) -> None:
    offer = call.offer_of_leg(leg.leg_id)
    spare = phoning.is_spare(call, leg)
    record_leg_end(turn, call, leg, cause, at)
    if spare:
        return
    if offer is not None:
        result = _offer_result(leg, cause)
        queueing.end_offer(turn, call, offer, result)
        if not offer.entry_id and call.customer is not None:
            target = Target(kind=TargetKind.AGENT, id=offer.agent_id)
            sending.transfer_failed(turn, call, target, result)
        return
    segment = call.segment_of(leg.agent_id)
    phoning.drop_replacements(turn, call, leg.agent_id)
    if segment is None:
        free_agent(turn, call, leg.agent_id)
        if dialling.undialled(call):
            end_call(turn, call, EndedBy.AGENT)
        colleagues.gone(turn, call, leg, cause)
        return
    if conferring.hand_over(turn, call, segment):
        return
    talking.end_segment(turn, call, segment, EndedBy.AGENT, at)
    _party_left(turn, call, EndedBy.AGENT)


def _offer_result(leg: Leg, cause: int) -> e.OfferResult:
    """What became of an offer; who heard at a telephone what it was and hung up has refused."""
    otherwise = e.OfferResult.REFUSED if leg.state is LegState.ASKED else e.OfferResult.FAILED
    return _OFFER_RESULT.get(cause, otherwise)


def _outside_gone(turn: Turn, call: Call, leg: Leg, cause: int, at: int | None) -> None:
    talked = leg.state is LegState.UP
    number = leg.address
    record_leg_end(turn, call, leg, cause, at)
    if talked:
        _party_left(turn, call, EndedBy.AGENT)
    elif call.customer is not None:
        target = Target(kind=TargetKind.OUTSIDE, id=number)
        sending.transfer_failed(turn, call, target, f"cause_{cause}")


def _consulted_gone(turn: Turn, call: Call, leg: Leg, cause: int) -> None:
    """The consulted party refused, did not answer, or hung up: back to the customer."""
    consult = call.consult
    if consult is None:
        return
    offer = call.offer_of_leg(leg.leg_id)
    answered = leg.state is LegState.UP
    record_leg_end(turn, call, leg, cause)
    if offer is not None:
        queueing.end_offer(turn, call, offer, _offer_result(leg, cause))
    else:
        phoning.drop_replacements(turn, call, leg.agent_id)
        free_agent(turn, call, leg.agent_id)
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=consult.segment_id,
            agent_id=consult.agent_id,
            leg_id=consult.leg_id,
            outcome="left" if answered else "failed",
        ),
    )
    turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    segment = call.segments.get(consult.segment_id)
    if segment is not None:
        conferring.back_to_customer(turn, call, segment)


def _party_left(turn: Turn, call: Call, ended_by: EndedBy) -> None:
    """Someone who talked with the customer left: go on with who is there, or with the flow."""
    customer = call.customer
    if customer is None:
        return
    others = [
        leg
        for leg in call.legs.values()
        if leg.kind in (e.LegKind.AGENT, e.LegKind.OUTSIDE) and leg.bridge_id == call.talk_bridge_id
    ]
    conferring.party_left(turn, call, others)
    if not others and supervising.inherit(turn, call):
        return
    supervising.settle(turn, call)
    if others or conferring.host_is_asking(turn, call):
        return
    if call.run_id:
        talking.unbridge_customer(turn, call)
        turn.parted = ended_by
        flowing.returned(turn, call, "served")
        return
    end_call(turn, call, ended_by)


def everybody_leaves(turn: Turn, call: Call, ended_by: EndedBy) -> None:
    """Take the customer from everybody: their flow goes on, and without one the call ends."""
    if not call.run_id:
        end_call(turn, call, ended_by)
        return
    for segment in list(call.segments.values()):
        talking.end_segment(turn, call, segment, ended_by)
    supervising.settle(turn, call)
    for leg in list(call.legs.values()):
        if leg.leg_id != call.customer_leg_id:
            talking.leave_conversation(turn, call, leg.leg_id)
            free_agent(turn, call, leg.agent_id)
    conferring.party_left(turn, call, [])
    talking.unbridge_customer(turn, call)
    turn.parted = ended_by
    flowing.returned(turn, call, "served")


def end_call(turn: Turn, call: Call, ended_by: EndedBy, cause: int = 16) -> None:
    """Hang up on the customer and everybody else."""
    customer = call.customer
    if customer is not None:
        turn.do(Hangup(leg_id=customer.leg_id, cause=cause))
        customer_gone(turn, call, ended_by, cause)


def customer_gone(
    turn: Turn, call: Call, ended_by: EndedBy, cause: int, at: int | None = None
) -> None:
    """The customer's leg is over, by them or by us: nothing of the call stays behind."""
    customer = call.customer
    if customer is None:
        return
    ended_at = turn.now if at is None else at
    if call.entry is not None:
        waited = ended_at - call.entry.entered_at
        queue = turn.queue(call.entry.queue_id)
        short = queue is not None and waited < queue.short_abandon_ms
        outcome = e.QueueExit.SHORT_ABANDONED if short else e.QueueExit.ABANDONED
        queueing.leave_queue(turn, call, outcome, at=ended_at)
    for offer in list(call.offers.values()):
        queueing.withdraw(turn, call, offer)
    for segment in list(call.segments.values()):
        talking.end_segment(turn, call, segment, ended_by, at)
    supervising.call_over(turn, call)
    flowing.hung_up(turn, call)
    record_leg_end(turn, call, customer, cause, at)
    free_agent(turn, call, customer.agent_id)
    for leg in list(call.legs.values()):
        turn.do(Hangup(leg_id=leg.leg_id))
        record_leg_end(turn, call, leg, cause=16, at=at)
        free_agent(turn, call, leg.agent_id)
    _close(turn, call, ended_by, cause, ended_at)


def _close_if_empty(turn: Turn, call: Call) -> None:
    if not call.legs and call.ended_at is None:
        _close(turn, call, EndedBy.AGENT, call.cause, turn.now)


def _close(turn: Turn, call: Call, ended_by: EndedBy, cause: int, at: int) -> None:
    left_at = call.customer_left_at if call.customer_left_at is not None else at
    billable = 0 if call.answered_at is None else max(0, left_at - call.answered_at)
    turn.do(DropBridge(bridge_id=call.talk_bridge_id))
    for recording_id in call.recordings:
        turn.deadlines.add(
            turn.now + RECORDING_CLOSE_MS, "recording", f"{call.call_id} {recording_id}"
        )
    turn.runs.pop(call.call_id, None)
    trunk_test.over(turn, call, cause, at)
    turn.record(
        call,
        e.CallEnded(
            ended_by=call.ended_by or ended_by,
            cause=cause,
            answered=call.answered_at is not None,
            duration_ms=max(0, at - call.started_at),
            billable_ms=billable,
        ),
        at,
    )


def recording_ended(
    turn: Turn, call: Call, recording_id: str, *, ok: bool, duration_ms: int = 0
) -> None:
    """The switch closed a recording's file (or never will)."""
    if recording_id not in call.recordings:
        return
    box = call.voices.get(recording_id)
    if box and ok:
        turn.record(
            call, e.VoicemailLeft(recording_id=recording_id, box=box, duration_ms=duration_ms)
        )
    turn.record(call, e.RecordingStopped(recording_id=recording_id, ok=ok))
    if box is not None:
        flowing.voice_recorded(turn, call, ok)
