"""Past calls as those see them who may not know the customers' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from openseat.core.events import Direction, LegKind
from openseat.core.masking import mask, scrub
from openseat.history.documents import Callback, CallSummary
from openseat.history.own_documents import OwnCall

Summary = TypeVar("Summary", bound=CallSummary)
OwnSummary = TypeVar("OwnSummary", bound=OwnCall)
Promise = TypeVar("Promise", bound=Callback)

_OUTSIDE = "outside"
_OURS = frozenset({LegKind.AGENT.value, LegKind.SUPERVISOR.value})


def customer_number(row: Any) -> str:
    """Return the customer's number of a call's row."""
    return row["called"] if row["direction"] == Direction.OUTBOUND.value else row["caller"]


def masked_call(one: Summary) -> Summary:
    """Return a call, and all that was written about it, without the customer's number."""
    number = one.called if one.direction is Direction.OUTBOUND else one.caller
    values = scrub(one.model_dump(), [number])
    values["caller_name"] = mask(one.caller_name)
    values["called" if one.direction is Direction.OUTBOUND else "caller"] = mask(number)
    return type(one).model_validate(values)


def masked_own(one: OwnSummary) -> OwnSummary:
    """Return a call of an agent's own, and all that was written about it, without the number."""
    values = scrub(one.model_dump(), [one.number])
    values |= {"number": mask(one.number), "caller_name": mask(one.caller_name)}
    for step in values.get("steps", ()):
        if step["target_kind"] == _OUTSIDE:
            step["target"] = mask(step["target"])
    return type(one).model_validate(values)


def masked_callback(one: Promise) -> Promise:
    """Return a promise without the number it was made to."""
    return one.model_copy(update={"number": mask(one.number)})


def masked_facts(rows: Sequence[dict[str, Any]], number: str) -> list[dict[str, Any]]:
    """Return a call's facts without the numbers of the customer and of others outside."""
    found = {number}
    for row in rows:
        found.update(_numbers(row["type"], row["data"]))
    found.discard("")
    return [{**row, "data": _masked(row["data"], found)} for row in rows]


def _masked(data: dict[str, Any], found: set[str]) -> dict[str, Any]:
    seen = scrub(data, found)
    for field in ("caller", "caller_name", "address"):
        # Texts that are no plain numbers, such as a SIP address, are found by their place.
        if field in data and data[field] in found:
            seen[field] = mask(data[field])
    if data.get("caller_name"):
        seen["caller_name"] = mask(data["caller_name"])
    return seen


def _numbers(kind: str, data: dict[str, Any]) -> list[str]:
    match kind:
        case "call.started":
            return [customer_number(data)]
        case "leg.started" if data.get("kind") not in _OURS:
            return [data.get("address", "")]
        case "callback.promised":
            return [data.get("number", "")]
        case _ if data.get("target_kind") == _OUTSIDE:
            return [data.get("target_id", "")]
        case _:
            return []
