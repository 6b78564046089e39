"""Fields that a role may hide: what agents wrote of a contact, and their own telephone numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from openseat.journal.writer import JournalWriter
from openseat.platform.access import CSRF_HEADER
from openseat.platform.auth_roles import Role, permissions
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.own_day import MINE, OwnDay
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

PASSWORD = "a long enough password"
START = 1_767_225_600_000
MY_NOTES, COLLEAGUES_NOTES = "明天再谈 Premium 100%", "同事的备注"
MOBILE = "+8613900077001"


@dataclass
class Office:
    """A made-up day of two agents, one of whom works at a mobile."""

    api: Api
    admin: httpx.AsyncClient

    async def change(self, path: str, **body: Any) -> None:
        tag = {"If-Match": (await self.admin.get(path)).headers["ETag"]}
        (await self.admin.patch(path, json=body, headers=tag)).raise_for_status()

    async def role(self, kind: Role, without: str) -> str:
        body = {"name": f"{kind} without {without}", "kind": kind}
        granted = sorted(permissions(kind) - {without})
        made = await self.admin.post("/roles", json={**body, "permissions": granted})
        return made.raise_for_status().json()["id"]

    async def person(self, kind: Role, without: str, **account: Any) -> httpx.AsyncClient:
        login = f"{kind}-{without}".replace("_", "-")
        role_id = await self.role(kind, without)
        body = {"login": login, "name": login, "role": kind, "role_id": role_id, **account}
        made = await self.admin.post("/users", json={**body, "password": PASSWORD})
        made.raise_for_status()
        client = await self.api.anonymous()
        answer = await client.post("/session", json={"login": login, "password": PASSWORD})
        client.headers[CSRF_HEADER] = answer.raise_for_status().json()["csrf_token"]
        return client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("fields")
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(OwnDay(START).facts())
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    async with running_api(settings_for(database, folder / "home")) as api:
        made = Office(api, await api.sign_in("admin"))
        await made.change(f"/agents/{MINE}", telephone=MOBILE)
        yield made


async def texts(who: httpx.AsyncClient, *paths: str) -> str:
    found = [(await who.get(path)).raise_for_status().text for path in paths]
    return "\n".join(found)


HISTORY = ("/calls?limit=200", "/calls/c-care", "/calls/c-care/events", "/calls/c-out",
           "/calls/c-out/events")  # fmt: skip


@pytest.mark.parametrize("kind", [Role.OPERATOR_ADMIN, Role.CLIENT_USER])
async def test_what_agents_wrote_is_hidden_from_who_may_not_read_it(
    office: Office, kind: Role
) -> None:
    place = {"client_id": "jincheng"} if kind is Role.CLIENT_USER else {}
    who = await office.person(kind, "contacts.notes", **place)
    told = await texts(who, *HISTORY)
    assert MY_NOTES not in told
    assert COLLEAGUES_NOTES not in told
    # That something was written, and with which outcome, is no secret.
    assert "•••" in told
    assert "follow_up" in told
    full = await texts(office.admin, *HISTORY)
    assert MY_NOTES in full
    assert COLLEAGUES_NOTES in full


async def test_agents_always_read_what_they_wrote_themselves(office: Office) -> None:
    agent = await office.api.sign_in("agent1")
    own, shared = "/me/calls/c-out", "/me/calls/c-care"
    assert COLLEAGUES_NOTES in await texts(agent, shared)
    role_id = await office.role(Role.AGENT, "contacts.notes")
    (user,) = (await office.admin.get("/users", params={"agent_id": MINE})).json()["items"]
    await office.change(f"/users/{user['id']}", role_id=role_id)
    assert MY_NOTES in await texts(agent, own, "/me/calls")
    assert COLLEAGUES_NOTES not in await texts(agent, shared)
    await office.change(f"/users/{user['id']}", role_id=None)


async def test_an_agents_own_number_is_neither_told_nor_set_without_the_permission(
    office: Office,
) -> None:
    who = await office.person(Role.OPERATOR_ADMIN, "agents.telephone")
    path = f"/agents/{MINE}"
    everywhere = ("/agents?limit=200", path, "/exports/agents", f"/audit?subject_id={MINE}")
    assert MOBILE[1:] not in await texts(who, *everywhere)
    full = await texts(office.admin, *everywhere)
    assert full.count(MOBILE[1:]) >= 4
    tag = {"If-Match": (await who.get(path)).headers["ETag"]}
    for number in ("+8613900077002", ""):
        refused = await who.patch(path, json={"telephone": number}, headers=tag)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission.missing")
    renamed = await who.patch(path, json={"name": "改名"}, headers=tag)
    assert renamed.status_code == 200
    assert MOBILE[1:] not in renamed.text
    new = {"number": "8301", "name": "新", "group_id": "group-one"}
    refused = await who.post("/agents", json={**new, "telephone": "+8613900077002"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission.missing")
    assert (await who.post("/agents", json=new)).status_code == 201
    # A file without the column leaves the numbers as they are; one with it is not taken.
    table = (await who.get("/exports/agents")).content
    kept = await who.post("/imports/agents", files={"file": table}, data={"apply": "true"})
    assert (kept.json()["done"], kept.json()["changed"]) == (True, 0), kept.text
    whole = (await office.admin.get("/exports/agents")).content
    refused = await who.post("/imports/agents", files={"file": whole}, data={"apply": "true"})
    assert refused.json()["code"] == "sheet.columns"
    assert (await office.admin.get(path)).json()["telephone"] == MOBILE
