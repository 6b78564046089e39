"""What the floor works with: the directory read at one moment, as the core and the switch know it.

Plain asyncpg and no other part of the API: the floor must be back within a
second of a crash, and reads this first.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from typing import TYPE_CHECKING, Any

from openseat.core.config import (
    AgentConfig,
    CellConfig,
    FlowConfig,
    HoursConfig,
    NumberConfig,
    PhoneCodes,
    ProjectConfig,
    QueueConfig,
    Relaxation,
    Strategy,
    Target,
    TargetKind,
    TrunkConfig,
)
from openseat.switch.port import Phone, Trunk

if TYPE_CHECKING:
    import asyncpg

CHANGED = "directory_changed"
"""PostgreSQL notifies on this channel when a new picture can be read."""

Spans = tuple[tuple[time, time], ...]
_Row = Any


@dataclass(frozen=True, slots=True)
class Picture:
    """A cell's configuration, and the phones and trunks its switch shall accept."""

    config: CellConfig
    phones: tuple[Phone, ...]
    trunks: tuple[Trunk, ...]


async def read_picture(connection: asyncpg.Connection, cell_id: str) -> Picture:
    """Read the directory of a cell as it is at this moment.

    One repeatable-read transaction, so that nothing in it is newer than its version.

    Raises:
        asyncpg.PostgresError: the server refuses.
        LookupError: there is no such cell.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("select set_config('openseat.scope', 'operator', true)")
        if not await connection.fetchval("select 1 from cells where id = $1", cell_id):
            raise LookupError(f"there is no cell {cell_id!r}")
        state = await connection.fetchrow("select version from directory_state where id = 1")
        if state is None:
            raise LookupError("the directory has no version; the database was not migrated")
        operator = await connection.fetchrow("select * from operators order by id limit 1")
        reasons = await connection.fetch(
            "select code, active from busy_reasons order by position, code"
        )
        rows = {name: await connection.fetch(query, cell_id) for name, query in _QUERIES.items()}
    config = CellConfig(
        version=state["version"],
        cell_id=cell_id,
        queues={row["id"]: _queue(row) for row in rows["queues"]},
        agents={row["id"]: _agent(row) for row in rows["agents"]},
        numbers={row["e164"]: _number(row) for row in rows["numbers"]},
        projects=_projects(rows["projects"], rows["listed"]),
        hours={row["id"]: _hours(row) for row in rows["hours"]},
        flows={row["id"]: _flow(row) for row in rows["flows"]},
        trunks={row["id"]: _trunk_config(row) for row in rows["trunks"]},
        **_operator(operator, reasons),
    )
    return Picture(
        config,
        tuple(_phone(row) for row in rows["phones"]),
        tuple(_trunk(row) for row in rows["trunks"]),
    )


# Inactive clients, projects, queues, agents and numbers are not in the picture at all. What belongs
# to no client (shared flows, hours) is in every cell's.
_QUERIES = {
    "queues": """
        select queues.*, (select json_object_agg(skill_id, level) from queue_skills
                          where queue_id = queues.id)::text as levels
        from queues join projects on projects.id = queues.project_id
        join clients on clients.id = queues.client_id
        where clients.cell_id = $1 and clients.active and projects.active and queues.active
        order by queues.id""",
    "agents": """
        select agents.*,
               (select json_object_agg(skill_id, level) from agent_skills_now
                where agent_id = agents.id)::text as levels,
               (select array_agg(queue_id order by position, queue_id) from agent_queues_now
                join queues on queues.id = queue_id
                join projects on projects.id = queues.project_id
                join clients on clients.id = queues.client_id
                where agent_id = agents.id and queues.active and projects.active
                      and clients.active and clients.cell_id = $1) as served
        from agents join agent_groups on agent_groups.id = agents.group_id
        where agent_groups.cell_id = $1 and agents.active order by agents.id""",
    "numbers": """
        select numbers.* from numbers
        left join clients on clients.id = numbers.client_id
        left join projects on projects.id = numbers.project_id
        where coalesce(clients.cell_id, numbers.cell_id) = $1 and numbers.active
              and coalesce(clients.active and projects.active, true)
        order by numbers.id""",
    "projects": """
        select projects.*,
               coalesce(nullif(projects.caller_number, ''), clients.caller_number) as shown
        from projects join clients on clients.id = projects.client_id
        where clients.cell_id = $1 and clients.active and projects.active order by projects.id""",
    "listed": """
        select projects.id as project_id, listed_numbers.kind, listed_numbers.e164
        from listed_numbers join clients on clients.id = listed_numbers.client_id
        join projects on projects.client_id = clients.id
             and coalesce(listed_numbers.project_id, projects.id) = projects.id
        where clients.cell_id = $1""",
    "hours": """
        select hours.id, hours.time_zone, hours.weekly::text as weekly,
               coalesce(calendars.days, '[]')::text as days
        from hours left join calendars on calendars.id = hours.calendar_id
        left join clients on clients.id = hours.client_id
        where coalesce(clients.cell_id, $1) = $1 order by hours.id""",
    "flows": """
        select flows.id, flow_versions.number, flow_versions.definition::text as definition
        from flows join flow_versions on flow_versions.flow_id = flows.id
             and flow_versions.number = flows.published_number
        left join clients on clients.id = flows.client_id
        where coalesce(clients.cell_id, $1) = $1
        union all
        select flows.id || ':draft', flows.version, flows.draft::text
        from flows left join clients on clients.id = flows.client_id
        where coalesce(clients.cell_id, $1) = $1
              and exists (select 1 from numbers
                          where numbers.flow_id = flows.id and numbers.draft and numbers.active)
        order by 1""",
    "phones": """
        select phones.* from phones
        left join agents on agents.id = phones.agent_id
        left join agent_groups on agent_groups.id = agents.group_id
        where coalesce(agent_groups.cell_id, $1) = $1 and coalesce(agents.active, true)
        order by phones.id""",
    "trunks": "select * from trunks where cell_id = $1 and active order by id",
}


def _operator(row: _Row, described: Iterable[_Row]) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "busy_reasons": reasons_of(row["busy_reasons"], described),
        "max_calls": row["max_calls"],
        "service_number": row["service_number"],
        "phone_codes": PhoneCodes(
            **{field.name: row[f"code_{field.name}"] for field in fields(PhoneCodes)}
        ),
    }


def reasons_of(listed: Iterable[str], described: Iterable[_Row]) -> tuple[str, ...]:
    """Return the busy reasons that agents may give: the operator's list, then what is described
    apart, in its own order; one that is described as not active is given by nobody.

    The list stays in front: phone codes name a reason by its place.
    """
    known = {row["code"]: row["active"] for row in described}
    first = [code for code in listed if known.get(code, True)]
    return (*first, *(code for code, active in known.items() if active and code not in first))


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000


def _levels(text: str | None) -> dict[str, int]:
    return {} if text is None else dict(sorted(json.loads(text).items()))


def _queue(row: _Row) -> QueueConfig:
    return QueueConfig(
        queue_id=row["id"],
        client_id=row["client_id"],
        project_id=row["project_id"],
        name=row["name"],
        strategy=Strategy(row["strategy"]),
        skills=_levels(row["levels"]),
        relaxations=tuple(
            Relaxation(after_ms=step["after_s"] * 1000, skills=step["skills"])
            for step in json.loads(row["relaxations"])
        ),
        priority=row["priority"],
        ageing_per_minute=row["ageing_per_minute"],
        weight=row["weight"],
        max_wait_ms=_ms(row["max_wait_s"]),
        max_length=row["max_length"],
        overflow=_target(row),
        overflow_when_unstaffed=row["overflow_when_unstaffed"],
        offer_timeout_ms=row["offer_timeout_s"] * 1000,
        preferred_wait_ms=row["preferred_wait_s"] * 1000,
        prefer_last_agent=row["prefer_last_agent"],
        keep_place_ms=row["keep_place_s"] * 1000,
        service_level_ms=row["service_level_s"] * 1000,
        short_abandon_ms=row["short_abandon_s"] * 1000,
        after_call_work_limit_ms=row["after_call_work_limit_s"] * 1000,
        music=row["music"],
        announce_first_ms=_ms(row["announce_first_s"]),
        announce_every_ms=_ms(row["announce_every_s"]),
        announce_position=row["announce_position"],
        announce_wait=row["announce_wait"],
        record_percent=row["record_percent"],
        callback_on_switch_loss=row["callback_on_switch_loss"],
        auto_answer=row["auto_answer"],
    )


def _target(row: _Row) -> Target | None:
    if row["overflow_kind"] is None:
        return None
    return Target(kind=TargetKind(row["overflow_kind"]), id=row["overflow_id"])


def _agent(row: _Row) -> AgentConfig:
    return AgentConfig(
        agent_id=row["id"],
        number=row["number"],
        name=row["name"],
        group_id=row["group_id"],
        skills=_levels(row["levels"]),
        queues=tuple(row["served"] or ()),
        min_busy_ms=row["min_busy_s"] * 1000,
        grace_ms=row["grace_s"] * 1000,
        auto_answer=row["auto_answer"],
        language=row["language"],
        telephone=row["telephone"],
        caller_number=row["caller_number"],
        pin=row["pin"],
    )


def _number(row: _Row) -> NumberConfig:
    return NumberConfig(
        number_id=row["id"],
        e164=row["e164"],
        flow_id=f"{row['flow_id']}:draft" if row["draft"] else row["flow_id"],
        client_id=row["client_id"],
        project_id=row["project_id"],
        language=row["language"],
    )


def _projects(rows: Iterable[_Row], listed: Iterable[_Row]) -> dict[str, ProjectConfig]:
    lists: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in listed:
        lists[row["project_id"], row["kind"]].add(row["e164"])
    return {
        row["id"]: ProjectConfig(
            project_id=row["id"],
            client_id=row["client_id"],
            name=row["name"],
            caller_number=row["shown"],
            blacklist=frozenset(lists[row["id"], "blacklist"]),
            whitelist=frozenset(lists[row["id"], "whitelist"]),
            max_calls=row["max_calls"],
            time_zone=row["time_zone"],
            auto_answer=row["auto_answer"],
            announce_agent=row["announce_agent"],
            numbers_masked=row["numbers_masked_for"] != "nobody",
        )
        for row in rows
    }


def _spans(spans: Iterable[dict[str, str]]) -> Spans:
    return tuple((_clock(span["start"]), _clock(span["end"])) for span in spans)


def _clock(text: str) -> time:
    # The core writes midnight at the day's end as 00:00.
    return time(0) if text == "24:00" else time.fromisoformat(text)


def hours_config(
    hours_id: str,
    time_zone: str,
    weekly: Mapping[str, Iterable[dict[str, str]]],
    days: Iterable[Mapping[str, Any]],
) -> HoursConfig:
    """Return business hours as the core knows them, of what the directory stores."""
    return HoursConfig(
        hours_id=hours_id,
        time_zone=time_zone,
        weekly={int(day): _spans(spans) for day, spans in weekly.items()},
        # A holiday may be stored without spans, just as it was sent.
        exceptions={date.fromisoformat(day["date"]): _spans(day.get("spans", ())) for day in days},
    )


def _hours(row: _Row) -> HoursConfig:
    return hours_config(
        row["id"], row["time_zone"], json.loads(row["weekly"]), json.loads(row["days"])
    )


def _flow(row: _Row) -> FlowConfig:
    return FlowConfig(
        flow_id=row["id"], version=row["number"], definition=json.loads(row["definition"])
    )


def _trunk_config(row: _Row) -> TrunkConfig:
    return TrunkConfig(
        trunk_id=row["id"],
        prefixes=tuple(row["prefixes"]),
        cost=row["cost"],
        capacity=row["capacity"],
    )


def _phone(row: _Row) -> Phone:
    return Phone(
        endpoint=row["id"],
        password=row["password"],
        agent_id=row["agent_id"] or "",
        webrtc=row["webrtc"],
        srtp=row["srtp"],
    )


def _trunk(row: _Row) -> Trunk:
    return Trunk(
        trunk_id=row["id"],
        host=row["host"],
        port=row["port"],
        transport=row["transport"],
        username=row["username"],
        password=row["password"],
        register=row["registers"],
        match=tuple(row["match"]),
        srtp=row["srtp"],
        qualify_s=row["qualify_s"],
    )
