"""Whoever may not know customers' numbers is told them by no answer, no stream and no refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
import structlog
import uvicorn
from websockets.asyncio.client import connect

from openseat.core.masking import mask
from openseat.directory.seed import seed
from openseat.journal.writer import JournalWriter
from openseat.platform.access import cookie_name
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.web import PREFIX, build
from openseat.realtime.gateway import Gateway
from openseat.testing.api import every, password_of, settings_for
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.testing.link_floor import StandInFloor, agent, call
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_S = 60
LIVE = "+8613955500077"
PROMISED = "+8613955500088"
LISTED = "+8613955500099"
OUTSIDE = "+442079460958"
NOTES = "客户手机 139-5550-0077，勿扰"
PROJECT = "jincheng-service"


@dataclass
class Stage:
    """An installation whose Jincheng service project hides its customers."""

    settings: Settings
    floor: StandInFloor
    gateway: Gateway
    paths: dict[str, Any]
    database: Database
    past: dict[str, str] = field(default_factory=dict)
    """Call → its customer's number, for past calls of the project."""
    recording: str = ""
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def person(self, login: str) -> httpx.AsyncClient:
        if login not in self.clients:
            base = f"http://127.0.0.1:{self.settings.ports.web}{PREFIX}"
            client = self.clients[login] = httpx.AsyncClient(base_url=base, timeout=60)
            secret = {"login": login, "password": password_of(self.settings, login)}
            answer = (await client.post("/session", json=secret)).raise_for_status()
            client.headers["X-OpenSeat-CSRF"] = answer.json()["csrf_token"]
        return self.clients[login]

    async def hide_from(self, whom: str) -> None:
        admin = await self.person("admin")
        tag = (await admin.get(f"/projects/{PROJECT}")).headers["ETag"]
        changed = await admin.patch(
            f"/projects/{PROJECT}", json={"numbers_masked_for": whom}, headers={"If-Match": tag}
        )
        changed.raise_for_status()

    @property
    def secrets(self) -> set[str]:
        """Last ten digits of every number to be hidden."""
        return {one[-10:] for one in (*self.past.values(), LIVE, PROMISED, LISTED, OUTSIDE)}

    def leaks(self, text: str) -> set[str]:
        """The hidden numbers that a text tells, in any spelling."""
        plain = text.replace("-", "").replace(" ", "").replace("\\", "")
        return {one for one in self.secrets if one in plain}

    async def commands(self) -> list[dict[str, Any]]:
        found = []
        while not self.floor.commands.empty():
            found.append(self.floor.commands.get_nowait())
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("masked")
    settings = settings_for(database, folder / "home")
    # Plain lines: the decorated tracebacks of a fault take minutes.
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    await seed(settings)
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(HistoryMaker(Random(11), client_ids=("jincheng", "beidou")).facts(40))
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    floor = StandInFloor(settings.secrets.read("floor_link"))
    floor.tables["agents"] = {
        "agent-1001": agent(
            "agent-1001", state="talking", call_id="c1", segment_id="s1", endpoint="", session_id=""
        ),
    }
    floor.tables["calls"] = {"c1": live_call()}
    link = await asyncio.start_server(floor.serve, LOOPBACK, settings.ports.floor_link)
    app = build(settings)
    config = uvicorn.Config(
        app, port=settings.ports.web, log_config=None, access_log=False, timeout_keep_alive=600
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started or not app.state.gateway.connected:
            await asyncio.sleep(0.02)
    made = Stage(settings, floor, app.state.gateway, app.openapi()["paths"], database)
    await furnish(made)
    try:
        yield made
    finally:
        for client in made.clients.values():
            await client.aclose()
        server.should_exit = True
        floor.cut()
        await serving
        link.close()


def live_call(**more: Any) -> dict[str, Any]:
    return call(
        "c1",
        "jincheng",
        **{
            "project_id": PROJECT,
            "queue_id": "jincheng-care",
            "caller": LIVE,
            "state": "talking",
            "agent_id": "agent-1001",
            "agent_ids": ["agent-1001"],
            "variables": {"pop_asked": f"call {LIVE[3:]} back", "pop_plain": LIVE},
            "parties": [
                {"leg_id": "l1", "agent_id": "", "name": LIVE, "kind": "customer"},
                {"leg_id": "l2", "agent_id": "", "name": OUTSIDE, "kind": "outside"},
                {"leg_id": "l3", "agent_id": "agent-1001", "name": "1001 某人", "kind": "agent"},
            ],
            **more,
        },
    )


async def furnish(stage: Stage) -> None:
    """Make past calls the project's and the agent's, and write the number wherever one can."""
    connection = await asyncpg.connect(stage.database.url("superuser"))
    await connection.execute(
        "update calls set project_id = $1, agent_ids = agent_ids || '{agent-1001}',"
        " caller_name = caller where client_id = 'jincheng'",
        PROJECT,
    )
    await connection.execute(
        "update segments set disposition = 'done', notes = 'number ' || substr(calls.caller, 4)"
        " from calls where calls.call_id = segments.call_id and calls.client_id = 'jincheng'"
    )
    await connection.execute(
        "update calls set caller = $1 where call_id = (select call_id from calls"
        " where client_id = 'jincheng' and direction = 'inbound' and ended_at is not null limit 1)",
        LIVE,
    )
    await connection.execute(
        "insert into callbacks values ('back-1', 'main', 'jincheng', 'agent-1001', '',"
        " 'jincheng-care', $1, 'requested', 1, 2)",
        PROMISED,
    )
    await connection.execute(
        "update users set queue_ids = queue_ids || '{queue-jincheng}' where login = 'supervisor'"
    )
    rows = await connection.fetch(
        "select call_id, case direction when 'outbound' then called else caller end as number"
        " from calls where client_id = 'jincheng'"
    )
    stage.past = {row["call_id"]: row["number"] for row in rows if row["number"] not in {"", LIVE}}
    stage.recording = await connection.fetchval(
        "select recording_id from recordings where client_id = 'jincheng' limit 1"
    )
    await connection.close()
    admin = await stage.person("admin")
    mine = {"client_id": "jincheng", "project_id": PROJECT}
    for path, body in (
        ("/scripts", {"name": "s", "body": "您好 {{caller}}，{{pop_asked}}"}),
        (
            "/client-pages",
            {
                "name": "p",
                "url": "https://crm.example.com/pop?phone={{caller}}&asked={{pop_asked}}",
                "secret": "0123456789abcdef",
            },
        ),
        ("/listed-numbers", {"kind": "blacklist", "e164": LISTED}),
    ):
        (await admin.post(path, json={**mine, **body})).raise_for_status()


def addresses(stage: Stage, path: str) -> list[str]:
    """How to fill an address with things that there are, of the project above all."""
    calls = ["c1", *list(stage.past)[:1]]
    known = {
        "{call_id}": calls,
        "{recording_id}": [stage.recording],
        "{segment_id}": ["s1"],
        "{agent_id}": ["agent-1001"],
        "{leg_id}": ["l1"],
        "{subject}": calls if path.startswith("/calls/") else ["none"],
    }
    found = [path]
    for blank, values in known.items():
        found = [one.replace(blank, value) for one in found for value in values]
    return sorted({one.split("{", maxsplit=1)[0] + "none" if "{" in one else one for one in found})


async def walked(stage: Stage, who: httpx.AsyncClient) -> tuple[int, dict[str, set[str]]]:
    """Ask everything; return how many answers were good, and what leaked where."""
    good, leaked = 0, dict[str, set[str]]()
    asked = [
        (method, address)
        for full, item in stage.paths.items()
        for method in item
        for address in addresses(stage, full.removeprefix(PREFIX))
        if (method, full) != ("delete", f"{PREFIX}/session")
    ]
    at_once = asyncio.Semaphore(6)

    async def ask(method: str, address: str) -> None:
        nonlocal good
        body = None if method == "get" else {"nobody-knows-this": 1}
        async with at_once:
            answer = await who.request(method, address, json=body)
        assert answer.status_code != 500, (method, address)
        good += answer.is_success
        text = answer.content.decode(errors="replace") + str(answer.headers)
        if stage.leaks(text):
            leaked[f"{method} {address}"] = stage.leaks(text)

    await asyncio.gather(*(ask(*one) for one in asked))
    return good, leaked


async def frames(stage: Stage, who: httpx.AsyncClient) -> str:
    """What the realtime stream says at first, and of a change of the call."""
    name = cookie_name(stage.settings)
    url = f"ws://127.0.0.1:{stage.settings.ports.web}{PREFIX}/realtime"
    cookie = {"Cookie": f"{name}={who.cookies[name]}"}
    async with (
        connect(url, additional_headers=cookie, proxy=None) as socket,
        asyncio.timeout(PATIENCE_S),
    ):
        said = [str(await socket.recv())]
        assert "c1" in json.loads(said[0])["calls"]
        stage.floor.change(calls={"c1": live_call(since=stage.floor.no + 2)})
        while '"set":{"calls":{"c1"' not in said[-1]:
            said.append(str(await socket.recv()))
    return "\n".join(said)


async def test_nothing_is_hidden_before_somebody_asks_for_it(stage: Stage) -> None:
    await stage.hide_from("nobody")
    agent1, supervisor = await stage.person("agent1"), await stage.person("supervisor")
    assert (await agent1.get("/me/agent/screen-pop")).json()["caller"] == LIVE
    assert stage.leaks((await agent1.get("/me/agent/log")).text)
    assert stage.leaks(await frames(stage, agent1))
    past = next(iter(stage.past))
    for path in ("/calls", f"/calls/{past}", f"/calls/{past}/events", "/listed-numbers"):
        assert stage.leaks((await supervisor.get(path)).raise_for_status().text), path


@pytest.mark.parametrize(("whom", "login"), [("agents", "agent1"), ("staff", "supervisor")])
async def test_no_byte_of_any_answer_tells_a_hidden_number(
    stage: Stage, whom: str, login: str
) -> None:
    await stage.hide_from(whom)
    who = await stage.person(login)
    good, leaked = await walked(stage, who)
    assert leaked == {}
    assert good > 20
    said = await frames(stage, who)
    assert stage.leaks(said) == set()
    assert mask(LIVE) in said


async def test_who_may_know_them_goes_on_seeing_them(stage: Stage) -> None:
    await stage.hide_from("agents")
    for login in ("admin", "supervisor", "jincheng"):
        who = await stage.person(login)
        (found,) = await every(who, "/calls", number="13955500077")
        assert found["caller"] == LIVE
        assert stage.leaks((await who.get(f"/calls/{found['call_id']}")).text)
        assert stage.leaks(await frames(stage, who))


async def test_the_pop_speaks_in_masks_and_still_knows_the_customer(stage: Stage) -> None:
    await stage.hide_from("agents")
    agent1 = await stage.person("agent1")
    shown = (await agent1.get("/me/agent/screen-pop")).raise_for_status().json()
    assert shown["caller"] == mask(LIVE) == "139****0077"
    assert "139" in shown["script"]["text"]
    assert "phone=139%2A%2A%2A%2A0077" in shown["page"]["url"]
    # The customer's earlier call is found by the number that the agent does not see.
    assert [one["caller"] for one in shown["history"]] == [mask(LIVE)]


async def test_a_clients_page_gets_the_number_in_full_where_that_is_set_up(stage: Stage) -> None:
    await stage.hide_from("agents")
    admin, agent1 = await stage.person("admin"), await stage.person("agent1")
    (page,) = (await admin.get("/client-pages")).json()["items"]
    for wanted in (True, False):
        tag = (await admin.get(f"/client-pages/{page['id']}")).headers["ETag"]
        changed = await admin.patch(
            f"/client-pages/{page['id']}",
            json={"full_numbers": wanted},
            headers={"If-Match": tag},
        )
        changed.raise_for_status()
        shown = (await agent1.get("/me/agent/screen-pop")).json()
        assert (f"phone=%2B{LIVE[1:]}" in shown["page"]["url"]) is wanted
        shown["page"]["url"] = ""
        assert stage.leaks(json.dumps(shown)) == set()


async def test_a_masked_customer_is_called_by_reference(stage: Stage) -> None:
    await stage.hide_from("agents")
    agent1 = await stage.person("agent1")
    await stage.commands()
    for body, number in (
        ({"call_id": "c1"}, LIVE),
        ({"call_id": next(iter(stage.past))}, next(iter(stage.past.values()))),
        ({"callback_id": "back-1"}, PROMISED),
    ):
        answer = await agent1.post("/me/agent/dial", json={**body, "project_id": PROJECT})
        assert answer.status_code == 204, answer.text
        assert [one["number"] for one in await stage.commands()] == [number]
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    promised = await agent1.post("/segments/s1/callback", json={"due_at": due})
    assert promised.status_code == 204, promised.text
    assert [one["number"] for one in await stage.commands()] == [LIVE]


async def test_a_reference_is_good_for_own_calls_alone(stage: Stage) -> None:
    agent2 = await stage.person("agent2")
    await stage.commands()
    for body in ({"call_id": "c1"}, {"call_id": next(iter(stage.past))}, {"callback_id": "back-1"}):
        answer = await agent2.post("/me/agent/dial", json={**body, "project_id": PROJECT})
        assert answer.status_code == 404, answer.text
    for body in ({}, {"call_id": "c1", "number": LIVE}):
        answer = await agent2.post("/me/agent/dial", json={**body, "project_id": PROJECT})
        assert answer.status_code == 422
    assert await stage.commands() == []


async def test_a_refusal_does_not_tell_the_number(stage: Stage) -> None:
    await stage.hide_from("agents")
    agent1 = await stage.person("agent1")
    stage.floor.refusal, stage.floor.arguments = "trunk.none", {"number": LIVE}
    try:
        answer = await agent1.post("/me/agent/dial", json={"call_id": "c1", "project_id": PROJECT})
    finally:
        stage.floor.refusal, stage.floor.arguments = "", {}
    assert answer.json()["code"] == "trunk.none"
    assert stage.leaks(answer.text) == set()


async def test_a_hidden_number_is_found_whole_only_and_not_by_guessing(stage: Stage) -> None:
    await stage.hide_from("staff")
    supervisor, admin = await stage.person("supervisor"), await stage.person("admin")

    async def found(number: str) -> list[str]:
        answer = await supervisor.get("/calls", params={"number": number})
        return [one["caller"] for one in answer.raise_for_status().json()["items"]]

    assert await found("13955500077") == await found("+8613955500077") == [mask(LIVE)]
    assert await found("0077") == await found("1395550007") == await found("955500077") == []
    entries = (await admin.get("/audit", params={"action": "number.searched"})).json()["items"]
    assert entries[0]["detail"] == {"number": mask("955500077")}
    assert mask("0077") not in {one["detail"]["number"] for one in entries}
    assert entries[-1]["actor_id"] == "user-supervisor"
    last = 0
    for guess in range(60):
        answer = await supervisor.get("/calls", params={"number": f"1395550{guess:04d}"})
        last = answer.status_code
        if last == 429:
            assert answer.json()["code"] == "search.throttled"
            assert int(answer.headers["Retry-After"]) > 0
            break
    assert last == 429
    # Other searches go on, and so do those of people who see the numbers anyway.
    assert (await supervisor.get("/calls")).status_code == 200
    for _ in range(45):
        assert (await admin.get("/calls", params={"number": "13955500077"})).status_code == 200
