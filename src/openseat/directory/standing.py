"""What other areas may ask the directory about a signed-in user's seat and reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from openseat.directory import tables
from openseat.directory.desk_tables import busy_reasons
from openseat.directory.picture import reasons_of
from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession
from openseat.platform.reach import Reach, reach_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Agents and queues within somebody's reach.

    A supervisor's agents are those of the managed groups and the own seat; an agent's queues are
    those served.
    """

    agent_ids: frozenset[str]
    queue_ids: frozenset[str]
    phone_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An agent's place on the floor; ``endpoints`` are the phones they may sign in at."""

    agent_id: str
    number: str
    name: str
    group_id: str
    endpoints: tuple[str, ...]
    busy_reasons: tuple[str, ...]
    telephone: str = ""
    """A number outside at which they may work; empty for none."""
    min_busy_s: int
    """A busy spell that ends sooner in idle is no break."""


async def standing(session: ScopedSession, who: Principal) -> Standing:
    """Return the agents and queues within reach of ``who``."""
    agents, served = tables.agents, tables.agent_queues_now
    mine = await session.rows(
        select(agents.c.id).where(
            or_(agents.c.group_id.in_(who.group_ids), agents.c.id == (who.agent_id or ""))
        )
    )
    queues = await session.rows(
        select(served.c.queue_id).where(served.c.agent_id == (who.agent_id or ""))
    )
    return Standing(
        frozenset(row["id"] for row in mine), frozenset(row["queue_id"] for row in queues)
    )


async def in_scope(session: ScopedSession) -> Standing:
    """Return every agent, queue and phone that the scope sees."""
    found = [
        frozenset(row["id"] for row in await session.rows(select(table.c.id)))
        for table in (tables.agents, tables.queues, tables.phones)
    ]
    return Standing(*found)


async def zones(session: ScopedSession) -> dict[str, str]:
    """Return the time zone of every project, as far as the scope sees."""
    table = tables.projects
    rows = await session.rows(select(table.c.id, table.c.time_zone))
    return {row["id"]: row["time_zone"] for row in rows}


async def projects_of(session: ScopedSession, queue_ids: Collection[str]) -> frozenset[str]:
    """Return the projects that queues belong to."""
    table = tables.queues
    rows = await session.rows(select(table.c.project_id).where(table.c.id.in_(sorted(queue_ids))))
    return frozenset(row["project_id"] for row in rows)


async def own_recordings_days(session: ScopedSession, project_id: str) -> int | None:
    """Return for how many days a project lets agents hear their own recordings; None: not."""
    table = tables.projects
    return await session.value(select(table.c.own_recordings_days).where(table.c.id == project_id))


async def reason_limits(session: ScopedSession) -> dict[str, int]:
    """Return how long a busy spell may last by its reason, in milliseconds; only those with one."""
    table = busy_reasons
    rows = await session.rows(
        select(table.c.code, table.c.limit_s).where(table.c.limit_s.is_not(None))
    )
    return {row["code"]: 1000 * row["limit_s"] for row in rows}


async def names(session: ScopedSession, ids: Collection[str]) -> dict[str, str]:
    """Return what clients, projects, queues, groups and agents are called in the scope."""
    found: dict[str, str] = {}
    for table in (
        tables.clients,
        tables.projects,
        tables.queues,
        tables.agent_groups,
        tables.agents,
    ):
        rows = await session.rows(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
        found.update((row["id"], row["name"]) for row in rows)
    return found


async def subject_exists(session: ScopedSession, kind: str, subject: str) -> bool:
    """Tell whether there is such a queue, project or group in the scope."""
    table = {"queue": tables.queues, "project": tables.projects, "group": tables.agent_groups}[kind]
    return await session.value(select(table.c.id).where(table.c.id == subject)) is not None


async def managed_projects(session: ScopedSession, reach: Reach) -> frozenset[str]:
    """Return the projects all of whose queues are within reach."""
    queues = tables.queues
    rows = await session.rows(select(queues.c.id, queues.c.project_id))
    beyond = {row["project_id"] for row in rows if row["id"] not in reach.queue_ids}
    return frozenset(row["project_id"] for row in rows) - beyond


async def agents_of(
    session: ScopedSession, who: Principal, kind: str, subject: str
) -> frozenset[str] | None:
    """Return the agents whom somebody can mean by an agent, a group, a queue or everyone.

    A supervisor means managed agents only, a queue's included; None: what is meant does not exist
    or is not theirs to manage.
    """
    agents, served = tables.agents, tables.agent_queues_now
    reach = reach_of(who)
    conditions: list[ColumnElement[bool]] = [agents.c.active.is_(True)]
    if reach is not None:
        conditions.append(agents.c.group_id.in_(sorted(reach.group_ids)))
    match kind:
        case "agent":
            there = await session.value(select(agents.c.id).where(agents.c.id == subject))
            conditions.append(agents.c.id == subject)
        case "group":
            groups = tables.agent_groups
            there = await session.value(select(groups.c.id).where(groups.c.id == subject))
            if reach is not None and subject not in reach.group_ids:
                there = None
            conditions.append(agents.c.group_id == subject)
        case "queue":
            queues = tables.queues
            there = await session.value(select(queues.c.id).where(queues.c.id == subject))
            if reach is not None and subject not in reach.queue_ids:
                there = None
            conditions.append(
                agents.c.id.in_(select(served.c.agent_id).where(served.c.queue_id == subject))
            )
        case _:
            there = subject
    if there is None:
        return None
    rows = await session.rows(select(agents.c.id).where(*conditions))
    if kind == "agent" and not rows:
        return None
    return frozenset(row["id"] for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere a call can be sent to, or come from."""

    id: str
    name: str
    client_id: str = ""
    client_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """What an agent may send the calls of a client to, and the projects they may call out for."""

    groups: tuple[Place, ...]
    queues: tuple[Place, ...]
    flows: tuple[Place, ...]
    projects: tuple[Place, ...]


async def outcomes(
    session: ScopedSession, client_id: str, project_id: str
) -> list[tuple[str, str]]:
    """Return codes and names of the dispositions of a project, in their order."""
    table = tables.dispositions
    rows = await session.rows(
        select(table.c.code, table.c.name)
        .where(
            table.c.client_id == client_id,
            or_(table.c.project_id == project_id, table.c.project_id.is_(None)),
            table.c.active,
        )
        # A project's own come first, and take the place of the client's of the same code.
        .order_by(table.c.project_id.is_(None), table.c.position, table.c.code)
    )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row["code"], row["name"])
    return list(found.items())


async def reachable(session: ScopedSession, agent_id: str, client_id: str) -> Reachable:
    """Return the destinations for calls of a client; an agent calls for whom they answer."""
    queues, flows, projects = tables.queues, tables.flows, tables.projects
    served, groups, clients = tables.agent_queues, tables.agent_groups, tables.clients
    for_client = await session.rows(
        select(queues.c.id, queues.c.name, queues.c.client_id)
        .where(queues.c.client_id == client_id, queues.c.active)
        .order_by(queues.c.name)
    )
    published = await session.rows(
        select(flows.c.id, flows.c.name, flows.c.client_id)
        .where(
            or_(flows.c.client_id == client_id, flows.c.client_id.is_(None)),
            flows.c.published_number.is_not(None),
        )
        .order_by(flows.c.name)
    )
    own = await session.rows(
        select(projects.c.id, projects.c.name, projects.c.client_id, clients.c.name.label("client"))
        .distinct()
        .join(clients, clients.c.id == projects.c.client_id)
        .join(queues, queues.c.project_id == projects.c.id)
        .join(served, served.c.queue_id == queues.c.id)
        .where(served.c.agent_id == agent_id, projects.c.active, queues.c.active)
        .order_by(clients.c.name, projects.c.name)
    )
    everyone = await session.rows(select(groups.c.id, groups.c.name).order_by(groups.c.name))
    return Reachable(
        groups=tuple(Place(id=row["id"], name=row["name"]) for row in everyone),
        queues=_places(for_client),
        flows=_places(published),
        projects=_places(own),
    )


async def playable(session: ScopedSession, client_id: str) -> list[dict[str, Any]]:
    """Return name, language, text and length of the prompts of a client and of all clients."""
    table = tables.prompts
    rows = await session.rows(
        select(table.c.name, table.c.language, table.c.text, table.c.duration_ms)
        .where(or_(table.c.client_id == client_id, table.c.client_id.is_(None)))
        .order_by(table.c.name, table.c.language)
    )
    return [dict(row) for row in rows]


def _places(rows: Collection[Mapping[str, Any]]) -> tuple[Place, ...]:
    return tuple(
        Place(
            id=row["id"],
            name=row["name"],
            client_id=row["client_id"] or "",
            client_name=row.get("client", ""),
        )
        for row in rows
    )


async def seat(session: ScopedSession, agent_id: str) -> Seat | None:
    """Return an active agent's seat, or None."""
    agents, phones = tables.agents, tables.phones
    found = await session.row(select(agents).where(agents.c.id == agent_id, agents.c.active))
    if found is None:
        return None
    endpoints = await session.rows(
        select(phones.c.id)
        .where(or_(phones.c.agent_id == agent_id, phones.c.agent_id.is_(None)))
        # The own phone first, then seats that anybody may use.
        .order_by(phones.c.agent_id.is_(None), phones.c.id)
    )
    reasons = await session.value(
        select(tables.operators.c.busy_reasons).order_by(tables.operators.c.id).limit(1)
    )
    described = await session.rows(
        select(busy_reasons.c.code, busy_reasons.c.active).order_by(
            busy_reasons.c.position, busy_reasons.c.code
        )
    )
    return Seat(
        agent_id=found["id"],
        number=found["number"],
        name=found["name"],
        group_id=found["group_id"],
        endpoints=tuple(row["id"] for row in endpoints),
        telephone=found["telephone"],
        busy_reasons=reasons_of(reasons or (), described),
        min_busy_s=found["min_busy_s"],
    )
