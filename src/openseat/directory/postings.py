"""Postings: agents who serve other queues than their own, for now or until a time.

A posting says of each queue within the reach of whoever made it whether the agent serves it, and
lies over what is set up: that stays as it is, may change meanwhile, and is what the agent comes
back to when the posting ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from openseat.directory import tables
from openseat.platform.access import Services
from openseat.platform.audit import AuditEntry
from openseat.platform.database import OperatorScope, ScopedSession

_postings = tables.agent_postings


async def post(
    session: ScopedSession,
    agent_id: str,
    wanted: Iterable[str],
    among: Iterable[str],
    until: datetime | None,
    by: str,
) -> None:
    """Have an agent serve the `wanted` queues of those `among` which one may choose, and no others.

    Queues that are not among them stay as they are. Who wants what is set up ends the posting.
    """
    chosen, wish = set(among), set(wanted)
    own = tables.agent_queues
    rows = await session.rows(select(own.c.queue_id).where(own.c.agent_id == agent_id))
    if chosen & {row["queue_id"] for row in rows} == wish:
        await end(session, agent_id, chosen)
        return
    for queue_id in sorted(chosen):
        values = {"serves": queue_id in wish, "until": until, "posted_by": by}
        statement = insert(_postings).values(agent_id=agent_id, queue_id=queue_id, **values)
        await session.run(
            statement.on_conflict_do_update(
                index_elements=[_postings.c.agent_id, _postings.c.queue_id], set_=values
            )
        )


async def find(session: ScopedSession, agent_id: str) -> list[dict[str, Any]]:
    """Return an agent's postings in force, by queue."""
    rows = await session.rows(
        select(_postings).where(_postings.c.agent_id == agent_id).order_by(_postings.c.queue_id)
    )
    now = datetime.now(UTC)
    return [row for row in rows if row["until"] is None or row["until"] > now]


async def end(session: ScopedSession, agent_id: str, among: Iterable[str]) -> int:
    """Have an agent back at the own queues, as far as one may choose; return how many changed."""
    return await session.run(
        delete(_postings).where(
            _postings.c.agent_id == agent_id, _postings.c.queue_id.in_(sorted(among))
        )
    )


async def end_over(shared: Services) -> None:
    """End the postings whose time is over, and put it on record."""
    over: ColumnElement[bool] = _postings.c.until <= datetime.now(UTC)
    async with shared.database.tenant_session(OperatorScope()) as session:
        # Looked for first: a deletion, even of nothing, would wake the floor.
        rows = await session.rows(select(_postings).where(over).limit(500))
        if not rows:
            return
        ids = [(row["agent_id"], row["queue_id"]) for row in rows]
        place = tuple_(_postings.c.agent_id, _postings.c.queue_id)
        ended = await session.rows(
            delete(_postings).where(place.in_(ids), over).returning(_postings.c.agent_id)
        )
        for agent_id in sorted({row["agent_id"] for row in ended}):
            await shared.audit.record(session, _returned(agent_id))


def _returned(agent_id: str) -> AuditEntry:
    return AuditEntry(action="agent.posting_over", actor_id="", kind="agent", subject_id=agent_id)
