"""A crowd: as many agents and phones as a benchmark wants, on a line and a queue of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass

import asyncpg

from openseat.platform.settings import Settings
from openseat.switch.port import Phone

LINE = "+862150109000"
"""The crowd's number; its flow puts every caller into the crowd's queue at once."""

QUEUE = "crowd"
_FLOW = {
    "schema": 1,
    "name": "直通",
    "languages": ["zh-CN"],
    "start": "wait",
    "steps": [
        {"id": "wait", "kind": "queue", "queue": QUEUE, "ring": True, "overflowed": "end"},
        {"id": "end", "kind": "hang_up"},
    ],
}


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent of the crowd and the phone they sit at."""

    agent_id: str
    phone: Phone


async def gather(
    settings: Settings, agents: int, *, record_percent: int = 100, after_call_work_s: int = 0
) -> list[Seat]:
    """Put a crowd into the directory of a demonstration floor and return its seats.

    May be called again with other numbers. Raises `LookupError` where the demonstration
    floor was never seeded.
    """
    password = settings.secrets.read("phones")
    seats = [
        Seat(
            agent_id=f"crowd-{n}",
            phone=Phone(
                endpoint=f"9{n:04d}", password=f"{password[:24]}{n}", agent_id=f"crowd-{n}"
            ),
        )
        for n in range(agents)
    ]
    connection = await asyncpg.connect(settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            await _line(connection, record_percent, after_call_work_s)
            await _agents(connection, seats)
    finally:
        await connection.close()
    return seats


async def have_agents_announced(settings: Settings, *, announced: bool) -> None:
    """Have the number of the agent who answers said to callers of the crowd's line, or not."""
    connection = await asyncpg.connect(settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            await connection.execute(
                """update projects set announce_agent = $2
                   where id = (select project_id from queues where id = $1)""",
                QUEUE,
                announced,
            )
    finally:
        await connection.close()


async def _line(
    connection: asyncpg.Connection, record_percent: int, after_call_work_s: int
) -> None:
    project = await connection.fetchrow("select id, client_id from projects order by id limit 1")
    if project is None:
        raise LookupError("the demonstration floor was never seeded")
    client = project["client_id"]
    await connection.execute(
        """insert into queues (id, client_id, project_id, name, strategy, record_percent,
               after_call_work_limit_s, offer_timeout_s)
           values ($1, $2, $3, $1, 'longest_idle', $4, $5, 60)
           on conflict (id) do update set record_percent = $4, after_call_work_limit_s = $5""",
        QUEUE,
        client,
        project["id"],
        record_percent,
        after_call_work_s,
    )
    definition = json.dumps(_FLOW)
    if await connection.fetchval("select 1 from flows where id = $1", QUEUE):
        return
    await connection.execute(
        "insert into flows (id, client_id, name, draft) values ($1, $2, $1, $3::jsonb)",
        QUEUE,
        client,
        definition,
    )
    await connection.execute(
        """insert into flow_versions (flow_id, number, client_id, definition, published_by)
           values ($1, 1, $2, $3::jsonb, '')""",
        QUEUE,
        client,
        definition,
    )
    await connection.execute("update flows set published_number = 1 where id = $1", QUEUE)
    await connection.execute(
        """insert into numbers (id, e164, flow_id, client_id, project_id)
           values ($1, $2, $1, $3, $4)""",
        QUEUE,
        LINE,
        client,
        project["id"],
    )


async def _agents(connection: asyncpg.Connection, seats: list[Seat]) -> None:
    group = await connection.fetchval("select id from agent_groups order by id limit 1")
    await connection.executemany(
        """insert into agents (id, number, name, group_id) values ($1, $2, $2, $3)
           on conflict (id) do nothing""",
        [(seat.agent_id, seat.phone.endpoint, group) for seat in seats],
    )
    await connection.executemany(
        """insert into agent_queues (agent_id, queue_id, position) values ($1, $2, 0)
           on conflict do nothing""",
        [(seat.agent_id, QUEUE) for seat in seats],
    )
    await connection.executemany(
        """insert into phones (id, agent_id, name, password) values ($1, $2, $1, $3)
           on conflict (id) do nothing""",
        [(seat.phone.endpoint, seat.agent_id, seat.phone.password) for seat in seats],
    )
