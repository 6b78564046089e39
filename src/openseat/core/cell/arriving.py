"""Calls coming in: whose number it is, whether there is room, and the flow that begins."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.calls.model import Call
from openseat.core.cell import ending, flowing, service_line
from openseat.core.cell.turn import Turn
from openseat.core.config import NumberConfig
from openseat.core.effects import Hangup
from openseat.core.inputs import LegArrived

CAUSE_NO_SUCH_NUMBER = 1
CAUSE_REJECTED = 21
CAUSE_NO_CIRCUIT = 34


def arrived(turn: Turn, leg: LegArrived) -> None:
    """Begin a call for a leg from outside, or do what somebody dialled on a phone of ours."""
    if leg.leg_id in turn.call_of_leg:
        return
    if not leg.trunk_id and not leg.endpoint:
        turn.do(Hangup(leg_id=leg.leg_id, cause=CAUSE_REJECTED))
        return
    if not leg.trunk_id:
        service_line.from_phone(turn, leg)
        return
    if service_line.is_called(turn, leg.called):
        service_line.from_outside(turn, leg)
        return
    number = number_of(turn, leg.called)
    call = turn.begin_call(
        turn.ids("call"),
        e.CallStarted(
            direction=e.Direction.INBOUND,
            leg_id=leg.leg_id,
            caller=leg.caller,
            called=number.e164 if number else leg.called,
            caller_name=leg.caller_name,
            trunk_id=leg.trunk_id,
            number_id=number.number_id if number else "",
            client_id=(number.client_id or "") if number else "",
            project_id=(number.project_id or "") if number else "",
            language=number.language if number else "zh-CN",
        ),
    )
    refusal = _refusal(turn, call, number)
    if refusal is not None or number is None:
        reason, cause = refusal or ("no_such_number", CAUSE_NO_SUCH_NUMBER)
        turn.record(call, e.CallRefused(reason=reason, cause=cause))
        ending.end_call(turn, call, e.EndedBy.SYSTEM, cause)
        return
    flowing.enter(turn, call, number.flow_id)


def number_of(turn: Turn, called: str) -> NumberConfig | None:
    """The number that was called, whether or not the carrier wrote the plus sign."""
    numbers = turn.config.numbers
    return numbers.get(called) or numbers.get(f"+{called}")


def _refusal(turn: Turn, call: Call, number: NumberConfig | None) -> tuple[str, int] | None:
    if number is None:
        return "no_such_number", CAUSE_NO_SUCH_NUMBER
    limit = turn.config.max_calls
    if limit is not None and len(turn.state.calls) > limit:
        return "no_capacity", CAUSE_NO_CIRCUIT
    project = turn.config.projects.get(call.project_id)
    if project is None:
        return None
    if call.caller in project.blacklist and call.caller not in project.whitelist:
        return "blacklisted", CAUSE_REJECTED
    if project.max_calls is not None:
        own = sum(
            1 for other in turn.state.calls.values() if other.project_id == project.project_id
        )
        if own > project.max_calls:
            return "no_capacity", CAUSE_NO_CIRCUIT
    return None
