"""Who is in a call, as its agents see them."""

from __future__ import annotations

from typing import Any

from openseat.core.calls.model import Call, Leg
from openseat.core.config import CellConfig
from openseat.core.events import LegKind


def parties(call: Call, config: CellConfig) -> list[dict[str, Any]]:
    """Return the call's parties in the order they came; supervisors stay unseen.

    `place` is where they are: together with the customer (talk), at the
    consultation (consult), or neither (apart: ringing, parked, on hold).
    """
    return [
        {
            "leg_id": leg.leg_id,
            "kind": leg.kind,
            "agent_id": leg.agent_id,
            "name": _name(leg, config),
            "state": leg.state,
            "muted": leg.muted,
            "place": _place(call, leg),
        }
        for leg in call.legs.values()
        if leg.kind is not LegKind.SUPERVISOR
    ]


def agents_in(call: Call) -> list[str]:
    """Return the agents who are in the call or offered it."""
    legs = {
        leg.agent_id
        for leg in call.legs.values()
        if leg.agent_id and leg.kind is not LegKind.SUPERVISOR
    }
    return sorted(legs | {segment.agent_id for segment in call.segments.values()})


def host_of(call: Call) -> str:
    """Return the agent who has been with the customer longest: a conference's host."""
    first = next(iter(call.segments.values()), None)
    return first.agent_id if first is not None else ""


def consultation(call: Call, config: CellConfig) -> dict[str, Any] | None:
    """Return the consultation under way, if there is one that is no conference yet.

    `queue_id`, its name and `since` tell of one that waits for somebody of a queue.
    """
    consult = call.consult
    if consult is None or consult.joined:
        return None
    queue_id = consult.entry.queue_id if consult.entry is not None else ""
    queue = config.queues.get(queue_id)
    return {
        "agent_id": consult.agent_id,
        "leg_id": consult.leg_id,
        "parked": consult.parked,
        "queue_id": queue_id,
        "queue_name": queue.name if queue is not None else "",
        "since": consult.entry.entered_at if consult.entry is not None else None,
    }


def told(call: Call) -> dict[str, Any] | None:
    """Return the prompt that is being played into the conversation."""
    if call.prompt is None:
        return None
    return {
        "agent_id": call.prompt.agent_id,
        "name": call.prompt.prompt,
        "language": call.prompt.language,
        "since": call.prompt.started_at,
    }


def _name(leg: Leg, config: CellConfig) -> str:
    known = config.agents.get(leg.agent_id)
    return f"{known.number} {known.name}" if known is not None else leg.address


def _place(call: Call, leg: Leg) -> str:
    if leg.bridge_id == call.talk_bridge_id:
        return "talk"
    return "consult" if leg.bridge_id == call.consult_bridge_id else "apart"
