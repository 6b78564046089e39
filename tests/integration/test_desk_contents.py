"""Script, client's page and form of a contact: set up, shown, checked, and each client's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest
import uvicorn

from openseat.directory.page_rules import verified
from openseat.directory.picture import read_picture
from openseat.directory.seed import seed
from openseat.platform.settings import Settings
from openseat.platform.web import PREFIX, build
from openseat.realtime.gateway import Gateway
from openseat.testing.api import password_of, settings_for
from openseat.testing.database import Database
from openseat.testing.link_floor import StandInFloor, agent, call

pytestmark = pytest.mark.database

PATIENCE_S = 60
SECRET = "shared-with-the-client"
FIELDS = [
    {"name": "reason", "label": "来电原因", "kind": "choice", "required": True,
     "choices": ["查询", "投诉"]},
    {"name": "policy", "label": "保单号", "pattern": "P[0-9]{6}"},
]  # fmt: skip
PAGE = {"name": "x", "secret": SECRET}
MINE = {"client_id": "jincheng", "project_id": "jincheng-service"}


class Desk:
    """An API before a floor that the test plays."""

    def __init__(self, settings: Settings, floor: StandInFloor, gateway: Gateway) -> None:
        self.settings, self.floor, self.gateway = settings, floor, gateway
        self.clients: list[httpx.AsyncClient] = []

    async def sign_in(self, login: str) -> httpx.AsyncClient:
        """Return a client of the API, signed in."""
        address = f"http://127.0.0.1:{self.settings.ports.web}{PREFIX}"
        client = httpx.AsyncClient(base_url=address, timeout=60)
        self.clients.append(client)
        secret = password_of(self.settings, login)
        answer = await client.post("/session", json={"login": login, "password": secret})
        client.headers["X-OpenSeat-CSRF"] = answer.raise_for_status().json()["csrf_token"]
        return client

    async def show(self, **tables: dict[str, Any]) -> None:
        """Put rows on the floor, and wait until the API has them."""
        async with asyncio.timeout(PATIENCE_S):
            while self.gateway.state is None or self.gateway.state.epoch != self.floor.epoch:
                await asyncio.sleep(0.02)
            self.floor.change(**tables)
            while self.gateway.state.no != self.floor.no:
                await asyncio.sleep(0.02)

    async def talk(self, client_id: str = "jincheng", **more: Any) -> None:
        """Have agent 1001 talk in a call of a client."""
        living = call("c1", client_id, project_id=f"{client_id}-service", state="talking",
                      variables={"pop_level": "[VIP](https://evil.example)"})  # fmt: skip
        await self.show(
            calls={"c1": {**living, **more}},
            agents={
                "agent-1001": agent("agent-1001", state="talking", call_id="c1", segment_id="s1")
            },
        )


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def desk(database: Database, installation: Settings) -> AsyncIterator[Desk]:
    settings = installation
    await seed(settings)
    connection = await asyncpg.connect(database.url("superuser"))
    await connection.execute(
        "truncate scripts, script_versions, client_pages, forms, form_versions"
    )
    await connection.close()
    floor = StandInFloor(settings.secrets.read("floor_link"))
    link = await asyncio.start_server(floor.serve, "127.0.0.1", settings.ports.floor_link)
    app = build(settings)
    config = uvicorn.Config(app, port=settings.ports.web, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    made: Desk | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                await asyncio.sleep(0.02)
        made = Desk(settings, floor, app.state.gateway)
        yield made
    finally:
        for client in made.clients if made else ():
            await client.aclose()
        server.should_exit = True
        floor.cut()
        await serving
        link.close()


async def make(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def disposed(desk: Desk, person: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await person.post("/segments/s1/disposition", json={"code": "done", **body})


async def test_the_pop_shows_script_page_and_form_of_the_project(desk: Desk) -> None:
    jincheng, agent1 = await desk.sign_in("jincheng"), await desk.sign_in("agent1")
    await make(jincheng, "/scripts", client_id="jincheng", name="全客户", body="通用")
    await make(
        jincheng, "/scripts", **MINE, name="开场",
        body="您好，{{caller}}，我是{{agent_number}}号。级别：{{pop_level}} {{secret}}",
    )  # fmt: skip
    page = await make(
        jincheng, "/client-pages", **MINE, name="CRM", secret=SECRET,
        url="https://crm.example.com/pop?phone={{caller}}&call={{call_id}}&level={{pop_level}}",
    )  # fmt: skip
    assert "secret" not in page
    assert page["has_secret"]
    form = await make(jincheng, "/forms", **MINE, name="登记", fields=FIELDS)
    await desk.talk()

    shown = (await agent1.get("/me/agent/screen-pop")).raise_for_status().json()
    assert shown["script"]["name"] == "开场"
    text = shown["script"]["text"]
    assert "1001号" in text
    assert "\\[VIP\\]\\(https\\:" in text, "a value is text and no link"
    link = urlsplit(shown["page"]["url"])
    assert link.netloc == "crm.example.com"
    query = parse_qs(link.query)
    assert query["phone"] == ["+8613700000001"]
    assert query["call"] == ["c1"]
    assert verified(f"{link.path}?{link.query}", SECRET, int(time.time()))
    assert shown["form"]["form_id"] == form["id"]
    assert [one["name"] for one in shown["form"]["fields"]] == ["reason", "policy"]

    # A contact of another client shows nothing of this one.
    await desk.talk("beidou")
    other = (await agent1.get("/me/agent/screen-pop")).json()
    assert (other["script"], other["page"], other["form"]) == (None, None, None)


async def test_a_disposition_is_taken_only_with_the_form_filled_in(desk: Desk) -> None:
    jincheng, agent1 = await desk.sign_in("jincheng"), await desk.sign_in("agent1")
    form = await make(jincheng, "/forms", **MINE, name="登记", fields=FIELDS)
    await desk.talk()
    asked = {"form_id": form["id"], "form_version": 1}

    for body, wrong in (
        ({}, {"answers.reason": "form_needed"}),
        ({**asked, "answers": {"reason": "表扬"}}, {"answers.reason": "form_not_a_choice"}),
        (
            {**asked, "answers": {"reason": "查询", "policy": "12", "salary": "1"}},
            {"answers.policy": "form_not_as_asked", "answers.salary": "form_unknown"},
        ),
    ):
        refused = await disposed(desk, agent1, **body)
        assert refused.status_code == 422, refused.text
        found = {one["field"]: one["code"] for one in refused.json()["errors"]}
        assert found == wrong
        assert "来电原因" in refused.text or "保单号" in refused.text
    assert desk.floor.commands.empty()

    taken = await disposed(desk, agent1, **asked, answers={"reason": "查询", "policy": "P123456"})
    assert taken.status_code == 204, taken.text
    command = desk.floor.commands.get_nowait()
    assert command["answers"] == [
        {"name": "reason", "label": "来电原因", "value": "查询"},
        {"name": "policy", "label": "保单号", "value": "P123456"},
    ]
    assert (command["form_id"], command["form_version"]) == (form["id"], 1)


async def test_who_began_before_the_form_changed_may_finish_with_what_they_saw(desk: Desk) -> None:
    jincheng, agent1 = await desk.sign_in("jincheng"), await desk.sign_in("agent1")
    form = await make(jincheng, "/forms", **MINE, name="登记", fields=FIELDS[:1])
    await desk.talk()
    changed = await jincheng.patch(
        f"/forms/{form['id']}", json={"fields": FIELDS[1:]}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    old = {"form_id": form["id"], "form_version": 1, "answers": {"reason": "投诉"}}
    assert (await disposed(desk, agent1, **old)).status_code == 204
    new = {**old, "form_version": 2}
    assert (await disposed(desk, agent1, **new)).status_code == 422


async def test_another_clients_form_is_not_taken(desk: Desk) -> None:
    beidou, agent1 = await desk.sign_in("beidou"), await desk.sign_in("agent1")
    form = await make(beidou, "/forms", client_id="beidou", name="登记", fields=FIELDS[:1])
    await desk.talk()
    body = {"form_id": form["id"], "form_version": 1, "answers": {"reason": "投诉"}}
    refused = await disposed(desk, agent1, **body)
    assert refused.status_code == 422
    assert refused.json()["code"] == "form.unknown"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/client-pages", {**PAGE, "url": "javascript:alert(1)"}, "page_https"),
        ("/client-pages", {**PAGE, "url": "https://{{caller}}/"}, "page_address"),
        ("/forms", {"name": "x", "fields": [{"name": "a", "label": "甲", "pattern": "(a+)+"}]},
         "form_bad_pattern"),
        ("/forms", {"name": "x", "fields": [{"name": "a", "label": "甲", "kind": "choice"}]},
         "form_no_choices"),
    ],
)  # fmt: skip
async def test_what_could_harm_is_refused_where_it_is_set_up(
    desk: Desk, path: str, body: dict[str, Any], code: str
) -> None:
    jincheng = await desk.sign_in("jincheng")
    answer = await jincheng.post(path, json={**MINE, **body})
    assert answer.status_code == 422, answer.text
    assert [one["code"] for one in answer.json()["errors"]] == [code]


async def test_a_busy_reason_is_described_added_and_taken_away(
    desk: Desk, database: Database
) -> None:
    admin, agent1 = await desk.sign_in("admin"), await desk.sign_in("agent1")
    beidou = await desk.sign_in("beidou")
    named = {"name_zh": "写报告", "name_en": "Reports"}
    added = await make(
        admin, "/busy-reasons", code="reports", **named, colour="info", counts_as="work",
        limit_s=900,
    )  # fmt: skip
    hidden = {"code": "meeting", "name_zh": "会议", "name_en": "Meeting", "active": False}
    taken = await make(admin, "/busy-reasons", **hidden)
    try:
        seat = (await agent1.get("/me/agent")).json()
        assert seat["busy_reasons"] == ["break", "training", "reports"]
        assert seat["min_busy_s"] == 0
        connection = await asyncpg.connect(database.url("floor"))
        try:
            picture = await read_picture(connection, "main")
        finally:
            await connection.close()
        assert picture.config.busy_reasons == ("break", "training", "reports")
        # Everybody reads what a state is called; the operator alone decides it.
        for person in (agent1, beidou):
            rows = (await person.get("/busy-reasons")).json()["items"]
            assert {row["code"] for row in rows} == {"reports", "meeting"}
            body = {"code": "nap", "name_zh": "午睡", "name_en": "Nap"}
            assert (await person.post("/busy-reasons", json=body)).status_code == 403
    finally:
        for row in (added, taken):
            assert (await admin.delete(f"/busy-reasons/{row['id']}")).status_code == 204


async def test_the_secret_is_in_no_answer_and_in_no_record(desk: Desk) -> None:
    jincheng, admin = await desk.sign_in("jincheng"), await desk.sign_in("admin")
    url = "https://crm.example.com/"
    made = await make(jincheng, "/client-pages", **MINE, name="CRM", secret=SECRET, url=url)
    path = f"/client-pages/{made['id']}"
    changed = await jincheng.patch(
        path, json={"secret": SECRET + "-2"}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    for answer in (
        await jincheng.get("/client-pages"),
        await jincheng.get(path),
        await admin.get("/audit", params={"subject_id": made["id"]}),
    ):
        assert answer.status_code == 200, answer.text
        assert SECRET not in answer.text
