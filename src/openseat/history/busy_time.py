"""When agents were busy, and why: what figures of busy time are made of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from openseat.core.events import AgentState
from openseat.history.tables import agent_time
from openseat.platform.database import ScopedSession


@dataclass(frozen=True, slots=True)
class BusySpell:
    """A stretch of an agent's busy time for one reason, cut to the time asked about."""

    agent_id: str
    group_id: str
    reason: str
    start: int
    end: int
    whole_ms: int
    """How long it lasted in all, or has by now."""


async def busy_spells(
    session: ScopedSession, since: int, until: int, now: int, agent_id: str | None = None
) -> list[BusySpell]:
    """Return the busy spells that count between `since` and `until`, by when they began.

    A spell shorter than the agent's minimum is no break and is left out, as in all figures. One
    that goes on is as long as it is by `now`.
    """
    table = agent_time
    # A spell lasts as long as the floor says, which is the distance of its facts.
    began = func.coalesce(table.c.until - table.c.ms, table.c.since)
    conditions = [
        table.c.state == AgentState.BUSY.value,
        table.c.counted,
        table.c.since < min(until, now),
        func.coalesce(table.c.until, now) > since,
    ]
    if agent_id is not None:
        conditions.append(table.c.agent_id == agent_id)
    rows = await session.rows(
        select(
            table.c.agent_id,
            table.c.group_id,
            table.c.reason,
            began.label("began"),
            func.coalesce(table.c.until, now).label("over"),
        )
        .where(*conditions)
        .order_by(began, table.c.agent_id, table.c.no)
    )
    return [
        BusySpell(
            agent_id=row["agent_id"],
            group_id=row["group_id"],
            reason=row["reason"],
            start=max(row["began"], since),
            end=min(row["over"], until, now),
            whole_ms=row["over"] - row["began"],
        )
        for row in rows
        if min(row["over"], until, now) > max(row["began"], since)
    ]
