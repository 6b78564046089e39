"""Roles of the operator's own: nobody gets, or gives, more than they grant."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from openseat.platform.access import CSRF_HEADER
from openseat.platform.auth_roles import HOLDERS, Role, permissions
from openseat.testing.api import Api

pytestmark = pytest.mark.database

PASSWORD = "a long enough password"
ASKED = 70
"""Endpoints asked as each role: all of them as a dozen roles would take minutes."""


def _within(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _within(inner)


def _routes(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router)


def needed(api: Api) -> dict[tuple[str, str], str]:
    """The permission that each endpoint itself declares, by method and path."""
    found: dict[tuple[str, str], str] = {}
    for route in _routes(api.app):
        for one in _within(route.dependant):
            call: Any = one.call
            if getattr(call, "__qualname__", "") == "_check.<locals>.dependency":
                names = dict(zip(call.__code__.co_freevars, call.__closure__, strict=True))
                for method in route.methods or ():
                    found[method, route.path] = names["permission"].cell_contents
    return found


async def made(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def changed(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    tag = (await client.get(path)).raise_for_status().headers["ETag"]
    return await client.patch(path, json=body, headers={"If-Match": tag})


async def signed_in(api: Api, login: str) -> httpx.AsyncClient:
    client = await api.anonymous()
    answer = await client.post("/session", json={"login": login, "password": PASSWORD})
    client.headers[CSRF_HEADER] = answer.raise_for_status().json()["csrf_token"]
    return client


async def person(api: Api, login: str, kind: Role, granted: list[str]) -> httpx.AsyncClient:
    """Somebody with a role of this test's own."""
    admin = await api.sign_in("admin")
    role = await made(admin, "/roles", name=login, kind=kind, permissions=granted)
    place: dict[str, Any] = {}
    if kind is Role.CLIENT_USER:
        place = {"client_id": "beidou"}
    elif kind is Role.AGENT:
        group = (await admin.get("/agent-groups")).json()["items"][0]["id"]
        number = str(7000 + len(login))
        agent = await made(admin, "/agents", number=number, name=login, group_id=group)
        place = {"agent_id": agent["id"]}
    body = {"login": login, "name": login, "role": kind, "role_id": role["id"], **place}
    await made(admin, "/users", **body, password=PASSWORD)
    return await signed_in(api, login)


@pytest.mark.parametrize("kind", list(Role))
async def test_a_random_role_may_ask_what_it_grants_and_nothing_else(api: Api, kind: Role) -> None:
    random = Random(f"roles {kind}")
    held = sorted(permissions(kind))
    granted = sorted(random.sample(held, len(held) // 2))
    who = await person(api, f"random-{kind}".replace("_", "-"), kind, granted)
    assert (await who.get("/session")).json()["user"]["permissions"] == granted
    endpoints = needed(api)
    assert len(endpoints) > 150
    refused = allowed = 0
    for (method, path), permission in random.sample(sorted(endpoints.items()), ASKED):
        address = path.split("/v1", maxsplit=1)[-1]
        for blank in ("{subject}", "{call_id}", "{agent_id}", "{recording_id}"):
            address = address.replace(blank, "none")
        answer = await who.request(
            method, address.replace("{", "").replace("}", ""), json={"nobody-knows-this": 1}
        )
        problem = "problem" in answer.headers.get("content-type", "")
        code = answer.json()["code"] if problem else ""
        missing = (answer.status_code, code) == (403, "permission.missing")
        assert missing is (permission not in granted), (method, path, permission, answer.text)
        refused += missing
        allowed += not missing
    assert refused
    assert allowed


async def test_a_kind_of_user_is_never_granted_what_it_cannot_hold(api: Api) -> None:
    admin = await api.sign_in("admin")
    for kind in Role:
        for name in sorted(HOLDERS.keys() - permissions(kind))[:3]:
            answer = await admin.post(
                "/roles", json={"name": "no", "kind": kind, "permissions": [name]}
            )
            assert answer.status_code == 422, (kind, name)
    answer = await admin.post(
        "/roles", json={"name": "no", "kind": "agent", "permissions": ["no.such"]}
    )
    assert answer.status_code == 422


async def test_nobody_gives_or_takes_what_they_may_not_do_themselves(api: Api) -> None:
    admin = await api.sign_in("admin")
    granted = ["users.read", "users.write", "operator.read", "clients.read"]
    small = await person(api, "small-admin", Role.OPERATOR_ADMIN, granted)

    async def refused(method: str, path: str, **body: Any) -> None:
        tag = {}
        if method == "PATCH":
            tag = {"If-Match": (await small.get(path)).headers["ETag"]}
        answer = await small.request(method, path, json=body, headers=tag)
        assert (answer.status_code, answer.json()["code"]) == (403, "grant.beyond"), path

    users = {one["login"]: one for one in (await admin.get("/users?limit=200")).json()["items"]}
    roles = {one["name"]: one for one in (await admin.get("/roles")).json()["items"]}
    await refused("POST", "/roles", name="big", kind="operator_admin", permissions=["billing.read"])
    await refused("PATCH", f"/roles/{roles['small-admin']['id']}", permissions=["audit.read"])
    new = {"name": "n", "password": PASSWORD}
    await refused("POST", "/users", login="big-admin", role="operator_admin", **new)
    await refused("PATCH", f"/users/{users['admin']['id']}", password=PASSWORD)
    await refused("PATCH", f"/users/{users['small-admin']['id']}", role_id=None)
    await refused("DELETE", f"/users/{users['supervisor']['id']}")
    # What they may do themselves they may pass on.
    await made(small, "/roles", name="smaller", kind="operator_admin", permissions=["users.read"])
    shown = (await small.get("/permissions")).json()["items"]
    assert {one["name"] for one in shown} == set(HOLDERS)
    assert {one["name"] for one in shown if one["grantable"]} >= set(granted)
    assert not next(one for one in shown if one["name"] == "billing.read")["grantable"]


async def test_a_change_holds_from_the_next_request_on(api: Api) -> None:
    admin = await api.sign_in("admin")
    who = await person(api, "changing", Role.CLIENT_USER, ["history.read", "figures.read"])
    (role,) = [
        one for one in (await admin.get("/roles")).json()["items"] if one["name"] == "changing"
    ]
    assert (await who.get("/calls")).status_code == 200
    answer = await changed(admin, f"/roles/{role['id']}", permissions=["figures.read"])
    assert answer.status_code == 200
    assert (await who.get("/calls")).status_code == 403
    assert (await who.get("/figures", params={"by": "queue"})).status_code == 200
    entry = (await admin.get("/audit", params={"action": "role.changed"})).json()["items"][0]
    assert entry["detail"]["after"] == {"permissions": ["figures.read"]}


async def test_a_role_in_use_stays_and_goes_when_nobody_has_it(api: Api) -> None:
    admin = await api.sign_in("admin")
    await person(api, "leaving", Role.CLIENT_USER, ["figures.read"])
    (role,) = [
        one for one in (await admin.get("/roles")).json()["items"] if one["name"] == "leaving"
    ]
    answer = await admin.delete(f"/roles/{role['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert [one["name"] for one in answer.json()["used_by"]] == ["leaving"]
    (user,) = (await admin.get("/users", params={"role_id": role["id"]})).json()["items"]
    assert (await changed(admin, f"/users/{user['id']}", role_id=None)).status_code == 200
    assert (await admin.delete(f"/roles/{role['id']}")).status_code == 204


async def test_a_user_has_no_role_of_another_kind(api: Api) -> None:
    admin = await api.sign_in("admin")
    role = await made(admin, "/roles", name="of agents", kind="agent", permissions=["agents.self"])
    (user,) = (await admin.get("/users", params={"q": "jincheng"})).json()["items"]
    assert (await changed(admin, f"/users/{user['id']}", role_id=role["id"])).status_code == 422
    assert (await changed(admin, f"/users/{user['id']}", role_id="none")).status_code == 422


async def test_the_last_administrator_keeps_all_rights(api: Api) -> None:
    admin = await api.sign_in("admin")
    role = await made(
        admin, "/roles", name="half", kind="operator_admin", permissions=["users.read"]
    )
    me = (await admin.get("/session")).json()["user"]["id"]
    answer = await changed(admin, f"/users/{me}", role_id=role["id"])
    assert answer.json()["code"] == "user.last_administrator"


async def test_listening_is_not_downloading(api: Api) -> None:
    who = await person(api, "listener", Role.CLIENT_USER, ["recordings.read"])
    for path, code in (("audio", "not_found"), ("audio?download=true", "permission.missing")):
        assert (await who.get(f"/recordings/none/{path}")).json()["code"] == code


async def test_the_audit_trail_names_no_listed_customer_to_who_may_not_know_numbers(
    api: Api,
) -> None:
    admin = await api.sign_in("admin")
    number = await made(
        admin, "/listed-numbers", client_id="beidou", kind="blacklist", e164="+8613912345678",
        note="also 139 8765 4321",
    )  # fmt: skip
    await changed(admin, f"/listed-numbers/{number['id']}", note="now 139 1111 2222")
    granted = sorted(permissions(Role.OPERATOR_ADMIN) - {"customers.number"})
    who = await person(api, "no-numbers", Role.OPERATOR_ADMIN, granted)
    query = {"subject_id": number["id"]}
    told = (await who.get("/audit", params=query)).text
    for part in ("12345678", "8765", "1111"):
        assert part not in told
    assert "139****5678" in told
    full = (await admin.get("/audit", params=query)).text
    for part in ("12345678", "8765", "1111"):
        assert part in full
