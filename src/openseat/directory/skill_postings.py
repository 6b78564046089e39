"""Skill postings: agents who hold other skill levels than their own, for now or until a time.

A posting says of one skill which level the agent is routed by; 0 is not at all. It lies over what
is set up: that stays as it is, may change meanwhile, and is what the agent comes back to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from openseat.directory import tables
from openseat.platform.access import Services
from openseat.platform.audit import AuditEntry
from openseat.platform.database import OperatorScope, ScopedSession

_postings = tables.agent_skill_postings


async def post(
    session: ScopedSession,
    agent_ids: Iterable[str],
    levels: Mapping[str, int],
    until: datetime | None,
    by: str,
) -> None:
    """Have agents hold these levels; skills that are not named stay as they are.

    Whoever is given the level that is set up is posted no longer for that skill.
    """
    wanted = sorted({*agent_ids})
    own = await own_levels(session, wanted)
    pairs = [(agent_id, skill_id) for agent_id in wanted for skill_id in sorted(levels)]
    same = [(a, s) for a, s in pairs if own.get(a, {}).get(s, 0) == levels[s]]
    if same:
        place = tuple_(_postings.c.agent_id, _postings.c.skill_id)
        await session.run(delete(_postings).where(place.in_(same)))
    known = set(same)
    # In one statement, and in an order that everybody keeps to: the floor is woken once, and two
    # supervisors never wait for each other.
    rows = [
        {"agent_id": a, "skill_id": s, "level": levels[s], "until": until, "posted_by": by}
        for a, s in pairs
        if (a, s) not in known
    ]
    if not rows:
        return
    statement = insert(_postings).values(rows)
    new = statement.excluded
    await session.run(
        statement.on_conflict_do_update(
            index_elements=[_postings.c.agent_id, _postings.c.skill_id],
            set_={"level": new.level, "until": new.until, "posted_by": new.posted_by},
        )
    )


async def own_levels(session: ScopedSession, agent_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return what is set up, by agent and skill."""
    return await _levels(session, tables.agent_skills, agent_ids)


async def levels_now(session: ScopedSession, agent_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return what agents are routed by now, by agent and skill."""
    return await _levels(session, tables.agent_skills_now, agent_ids)


async def _levels(
    session: ScopedSession, source: Any, agent_ids: Iterable[str]
) -> dict[str, dict[str, int]]:
    rows = await session.rows(
        select(source.c.agent_id, source.c.skill_id, source.c.level)
        .where(source.c.agent_id.in_(sorted(agent_ids)))
        .order_by(source.c.skill_id)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["agent_id"], {})[row["skill_id"]] = row["level"]
    return found


async def find(session: ScopedSession, agent_id: str) -> list[dict[str, Any]]:
    """Return an agent's postings in force, by skill."""
    rows = await session.rows(
        select(_postings)
        .where(
            _postings.c.agent_id == agent_id,
            or_(_postings.c.until.is_(None), _postings.c.until > datetime.now(UTC)),
        )
        .order_by(_postings.c.skill_id)
    )
    return list(rows)


async def end(session: ScopedSession, agent_ids: Iterable[str]) -> int:
    """Have agents back at their own skills; return how many levels changed."""
    return await session.run(delete(_postings).where(_postings.c.agent_id.in_(sorted(agent_ids))))


async def end_over(shared: Services) -> None:
    """End the postings whose time is over, and put it on record."""
    over: ColumnElement[bool] = _postings.c.until <= datetime.now(UTC)
    async with shared.database.tenant_session(OperatorScope()) as session:
        # Looked for first: a deletion, even of nothing, would wake the floor.
        rows = await session.rows(select(_postings).where(over).limit(500))
        if not rows:
            return
        ids = [(row["agent_id"], row["skill_id"]) for row in rows]
        place = tuple_(_postings.c.agent_id, _postings.c.skill_id)
        ended = await session.rows(
            delete(_postings)
            .where(place.in_(ids), over)
            .returning(_postings.c.agent_id, _postings.c.skill_id)
        )
        skills: dict[str, list[str]] = {}
        for row in ended:
            skills.setdefault(row["agent_id"], []).append(row["skill_id"])
        for agent_id in sorted(skills):
            entry = AuditEntry(
                action="agent.skills_over",
                actor_id="",
                kind="agent",
                subject_id=agent_id,
                detail={"skills": sorted(skills[agent_id])},
            )
            await shared.audit.record(session, entry)
