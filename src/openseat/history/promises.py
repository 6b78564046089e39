"""Promises to call a customer back, inside the caller's scope: what is owed, and what was kept.

A promise is kept by the first call out to its number for its client, whoever places it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_

from openseat.core.events import Direction
from openseat.directory.standing import projects_of, standing
from openseat.directory.veil import veil_of
from openseat.history.documents import (
    Callback,
    CallbackSort,
    CallbacksQuery,
    CallbackState,
    PromisedCallback,
    instant,
)
from openseat.history.service import within_reach
from openseat.history.tables import callbacks, calls
from openseat.history.veiling import masked_callback
from openseat.platform.access import Access
from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession
from openseat.platform.paging import Page, read_cursor, write_cursor
from openseat.platform.problems import Problem
from openseat.platform.reach import reach_of

_CALL = calls.alias("promised_in")
_BACK = calls.alias("back")
_KEPT = (
    select(_BACK.c.id.label("kept_call_id"), _BACK.c.started_at.label("kept_at"))
    .where(
        _BACK.c.direction == Direction.OUTBOUND.value,
        _BACK.c.called == callbacks.c.number,
        _BACK.c.client_id == callbacks.c.client_id,
        _BACK.c.started_at > callbacks.c.promised_at,
    )
    .order_by(_BACK.c.started_at)
    .limit(1)
    .lateral("kept")
)


async def find_callbacks(access: Access, query: CallbacksQuery) -> Page[PromisedCallback]:
    """Return one page of promises, whoever made them."""
    statement = _promises().where(*await _reach(access))
    for name in ("client_id", "queue_id", "agent_id"):
        value = getattr(query, name)
        if value is not None:
            statement = statement.where(callbacks.c[name] == value)
    statement = statement.where(*_in_state(query.state))
    order, down = (callbacks.c.due_at, callbacks.c.id), query.sort is CallbackSort.DUE_DOWN
    if query.cursor is not None:
        sort, due_at, subject = read_cursor(query.cursor, str, int, str)
        if sort != query.sort.value:
            raise Problem("cursor.invalid")
        place = tuple_(due_at, subject)
        statement = statement.where(tuple_(*order) < place if down else tuple_(*order) > place)
    ordered = [part.desc() for part in order] if down else order
    rows = await access.session.rows(statement.order_by(*ordered).limit(query.limit + 1))
    page = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        following = write_cursor(query.sort.value, page[-1]["due_at"], page[-1]["callback_id"])
    shown = await _shown_calls(access, page)
    veil = await veil_of(access.session, access.principal)
    items = [PromisedCallback.told(row, shown) for row in page]
    return Page(
        items=[
            masked_callback(one) if veil.covers(one.project_id, one.client_id) else one
            for one in items
        ],
        next_cursor=following,
    )


async def owed(session: ScopedSession, who: Principal, agent_id: str, limit: int) -> list[Callback]:
    """Return what an agent has to do, the most urgent first: what they promised themselves, and
    what flows and the system promised for the queues they serve.
    """
    mine = await _owed_by(session, who, agent_id)
    rows = await session.rows(
        _promises()
        .where(mine, _KEPT.c.kept_at.is_(None))
        .order_by(callbacks.c.due_at, callbacks.c.id)
        .limit(limit)
    )
    veil = await veil_of(session, who)
    return [
        masked_callback(one) if veil.covers(one.project_id, one.client_id) else one
        for one in map(Callback.of, rows)
    ]


async def promised_number(
    session: ScopedSession, who: Principal, agent_id: str, callback_id: str
) -> str | None:
    """Return the number of a promise that is an agent's to keep."""
    mine = await _owed_by(session, who, agent_id)
    row = await session.row(_promises().where(mine, callbacks.c.id == callback_id))
    return None if row is None else row["number"]


def _promises() -> Select[Any]:
    """Return every promise with the project of its call, and the call that kept it."""
    return (
        select(
            callbacks,
            func.coalesce(_CALL.c.project_id, "").label("project_id"),
            _KEPT.c.kept_call_id,
            _KEPT.c.kept_at,
        )
        .outerjoin(_CALL, _CALL.c.id == callbacks.c.call_id)
        .outerjoin(_KEPT, true())
    )


def _in_state(state: CallbackState | None) -> Sequence[ColumnElement[bool]]:
    open_ = _KEPT.c.kept_at.is_(None)
    match state:
        case None:
            return ()
        case CallbackState.OPEN:
            return (open_,)
        case CallbackState.LATE:
            return (open_, callbacks.c.due_at < instant(datetime.now(UTC)))
        case CallbackState.KEPT:
            return (_KEPT.c.kept_at.is_not(None),)


async def _owed_by(session: ScopedSession, who: Principal, agent_id: str) -> ColumnElement[bool]:
    queues = (await standing(session, who)).queue_ids
    projects = await projects_of(session, queues)
    return or_(
        callbacks.c.agent_id == agent_id,
        and_(
            callbacks.c.agent_id == "",
            or_(
                callbacks.c.queue_id.in_(sorted(queues)),
                and_(callbacks.c.queue_id == "", _CALL.c.project_id.in_(sorted(projects))),
            ),
        ),
    )


async def _reach(access: Access) -> Sequence[ColumnElement[bool]]:
    """Return what bounds a supervisor: the managed queues, and what the managed agents promised."""
    reach = reach_of(access.principal)
    if reach is None:
        return ()
    agents = (await standing(access.session, access.principal)).agent_ids
    queues = sorted(reach.queue_ids)
    return (
        or_(
            callbacks.c.queue_id.in_(queues),
            callbacks.c.agent_id.in_(sorted(agents)),
            and_(
                callbacks.c.queue_id == "",
                callbacks.c.agent_id == "",
                _CALL.c.queue_ids.overlap(queues),
            ),
        ),
    )


async def _shown_calls(access: Access, rows: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """Return those of the calls beside promises that the caller may open."""
    ids = {row[name] for row in rows for name in ("call_id", "kept_call_id")} - {"", None}
    if not ids:
        return frozenset()
    found = await access.session.rows(
        select(calls.c.id).where(calls.c.id.in_(sorted(ids)), *within_reach(access.principal))
    )
    return frozenset(row["call_id"] for row in found)
