"""What the switch reports of legs while they live."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Ring
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import (
    asking,
    colleagues,
    conferring,
    dialling,
    flowing,
    phoning,
    seeking,
    sending,
    service_line,
    supervising,
    talking,
)
from openseat.core.cell.turn import Turn
from openseat.core.effects import Hangup
from openseat.core.flows.actions import Digit


def ringing(turn: Turn, leg_id: str) -> None:
    """The far end of a leg we dialled is alerting."""
    call = turn.call_of(leg_id)
    leg = call.legs.get(leg_id) if call is not None else None
    if call is None or leg is None or leg.state is not LegState.DIALLING:
        return
    turn.record(call, e.LegRang(leg_id=leg_id))
    offer = call.offer_of_leg(leg_id)
    if offer is not None:
        turn.stimulate(turn.agent(offer.agent_id), Ring(call_id=call.call_id))
    else:
        colleagues.alerts(turn, call, leg)


def answered(turn: Turn, leg_id: str) -> None:
    """A leg is up: the customer's after we answered it, or one that we dialled."""
    call = turn.call_of(leg_id)
    leg = call.legs.get(leg_id) if call is not None else None
    if call is None or leg is None:
        turn.do(Hangup(leg_id=leg_id))
        return
    if leg.state is LegState.UP:
        return
    if leg.kind is e.LegKind.CUSTOMER:
        turn.record(call, e.CallAnswered(leg_id=leg_id))
        if call.direction is e.Direction.OUTBOUND:
            dialling.customer_answered(turn, call)
        elif call.direction is e.Direction.INTERNAL:
            service_line.answered(turn, call)
        return
    if asking.needed(leg):
        asking.ask(turn, call, leg)
        return
    taken(turn, call, leg)


def taken(turn: Turn, call: Call, leg: Leg) -> None:
    """An agent, a supervisor or a third party is there to talk."""
    leg_id = leg.leg_id
    turn.record(call, e.LegWasAnswered(leg_id=leg_id))
    if leg.kind is e.LegKind.SUPERVISOR:
        supervising.ear_answered(turn, call, leg)
        return
    consult = call.consult
    offer = call.offer_of_leg(leg_id)
    if offer is not None:
        seeking.found(turn, call, offer, leg)
    if consult is not None and consult.leg_id == leg_id:
        conferring.consulted_answered(turn, call, leg)
    elif offer is not None:
        talking.accepted(turn, call, offer, leg)
    elif leg.kind is e.LegKind.AGENT:
        meant = (phoning.answered, dialling.agent_answered, colleagues.answered)
        if not any(taker(turn, call, leg) for taker in meant):
            talking.leave_conversation(turn, call, leg_id)  # what it was for is over
    else:
        sending.outside_answered(turn, call, leg)


def digit(turn: Turn, leg_id: str, key: str) -> None:
    """A customer's key goes to the flow, an agent's to what asks them; others mean nothing here."""
    call = turn.call_of(leg_id)
    leg = call.legs.get(leg_id) if call is not None else None
    if call is None or leg is None:
        return
    if leg.state is LegState.ASKED:
        if key == asking.ACCEPT:
            asking.over(turn, leg)
            taken(turn, call, leg)
    elif service_line.serves(call):
        service_line.pressed(turn, call, key)
    elif leg_id == call.customer_leg_id and not call.segments:
        flowing.tell(turn, call, Digit(digit=key))
