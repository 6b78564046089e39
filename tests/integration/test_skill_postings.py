"""Skills given and taken: for now, until a time, to several at once, and back; by who may."""

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

AGENT, COLLEAGUE, STRANGE = "agent-1002", "agent-1004", "agent-1001"
"""Two of group two, which the second supervisor manages; and one of group one."""
PATH = f"/floor/agents/{AGENT}/skills"
PATIENCE_S = 30


@pytest.fixture
async def api(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(settings_for(fresh_database, tmp_path)) as running:
        yield running


async def levels(database: Database, agent_id: str = AGENT) -> dict[str, int]:
    """What the floor would route the agent by."""
    connection = await asyncpg.connect(database.url("floor"))
    try:
        picture = await read_picture(connection, "main")
    finally:
        await connection.close()
    return dict(picture.config.agents[agent_id].skills)


async def version(database: Database) -> int:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        return await connection.fetchval("select version from directory_state where id = 1")
    finally:
        await connection.close()


async def audited(admin: httpx.AsyncClient, action: str) -> list[dict[str, Any]]:
    return (await admin.get("/audit", params={"action": action})).json()["items"]


async def posted(who: httpx.AsyncClient, skills: dict[str, int], until: str | None = None) -> int:
    return (await who.put(PATH, json={"skills": skills, "until": until})).status_code


async def test_a_supervisor_gives_changes_and_takes_skills_and_gives_them_back(
    api: Api, fresh_database: Database
) -> None:
    supervisor, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
    own = await levels(fresh_database)
    held, other = sorted(own)[:2]
    every = {one["id"] for one in (await admin.get("/skills")).json()["items"]}
    new = min(every - own.keys())
    before = await version(fresh_database)
    assert await posted(supervisor, {new: 7, held: 0, other: own[other] % 10 + 1}) == 204
    assert await version(fresh_database) > before
    changed = {**own, new: 7, other: own[other] % 10 + 1}
    del changed[held]
    assert await levels(fresh_database) == changed
    told = (await supervisor.get(PATH)).json()
    assert (told["skills"], told["own_skills"]) == (changed, own)
    assert {one["skill_id"]: one["level"] for one in told["items"]} == {
        new: 7,
        held: 0,
        other: changed[other],
    }
    # What is set up is no posting, and what is not named stays.
    assert await posted(supervisor, {held: own[held]}) == 204
    assert await levels(fresh_database) == {**changed, held: own[held]}
    assert (await supervisor.delete(PATH)).status_code == 204
    assert await levels(fresh_database) == own
    assert (await supervisor.get(PATH)).json()["items"] == []
    found = await audited(admin, "agent.skills_posted")
    assert [(one["actor_id"], one["subject_id"]) for one in found] == [
        ("user-supervisor2", AGENT)
    ] * 2
    assert found[-1]["detail"]["skills"][new] == 7
    assert len(await audited(admin, "agent.skills_returned")) == 1


async def test_what_is_set_up_meanwhile_is_what_the_agent_comes_back_to(
    api: Api, fresh_database: Database
) -> None:
    admin = await api.sign_in("admin")
    skill = min(await levels(fresh_database))
    assert await posted(admin, {skill: 9}) == 204
    tag = (await admin.get(f"/agents/{AGENT}")).headers["etag"]
    changed = await admin.patch(
        f"/agents/{AGENT}", json={"skills": {skill: 2}}, headers={"If-Match": tag}
    )
    assert changed.status_code == 200
    assert await levels(fresh_database) == {skill: 9}
    assert (await admin.delete(PATH)).status_code == 204
    assert await levels(fresh_database) == {skill: 2}


async def test_skills_until_a_time_end_by_themselves_and_tell_the_floor(
    api: Api, fresh_database: Database
) -> None:
    admin = await api.sign_in("admin")
    own = await levels(fresh_database)
    skill = min(own)
    soon = datetime.now(UTC) + timedelta(seconds=8)
    assert await posted(admin, {skill: 0}, soon.isoformat()) == 204
    assert skill not in await levels(fresh_database)
    moved = await version(fresh_database)
    async with asyncio.timeout(PATIENCE_S):
        while await version(fresh_database) == moved:
            await asyncio.sleep(0.1)
    assert await levels(fresh_database) == own
    over = await audited(admin, "agent.skills_over")
    assert [(one["subject_id"], one["detail"]) for one in over] == [(AGENT, {"skills": [skill]})]
    settled = await version(fresh_database)
    await asyncio.sleep(2.5)  # Looking for what is over must not wake the floor.
    assert await version(fresh_database) == settled


async def test_several_agents_are_changed_together_or_not_at_all(
    api: Api, fresh_database: Database
) -> None:
    supervisor, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
    skill = min(await levels(fresh_database))
    own = {one: await levels(fresh_database, one) for one in (AGENT, COLLEAGUE, STRANGE)}
    body = {"agents": [AGENT, COLLEAGUE], "skills": {skill: 10}}
    mixed = await supervisor.post("/floor/skills", json={**body, "agents": [AGENT, STRANGE]})
    assert (mixed.status_code, mixed.json()["code"]) == (404, "not_found")
    assert await levels(fresh_database) == own[AGENT]
    assert (await supervisor.post("/floor/skills", json=body)).status_code == 204
    for one in (AGENT, COLLEAGUE):
        assert (await levels(fresh_database, one))[skill] == 10
    both = {one["subject_id"] for one in await audited(admin, "agent.skills_posted")}
    assert both == {AGENT, COLLEAGUE}
    back = await supervisor.post("/floor/skills/return", json={"agents": [AGENT, COLLEAGUE]})
    assert back.status_code == 204
    assert {one: await levels(fresh_database, one) for one in own} == own


async def test_other_groups_agents_are_not_found_and_the_attempt_is_on_record(
    api: Api, fresh_database: Database
) -> None:
    supervisor, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
    own = await levels(fresh_database, STRANGE)
    skill = min(own)
    path = f"/floor/agents/{STRANGE}/skills"
    for answer in (
        await supervisor.get(path),
        await supervisor.put(path, json={"skills": {skill: 0}}),
        await supervisor.delete(path),
        await supervisor.post("/floor/skills/return", json={"agents": [STRANGE]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    refused = await audited(admin, "access.refused")
    assert [(one["actor_id"], one["subject_id"]) for one in refused] == [
        ("user-supervisor2", STRANGE)
    ] * 4
    assert await levels(fresh_database, STRANGE) == own


@pytest.mark.parametrize(
    "body",
    [
        {"skills": {"no-such-skill": 3}},
        {"skills": {"mandarin": 11}},
        {"skills": {"mandarin": -1}},
        {"skills": {}},
        {"skills": {"mandarin": 3}, "until": "2020-01-01T00:00:00Z"},
    ],
)
async def test_nonsense_is_refused(api: Api, body: dict[str, Any]) -> None:
    admin = await api.sign_in("admin")
    assert (await admin.put(PATH, json=body)).status_code == 422
