"""Agents moved between queues: for now, until a time, and back; by who may, and by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from openseat.directory.picture import read_picture
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

AGENT, STRANGE = "agent-1002", "agent-1001"
"""Of group two, which the second supervisor manages; and of group one."""
OWN = ["jincheng-care", "beidou-parcels", "jincheng-claims", "beidou-complaints"]
PATH = f"/floor/agents/{AGENT}/posting"
PATIENCE_S = 30


@pytest.fixture
async def api(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(settings_for(fresh_database, tmp_path)) as running:
        yield running


async def served(database: Database) -> list[str]:
    """What the floor would have the agent serve."""
    connection = await asyncpg.connect(database.url("floor"))
    try:
        picture = await read_picture(connection, "main")
    finally:
        await connection.close()
    return list(picture.config.agents[AGENT].queues)


async def version(database: Database) -> int:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        return await connection.fetchval("select version from directory_state where id = 1")
    finally:
        await connection.close()


async def audited(admin: httpx.AsyncClient, action: str) -> list[dict[str, Any]]:
    return (await admin.get("/audit", params={"action": action})).json()["items"]


async def posted(who: httpx.AsyncClient, queues: list[str], until: str | None = None) -> int:
    return (await who.put(PATH, json={"queues": queues, "until": until})).status_code


async def test_a_supervisor_moves_an_agent_among_the_managed_queues_only(
    api: Api, fresh_database: Database
) -> None:
    supervisor = await api.sign_in("supervisor2")
    assert await served(fresh_database) == OWN
    before = await version(fresh_database)
    assert await posted(supervisor, ["beidou-complaints"]) == 204
    assert await version(fresh_database) > before
    # Jincheng's queues are none of this supervisor's: they stay as they are.
    assert await served(fresh_database) == ["jincheng-care", "jincheng-claims", "beidou-complaints"]
    told = (await supervisor.get(PATH)).json()
    assert told["own_queues"] == OWN
    assert [(one["queue_id"], one["serves"]) for one in told["items"]] == [
        ("beidou-parcels", False)
    ]
    assert await posted(supervisor, ["jincheng-care"]) == 422
    assert (await supervisor.delete(PATH)).status_code == 204
    assert await served(fresh_database) == OWN


async def test_what_is_set_up_meanwhile_is_what_the_agent_comes_back_to(
    api: Api, fresh_database: Database
) -> None:
    admin = await api.sign_in("admin")
    assert await posted(admin, ["beidou-parcels"]) == 204
    assert await served(fresh_database) == ["beidou-parcels"]
    tag = (await admin.get(f"/agents/{AGENT}")).headers["etag"]
    changed = await admin.patch(
        f"/agents/{AGENT}", json={"queues": ["jincheng-care"]}, headers={"If-Match": tag}
    )
    assert changed.status_code == 200
    assert await served(fresh_database) == ["beidou-parcels"]
    assert (await admin.delete(PATH)).status_code == 204
    assert await served(fresh_database) == ["jincheng-care"]


async def test_a_posting_until_a_time_ends_by_itself_and_tells_the_floor(
    api: Api, fresh_database: Database
) -> None:
    admin = await api.sign_in("admin")
    soon = datetime.now(UTC) + timedelta(seconds=2)
    assert await posted(admin, ["beidou-parcels"], soon.isoformat()) == 204
    assert await served(fresh_database) == ["beidou-parcels"]
    moved = await version(fresh_database)
    async with asyncio.timeout(PATIENCE_S):
        while await version(fresh_database) == moved:
            await asyncio.sleep(0.1)
    assert await served(fresh_database) == OWN
    assert (await admin.get(PATH)).json()["items"] == []
    over = await audited(admin, "agent.posting_over")
    assert [entry["subject_id"] for entry in over] == [AGENT]
    settled = await version(fresh_database)
    await asyncio.sleep(2.5)  # Looking for what is over must not wake the floor.
    assert await version(fresh_database) == settled


async def test_other_groups_agents_are_not_found_and_the_attempt_is_on_record(
    api: Api, fresh_database: Database
) -> None:
    supervisor, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
    path = f"/floor/agents/{STRANGE}/posting"
    for answer in (
        await supervisor.get(path),
        await supervisor.put(path, json={"queues": []}),
        await supervisor.delete(path),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    refused = await audited(admin, "access.refused")
    assert [(one["actor_id"], one["subject_id"]) for one in refused] == [
        ("user-supervisor2", STRANGE)
    ] * 3
    agent = await api.sign_in("agent1")
    assert (await agent.put(PATH, json={"queues": []})).status_code == 403


async def test_a_time_that_is_over_is_refused(api: Api) -> None:
    admin = await api.sign_in("admin")
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert await posted(admin, [], past.isoformat()) == 422
