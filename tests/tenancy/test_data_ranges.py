"""Roles with a data range: no row of a client or project beyond it, by any table or any answer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from openseat.core.events import CallEnded, RecordingWasStored
from openseat.journal.writer import JournalWriter
from openseat.platform.access import CSRF_HEADER, Services, cookie_name
from openseat.platform.auth_roles import HOLDERS, RANGES, Role, permissions
from openseat.platform.database import ClientScope, OperatorScope, Range, Scope, scope_settings
from openseat.realtime.socket import sight_of
from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.testing.link_floor import agent, call
from openseat.testing.tenancy import populate, tables
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

PASSWORD = "a long enough password"
OWNERS = {
    "jincheng-service": "jincheng",
    "jincheng-motor": "jincheng",
    "beidou-service": "beidou",
}
"""Project → its client."""
SHARED = {
    "flows", "calendars", "hours", "prompts", "dispositions", "scripts", "client_pages", "forms",
    "form_versions", "logos", "flow_versions", "script_versions",
}  # fmt: skip
"""Settings that projects of a client share, or everybody does."""
FOR_ALL = {"users", "wallboards", "screen_links", "agents"}
"""Tables whose rows of no client are not hidden: names of the operator's people, and own things."""
UNBOUND = {
    "agent_skills": "seen by whoever sees the agent",
    "agent_skill_postings": "seen by whoever sees the agent",
    "queue_skills": "seen by whoever sees the queue",
    "audit_entries": "read within the range; everybody's deeds are added",
    "cell_lease": "no client's data",
    "projection_cursor": "no client's data",
    "idempotency_keys": "the own requests",
    "invoice_counters": "the last number of a year",
    "message_receipts": "the own messages",
    "messages": "the own messages",
    "sign_in_attempts": "touched before it is known who asks",
    "user_sessions": "found by their secret",
    "user_tokens": "found by their secret",
}
"""Tables without the four policies of a range, and why."""


@dataclass
class World:
    """The demonstration's directory with a made-up past of both clients."""

    api: Api
    database: Database
    admin: httpx.AsyncClient
    calls: dict[str, str]
    """Call → its project."""
    recordings: dict[str, str]
    """Recording → its call."""
    day: dict[str, str]
    made: int = 0

    async def person(
        self, kind: Role, granted: list[str] | None = None, login: str = "", **role: Any
    ) -> httpx.AsyncClient:
        """Somebody with a role of the test's own; ``user`` holds fields of the account."""
        self.made += 1
        login = login or f"ranged-{self.made}"
        held = sorted(permissions(kind)) if granted is None else granted
        user = role.pop("user", {})
        made = await create(self.admin, "/roles", name=login, kind=kind, permissions=held, **role)
        await create(
            self.admin, "/users", login=login, name=login, role=kind, role_id=made["id"],
            password=PASSWORD, **user,
        )  # fmt: skip
        client = await self.api.anonymous()
        answer = await client.post("/session", json={"login": login, "password": PASSWORD})
        client.headers[CSRF_HEADER] = answer.raise_for_status().json()["csrf_token"]
        return client


async def create(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("ranges")
    facts = HistoryMaker(Random(25), client_ids=("jincheng", "beidou")).facts(80)
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(facts)
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    async with running_api(settings_for(database, folder / "home")) as api:
        admin = await api.sign_in("admin")
        await populate(database)
        connection = await asyncpg.connect(database.url("superuser"))
        # The made-up past knows one project a client, and none of the directory's.
        await connection.execute("""
            update calls set project_id = case when client_id = 'beidou' then 'beidou-service'
                when ascii(right(call_id, 1)) % 2 = 0 then 'jincheng-motor'
                else 'jincheng-service' end where client_id in ('jincheng', 'beidou')""")
        for table in ("figure_calls", "usage_calls"):
            await connection.execute(
                f"update {table} set project_id = calls.project_id from calls"
                f" where calls.call_id = {table}.call_id"
            )
        rows = await connection.fetch("select call_id, project_id from calls")
        await connection.close()
        ended = [one.at for one in facts if isinstance(one.event, CallEnded)]
        stored = [one.event for one in facts if isinstance(one.event, RecordingWasStored)]
        yield World(
            api=api,
            database=database,
            admin=admin,
            calls={row["call_id"]: row["project_id"] for row in rows},
            recordings={one.recording_id: one.call_id for one in stored},
            day={"from": _iso(min(ended), -1), "to": _iso(max(ended), 1), "interval": "day"},
        )


def _iso(at: int, days: int) -> str:
    moved = datetime.fromtimestamp(at / 1000, UTC) + timedelta(days=days)
    return moved.isoformat().replace("+00:00", "Z")


def random_range(random: Random) -> Range:
    clients = random.sample(["jincheng", "beidou"], random.choice([0, 0, 1]))
    projects = random.sample(sorted(OWNERS), random.choice([0, 1, 1, 2]))
    return Range(frozenset(clients), frozenset(projects))


def projects_in(held: Range) -> set[str]:
    return {
        name for name, owner in OWNERS.items()
        if name in held.project_ids or owner in held.client_ids
    }  # fmt: skip


@asynccontextmanager
async def working_in(database: Database, scope: Scope) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the API's role in a scope, rolled back at the end."""
    connection = await asyncpg.connect(database.url("app"))
    transaction = connection.transaction()
    await transaction.start()
    try:
        for name, value in scope_settings(scope).items():
            await connection.execute("select set_config($1, $2, true)", f"openseat.{name}", value)
        yield connection
    finally:
        with contextlib.suppress(asyncpg.InterfaceError):
            await transaction.rollback()
        await connection.close()


# -- tables ------------------------------------------------------------------------


async def test_every_protected_table_is_bounded_by_ranges_too(database: Database) -> None:
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        rows = await connection.fetch("""
            select relname, count(polname) filter (where not polpermissive) as bounds
            from pg_class left join pg_policy on polrelid = pg_class.oid
            where relrowsecurity and relkind in ('r', 'p') group by relname""")
    finally:
        await connection.close()
    assert {row["relname"] for row in rows if row["bounds"] < 4} == set(UNBOUND)


@pytest.mark.parametrize("number", range(8))
async def test_a_random_range_reads_no_row_of_any_table_beyond_it(
    world: World, number: int
) -> None:
    held = random_range(Random(f"range {number}"))
    allowed = projects_in(held)
    named = held.client_ids | {OWNERS[one] for one in held.project_ids}
    mine = {one for one, project in world.calls.items() if project in allowed}
    seen = 0
    bounded = set(await tables(world.database, with_client=True)) - {"idempotency_keys"}
    for table in sorted(bounded):
        async with working_in(world.database, OperatorScope(held)) as connection:
            try:
                rows = await connection.fetch(f"select * from {table}")
            except asyncpg.InsufficientPrivilegeError:
                continue
        seen += len(rows)
        for row in rows:
            found = dict(row)
            client = found["client_id"] or ""
            if client in held.client_ids:
                continue
            project = found.get("project_id") or ""
            if not client:
                by_call = found.get("call_id") or found.get("stream", "").removeprefix("call:")
                assert table in SHARED | FOR_ALL or by_call in mine, (table, found)
                continue
            # Of a client of which projects alone are in range.
            assert client in named, (table, found)
            if table in {"clients", "projects"}:
                assert table == "clients" or found["id"] in allowed
            elif "project_id" in found:
                assert project in allowed or (not project and table in SHARED), (table, found)
            elif "call_id" in found:
                assert found["call_id"] in mine, (table, found)
            elif table == "journal":
                about = found["stream"].removeprefix("call:")
                assert about in mine or '"call_id"' in found["data"], (table, found)
    assert seen


async def test_an_empty_range_is_nothing_of_any_client(world: World) -> None:
    for table in set(await tables(world.database, with_client=True)) - {"idempotency_keys"}:
        async with working_in(world.database, OperatorScope(Range())) as connection:
            with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                found = await connection.fetchval(
                    f"select count(*) from {table} where coalesce(client_id, '') <> ''"
                )
                assert found == 0, table
    async with working_in(world.database, OperatorScope(Range())) as connection:
        for table in ("agents", "queues", "trunks", "webhooks", "clients", "projects"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0, table


async def test_a_range_writes_no_row_of_any_table_beyond_it(world: World) -> None:
    held = Range(frozenset({"beidou"}), frozenset({"jincheng-motor"}))
    for table in sorted(set(await tables(world.database, with_client=True)) - set(UNBOUND)):
        beyond = "client_id = 'jincheng'"
        if table in await _with_project(world.database):
            beyond += " and coalesce(project_id, '') <> 'jincheng-motor'"
        elif table not in {"clients", "users", "listed_numbers", "hours", "prompts", "logos"}:
            continue  # Of a contact: held to its call, which the reading shows.
        for statement in (
            f"update {table} set client_id = 'beidou' where {beyond}",
            f"delete from {table} where {beyond}",
        ):
            async with working_in(world.database, OperatorScope(held)) as connection:
                with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                    assert (await connection.execute(statement)).endswith(" 0"), statement
    async with working_in(world.database, OperatorScope(held)) as connection:
        assert await connection.fetchval("select count(*) from queues") == 3
    for statement in (
        "insert into roles (id, name, kind, range) values ('r', 'r', 'operator_admin', 'all')",
        (
            "insert into users (id, login, name, role, password_hash)"
            " values ('u', 'u-u', 'u', 'operator_admin', '')"
        ),
        "insert into projects (id, client_id, name) values ('p', 'jincheng', 'p')",
        "insert into clients (id, name) values ('c', 'c')",
        "insert into skills (id, name) values ('s', 's')",
    ):
        async with working_in(world.database, OperatorScope(held)) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    # Neither by referring to what it cannot see.
    async with working_in(world.database, OperatorScope(held)) as connection:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute(
                "update numbers set flow_id = (select 'jincheng-menu') where client_id = 'beidou'"
            )


async def _with_project(database: Database) -> set[str]:
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        rows = await connection.fetch(
            "select table_name from information_schema.columns where column_name = 'project_id'"
        )
    finally:
        await connection.close()
    return {row["table_name"] for row in rows}


async def test_a_clients_own_range_stays_within_the_client(world: World) -> None:
    held = Range(frozenset({"beidou"}), frozenset({"jincheng-motor", "beidou-service"}))
    async with working_in(world.database, ClientScope("jincheng", held)) as connection:
        rows = await connection.fetch("select id from projects")
        assert [row["id"] for row in rows] == ["jincheng-motor"]
        found = {row["call_id"] for row in await connection.fetch("select call_id from calls")}
    assert found == {one for one, project in world.calls.items() if project == "jincheng-motor"}


# -- answers -----------------------------------------------------------------------


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in an answer."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, list):
        for one in value:
            yield from parts(one)


def plain_lists(api: Api) -> list[str]:
    paths = api.app.openapi()["paths"]
    short = (path.split("/v1", maxsplit=1)[-1] for path, made in paths.items() if "get" in made)
    return sorted(path for path in short if "{" not in path and not path.startswith("/me"))


@pytest.mark.parametrize("kind", [Role.OPERATOR_ADMIN, Role.SUPERVISOR, Role.CLIENT_USER])
async def test_no_list_tells_of_what_is_beyond_a_random_range(world: World, kind: Role) -> None:
    user: dict[str, Any] = {}
    if kind is Role.SUPERVISOR:
        groups = [one["id"] for one in await every(world.admin, "/agent-groups")]
        queues = [one["id"] for one in await every(world.admin, "/queues")]
        user = {"group_ids": groups, "queue_ids": queues}
    elif kind is Role.CLIENT_USER:
        user = {"client_id": "jincheng"}
    held = Range(project_ids=frozenset({"jincheng-motor"}))
    if kind is Role.OPERATOR_ADMIN:
        held = Range(frozenset({"beidou"}), held.project_ids)
    who = await world.person(
        kind, user=user, range="chosen", client_ids=sorted(held.client_ids),
        project_ids=sorted(held.project_ids),
    )  # fmt: skip
    if kind is Role.SUPERVISOR:
        # The queues of the made-up past are none of the directory's.
        connection = await asyncpg.connect(world.database.url("superuser"))
        await connection.execute(
            "update users set queue_ids = queue_ids || '{queue-jincheng,queue-beidou}'"
            " where role = 'supervisor' and login like 'ranged-%'"
        )
        await connection.close()
    allowed = projects_in(held)
    asked = 0
    for path in plain_lists(world.api):
        answer = await who.get(path, params={"limit": 200})
        if answer.status_code == 422:
            answer = await who.get(path, params={"by": "project", **world.day})
        if not answer.is_success or "json" not in answer.headers.get("content-type", ""):
            continue
        asked += 1
        for one in parts(answer.json()):
            project, client = one.get("project_id"), one.get("client_id")
            assert not project or project in allowed, (path, one)
            if client and not project:
                assert client in {*held.client_ids, *(OWNERS[name] for name in allowed)}
            call = one.get("call_id")
            assert not call or world.calls[call] in allowed, (path, one)
    assert asked > (12 if kind is Role.CLIENT_USER else 20)
    calls = {one["call_id"] for one in await every(who, "/calls")}
    whole = {one for one, project in world.calls.items() if project in allowed}
    assert calls <= whole if kind is Role.SUPERVISOR else calls == whole
    assert calls
    assert calls != set(world.calls)


async def test_details_recordings_and_figures_of_what_is_beyond_are_like_none(
    world: World,
) -> None:
    who = await world.person(
        Role.OPERATOR_ADMIN, login="auditor", range="chosen", project_ids=["jincheng-motor"]
    )
    strange = next(one for one, project in world.calls.items() if project != "jincheng-motor")
    own = next(one for one, project in world.calls.items() if project == "jincheng-motor")
    for path in ("", "/events", "/recordings"):
        answer = await who.get(f"/calls/{strange}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        assert (await who.get(f"/calls/{own}{path}")).status_code == 200, path
    facts = (await world.admin.get(f"/calls/{own}/events")).json()["items"]
    assert (await who.get(f"/calls/{own}/events")).json()["items"] == facts
    hidden = next(i for i, call in world.recordings.items() if call == strange or (
        world.calls[call] != "jincheng-motor"))  # fmt: skip
    for part in ("audio", "waveform"):
        assert (await who.get(f"/recordings/{hidden}/{part}")).status_code == 404
    for path in ("/queues/beidou-parcels", "/clients/beidou", "/projects/jincheng-service"):
        assert (await who.get(path)).status_code == 404, path
    refused = {"action": "access.refused", "limit": 200}
    entries = (await world.admin.get("/audit", params=refused)).json()["items"]
    assert {strange, "beidou-parcels", "jincheng-service"} <= {one["subject_id"] for one in entries}
    figures = (await who.get("/figures", params={"by": "client", **world.day})).json()
    assert {row["key"] for row in figures["totals"]} <= {"jincheng"}
    behind = {"by": "client", "measure": "offered", **world.day}
    found = (await who.get("/figures/calls", params=behind)).json()["items"]
    assert {world.calls[one["call_id"]] for one in found} <= {"jincheng-motor"}
    # A trail of deeds is not of a project; that it is whole may be asked.
    assert (await who.get("/audit")).json()["items"] == []
    checked = await who.post("/audit/verification", json={})
    wholly = await world.admin.post("/audit/verification", json={})
    assert 0 < checked.json()["entries"] <= wholly.json()["entries"]
    assert checked.json()["whole"] is wholly.json()["whole"]


async def test_a_supervisor_reaches_what_is_both_managed_and_chosen(world: World) -> None:
    user = {"group_ids": ["group-one"], "queue_ids": ["jincheng-claims", "beidou-parcels"]}
    who = await world.person(Role.SUPERVISOR, user=user, range="chosen", client_ids=["jincheng"])
    assert {one["id"] for one in await every(who, "/queues")} == {"jincheng-claims"}
    agents = await every(who, "/agents")
    assert agents
    assert {one["group_id"] for one in agents} == {"group-one"}
    served = {queue for one in agents for queue in one["queues"]}
    assert served <= {"jincheng-care", "jincheng-claims"}


async def test_the_own_range_of_a_supervisor_is_the_calls_they_took(world: World) -> None:
    agent = await create(
        world.admin, "/agents", number="8125", name="own", group_id="group-one", queues=[]
    )
    own = next(iter(world.calls))
    connection = await asyncpg.connect(world.database.url("superuser"))
    await connection.execute(
        "update calls set agent_ids = agent_ids || $1::text where call_id = $2", agent["id"], own
    )
    await connection.close()
    user = {"agent_id": agent["id"], "group_ids": ["group-one"], "queue_ids": ["jincheng-care"]}
    who = await world.person(Role.SUPERVISOR, user=user, range="own")
    assert {one["call_id"] for one in await every(who, "/calls")} == {own}
    assert (await who.get(f"/calls/{own}/events")).status_code == 200
    assert {one["id"] for one in await every(who, "/agents")} == {agent["id"]}
    assert await every(who, "/queues") == []
    figures = (await who.get("/figures", params={"by": "queue", **world.day})).json()
    assert figures["totals"] == []


async def test_nobody_widens_their_range_or_makes_somebody_with_a_wider_one(world: World) -> None:
    who = await world.person(
        Role.OPERATOR_ADMIN, sorted(HOLDERS.keys() & permissions(Role.OPERATOR_ADMIN)),
        login="narrow", range="chosen", client_ids=["beidou"],
    )  # fmt: skip
    (role,) = [one for one in await every(who, "/roles") if one["name"] == "narrow"]
    users = {one["login"]: one for one in await every(who, "/users")}

    async def refused(method: str, path: str, **body: Any) -> None:
        tag = {}
        if method == "PATCH":
            tag = {"If-Match": (await who.get(path)).headers["ETag"]}
        answer = await who.request(method, path, json=body, headers=tag)
        assert answer.status_code == 403, (path, answer.text)

    await refused("PATCH", f"/roles/{role['id']}", range="all", client_ids=[])
    await refused("POST", "/roles", name="wide", kind="operator_admin", permissions=[])
    new = {"name": "n", "password": PASSWORD}
    await refused("POST", "/users", login="wide", role="operator_admin", **new)
    await refused("PATCH", f"/users/{users['admin']['id']}", password=PASSWORD)
    await refused("PATCH", f"/users/{users['narrow']['id']}", role_id=None)
    assert "jincheng" not in users
    # The people of a client in range are theirs to look after.
    await create(who, "/users", login="beidou-2", role="client_user", client_id="beidou", **new)


async def test_the_live_floor_is_held_to_the_range_and_a_change_of_it_is_noticed(
    world: World,
) -> None:
    shared: Services = world.api.app.state.services
    client = await world.person(
        Role.OPERATOR_ADMIN, login="watching", range="chosen", project_ids=["jincheng-motor"]
    )
    who = await shared.accounts.by_cookie(client.cookies[cookie_name(shared.settings)])
    sight = await sight_of(shared, who)

    def seen(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        return sight.see(table, row)

    inside, outside = {"project_id": "jincheng-motor"}, {"project_id": "jincheng-service"}
    assert seen("calls", call("c1", "jincheng", **inside)) is not None
    assert seen("calls", call("c2", "jincheng", **outside)) is None
    queue = {"client_id": "jincheng", "queue_id": "jincheng-claims"}
    assert seen("queues", {**queue, **inside}) is not None
    assert seen("queues", {**queue, **outside}) is None
    assert seen("trunks", {"trunk_id": "carrier", "reachable": True}) is None
    (serves, *_), others = await served_by(world, "jincheng-claims")
    away = {"call_id": "c2", "client_id": "jincheng", "queue_id": "jincheng-care", **outside}
    at_work = seen("agents", agent(serves, state="talking", **away))
    assert at_work is not None
    assert (at_work["call_id"], at_work["queue_id"], at_work["client_id"]) == ("", "", "")
    assert set(at_work["queues"]) <= {"jincheng-claims"}
    assert all(seen("agents", agent(one, **away)) is None for one in others)
    (role,) = [one for one in await every(world.admin, "/roles") if one["name"] == "watching"]
    tag = {"If-Match": (await world.admin.get(f"/roles/{role['id']}")).headers["ETag"]}
    body = {"project_ids": ["beidou-service"]}
    await world.admin.patch(f"/roles/{role['id']}", json=body, headers=tag)
    now = await shared.accounts.renewed(who)
    assert now is not None
    assert await sight_of(shared, now) != sight


async def served_by(world: World, queue_id: str) -> tuple[list[str], list[str]]:
    """Who serves a queue, and who does not."""
    agents = await every(world.admin, "/agents")
    serving = [one["id"] for one in agents if queue_id in one["queues"]]
    return serving, [one["id"] for one in agents if one["id"] not in serving]


async def test_a_change_of_the_range_holds_from_the_next_request_on(world: World) -> None:
    who = await world.person(
        Role.OPERATOR_ADMIN, login="moving", range="chosen", client_ids=["beidou"]
    )
    assert {one["id"] for one in await every(who, "/clients")} == {"beidou"}
    (role,) = [one for one in await every(world.admin, "/roles") if one["name"] == "moving"]
    tag = {"If-Match": (await world.admin.get(f"/roles/{role['id']}")).headers["ETag"]}
    body = {"client_ids": [], "project_ids": ["jincheng-service"]}
    changed = await world.admin.patch(f"/roles/{role['id']}", json=body, headers=tag)
    assert changed.status_code == 200, changed.text
    assert {one["id"] for one in await every(who, "/clients")} == {"jincheng"}
    (entry, *_) = (await world.admin.get("/audit", params={"action": "role.changed"})).json()[
        "items"
    ]
    assert entry["detail"]["after"] == body
    # What a role names is not deleted under it.
    project = "/projects/jincheng-service"
    tag = {"If-Match": (await world.admin.get(project)).headers["ETag"]}
    kept = await world.admin.delete(project, headers=tag)
    assert "moving" in {one["name"] for one in kept.json()["used_by"]}


async def test_a_range_goes_with_its_kind_and_says_what_it_is_of(world: World) -> None:
    async def wrong(**body: Any) -> list[str]:
        answer = await world.admin.post("/roles", json={"name": "no", "permissions": [], **body})
        assert answer.status_code == 422, answer.text
        return [one["field"] for one in answer.json()["errors"]]

    for kind in Role:
        for one in {"all", "managed", "chosen", "own"} - set(RANGES[kind]):
            assert await wrong(kind=kind, range=one) == ["range"], (kind, one)
    assert await wrong(kind="supervisor", range="chosen") == ["project_ids"]
    assert await wrong(kind="supervisor", client_ids=["beidou"]) == ["client_ids"]
    chosen = {"kind": "operator_admin", "range": "chosen"}
    assert await wrong(**chosen, client_ids=["nobody"]) == ["client_ids"]
    assert await wrong(**chosen, project_ids=["nothing"]) == ["project_ids"]
    of_client = {"kind": "client_user", "range": "chosen", "client_ids": ["beidou"]}
    assert await wrong(**of_client) == ["client_ids"]
    usual = await create(world.admin, "/roles", name="usual", kind="supervisor", permissions=[])
    assert usual["range"] == "managed"
