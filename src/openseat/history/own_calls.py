"""An agent's own log: every call that rang there, was placed there, or was talked in there.

Own is own: neither the managed range of a supervisor who sits at a desk, nor the queues an agent
serves today, take away what they did themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, tuple_

from openseat.core.events import Direction
from openseat.directory.standing import names, outcomes, zones
from openseat.directory.veil import veil_of
from openseat.history.documents import Segment, moment, seconds
from openseat.history.field_rules import readable
from openseat.history.own_documents import (
    OwnCall,
    OwnCallDetail,
    OwnCalls,
    OwnCallsQuery,
    OwnDisposition,
    OwnResult,
    OwnStep,
)
from openseat.history.own_steps import Step, own_steps
from openseat.history.service import (
    find_segments,
    not_own_call,
    on_days,
    searched,
)
from openseat.history.tables import agent_calls, calls, segments
from openseat.history.timeline import call_facts
from openseat.history.veiling import masked_own
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.paging import read_cursor, write_cursor
from openseat.platform.problems import Problem

_LATELY = 500
"""So many of the agent's latest dispositions are looked at for the filter's choices."""
_CODES = 30


def own_agent(access: Access) -> str:
    """Return the caller's own agent.

    Raises:
        Problem: `agent.not_linked`.
    """
    agent_id = access.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    return agent_id


async def find_own_calls(access: Access, query: OwnCallsQuery) -> OwnCalls:
    """Return one page of the caller's own calls."""
    agent_id = own_agent(access)
    statement = _own(agent_id).where(*_conditions(agent_id, query))
    if query.number is not None:
        out = calls.c.direction == Direction.OUTBOUND.value
        plain = or_(
            and_(out, calls.c.called.contains(query.number, autoescape=True)),
            and_(~out, calls.c.caller.contains(query.number, autoescape=True)),
        )
        statement = statement.where(await searched(access, query.number, plain))
    if query.first_day is not None or query.last_day is not None:
        known = await zones(access.session)
        days = on_days(query.first_day, query.last_day, known, agent_calls.c.at)
        statement = statement.where(days)
    order = (agent_calls.c.at, agent_calls.c.call_id)
    if query.cursor is not None:
        oldest, at, call_id = read_cursor(query.cursor, bool, int, str)
        if oldest != query.oldest_first:
            raise Problem("cursor.invalid")
        place = tuple_(at, call_id)
        there = tuple_(*order) > place if query.oldest_first else tuple_(*order) < place
        statement = statement.where(there)
    ordered = order if query.oldest_first else [part.desc() for part in order]
    rows = await access.session.rows(statement.order_by(*ordered).limit(query.limit + 1))
    page = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        following = write_cursor(query.oldest_first, page[-1]["at"], page[-1]["call_id"])
    parts = await _parts(access.session, agent_id, [row["call_id"] for row in page])
    veil = await veil_of(access.session, access.principal)
    items = [
        masked_own(one) if veil.covers(one.project_id, one.client_id) else one
        for one in (OwnCall.of(row, parts.get(row["call_id"], [])) for row in page)
    ]
    return OwnCalls(
        items=items,
        next_cursor=following,
        names=await names(access.session, sorted(_named(items))),
        dispositions=await _codes(access.session, agent_id),
    )


async def find_own_call(access: Access, call_id: str) -> OwnCallDetail:
    """Return one of the caller's own calls.

    Raises:
        Problem: `not_found`: there is none, or it never concerned this agent.
    """
    agent_id = own_agent(access)
    row = await own_row(access, call_id)
    all_parts = await find_segments(access.session, call_id)
    own = [part for part in all_parts if part.agent_id == agent_id]
    others = [part for part in all_parts if part.agent_id != agent_id] if own else []
    others = readable(others, access.principal)
    steps = own_steps(await call_facts(access.session, row), agent_id)
    call = OwnCall.of(row, own)
    ids = _named([call]) | {one.target_id for one in steps} | {one.agent_id for one in others}
    known = await names(access.session, sorted(ids - {""}))
    found = OwnCallDetail(
        **call.model_dump(),
        outcome=row["outcome"] or None,
        steps=[_shown(step, known) for step in steps],
        colleagues=others,
        names=known,
        dispositions=[
            OwnDisposition(code=code, name=name)
            for code, name in await outcomes(access.session, row["client_id"], row["project_id"])
        ],
    )
    veil = await veil_of(access.session, access.principal)
    return masked_own(found) if veil.covers(row["project_id"], row["client_id"]) else found


async def own_row(access: Access, call_id: str) -> dict[str, Any]:
    """Return the row of one of the caller's own calls.

    Raises:
        Problem: `not_found`; that a call of others was asked for is put on record.
    """
    row = await access.session.row(_own(own_agent(access)).where(calls.c.id == call_id))
    if row is None:
        raise await not_own_call(access, call_id)
    return row


def _own(agent_id: str) -> Select[Any]:
    """Return the agent's calls: the columns of `calls`, and how the call came to the agent."""
    own = agent_calls
    return (
        select(
            calls,
            own.c.at,
            own.c.queue_id,
            own.c.missed,
            own.c.offers.label("own_offers"),
            own.c.segments.label("own_segments"),
        )
        .join(own, own.c.call_id == calls.c.id)
        .where(own.c.agent_id == agent_id)
    )


def _conditions(agent_id: str, query: OwnCallsQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.direction is not None:
        found.append(calls.c.direction == query.direction)
    if query.result is not None:
        found.append(condition(query.result))
    mine = and_(segments.c.call_id == calls.c.id, segments.c.agent_id == agent_id)
    if query.disposition is not None:
        found.append(exists().where(mine, segments.c.disposition == query.disposition))
    if query.text is not None:
        found.append(exists().where(mine, segments.c.notes.icontains(query.text, autoescape=True)))
    return found


def condition(result: OwnResult) -> ColumnElement[bool]:
    """Return the condition that a call became this for the agent, as `result_of` tells it."""
    own = agent_calls.c
    talked, missed, offered = own.segments > 0, own.missed > 0, own.offers > 0
    placed = and_(calls.c.direction == Direction.OUTBOUND.value, calls.c.segments == 0)
    match result:
        case OwnResult.TALKED:
            return talked
        case OwnResult.MISSED:
            return and_(~talked, missed)
        case OwnResult.WITHDRAWN:
            return and_(~talked, ~missed, offered)
        case OwnResult.UNANSWERED:
            return and_(~talked, ~offered, placed)
        case OwnResult.ASSISTED:
            return and_(~talked, ~offered, ~placed)


async def _parts(
    session: ScopedSession, agent_id: str, call_ids: Sequence[str]
) -> dict[str, list[Segment]]:
    """Return the agent's own stretches by call, in one read for all."""
    rows = await session.rows(
        select(segments)
        .where(segments.c.call_id.in_(call_ids), segments.c.agent_id == agent_id)
        .order_by(segments.c.started_at, segments.c.id)
    )
    found: dict[str, list[Segment]] = {}
    for row in rows:
        found.setdefault(row["call_id"], []).append(Segment.of(row))
    return found


async def _codes(session: ScopedSession, agent_id: str) -> list[OwnDisposition]:
    """Return the codes the agent gives, and what the project of the last such call calls each."""
    lately = (
        select(segments.c.disposition, calls.c.client_id, calls.c.project_id)
        .join(calls, calls.c.id == segments.c.call_id)
        .where(segments.c.agent_id == agent_id, segments.c.disposition != "")
        .order_by(segments.c.started_at.desc())
        .limit(_LATELY)
    )
    rows = await session.rows(lately)
    often = Counter(row["disposition"] for row in rows)
    places = {row["disposition"]: (row["client_id"], row["project_id"]) for row in reversed(rows)}
    called: dict[tuple[str, str], dict[str, str]] = {}
    found: list[OwnDisposition] = []
    for code, _ in often.most_common(_CODES):
        place = places[code]
        if place not in called:
            called[place] = dict(await outcomes(session, *place))
        found.append(OwnDisposition(code=code, name=called[place].get(code, "")))
    return found


def _named(items: Iterable[OwnCall]) -> set[str]:
    ids: set[str] = set()
    for one in items:
        ids.update((one.client_id, one.project_id, one.queue_id))
    return ids - {""}


def _shown(step: Step, known: dict[str, str]) -> OwnStep:
    at = moment(step.at)
    assert at is not None  # noqa: S101 - a step has its time
    return OwnStep(
        at=at,
        kind=step.kind,
        by=step.by,
        target_kind=step.target_kind,
        target=known.get(step.target_id, step.target_id),
        code=step.code,
        spent_s=seconds(step.spent_ms),
    )
