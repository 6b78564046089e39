"""Reading calls inside the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, tuple_

from openseat.core.events import Direction
from openseat.core.kpi.intervals import midnight
from openseat.core.masking import same_number
from openseat.directory.standing import zones
from openseat.directory.veil import veil_of, veiled
from openseat.history.documents import (
    CallDetail,
    CallsQuery,
    CallSummary,
    OutcomeFilter,
    Segment,
    Written,
    instant,
)
from openseat.history.field_rules import readable
from openseat.history.tables import calls, segments
from openseat.history.veiling import customer_number, masked_call
from openseat.platform.access import Access
from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession
from openseat.platform.paging import Page, read_cursor, write_cursor
from openseat.platform.problems import Problem
from openseat.platform.reach import reach_of

DEFAULT_ZONE = "Asia/Shanghai"
"""Where there is no project to say."""
LEAST_WHOLE = 7
"""Digits of the shortest number that is found where numbers are hidden: what is shorter is nobody,
and is typed on the way to every other.
"""


async def find_calls(
    access: Access, query: CallsQuery, customer: str | None = None
) -> Page[CallSummary]:
    """Return one page of calls; `customer` narrows them to those of a number known to the caller
    of this function, who need not be the user.
    """
    column = func.coalesce(calls.c[query.sort.column], -1)
    conditions = _conditions(access, query)
    if customer is not None:
        conditions.append(_of_number(customer))
    veil = await veil_of(access.session, access.principal)
    if query.number is not None:
        conditions.append(await searched(access, query.number, _of_number(query.number)))
    if query.first_day is not None or query.last_day is not None:
        known = await zones(access.session)
        conditions.append(on_days(query.first_day, query.last_day, known))
    order = (column, calls.c.id)
    statement = select(calls, column.label("sorted_by")).where(*conditions)
    if query.cursor is not None:
        sort, value, call_id = read_cursor(query.cursor, str, int, str)
        if sort != query.sort.value:
            raise Problem("cursor.invalid")
        place = tuple_(value, call_id)
        there = tuple_(*order) < place if query.sort.descending else tuple_(*order) > place
        statement = statement.where(there)
    ordered = [part.desc() if query.sort.descending else part.asc() for part in order]
    rows = await access.session.rows(statement.order_by(*ordered).limit(query.limit + 1))
    page = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        following = write_cursor(query.sort.value, page[-1]["sorted_by"], page[-1]["call_id"])
    items = [CallSummary.of(row) for row in page]
    await _add_written(access, items)
    items = [
        masked_call(one) if veil.covers(one.project_id, one.client_id) else one for one in items
    ]
    return Page(items=items, next_cursor=following)


async def _add_written(access: Access, found: Sequence[CallSummary]) -> None:
    """Put what agents wrote beside their calls, in one read for all, as far as it may be read."""
    by_id = {one.call_id: one for one in found}
    if not by_id:
        return
    rows = await access.session.rows(
        select(segments)
        .where(segments.c.call_id.in_(sorted(by_id)), segments.c.disposition != "")
        .order_by(segments.c.started_at, segments.c.id)
    )
    for row in rows:
        values = {name: row[name] for name in Written.model_fields}
        by_id[row["call_id"]].written += readable(
            [Written.model_validate(values)], access.principal
        )


async def own_customer(session: ScopedSession, agent_id: str, call_id: str) -> str | None:
    """Return the customer's number of a call that an agent placed or talked in."""
    row = await session.row(
        select(calls).where(calls.c.id == call_id, calls.c.agent_ids.contains([agent_id]))
    )
    return None if row is None else customer_number(row)


async def segment_customer(session: ScopedSession, agent_id: str, segment_id: str) -> str | None:
    """Return the customer's number of an agent's own stretch of a call."""
    row = await session.row(
        select(calls)
        .join(segments, segments.c.call_id == calls.c.id)
        .where(segments.c.id == segment_id, segments.c.agent_id == agent_id)
    )
    return None if row is None else customer_number(row)


async def find_call(access: Access, call_id: str) -> CallDetail:
    """Return one call.

    Raises:
        Problem: `not_found`: there is none for this caller.
    """
    row = await call_row(access, call_id)
    summary = CallSummary.of(row)
    await _add_written(access, [summary])
    parts = await read_segments(access.session, access.principal, call_id)
    found = CallDetail(**summary.model_dump(), parts=parts)
    veil = await veil_of(access.session, access.principal)
    return masked_call(found) if veil.covers(found.project_id, found.client_id) else found


def on_days(
    first: date | None,
    last: date | None,
    zones: Mapping[str, str],
    at: ColumnElement[int] = calls.c.started_at,
) -> ColumnElement[bool]:
    """Return the condition that a call began (or `at`, something in it, was) from `first` to
    `last`, both included, by the clock of its project; `zones` has the project's zones. A call of
    no project goes by the zone of most.
    """
    projects: dict[str, list[str]] = {}
    for project_id, name in sorted(zones.items()):
        projects.setdefault(name, []).append(project_id)
    usual = max(projects, key=lambda name: len(projects[name]), default=DEFAULT_ZONE)
    parts: list[ColumnElement[bool]] = []
    for name, ids in projects.items():
        if name != usual:
            parts.append(and_(calls.c.project_id.in_(ids), *_between(first, last, name, at)))
    elsewhere = [one for name, ids in projects.items() if name != usual for one in ids]
    rest = and_(calls.c.project_id.not_in(elsewhere), *_between(first, last, usual, at))
    return or_(rest, *parts)


def _between(
    first: date | None, last: date | None, zone: str, at: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    there = ZoneInfo(zone)
    found = list[ColumnElement[bool]]()
    if first is not None:
        found.append(at >= midnight(first, there))
    if last is not None:
        found.append(at < midnight(last + timedelta(days=1), there))
    return found


async def find_segments(session: ScopedSession, call_id: str) -> list[Segment]:
    """Return a call's stretches in their order, as far as the scope sees."""
    rows = await session.rows(
        select(segments).where(segments.c.call_id == call_id).order_by(segments.c.started_at)
    )
    return [Segment.of(row) for row in rows]


async def read_segments(session: ScopedSession, who: Principal, call_id: str) -> list[Segment]:
    """Return a call's stretches in their order, with what of it somebody may read."""
    return readable(await find_segments(session, call_id), who)


async def stretches_of(
    session: ScopedSession, agent_id: str, call_id: str
) -> tuple[str, dict[str, int]] | None:
    """Return the project of a call, and when each of an agent's stretches in it began, by id.

    None: the agent talked in no such call.
    """
    rows = await session.rows(
        select(segments.c.id, segments.c.started_at, calls.c.project_id)
        .join(calls, calls.c.id == segments.c.call_id)
        .where(segments.c.call_id == call_id, segments.c.agent_id == agent_id)
    )
    if not rows:
        return None
    return rows[0]["project_id"], {row["segment_id"]: row["started_at"] for row in rows}


async def not_own_call(access: Access, call_id: str) -> Problem:
    """Return the problem for a call that does not concern the caller's agent."""
    return await access.not_own(calls, "call", call_id)


async def segment_owner(session: ScopedSession, segment_id: str) -> tuple[str, str] | None:
    """Return client and project of a stretch, or None while history has not heard of it."""
    row = await session.row(
        select(calls.c.client_id, calls.c.project_id)
        .join(segments, segments.c.call_id == calls.c.id)
        .where(segments.c.id == segment_id)
    )
    return None if row is None else (row["client_id"], row["project_id"])


async def call_row(access: Access, call_id: str) -> dict[str, Any]:
    """Return a call's row.

    Raises:
        Problem: `not_found`: there is none for this caller.
    """
    row = await access.session.row(
        select(calls).where(calls.c.id == call_id, *within_reach(access.principal))
    )
    if row is None:
        raise await access.missing(calls, "call", call_id)
    return row


def within_reach(who: Principal) -> Sequence[ColumnElement[bool]]:
    """Return what limits the calls somebody may see beyond the database's own rules.

    A supervisor sees the calls of the managed queues, and those the managed groups talked in; one
    who manages nothing, the own.
    """
    reach = reach_of(who)
    if reach is None:
        return ()
    if not reach.group_ids and not reach.queue_ids:
        return (calls.c.agent_ids.contains([reach.agent_id]),)
    served = exists().where(
        and_(segments.c.call_id == calls.c.id, segments.c.group_id.in_(sorted(reach.group_ids)))
    )
    return (or_(calls.c.queue_ids.overlap(sorted(reach.queue_ids)), served),)


def _conditions(access: Access, query: CallsQuery) -> list[ColumnElement[bool]]:
    found = list(within_reach(access.principal))
    if query.since is not None:
        found.append(calls.c.started_at >= instant(query.since))
    if query.until is not None:
        found.append(calls.c.started_at < instant(query.until))
    for name in ("direction", "client_id", "project_id"):
        value = getattr(query, name)
        if value is not None:
            found.append(calls.c[name] == value)
    if query.outcome is not None:
        wanted = "" if query.outcome is OutcomeFilter.IN_PROGRESS else query.outcome.value
        found.append(calls.c.outcome == wanted)
    if query.queue_id is not None:
        found.append(calls.c.queue_ids.contains([query.queue_id]))
    if query.agent_id is not None:
        found.append(calls.c.agent_ids.contains([query.agent_id]))
    return found


def _of_number(part: str) -> ColumnElement[bool]:
    return or_(
        calls.c.caller.contains(part, autoescape=True),
        calls.c.called.contains(part, autoescape=True),
    )


async def searched(access: Access, part: str, plain: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition of a search by number, which is `plain` where nothing is hidden.

    Where the number is hidden from the caller it must be given whole: the answers to parts of it
    would spell it out. Such a search is counted and put on record.

    Raises:
        Problem: `search.throttled`.
    """
    if not await veil_of(access.session, access.principal):
        return plain
    if len(part.removeprefix("+")) >= LEAST_WHOLE:
        await access.services.accounts.searched(access.principal, part)
    hidden = veiled(access.principal, calls)
    spellings = [one for one in _spellings(part) if same_number(one, part)]
    if len(part.removeprefix("+")) < LEAST_WHOLE:
        spellings = []
    whole = or_(
        and_(calls.c.direction == Direction.OUTBOUND.value, calls.c.called.in_(spellings)),
        and_(calls.c.direction != Direction.OUTBOUND.value, calls.c.caller.in_(spellings)),
    )
    return or_(and_(not_(hidden), plain), and_(hidden, whole))


def _spellings(number: str) -> list[str]:
    plain = number.removeprefix("+")
    bare = plain.removeprefix("0086").removeprefix("86") if len(plain) > 11 else plain
    return [number, plain, f"+{plain}", bare, f"86{bare}", f"+86{bare}", f"0{bare}"]
