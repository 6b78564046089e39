"""How far the data reach that somebody with a role of the operator's own may touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openseat.platform.auth_roles import DataRange, Role
from openseat.platform.database import Range


def range_of(found: Mapping[str, Any]) -> Range | None:
    """Return what the database holds a user to, by a row of account and role; None: to nothing
    beyond what their kind is held to.
    """
    seat = found["agent_id"] or ""
    match found["data_range"]:
        case DataRange.CHOSEN:
            clients, projects = found["range_client_ids"], found["range_project_ids"]
            return Range(frozenset(clients), frozenset(projects), seat)
        case DataRange.OWN if found["role"] != Role.AGENT:
            return Range(agent_id=seat)
        case _:
            return None


def managed_of(found: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups and queues somebody manages; none where only the own is in reach."""
    if found["data_range"] == DataRange.OWN:
        return frozenset(), frozenset()
    return frozenset(found["group_ids"]), frozenset(found["queue_ids"])
