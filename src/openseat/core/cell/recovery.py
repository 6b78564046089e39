"""Coming back: holding what the core knows against what the switch really has.

After a floor's restart, a cut connection or a new switch, the switch's list of
live legs is the truth about legs; the core's state is the truth about everything
else. Each difference becomes the input that was missed.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import (
    announcing,
    arriving,
    colleagues,
    dialling,
    ending,
    flowing,
    legs,
    queueing,
    seeking,
    service_line,
    supervising,
    talking,
)
from openseat.core.cell.turn import Turn
from openseat.core.effects import Answer, Hangup
from openseat.core.inputs import LegArrived, LegEnded, LiveLeg, SwitchRestored

CAUSE_SWITCH_LOST = 41
"""Q.850 "temporary failure": why legs ended that died with the switch."""

CALLBACK_DELAY_MS = 60_000
"""A customer who was cut off by the switch is due to be called back after this."""


def switch_restored(turn: Turn, seen: SwitchRestored) -> None:
    """Reconcile every call with the switch's live legs."""
    lost_at = turn.state.switch_lost_at
    turn.record_cell(e.SwitchWasRestored(live_legs=len(seen.live), restarted=seen.restarted))
    live = {leg.leg_id: leg for leg in seen.live}
    ended = {leg.leg_id: leg for leg in seen.ended}
    for call in list(turn.state.calls.values()):
        if call.ended_at is not None:
            if seen.restarted:
                _close_recordings(turn, call)
            continue
        lost = [leg for leg in call.legs.values() if leg.leg_id not in live]
        if seen.restarted and call.customer_leg_id not in live:
            _lost_with_switch(turn, call, lost_at)
            continue
        for leg in sorted(lost, key=lambda leg: leg.kind is not e.LegKind.CUSTOMER):
            known = ended.get(leg.leg_id)
            _missed_end(turn, leg, known)
        for leg in list(call.legs.values()):
            if leg.leg_id in live:  # not one that was only just dialled, above
                _catch_up(turn, call, leg, live[leg.leg_id])
        if call.call_id in turn.state.calls and call.customer is not None:
            supervising.resume(turn, call)
            _go_on(turn, call)
    for leg in seen.live:
        if leg.leg_id not in turn.call_of_leg:
            _unknown(turn, leg)


def _missed_end(turn: Turn, leg: Leg, known: LegEnded | None) -> None:
    if known is None:
        ending.leg_ended(turn, leg.leg_id, CAUSE_SWITCH_LOST, another_way=False)
    else:
        ending.leg_ended(turn, leg.leg_id, known.cause, known.at, another_way=False)


def _lost_with_switch(turn: Turn, call: Call, lost_at: int | None) -> None:
    """The switch died and took the call with it."""
    at = lost_at if lost_at is not None else turn.now
    at = max(at, call.started_at)
    queue = turn.queue(call.last_queue_id)
    wanted = queue is None or queue.callback_on_switch_loss
    if call.direction is e.Direction.INBOUND and call.caller and wanted:
        turn.record(
            call,
            e.CallbackPromised(
                callback_id=turn.ids("callback"),
                number=call.caller,
                due_at=turn.now + CALLBACK_DELAY_MS,
                reason="switch_lost",
                queue_id=call.last_queue_id,
            ),
        )
    ending.customer_gone(turn, call, e.EndedBy.SWITCH, CAUSE_SWITCH_LOST, at)
    _close_recordings(turn, call)


def _close_recordings(turn: Turn, call: Call) -> None:
    for recording_id in list(call.recordings):
        ending.recording_ended(turn, call, recording_id, ok=False)


def _catch_up(turn: Turn, call: Call, leg: Leg, seen: LiveLeg) -> None:
    """Repeat what an interrupted turn may not have got across."""
    if leg.leg_id not in call.legs:
        return
    if seen.up and leg.state is not LegState.UP:
        legs.answered(turn, leg.leg_id)
    elif dialling.unanswered(call, leg):
        turn.do(Answer(leg_id=leg.leg_id))
    elif leg.bridge_id and leg.bridge_id != seen.bridge_id:
        together = tuple(
            other.leg_id for other in call.legs.values() if other.bridge_id == leg.bridge_id
        )
        customer = call.customer
        if (
            customer is not None
            and customer.leg_id in together
            and customer.state is not LegState.UP
        ):
            turn.do(Answer(leg_id=customer.leg_id))
        talking.together(turn, call, leg.bridge_id, together)


def _go_on(turn: Turn, call: Call) -> None:
    """Take up waiting and flows where they stood; who was dialling codes dials again."""
    announcing.cut_off(turn, call)  # its end would not be told to a floor that did not begin it
    if colleagues.between(call):
        return
    if service_line.serves(call):
        ending.end_call(turn, call, e.EndedBy.SYSTEM, CAUSE_SWITCH_LOST)
    elif call.entry is not None and not call.offers:
        queueing.keep_waiting(turn, call)
    elif call.consult is not None:
        seeking.keep_waiting(turn, call)
    elif call.run_id and not call.segments and not call.offers and _alone(call):
        flowing.repeat(turn, call)


def _alone(call: Call) -> bool:
    """Whether the customer is with nobody; a supervisor who waits for the next agent is nobody."""
    company = (e.LegKind.AGENT, e.LegKind.OUTSIDE)
    return not any(leg.kind in company for leg in call.legs.values())


def _unknown(turn: Turn, leg: LiveLeg) -> None:
    """A leg that no fact speaks of: a new caller nobody has greeted, or one we gave up."""
    if leg.trunk_id and not leg.up and leg.called:
        arriving.arrived(
            turn,
            LegArrived(
                leg_id=leg.leg_id,
                caller=leg.caller,
                called=leg.called,
                trunk_id=leg.trunk_id,
                agent_id=leg.agent_id,
            ),
        )
    else:
        turn.do(Hangup(leg_id=leg.leg_id))
