"""Puts the demonstration floor into an empty database, once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, update

from openseat.directory import tables
from openseat.directory.demo import floor
from openseat.directory.sip_password import sip_password
from openseat.platform.auth_passwords import hash_password
from openseat.platform.database import Database, OperatorScope, ScopedSession
from openseat.platform.settings import LOOPBACK, Settings

_FLOWS = Path(__file__).parent / "demo" / "flows"

TRUNK_USER = "openseat"
"""The name under which the main switch registers with the simulated carrier."""


async def seed(settings: Settings) -> bool:
    """Make the demonstration floor unless there is an operator already.

    Returns whether it was made. What people change afterwards stays; only the carrier's port
    follows the installation, which may have moved.

    Raises:
        SecretMissingError: the installation's secrets were not generated.
        sqlalchemy.exc.SQLAlchemyError: the server refuses; nothing was made.
    """
    database = Database(settings.database_url("app"), pool_size=1)
    try:
        async with database.tenant_session(OperatorScope()) as session:
            made = await session.value(select(tables.operators.c.id).limit(1)) is None
            if made:
                await _make(session, settings)
            else:
                await _follow_carrier(session, settings)
    finally:
        await database.close()
    return made


async def _make(session: ScopedSession, settings: Settings) -> None:
    await _add(session, tables.operators, [floor.OPERATOR])
    await _add(session, tables.branches, [floor.BRANCH])
    await _add(session, tables.clients, floor.CLIENTS)
    await _add(session, tables.projects, floor.PROJECTS)
    await _add(session, tables.skills, floor.SKILLS)
    await _add(session, tables.agent_groups, floor.GROUPS)
    await _add(session, tables.calendars, [floor.CALENDAR])
    await _add(session, tables.hours, floor.HOURS)
    await _add(session, tables.queues, floor.QUEUES)
    await _add(
        session,
        tables.queue_skills,
        [
            {"queue_id": queue_id, "skill_id": skill_id, "level": level}
            for queue_id, skills in floor.QUEUE_SKILLS.items()
            for skill_id, level in skills.items()
        ],
    )
    await _add_agents(session)
    await _add_flows(session)
    await _add(session, tables.numbers, floor.NUMBERS)
    await _add(session, tables.listed_numbers, floor.LISTED)
    await _add(session, tables.dispositions, floor.DISPOSITIONS)
    await _add_lines(session, settings)
    await _add_users(session, settings)


async def _add(session: ScopedSession, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        stored = {name: value for name, value in row.items() if name in table.c}
        await session.run(insert(table).values(**stored))


async def _add_agents(session: ScopedSession) -> None:
    everybody = (*floor.AGENTS, *floor.SUPERVISORS)
    await _add(session, tables.agents, everybody)
    for agent in everybody:
        await _add(
            session,
            tables.agent_skills,
            [
                {"agent_id": agent["id"], "skill_id": skill_id, "level": level}
                for skill_id, level in agent["skills"].items()
            ],
        )
        await _add(
            session,
            tables.agent_queues,
            [
                {"agent_id": agent["id"], "queue_id": queue_id, "position": position}
                for position, queue_id in enumerate(agent["queues"])
            ],
        )


async def _add_flows(session: ScopedSession) -> None:
    for path in sorted(_FLOWS.glob("*.json")):
        definition = json.loads(path.read_text(encoding="utf-8"))
        client_id = next(
            (one["id"] for one in floor.CLIENTS if path.stem.startswith(one["id"])), None
        )
        row = {
            "id": path.stem,
            "client_id": client_id,
            "name": definition["name"],
            "draft": definition,
        }
        await session.run(insert(tables.flows).values(**row))
        version = {
            "flow_id": path.stem,
            "number": 1,
            "client_id": client_id,
            "definition": definition,
            "published_by": "",
        }
        await session.run(insert(tables.flow_versions).values(**version))
        await session.run(
            update(tables.flows).where(tables.flows.c.id == path.stem).values(published_number=1)
        )


async def _add_lines(session: ScopedSession, settings: Settings) -> None:
    secret = settings.secrets.read("phones")
    phones = [{**phone, "password": sip_password(secret, phone["id"])} for phone in floor.PHONES]
    await _add(session, tables.phones, phones)
    port = settings.ports.carrier.sip
    carrier = {"host": LOOPBACK, "port": port, "qualify_s": 5}
    await _add(
        session,
        tables.trunks,
        [
            {
                **carrier,
                "id": "carrier-ip",
                "name": "模拟运营商（IP 认证）",
                "match": [f"{LOOPBACK}:{port}"],
            },
            {
                **carrier,
                "id": "carrier-account",
                "name": "模拟运营商（注册）",
                "username": TRUNK_USER,
                "password": settings.secrets.read("trunk"),
                "registers": True,
                "cost": 1,
            },
        ],
    )


async def _follow_carrier(session: ScopedSession, settings: Settings) -> None:
    port = settings.ports.carrier.sip
    trunks = tables.trunks
    ours = trunks.c.id.in_(["carrier-ip", "carrier-account"]) & (trunks.c.host == LOOPBACK)
    moved = ours & (trunks.c.port != port)
    # The statement alone would wake the floor at every start.
    if await session.value(select(trunks.c.id).where(moved).limit(1)) is None:
        return
    await session.run(update(trunks).where(moved, trunks.c.registers).values(port=port))
    await session.run(update(trunks).where(moved).values(port=port, match=[f"{LOOPBACK}:{port}"]))


async def _add_users(session: ScopedSession, settings: Settings) -> None:
    hashes = {
        name: hash_password(settings.secrets.read(name))
        for name in {user["secret"] for user in floor.users()}
    }
    users = [{**user, "password_hash": hashes[user["secret"]]} for user in floor.users()]
    await _add(session, tables.users, users)
