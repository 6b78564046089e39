"""Signed in with little, asking for more: smuggled fields, filters, cursors, and a role taken."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from openseat.platform.paging import write_cursor
from openseat.platform.web import PREFIX
from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

SMUGGLED = {
    "id": "chosen-by-me",
    "version": 99,
    "created_at": "2020-01-01T00:00:00Z",
    "password_hash": "$argon2id$mine",
    "signed_in_at": "2020-01-01T00:00:00Z",
    "permissions": ["users.write"],
    "is_admin": True,
}
"""Columns and would-be columns that no form has."""

ANY_ID = "none"
FORMLESS = {("post", "/flows/{subject}/check")}
"""Bodies that may be left out; tried by name below."""


def bodies(api: Api) -> list[tuple[str, str]]:
    """Return every endpoint that takes a JSON document."""
    return [
        (method, path.removeprefix(PREFIX))
        for path, item in api.app.openapi()["paths"].items()
        for method, operation in item.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


def lists(api: Api) -> list[str]:
    """Return every list that can be had without naming anything."""
    found: list[str] = []
    for path, item in api.app.openapi()["paths"].items():
        query = [one for one in item.get("get", {}).get("parameters", []) if one["in"] == "query"]
        if (
            "cursor" in {one["name"] for one in query}
            and "{" not in path
            and not any(one["required"] for one in query)
        ):
            found.append(path.removeprefix(PREFIX))
    return found


async def user(admin: httpx.AsyncClient, subject: str) -> dict[str, Any]:
    return (await admin.get(f"/users/{subject}")).raise_for_status().json()


async def change(who: httpx.AsyncClient, subject: str, **fields: Any) -> httpx.Response:
    """Change a user as of the newest version, whatever that is."""
    return await who.patch(f"/users/{subject}", json=fields, headers={"If-Match": '"1"'})


async def given(admin: httpx.AsyncClient, subject: str, **fields: Any) -> httpx.Response:
    version = (await user(admin, subject))["version"]
    return await admin.patch(f"/users/{subject}", json=fields, headers={"If-Match": f'"{version}"'})


_names = itertools.count(1)


async def new_admin(admin: httpx.AsyncClient, api: Api) -> tuple[str, httpx.AsyncClient]:
    login, password = f"second-admin-{next(_names)}", "a-password-of-mine"
    made = await admin.post(
        "/users",
        json={"login": login, "name": "二管", "role": "operator_admin", "password": password},
    )
    client = await api.anonymous()
    answer = await client.post("/session", json={"login": login, "password": password})
    client.headers["X-OpenSeat-CSRF"] = answer.raise_for_status().json()["csrf_token"]
    return made.raise_for_status().json()["id"], client


async def test_no_form_takes_a_field_that_it_does_not_have(api: Api) -> None:
    admin, supervisor = await api.sign_in("admin"), await api.sign_in("supervisor")
    tried = 0
    for method, path in bodies(api):
        if (method, path) in FORMLESS:
            continue
        address = path.replace("{number}", "1").replace("{language}", "en")
        address = "/".join(ANY_ID if "{" in part else part for part in address.split("/"))
        # What only those on the floor may ask, the supervisor asks.
        who = supervisor if path.startswith(("/me/agent", "/segments")) else admin
        form = _form(api, method, path)
        extra = {name: value for name, value in SMUGGLED.items() if name not in form}
        answer = await who.request(method, address, json=extra, headers={"If-Match": '"1"'})
        assert answer.status_code == 422, (method, path, answer.text)
        refused = {
            error["field"].rpartition(".")[2]
            for error in answer.json()["errors"]
            if error["code"] == "extra_forbidden"
        }
        assert refused == extra.keys(), (method, path, answer.text)
        tried += 1
    assert tried >= 70


def _form(api: Api, method: str, path: str) -> set[str]:
    document = api.app.openapi()
    body = document["paths"][PREFIX + path][method]["requestBody"]
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return set(document["components"]["schemas"][name].get("properties", {}))


async def test_asking_for_another_clients_rows_by_a_filter_finds_none(api: Api) -> None:
    beidou = await api.sign_in("beidou")
    tried = 0
    for path in lists(api):
        plain = await beidou.get(path)
        if plain.status_code == 403:
            continue
        tried += 1
        for query in (
            {"client_id": "jincheng"},
            {"client_id": ["beidou", "jincheng"]},
            {"client_id": ["jincheng", "beidou"]},
            {"project_id": "jincheng-service"},
            {"queue_id": "jincheng-care"},
            {"q": "锦程"},
        ):
            answer = await beidou.get(path, params=query)
            assert answer.status_code in {200, 404, 422}, (path, query, answer.text)
            assert answer.status_code != 200 or "jincheng" not in json.dumps(
                answer.json()["items"]
            ), (path, query)
    assert tried >= 15


async def test_an_unheard_of_parameter_changes_nothing(api: Api) -> None:
    beidou = await api.sign_in("beidou")
    for path in lists(api):
        plain = await beidou.get(path)
        if plain.status_code == 403:
            continue
        for query in (
            {"sort": "password_hash"},
            {"order_by": "client_id desc; select 1"},
            {"fields": "password_hash,digest"},
            {"scope": "operator"},
            {"openseat.scope": "operator", "as": "user-admin"},
        ):
            answer = await beidou.get(path, params=query)
            if answer.status_code == 422:
                # A list that can be sorted names what by, and that is none of it.
                assert answer.json()["errors"][0]["field"] in query, (path, query)
                continue
            assert answer.json() == plain.json(), (path, query)


async def test_a_cursor_taken_from_somebody_who_sees_more_shows_no_more(api: Api) -> None:
    admin, beidou = await api.sign_in("admin"), await api.sign_in("beidou")
    tried = 0
    for path in lists(api):
        own = await beidou.get(path, params={"limit": "200"})
        if own.status_code == 403:
            continue
        known = [json.dumps(one, sort_keys=True) for one in await every(beidou, path)]
        cursors = [write_cursor("", ""), write_cursor(0)]
        wider = (await admin.get(path, params={"limit": "1"})).json()["next_cursor"]
        cursors += [wider] if wider else []
        for cursor in cursors:
            answer = await beidou.get(path, params={"cursor": cursor, "limit": "200"})
            assert answer.status_code in {200, 400}, (path, answer.text)
            shown = answer.json().get("items", [])
            assert {json.dumps(one, sort_keys=True) for one in shown} <= set(known), path
            tried += 1
    assert tried >= 30


async def test_what_is_taken_out_as_a_file_is_what_the_list_shows(api: Api) -> None:
    numbers = {}
    for login in ("admin", "supervisor", "supervisor2"):
        who = await api.sign_in(login)
        file = (await who.get("/exports/agents")).raise_for_status().content.decode("utf-8-sig")
        numbers[login] = {row[0] for row in list(csv.reader(io.StringIO(file)))[1:]}
        assert numbers[login] == {one["number"] for one in await every(who, "/agents")}, login
    assert numbers["supervisor2"] < numbers["admin"]
    for login in ("admin", "supervisor2", "beidou"):
        who = await api.sign_in(login)
        file = (await who.get("/exports/queues")).raise_for_status().content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(file)))
        name = next(
            at
            for at, _ in enumerate(rows[0])
            if {row[at] for row in rows[1:]} >= {"北斗快件查询"} or rows[0][at] in {"名称", "Name"}
        )
        shown = sorted(one["name"] for one in await every(who, "/queues"))
        assert sorted(row[name] for row in rows[1:]) == shown, login


@pytest.mark.parametrize("login", ["agent1", "supervisor", "beidou"])
async def test_nobody_takes_a_role_nor_gives_one_that_they_may_not_give(
    api: Api, login: str
) -> None:
    who, admin = await api.sign_in(login), await api.sign_in("admin")
    me = (await who.get("/session")).json()["user"]["id"]
    before = await user(admin, me)
    new = {"login": "mine", "name": "mine", "role": "operator_admin", "password": "0123456789"}
    answers = [
        await change(who, me, role="operator_admin"),
        await change(who, me, client_id=None),
        await change(who, me, group_ids=["group-one", "group-two"]),
        await change(who, "user-admin", password="0123456789"),
        await change(who, "user-admin", active=False),
        await who.delete("/users/user-admin"),
        await who.post("/users", json=new),
    ]
    assert {one.status_code for one in answers} == {403}
    assert await user(admin, me) == before
    assert "mine" not in {one["login"] for one in await every(admin, "/users")}
    entries = (
        await admin.get("/audit", params={"action": "access.refused", "actor_id": me})
    ).json()["items"]
    assert len(entries) >= len(answers)


async def test_a_role_that_is_taken_away_is_gone_from_sessions_and_tokens_at_once(
    api: Api,
) -> None:
    admin = await api.sign_in("admin")
    subject, second = await new_admin(admin, api)
    token = (await second.post("/me/tokens", json={"name": "kept"})).json()["token"]
    script = await api.anonymous()
    script.headers["Authorization"] = f"Bearer {token}"
    for one in (second, script):
        assert (await one.get("/users")).status_code == 200
    changed = await given(admin, subject, role="supervisor")
    assert changed.status_code == 200, changed.text
    for one in (second, script):
        assert (await one.get("/users")).json()["code"] == "permission.missing"
        assert (await one.get("/agents")).json()["items"] == []
    newest = (await admin.get("/audit", params={"action": "user.changed"})).json()["items"][0]
    assert newest["detail"] == {
        "before": {"role": "operator_admin"},
        "after": {"role": "supervisor"},
    }
    assert (await admin.delete(f"/users/{subject}")).status_code == 204


async def test_the_last_administrator_stays(api: Api) -> None:
    admin = await api.sign_in("admin")
    refused = [
        await given(admin, "user-admin", active=False),
        await given(admin, "user-admin", role="supervisor"),
        await given(admin, "user-admin", role="client_user", client_id="beidou"),
        await admin.delete("/users/user-admin"),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (409, "user.last_administrator")
    english = await admin.delete("/users/user-admin", headers={"Accept-Language": "en"})
    assert english.json()["detail"] == "This is the last active administrator; make another first."
    # Still signed in, still the administrator; and everything else may be changed.
    assert (await given(admin, "user-admin", name="总管理员")).status_code == 200
    subject, _ = await new_admin(admin, api)
    # One who cannot sign in does not count.
    assert (await given(admin, subject, active=False)).status_code == 200
    alone = await given(admin, "user-admin", active=False)
    assert alone.json()["code"] == "user.last_administrator"
    assert (await admin.delete(f"/users/{subject}")).status_code == 204


@pytest.mark.parametrize("how", ["let go", "demoted", "deleted"])
async def test_of_administrators_who_remove_each_other_at_once_one_is_left(
    fresh_database: Database, tmp_path: Path, how: str
) -> None:
    async with running_api(settings_for(fresh_database, tmp_path)) as api:
        admin = await api.sign_in("admin")
        people = dict([await new_admin(admin, api) for _ in range(3)])
        people["user-admin"] = admin
        versions = {one: (await user(admin, one))["version"] for one in people}

        async def remove(who: httpx.AsyncClient, subject: str) -> httpx.Response:
            if how == "deleted":
                return await who.delete(f"/users/{subject}")
            fields = {"active": False} if how == "let go" else {"role": "supervisor"}
            match = {"If-Match": f'"{versions[subject]}"'}
            return await who.patch(f"/users/{subject}", json=fields, headers=match)

        pairs = [
            (who, subject) for by, who in people.items() for subject in people if subject != by
        ]
        answers = await asyncio.gather(*(remove(who, subject) for who, subject in pairs))
        assert all(one.status_code < 500 for one in answers), [one.text for one in answers]
    connection = await asyncpg.connect(fresh_database.url("superuser"))
    left = await connection.fetchval(
        "select count(*) from users where role = 'operator_admin' and active"
    )
    await connection.close()
    assert left >= 1


async def test_a_single_pair_who_remove_each_other_leaves_exactly_one(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with running_api(settings_for(fresh_database, tmp_path)) as api:
        admin = await api.sign_in("admin")
        for _ in range(5):
            # The lock decides, and not how the two requests happen to be interleaved.
            connection = await asyncpg.connect(fresh_database.url("superuser"))
            await connection.execute(
                "update users set active = true, role = 'operator_admin' where login = 'admin'"
            )
            await connection.execute("delete from users where login like 'second-admin-%'")
            await connection.close()
            admin = await api.sign_in("admin")
            subject, second = await new_admin(admin, api)
            answers = await asyncio.gather(
                given(admin, subject, active=False), given(second, "user-admin", active=False)
            )
            assert [one.status_code for one in answers].count(200) == 1, [
                one.text for one in answers
            ]
