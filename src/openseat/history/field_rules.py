"""Fields of past calls that a role may hide: what agents wrote, and their own telephone numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from openseat.core.events import LegKind
from openseat.core.masking import HIDDEN
from openseat.history.documents import Answer, Segment, Written
from openseat.platform.auth import Principal

NOTES = "contacts.notes"
TELEPHONES = "agents.telephone"

Part = TypeVar("Part", Written, Segment)

_OURS = frozenset({LegKind.AGENT.value, LegKind.SUPERVISOR.value})


def readable(parts: Sequence[Part], who: Principal) -> list[Part]:
    """Return what agents wrote, as far as somebody may read it; their own always."""
    if NOTES in who.permissions:
        return list(parts)
    return [part if _own(part.agent_id, who) else _without(part) for part in parts]


def readable_facts(rows: Sequence[dict[str, Any]], who: Principal) -> list[dict[str, Any]]:
    """Return a call's facts without what agents wrote, and without the numbers they were called
    at outside, where somebody may not know them.
    """
    return [{**row, "data": _data(row["type"], row["data"], who)} for row in rows]


def _data(kind: str, data: Mapping[str, Any], who: Principal) -> Mapping[str, Any]:
    if _own(data.get("agent_id", ""), who):
        return data
    if kind == "segment.disposed" and NOTES not in who.permissions:
        answers = [{**one, "value": HIDDEN} for one in data.get("answers", ())]
        return {**data, "notes": HIDDEN if data.get("notes") else "", "answers": answers}
    # Through a trunk an agent is called at a number; at a phone of the floor, by its name.
    outside = kind == "leg.started" and data.get("kind") in _OURS and data.get("trunk_id")
    if outside and TELEPHONES not in who.permissions:
        return {**data, "address": HIDDEN}
    return data


def _own(agent_id: str, who: Principal) -> bool:
    return agent_id != "" and agent_id == who.agent_id


def _without(part: Part) -> Part:
    answers = [Answer(name=one.name, label=one.label, value=HIDDEN) for one in part.answers]
    return part.model_copy(
        update={"notes": HIDDEN if part.notes else "", "answers": answers},
    )
