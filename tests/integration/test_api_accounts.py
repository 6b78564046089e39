"""Signing in, sessions, tokens and the audit trail, through the API on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from openseat.platform.audit import AuditTrail
from openseat.platform.auth import ATTEMPTS_PER_LOGIN
from openseat.platform.database import Database as Pool
from openseat.platform.database import OperatorScope
from openseat.platform.settings import Settings
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


async def as_owner(database: Database, statement: str) -> None:
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(api: Api) -> None:
    anonymous = await api.anonymous()
    answers = [
        (await anonymous.post("/session", json={"login": login, "password": "wrong"})).json()
        for login in ("admin", "nobody")
    ]
    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "session.refused"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(api: Api) -> None:
    admin = await api.anonymous()
    answer = await admin.post(
        "/session",
        json={"login": "Admin ", "password": api.settings.secrets.read("demo_admin")},
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert str(api.settings.ports.base) in cookie.partition("=")[0]


async def test_after_many_wrong_passwords_even_the_right_one_has_to_wait(api: Api) -> None:
    anonymous = await api.anonymous()
    for _ in range(ATTEMPTS_PER_LOGIN):
        answer = await anonymous.post("/session", json={"login": "agent9", "password": "wrong"})
        assert answer.status_code == 401
    right = {"login": "agent9", "password": api.settings.secrets.read("demo_agent")}
    answer = await anonymous.post("/session", json=right)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    # Nobody else is kept out.
    await api.sign_in("agent8")


async def test_a_session_that_was_ended_is_worth_nothing_even_with_its_cookie(api: Api) -> None:
    agent = await api.sign_in("agent2")
    cookies = dict(agent.cookies)
    assert (await agent.delete("/session")).status_code == 204
    thief = await api.anonymous()
    thief.cookies.update(cookies)
    assert (await thief.get("/session")).status_code == 401


@pytest.mark.parametrize(
    "ageing",
    ["seen_at = now() - interval '31 minutes'", "expires_at = now() - interval '1 second'"],
)
async def test_a_session_ends_by_idleness_and_by_age(
    api: Api, database: Database, ageing: str
) -> None:
    agent = await api.sign_in("agent3")
    assert (await agent.get("/session")).status_code == 200
    await as_owner(database, f"update user_sessions set {ageing} where user_id = 'user-1003'")
    assert (await agent.get("/session")).status_code == 401


async def test_a_user_who_is_let_go_is_out_at_once_everywhere(api: Api) -> None:
    admin, agent = await api.sign_in("admin"), await api.sign_in("agent4")
    token = (await agent.post("/me/tokens", json={"name": "script"})).json()["token"]
    by_token = await api.anonymous()
    by_token.headers["Authorization"] = f"Bearer {token}"
    assert (await by_token.get("/session")).status_code == 200
    version = (await admin.get("/users/user-1004")).json()["version"]
    changed = await admin.patch(
        "/users/user-1004", json={"active": False}, headers={"If-Match": f'"{version}"'}
    )
    assert changed.status_code == 200
    assert (await agent.get("/session")).status_code == 401
    assert (await by_token.get("/session")).status_code == 401


async def test_a_new_password_ends_the_sessions_of_the_old_one(api: Api) -> None:
    admin, agent = await api.sign_in("admin"), await api.sign_in("agent5")
    version = (await admin.get("/users/user-1005")).json()["version"]
    await admin.patch(
        "/users/user-1005",
        json={"password": "a-new-password-1"},
        headers={"If-Match": f'"{version}"'},
    )
    assert (await agent.get("/session")).status_code == 401
    anonymous = await api.anonymous()
    answer = await anonymous.post(
        "/session", json={"login": "agent5", "password": "a-new-password-1"}
    )
    assert answer.status_code == 200


async def test_one_changes_ones_own_password_and_every_other_way_in_ends(api: Api) -> None:
    here, there = await api.sign_in("agent6"), await api.sign_in("agent6")
    token = (await here.post("/me/tokens", json={"name": "script"})).json()["token"]
    script = await api.anonymous()
    script.headers["Authorization"] = f"Bearer {token}"
    old = api.settings.secrets.read("demo_agent")
    for current, new, code in (
        ("a-wrong-password", "a-new-password-2", "password.wrong"),
        (old, old, "password.same"),
        (old, "short", "request.invalid"),
    ):
        refused = await here.post("/me/password", json={"current": current, "new": new})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    body = {"current": old, "new": "a-new-password-2"}
    by_program = await script.post("/me/password", json=body)
    assert by_program.json()["code"] == "session.required"
    assert (await here.post("/me/password", json=body)).status_code == 204
    assert (await here.get("/session")).status_code == 200
    assert (await there.get("/session")).status_code == 401
    assert (await script.get("/session")).json()["code"] == "token.refused"
    anonymous = await api.anonymous()
    for password, status in ((old, 401), ("a-new-password-2", 200)):
        answer = await anonymous.post("/session", json={"login": "agent6", "password": password})
        assert answer.status_code == status
    admin = await api.sign_in("admin")
    entries = (await admin.get("/audit", params={"subject_id": "user-1006"})).json()["items"]
    assert {"password.changed", "password.refused"} <= {one["action"] for one in entries}
    assert "a-new-password-2" not in str(entries)


async def test_a_password_cannot_be_guessed_from_an_open_page(api: Api) -> None:
    agent = await api.sign_in("agent7")
    for _ in range(ATTEMPTS_PER_LOGIN):
        tried = await agent.post("/me/password", json={"current": "x", "new": "a-new-password-3"})
        assert tried.status_code == 422
    right = {"current": api.settings.secrets.read("demo_agent"), "new": "a-new-password-3"}
    assert (await agent.post("/me/password", json=right)).status_code == 429


async def test_a_token_works_without_a_cookie_until_it_is_revoked(api: Api) -> None:
    admin = await api.sign_in("admin")
    made = (await admin.post("/me/tokens", json={"name": "nightly"})).json()
    script = await api.anonymous()
    script.headers["Authorization"] = f"Bearer {made['token']}"
    assert (await script.post("/skills", json={"name": "by a script"})).status_code == 201
    listed = (await admin.get("/me/tokens")).json()["items"]
    assert made["token"] not in str(listed)
    assert (await admin.delete(f"/me/tokens/{made['id']}")).status_code == 204
    assert (await script.get("/skills")).json()["code"] == "token.refused"


async def test_passwords_and_tokens_are_nowhere_in_the_database(
    api: Api, database: Database
) -> None:
    admin = await api.sign_in("admin")
    token = (await admin.post("/me/tokens", json={"name": "secret"})).json()["token"]
    cookie = next(iter(admin.cookies.values()))
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        names = await connection.fetch(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = 'public'::regnamespace"
        )
        for row in names:
            dump = await connection.fetchval(
                f"select coalesce(string_agg({row['relname']}::text, ''), '') from {row['relname']}"
            )
            for secret in (token, cookie, api.settings.secrets.read("demo_admin")):
                assert secret not in dump, row["relname"]
    finally:
        await connection.close()


async def verdict(api: Api, since: str = "") -> tuple[int | None, str]:
    pool = Pool(api.settings.database_url("app"), pool_size=1)
    try:
        async with pool.tenant_session(OperatorScope()) as session:
            found = await AuditTrail.of(api.settings).verify(session, since)
    finally:
        await pool.close()
    return found.broken_at, found.head


async def test_every_change_is_on_record_with_what_it_was_before(api: Api) -> None:
    admin = await api.sign_in("admin")
    made = (await admin.post("/skills", json={"name": "juggling"})).json()
    await admin.patch(
        f"/skills/{made['id']}", json={"name": "tightrope"}, headers={"If-Match": '"1"'}
    )
    await admin.delete(f"/skills/{made['id']}")
    found = (await admin.get("/audit", params={"subject_id": made["id"]})).json()["items"]
    assert [entry["action"] for entry in found] == [
        "skill.deleted",
        "skill.changed",
        "skill.created",
    ]
    assert found[1]["detail"] == {"before": {"name": "juggling"}, "after": {"name": "tightrope"}}
    assert {entry["actor_id"] for entry in found} == {"user-admin"}


@pytest.mark.parametrize(
    "tampering",
    [
        "update audit_entries set actor_id = 'somebody-else' where seq = 3",
        "update audit_entries set detail = '{}' where seq = 1",
        "delete from audit_entries where seq = 2",
        "update audit_entries set at = at - interval '1 day' where seq = 2",
        "delete from audit_entries where seq = (select max(seq) from audit_entries)",
    ],
)
async def test_tampering_with_the_audit_trail_shows(
    api: Api, database: Database, tampering: str
) -> None:
    await api.sign_in("admin")
    assert (await verdict(api))[0] is None
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        await connection.execute("create table kept as select * from audit_entries")
        await connection.execute("alter table audit_entries disable trigger append_only")
        await connection.execute(tampering)
        assert (await verdict(api))[0] is not None
        await connection.execute(
            "delete from audit_entries; insert into audit_entries select * from kept;"
            "drop table kept; alter table audit_entries enable trigger append_only"
        )
    finally:
        await connection.close()
    assert (await verdict(api))[0] is None


async def test_an_end_cut_off_cleanly_shows_against_a_head_noted_earlier(
    api: Api, database: Database
) -> None:
    await api.sign_in("admin")
    _, noted = await verdict(api)
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        await connection.execute("create table kept as select * from audit_entries")
        await connection.execute("create table kept_head as select * from audit_head")
        await connection.execute(
            "alter table audit_entries disable trigger append_only;"
            "delete from audit_entries where seq = (select max(seq) from audit_entries);"
            "update audit_head set (seq, digest) ="
            " (select seq, digest from audit_entries order by seq desc limit 1)"
        )
        assert (await verdict(api))[0] is None
        assert (await verdict(api, noted))[0] is not None
        await connection.execute(
            "delete from audit_entries; insert into audit_entries select * from kept;"
            "update audit_head set (seq, digest) = (select seq, digest from kept_head);"
            "drop table kept; drop table kept_head;"
            "alter table audit_entries enable trigger append_only"
        )
    finally:
        await connection.close()


async def test_metrics_are_for_this_machine_or_with_the_token_only(api: Api) -> None:
    transport = httpx.ASGITransport(api.app, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as stranger:
        assert (await stranger.get("/metrics")).status_code == 401
        token = api.settings.secrets.read("metrics")
        allowed = await stranger.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert "openseat_http_requests_total" in allowed.text
