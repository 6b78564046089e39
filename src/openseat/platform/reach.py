"""What a supervisor manages of the floor; nothing else is shown to them or obeys them.

The same reach bounds the live rows (and with them every action, which is only taken on what can
be seen), calls with their recordings, and figures.
"""

from __future__ import annotations

from dataclasses import dataclass

from openseat.platform.auth import Principal
from openseat.platform.auth_roles import Role


@dataclass(frozen=True, slots=True)
class Reach:
    """Managed agent groups and queues, and the own seat ("" for none)."""

    group_ids: frozenset[str]
    queue_ids: frozenset[str]
    agent_id: str


def reach_of(who: Principal) -> Reach | None:
    """Return what bounds somebody beyond the database's own rules; None: nothing does."""
    if who.role is not Role.SUPERVISOR:
        return None
    return Reach(who.group_ids, who.queue_ids, who.agent_id or "")
