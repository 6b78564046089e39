"""Every endpoint as the wrong client, the wrong role, and nobody."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from openseat.platform.web import PREFIX
from openseat.testing.api import Api, every
from openseat.testing.database import Database
from openseat.testing.tenancy import populate

pytestmark = pytest.mark.database

OPEN = {("get", "/health"), ("post", "/session"), ("get", "/brand"), ("get", "/brand/logo")}
"""What anybody may ask."""

OTHERS: dict[str, str] = {
    "/clients/{subject}": "jincheng",
    "/projects/{subject}": "jincheng-service",
    "/queues/{subject}": "jincheng-care",
    "/flows/{subject}": "jincheng-menu",
    "/numbers/{subject}": "number-jincheng",
    "/listed-numbers/{subject}": "listed-nuisance",
    "/dispositions/{subject}": "jincheng-renewal",
}
"""Rows of the client Jincheng, to be asked for by the client Beidou."""


def operations(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    document = api.app.openapi()
    return [
        (method, path.removeprefix(PREFIX), operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def filled(path: str, subject: str) -> str:
    return path.replace("{subject}", subject).replace("{number}", "1")


async def test_nobody_gets_anything_without_signing_in(api: Api) -> None:
    anonymous = await api.anonymous()
    for method, path, _ in operations(api):
        if (method, path) in OPEN:
            continue
        answer = await anonymous.request(method, re.sub(r"\{[^}]*\}", "1", path), json={})
        assert answer.status_code in {401, 422}, (method, path, answer.text)


async def test_a_client_reading_another_clients_rows_finds_nothing_and_is_put_on_record(
    api: Api,
) -> None:
    beidou, admin = await api.sign_in("beidou"), await api.sign_in("admin")
    for path, subject in OTHERS.items():
        answer = await beidou.get(path.replace("{subject}", subject))
        assert answer.status_code == 404, path
        assert answer.json()["code"] == "not_found"
        entries = (await admin.get("/audit", params={"action": "access.refused"})).json()["items"]
        assert subject in {entry["subject_id"] for entry in entries}, path
        assert {entry["client_id"] for entry in entries} == {"beidou"}


BODIES: dict[str, dict[str, Any]] = {
    "/check": {"definition": None},
    "/publish": {"note": ""},
    "/rollback": {"number": 1},
    "/trial": {"happened": []},
}
"""What each action on a row asks for: a refusal must come from whose it is, not from its form."""

OTHERS_PAST = ("/calls/", "/recordings/", "/invoices/", "/rate-plans/")
"""Where a client's calls, recordings and bills are."""


async def test_nothing_of_another_clients_past_is_found_by_its_id(
    api: Api, database: Database
) -> None:
    await populate(database)
    beidou = await api.sign_in("beidou")
    tried = 0
    for method, path, _ in operations(api):
        if not path.startswith(OTHERS_PAST) or "{" not in path:
            continue
        answer = await beidou.request(
            method,
            re.sub(r"\{[^}]*\}", "row-of-jincheng", path.replace("{number}", "1")),
            json={},
            headers={"If-Match": '"1"'},
        )
        assert answer.status_code in {403, 404, 422}, (method, path, answer.text)
        assert method != "get" or answer.status_code in {403, 404}, (path, answer.text)
        tried += 1
    assert tried >= 6


async def test_a_client_cannot_touch_another_clients_rows_by_any_endpoint(api: Api) -> None:
    beidou, admin = await api.sign_in("beidou"), await api.sign_in("admin")
    before = {
        path: (await admin.get(path.replace("{subject}", subject))).json()
        for path, subject in OTHERS.items()
    }
    tried = 0
    for method, path, _ in operations(api):
        known = next((one for one in OTHERS if path.startswith(one)), None)
        if known is None:
            continue
        body = BODIES.get(path.rpartition("}")[2], {}) if method == "post" else {}
        answer = await beidou.request(
            method, filled(path, OTHERS[known]), json=body, headers={"If-Match": '"1"'}
        )
        assert answer.status_code in {403, 404}, (method, path, answer.text)
        tried += 1
    assert tried >= 18
    for path, subject in OTHERS.items():
        after = (await admin.get(path.replace("{subject}", subject))).json()
        assert after == before[path]


async def test_no_list_shows_a_client_anything_of_another(api: Api) -> None:
    beidou = await api.sign_in("beidou")
    for method, path, operation in operations(api):
        query = [one for one in operation.get("parameters", []) if one["in"] == "query"]
        listed = "cursor" in {one["name"] for one in query}
        if method != "get" or not listed or "{" in path or any(one["required"] for one in query):
            continue
        answer = await beidou.get(path)
        if answer.status_code == 403:
            continue
        rows = await every(beidou, path)
        assert "jincheng" not in json.dumps(rows, ensure_ascii=False), path
        for row in rows:
            assert row.get("client_id") in {None, "beidou"}, (path, row)


async def test_a_client_cannot_make_a_row_for_another_client(api: Api) -> None:
    beidou, admin = await api.sign_in("beidou"), await api.sign_in("admin")
    for path, body in (
        ("/flows", {"client_id": "jincheng", "name": "thief"}),
        ("/hours", {"client_id": "jincheng", "name": "thief"}),
        ("/calendars", {"client_id": "jincheng", "name": "thief"}),
        (
            "/listed-numbers",
            {"client_id": "jincheng", "kind": "blacklist", "e164": "+8613800000001"},
        ),
        ("/dispositions", {"client_id": "jincheng", "code": "thief", "name": "thief"}),
        ("/forms", {"client_id": "jincheng", "name": "thief"}),
        ("/scripts", {"client_id": "jincheng", "name": "thief"}),
        (
            "/client-pages",
            {
                "client_id": "jincheng",
                "name": "thief",
                "url": "https://thief.example/",
                "secret": "a-thief-has-secrets",
            },
        ),
    ):
        answer = await beidou.post(path, json=body)
        assert answer.status_code == 403, (path, answer.text)
        assert answer.json()["code"] == "access.refused"
    entries = (await admin.get("/audit", params={"action": "access.refused"})).json()["items"]
    assert sum("database" in entry["detail"]["reason"] for entry in entries) >= 5


async def test_what_a_client_makes_is_its_own(api: Api) -> None:
    beidou, jincheng = await api.sign_in("beidou"), await api.sign_in("jincheng")
    made = (await beidou.post("/hours", json={"name": "own hours"})).raise_for_status().json()
    assert made["client_id"] == "beidou"
    assert (await jincheng.get(f"/hours/{made['id']}")).status_code == 404
    assert (await beidou.delete(f"/hours/{made['id']}")).status_code == 204


async def test_a_client_cannot_change_what_the_operator_shares_with_all(api: Api) -> None:
    beidou = await api.sign_in("beidou")
    shared = (await beidou.get("/hours/always")).raise_for_status().json()
    answer = await beidou.patch(
        "/hours/always", json={"name": "mine"}, headers={"If-Match": f'"{shared["version"]}"'}
    )
    assert answer.status_code == 403
    for shared_row in ("/hours/office", "/hours/always", "/calendars/china"):
        assert (await beidou.delete(shared_row)).status_code == 403
        assert (await beidou.get(shared_row)).status_code == 200


async def test_every_role_is_refused_what_its_permissions_do_not_hold(api: Api) -> None:
    for login in ("agent1", "supervisor", "beidou"):
        person = await api.sign_in(login)
        held = set((await person.get("/session")).json()["user"]["permissions"])
        for path, permission in (
            ("/users", "users.read"),
            ("/trunks", "trunks.read"),
            ("/audit", "audit.read"),
            ("/agents", "agents.read"),
            ("/flows", "flows.read"),
        ):
            answer = await person.get(path)
            assert answer.status_code == (200 if permission in held else 403), (login, path)


async def test_a_change_without_the_pages_token_is_refused(api: Api) -> None:
    admin = await api.sign_in("admin")
    del admin.headers["X-OpenSeat-CSRF"]
    answer = await admin.post("/skills", json={"name": "from another page"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf.refused"
