"""Call-backs that agents promised, as they and their desks see them."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from openseat.core.events import Direction
from openseat.directory.veil import veil_of
from openseat.history.documents import Callback
from openseat.history.tables import callbacks, calls
from openseat.history.veiling import masked_callback
from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession


async def open_callbacks(
    session: ScopedSession, who: Principal, agent_id: str, limit: int
) -> list[Callback]:
    """Return what an agent promised and nobody has done yet, the most urgent first.

    A promise is kept by the first call out to its number for its client.
    """
    kept = exists().where(
        calls.c.direction == Direction.OUTBOUND.value,
        calls.c.called == callbacks.c.number,
        calls.c.client_id == callbacks.c.client_id,
        calls.c.started_at > callbacks.c.promised_at,
    )
    promised_in = calls.alias("promised_in")
    rows = await session.rows(
        select(callbacks, func.coalesce(promised_in.c.project_id, "").label("project_id"))
        .outerjoin(promised_in, promised_in.c.id == callbacks.c.call_id)
        .where(callbacks.c.agent_id == agent_id, ~kept)
        .order_by(callbacks.c.due_at, callbacks.c.id)
        .limit(limit)
    )
    veil = await veil_of(session, who)
    return [
        masked_callback(one) if veil.covers(row["project_id"], row["client_id"]) else one
        for row, one in ((row, Callback.of(row)) for row in rows)
    ]


async def own_promise(session: ScopedSession, agent_id: str, callback_id: str) -> str | None:
    """Return the number that an agent promised to call back."""
    return await session.value(
        select(callbacks.c.number).where(
            callbacks.c.id == callback_id, callbacks.c.agent_id == agent_id
        )
    )
