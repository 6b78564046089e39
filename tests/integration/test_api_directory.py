"""The directory through its API: lost updates, repeated requests, safe deletes, hostile input."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from openseat.api.__main__ import CONTRACT, contract
from openseat.core.config import Strategy, TargetKind
from openseat.directory.picture import read_picture
from openseat.directory.seed import seed
from openseat.directory.sip_password import sip_password
from openseat.platform.database import metadata
from openseat.platform.settings import Settings
from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

DIRECTORY_TABLES = {
    "agent_groups", "agent_queues", "agent_skills", "agents", "audit_entries", "audit_head",
    "branches", "busy_reasons", "calendars", "cells", "client_pages", "clients", "directory_state",
    "dispositions", "flow_versions", "flows", "form_versions", "forms",
    "hours", "idempotency_keys", "listed_numbers", "numbers",
    "operators", "phones", "projects",
    "prompts", "queue_skills", "queues", "script_versions", "scripts",
    "sign_in_attempts", "skills", "trunks", "user_sessions",
    "user_tokens", "users",
}  # fmt: skip


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


def test_the_openapi_file_is_what_the_program_says(
    installation: Settings,
) -> None:
    assert CONTRACT.read_text(encoding="utf-8") == contract(installation), (
        "run: python -m openseat.api --export"
    )


async def test_the_migrations_make_the_tables_the_program_describes(database: Database) -> None:
    contract(Settings.load())  # Imports every table there is.
    engine = create_async_engine(
        database.url("owner").replace("postgresql://", "postgresql+asyncpg://", 1)
    )
    try:
        async with engine.connect() as connection:
            differences = await connection.run_sync(
                lambda sync: compare_metadata(
                    MigrationContext.configure(
                        sync,
                        opts={
                            "compare_server_default": False,
                            "include_name": lambda name, kind, _: (
                                kind != "table" or name in DIRECTORY_TABLES
                            ),
                            "include_object": lambda _object, name, kind, _reflected, _other: (
                                kind != "table" or name in DIRECTORY_TABLES
                            ),
                        },
                    ),
                    metadata,
                )
            )
    finally:
        await engine.dispose()
    assert differences == []


async def test_the_demonstration_floor_is_made_once(api: Api) -> None:
    assert await seed(api.settings) is False
    admin = await api.sign_in("admin")
    assert len(await every(admin, "/agents")) >= 12
    assert {client["id"] for client in await every(admin, "/clients")} == {"jincheng", "beidou"}


async def test_of_two_changes_of_the_same_version_the_second_is_refused(api: Api) -> None:
    admin = await api.sign_in("admin")
    read = await admin.get("/queues/jincheng-care")
    tag = read.headers["etag"]
    first = await admin.patch(
        "/queues/jincheng-care", json={"weight": 5}, headers={"If-Match": tag}
    )
    assert first.status_code == 200
    assert first.headers["etag"] != tag
    second = await admin.patch(
        "/queues/jincheng-care", json={"weight": 6}, headers={"If-Match": tag}
    )
    assert second.json()["code"] == "precondition.failed"
    assert (await admin.get("/queues/jincheng-care")).json()["weight"] == 5
    unguarded = await admin.patch("/queues/jincheng-care", json={"weight": 7})
    assert unguarded.status_code == 428


async def test_of_many_changes_at_once_exactly_one_wins(api: Api) -> None:
    admin = await api.sign_in("admin")
    made = (await admin.post("/skills", json={"name": "raced"})).json()
    answers = await asyncio.gather(
        *(
            admin.patch(
                f"/skills/{made['id']}", json={"name": f"raced {n}"}, headers={"If-Match": '"1"'}
            )
            for n in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_a_repeated_request_with_its_key_is_done_once(api: Api) -> None:
    admin = await api.sign_in("admin")
    before = len(await every(admin, "/agent-groups"))
    answers = await asyncio.gather(
        *(
            admin.post(
                "/agent-groups", json={"name": "三组"}, headers={"Idempotency-Key": "key-12345678"}
            )
            for _ in range(5)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await every(admin, "/agent-groups")) == before + 1
    other = await admin.post(
        "/agent-groups", json={"name": "四组"}, headers={"Idempotency-Key": "key-12345678"}
    )
    assert other.json()["code"] == "idempotency.conflict"


async def test_a_request_that_failed_may_be_repeated_with_its_key(api: Api) -> None:
    admin = await api.sign_in("admin")
    key = {"Idempotency-Key": "key-for-a-failure"}
    refused = await admin.post("/skills", json={"name": "英语"}, headers=key)
    assert refused.json()["code"] == "value.taken"
    assert refused.json()["arguments"] == {"field": "name"}
    again = await admin.post("/skills", json={"name": "英语"}, headers=key)
    assert again.json()["code"] == "value.taken"


async def test_what_is_in_use_is_not_deleted_and_the_answer_names_its_users(api: Api) -> None:
    admin = await api.sign_in("admin")
    for path, kinds in (
        ("/clients/beidou", {"project", "queue"}),
        ("/projects/beidou-service", {"queue"}),
        ("/skills/complaints", {"agent", "queue"}),
        ("/queues/beidou-parcels", {"queue", "flow", "agent"}),
        ("/flows/jincheng-menu", {"number", "flow"}),
        ("/hours/always", {"flow"}),
        ("/calendars/china", {"hours"}),
        ("/agent-groups/group-one", {"agent"}),
        ("/agents/agent-1001", {"phone", "user"}),
        ("/branches/shanghai", {"client"}),
    ):
        answer = await admin.delete(path)
        assert answer.status_code == 409, path
        document = answer.json()
        assert document["code"] == "in_use"
        assert kinds <= {one["kind"] for one in document["used_by"]}, path
        assert all(one["name"] for one in document["used_by"])


async def test_a_wrong_field_is_named_in_the_callers_language(api: Api) -> None:
    admin = await api.sign_in("admin")
    body = {"client_id": "beidou", "project_id": "beidou-service", "name": "", "weight": 0, "x": 1}
    for language, detail in (("en", "Not less than 1."), ("zh-CN", "不能小于 1。")):
        answer = await admin.post("/queues", json=body, headers={"Accept-Language": language})
        assert answer.status_code == 422
        assert answer.headers["content-language"] == language
        errors = {one["field"]: one for one in answer.json()["errors"]}
        assert set(errors) == {"name", "weight", "x"}
        assert errors["weight"]["detail"] == detail


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/agents", {"number": "1999", "name": "n", "group_id": "nowhere"}, "group_id"),
        (
            "/agents",
            {"number": "1999", "name": "n", "group_id": "group-one", "skills": {"none": 1}},
            "skills",
        ),
        ("/projects", {"client_id": "nobody", "name": "n"}, "client_id"),
        ("/queues", {"client_id": "beidou", "project_id": "jincheng-motor", "name": "n"},
         "project_id"),
        ("/numbers", {"e164": "+8621000", "flow_id": "beidou-menu", "client_id": "jincheng",
                      "project_id": "jincheng-motor"}, "flow_id"),
        ("/numbers", {"e164": "+8621000", "flow_id": "beidou-menu", "client_id": "beidou"},
         "project_id"),
        ("/users", {"login": "new.one", "name": "n", "role": "client_user",
                    "password": "long-enough-1"}, "client_id"),
        ("/hours", {"name": "h", "weekly": {"0": [{"start": "18:00", "end": "09:00"}]}},
         "weekly.0"),
        ("/hours", {"name": "h", "time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)  # fmt: skip
async def test_a_reference_or_combination_that_is_wrong_names_its_field(
    api: Api, path: str, body: dict[str, object], field: str
) -> None:
    admin = await api.sign_in("admin")
    answer = await admin.post(path, json=body)
    document = answer.json()
    assert answer.status_code == 422, document
    named = {one["field"] for one in document["errors"]} | {document["arguments"].get("field")}
    assert field in named, document


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff\xfe"}',
        b'{"name": NaN}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": "x", "branch_id": "' + b"a" * 100_000 + b'"}',
        b"[" * 100_000,
        b'{"name": {"$ne": null}}',
        b"",
        b"null",
        b'"text"',
    ],
)
async def test_hostile_bodies_are_refused_without_a_fault(api: Api, content: bytes) -> None:
    admin = await api.sign_in("admin")
    answer = await admin.post(
        "/clients", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "draft",
    [
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"a": 1e999}',
        '{"a": -1e999}',
        '{"a": 99999999999999999999999999}',
        '{"a": ' + "[" * 60 + "]" * 60 + "}",
    ],
)
async def test_json_that_cannot_be_stored_is_refused(api: Api, draft: str) -> None:
    admin = await api.sign_in("admin")
    answer = await admin.post(
        "/flows",
        content=f'{{"name": "hostile", "draft": {draft}}}'.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in {400, 422}, answer.text


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=99999999999999999999",
        "limit=-1",
        "cursor=%00",
        "cursor=AAAA",
        "cursor=" + "A" * 3000,
        "q=%00",
        "q=%FF%FE",
        "client_id='; drop table queues; --",
    ],
)
async def test_hostile_queries_are_refused_without_a_fault(api: Api, query: str) -> None:
    admin = await api.sign_in("admin")
    answer = await admin.get(f"/queues?{query}")
    assert answer.status_code in {200, 400, 422}, answer.text
    assert answer.status_code != 200 or query.startswith("q=%FF")


async def test_a_body_over_the_limit_is_refused_announced_or_not(api: Api) -> None:
    admin = await api.sign_in("admin")

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    for content in (b" " * 2_000_000, unannounced()):
        answer = await admin.post(
            "/clients", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 413
        assert answer.json()["code"] == "request.too_large"


async def test_a_sign_that_stands_for_anything_in_a_search_is_only_a_sign(api: Api) -> None:
    admin = await api.sign_in("admin")
    for sign in ("%", "_", "\\"):
        assert (await admin.get("/queues", params={"q": sign})).json()["items"] == []
    assert len((await admin.get("/queues", params={"q": "锦程"})).json()["items"]) == 2


async def test_a_flow_is_checked_published_and_taken_back(api: Api) -> None:
    admin = await api.sign_in("admin")
    flow = (await admin.post("/flows", json={"name": "新流程", "client_id": "beidou"})).json()
    path = f"/flows/{flow['id']}"
    refused = await admin.post(f"{path}/publish", json={})
    assert refused.json()["code"] == "flow.invalid"
    for number in (1, 2):
        draft = {
            "schema": 1,
            "name": f"第 {number} 版",
            "start": "bye",
            "languages": ["zh-CN"],
            "steps": [{"id": "bye", "kind": "hang_up"}],
        }
        tag = (await admin.get(path)).headers["etag"]
        await admin.patch(path, json={"draft": draft}, headers={"If-Match": tag})
        assert (await admin.post(f"{path}/check")).json() == {"publishable": True, "problems": []}
        published = await admin.post(f"{path}/publish", json={"note": f"n{number}"})
        assert published.json()["published_number"] == number
    back = await admin.post(f"{path}/rollback", json={"number": 1})
    assert back.json()["published_number"] == 1
    versions = (await admin.get(f"{path}/versions")).json()["items"]
    assert [one["number"] for one in versions] == [2, 1]
    first = (await admin.get(f"{path}/versions/1")).json()
    assert first["definition"]["name"] == "第 1 版"
    gone = await admin.post(f"{path}/rollback", json={"number": 9})
    assert gone.json()["code"] == "flow.no_version"


async def test_a_clients_flow_cannot_lead_into_another_clients_queue(api: Api) -> None:
    beidou = await api.sign_in("beidou")
    draft = {
        "schema": 1,
        "name": "偷",
        "start": "wait",
        "languages": ["zh-CN"],
        "steps": [
            {"id": "wait", "kind": "queue", "queue": "jincheng-care", "overflowed": "bye"},
            {"id": "bye", "kind": "hang_up"},
        ],
    }
    flow = (await beidou.post("/flows", json={"name": "偷", "draft": draft})).json()
    found = (await beidou.post(f"/flows/{flow['id']}/check")).json()
    assert not found["publishable"]
    assert {one["step_id"] for one in found["problems"]} == {"wait"}
    refused = await beidou.post(f"/flows/{flow['id']}/publish", json={})
    assert refused.status_code == 422


async def test_the_floor_hears_of_a_change_and_reads_a_newer_picture(
    api: Api, database: Database
) -> None:
    admin = await api.sign_in("admin")
    connection = await asyncpg.connect(database.url("floor"))
    heard = asyncio.Event()
    try:
        await connection.add_listener("directory_changed", lambda *_: heard.set())
        before = await read_picture(connection, "main")
        await admin.post(
            "/queues",
            json={
                "client_id": "beidou",
                "project_id": "beidou-service",
                "name": "夜间",
                "strategy": "ring_all",
                "max_wait_s": 90,
                "auto_answer": True,
                "overflow": {"kind": "outside", "id": "+8613800000000"},
                "relaxations": [{"after_s": 30, "skills": {"logistics": 0}}],
                "skills": {"logistics": 4},
            },
        )
        async with asyncio.timeout(10):
            await heard.wait()
        after = await read_picture(connection, "main")
    finally:
        await connection.close()
    assert after.config.version > before.config.version
    made = next(queue for queue in after.config.queues.values() if queue.name == "夜间")
    assert made.strategy is Strategy.RING_ALL
    assert made.max_wait_ms == 90_000
    assert made.auto_answer
    assert made.overflow is not None
    assert made.overflow.kind is TargetKind.OUTSIDE
    assert made.skills == {"logistics": 4}
    assert made.relaxations[0].after_ms == 30_000


async def test_the_picture_leaves_out_what_is_not_active(api: Api, database: Database) -> None:
    admin = await api.sign_in("admin")
    tag = (await admin.get("/clients/beidou")).headers["etag"]
    await admin.patch("/clients/beidou", json={"active": False}, headers={"If-Match": tag})
    connection = await asyncpg.connect(database.url("floor"))
    try:
        picture = await read_picture(connection, "main")
    finally:
        await connection.close()
    tag = (await admin.get("/clients/beidou")).headers["etag"]
    await admin.patch("/clients/beidou", json={"active": True}, headers={"If-Match": tag})
    assert {queue.client_id for queue in picture.config.queues.values()} == {"jincheng"}
    assert "+862150101002" not in picture.config.numbers
    shared = picture.config.agents["agent-1001"]
    assert set(shared.queues) <= set(picture.config.queues)


async def test_the_picture_has_the_phones_and_trunks_of_the_switch(
    api: Api, database: Database
) -> None:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        picture = await read_picture(connection, "main")
    finally:
        await connection.close()
    phone = next(one for one in picture.phones if one.endpoint == "1001")
    assert phone.agent_id == "agent-1001"
    assert phone.password == sip_password(api.settings.secrets.read("phones"), "1001")
    trunks = {trunk.trunk_id: trunk for trunk in picture.trunks}
    assert trunks["carrier-account"].register
    assert trunks["carrier-ip"].match == (f"127.0.0.1:{api.settings.ports.carrier.sip}",)


async def test_secrets_of_phones_trunks_and_users_are_never_shown(api: Api) -> None:
    admin = await api.sign_in("admin")
    shown = json.dumps(
        [await every(admin, path) for path in ("/phones", "/trunks", "/users", "/audit")]
    )
    assert api.settings.secrets.read("trunk") not in shown
    assert "$argon2" not in shown
    assert sip_password(api.settings.secrets.read("phones"), "1001") not in shown


async def test_a_prompt_that_is_not_audio_is_refused_and_a_good_one_is_heard(
    api: Api, tmp_path: Path
) -> None:
    beidou, jincheng = await api.sign_in("beidou"), await api.sign_in("jincheng")
    shipped = next((Path("src/openseat/prompts/shipped/zh-CN")).glob("*.wav"))
    bad = await beidou.post(
        "/prompts", data={"name": "hello"}, files={"file": ("x.wav", b"RIFFnonsense")}
    )
    assert bad.status_code == 422
    good = await beidou.post(
        "/prompts", data={"name": "hello"}, files={"file": ("x.wav", shipped.read_bytes())}
    )
    made = good.json()
    assert made["name"] == "beidou-hello"
    assert made["duration_ms"] > 0
    heard = await beidou.get(f"/prompts/{made['id']}/audio")
    assert heard.content.startswith(b"RIFF")
    assert (await jincheng.get(f"/prompts/{made['id']}/audio")).status_code == 404
    assert (await beidou.delete(f"/prompts/{made['id']}")).status_code == 204


async def test_an_agents_command_without_a_floor_is_told_to_wait(api: Api) -> None:
    agent = await api.sign_in("agent1")
    seat = (await agent.get("/me/agent")).json()
    assert seat["number"] == "1001"
    assert seat["endpoints"][0] == "1001"
    assert not seat["live"]
    answer = await agent.post("/me/agent/sign-in", json={"endpoint": "1001"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "floor.unavailable"
    assert answer.headers["retry-after"]
    elsewhere = await agent.post("/me/agent/sign-in", json={"endpoint": "1002"})
    assert elsewhere.json()["code"] == "endpoint.not_yours"


async def test_answers_carry_the_headers_that_keep_browsers_safe(api: Api) -> None:
    admin = await api.sign_in("admin")
    answer = await admin.get("/session", headers={"X-Request-ID": "given-by-a-proxy-1"})
    assert answer.headers["x-request-id"] == "given-by-a-proxy-1"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
