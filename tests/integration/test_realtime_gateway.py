"""The live floor over real WebSockets, with a floor that the test plays itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from openseat.directory.seed import seed
from openseat.platform.access import cookie_name
from openseat.platform.settings import Settings
from openseat.platform.web import PREFIX, build
from openseat.realtime.gateway import Gateway
from openseat.testing.api import settings_for
from openseat.testing.database import Database
from openseat.testing.link_floor import StandInFloor, agent, call

pytestmark = pytest.mark.database

PATIENCE_S = 60


@dataclass
class Stage:
    settings: Settings
    floor: StandInFloor
    app: FastAPI

    async def show(self, **tables: dict[str, Any]) -> None:
        """Put rows on the floor, and wait until the gateway has them."""
        gateway: Gateway = self.app.state.gateway
        async with asyncio.timeout(PATIENCE_S):
            while gateway.state is None or gateway.state.epoch != self.floor.epoch:
                await asyncio.sleep(0.02)
            self.floor.change(**tables)
            while gateway.state.no != self.floor.no:
                await asyncio.sleep(0.02)

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self.settings.ports.web}"

    @contextlib.asynccontextmanager
    async def person(self, login: str, secret: str) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=f"http://{self.url}{PREFIX}", timeout=60) as client:
            password = self.settings.secrets.read(secret)
            answer = await client.post("/session", json={"login": login, "password": password})
            client.headers["X-OpenSeat-CSRF"] = answer.raise_for_status().json()["csrf_token"]
            yield client

    def watch(self, client: httpx.AsyncClient, query: str = "", **more: Any) -> connect:
        name = cookie_name(self.settings)
        cookie = {"Cookie": f"{name}={client.cookies[name]}"} if name in client.cookies else {}
        return connect(
            f"ws://{self.url}{PREFIX}/realtime{query}",
            additional_headers={**cookie, **more},
            proxy=None,
        )


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def stage(installation: Settings) -> AsyncIterator[Stage]:
    await seed(installation)
    floor = StandInFloor(installation.secrets.read("floor_link"))
    link = await asyncio.start_server(floor.serve, "127.0.0.1", installation.ports.floor_link)
    app = build(installation)
    config = uvicorn.Config(app, port=installation.ports.web, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                await asyncio.sleep(0.02)
        yield Stage(installation, floor, app)
    finally:
        server.should_exit = True
        floor.cut()
        await serving
        link.close()


async def frame(socket: ClientConnection) -> dict[str, Any]:
    """Return the next frame that is not only a sign of life."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = json.loads(await socket.recv())
            if found["feed"] != "alive":
                return found


async def reason(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


async def test_a_client_watches_its_own_floor_and_nothing_of_another(stage: Stage) -> None:
    await stage.show(
        calls={"c1": call("c1", "jincheng"), "c2": call("c2", "beidou")},
        agents={
            "agent-1001": agent("agent-1001", client_id="jincheng", call_id="c1"),
            "agent-1002": agent("agent-1002"),
        },
        trunks={"t": {"trunk_id": "t", "reachable": True}},
    )
    async with (
        stage.person("jincheng", "demo_client") as jincheng,
        stage.watch(jincheng) as socket,
    ):
        first = await frame(socket)
        assert set(first["calls"]) == {"c1"}
        assert set(first["agents"]) == {"agent-1001"}
        assert "handled" not in first["agents"]["agent-1001"]
        assert first["trunks"] == {}
        stage.floor.change(calls={"c3": call("c3", "beidou")})
        stage.floor.change(agents={"agent-1001": agent("agent-1001", client_id="beidou")})
        # The other client's call is not even mentioned.
        assert (await frame(socket))["gone"] == {"agents": ["agent-1001"]}


async def test_a_viewer_goes_on_where_it_was_and_begins_anew_after_a_restart(
    stage: Stage,
) -> None:
    async with stage.person("admin", "demo_admin") as admin:
        async with stage.watch(admin) as socket:
            first = await frame(socket)
        await stage.show(calls={"c1": call("c1", "jincheng")})
        await stage.show(calls={"c2": call("c2", "beidou")})
        place = f"?since={first['no']}&epoch={first['epoch']}"
        async with stage.watch(admin, place) as socket:
            assert [(await frame(socket))["no"] for _ in range(2)] == [
                first["no"] + 1,
                first["no"] + 2,
            ]
            stage.floor.restart()
            again = await frame(socket)
            assert (again["feed"], again["epoch"]) == ("snapshot", first["epoch"] + 1)
            assert set(again["calls"]) == {"c1", "c2"}
        async with stage.watch(admin, place) as socket:
            assert (await frame(socket))["feed"] == "snapshot"


async def test_strangers_and_other_sites_pages_are_turned_away(stage: Stage) -> None:
    async with (
        httpx.AsyncClient() as nobody,
        stage.watch(nobody) as socket,
    ):
        assert await reason(socket) == 4401
    async with (
        stage.person("admin", "demo_admin") as admin,
        stage.watch(admin, Origin="https://elsewhere.example") as socket,
    ):
        assert await reason(socket) == 4403


async def test_a_supervisor_who_loses_a_group_stops_seeing_it_at_once(stage: Stage) -> None:
    await stage.show(agents={"agent-1001": agent("agent-1001")})
    async with (
        stage.person("admin", "demo_admin") as admin,
        stage.person("supervisor", "demo_supervisor") as supervisor,
    ):
        async with stage.watch(supervisor) as socket:
            assert set((await frame(socket))["agents"]) == {"agent-1001"}
            tag = (await admin.get("/users/user-supervisor")).headers["etag"]
            answer = await admin.patch(
                "/users/user-supervisor", json={"group_ids": []}, headers={"If-Match": tag}
            )
            assert answer.status_code == 200
            assert await reason(socket) == 4409
        async with stage.watch(supervisor) as socket:
            assert (await frame(socket))["agents"] == {}


async def test_an_agents_commands_reach_the_floor_and_refusals_come_back(stage: Stage) -> None:
    await stage.show(
        calls={"c1": call("c1", "jincheng", agent_id="agent-1001", state="talking")},
        agents={"agent-1001": agent("agent-1001", call_id="c1", segment_id="s1", state="talking")},
    )
    async with stage.person("agent1", "demo_agent") as one, stage.watch(one) as socket:
        assert set((await frame(socket))["calls"]) == {"c1"}
        async with asyncio.timeout(PATIENCE_S):
            came = await stage.floor.commands.get()
        assert came == {"type": "AgentLink", "agent_id": "agent-1001", "connected": True}
        answer = await one.post("/me/agent/state", json={"state": "busy", "reason": "meeting"})
        assert answer.status_code == 204
        assert await stage.floor.commands.get() == {
            "type": "SetBusy", "agent_id": "agent-1001", "reason": "meeting", "by": "",
        }  # fmt: skip
        seat = (await one.get("/me/agent")).json()
        assert (seat["live"], seat["state"], seat["segment_id"]) == (True, "talking", "s1")
        pop = (await one.get("/me/agent/screen-pop")).json()
        assert (pop["call_id"], pop["caller"]) == ("c1", "+8613700000001")
        assert pop["history"] == []
        stage.floor.refusal = "agent.not_signed_in"
        refused = await one.post("/me/agent/sign-out")
        assert refused.status_code == 409
        assert refused.json()["code"] == "agent.not_signed_in"
        assert refused.json()["detail"] == "座席员尚未签入。"


async def test_a_test_call_is_asked_for_and_its_result_is_told(stage: Stage) -> None:
    told = {
        "test_id": "test-1", "at": 5, "number": "+8613700000001", "answered": True,
        "cause": 16, "ring_ms": 900, "talk_ms": 7_000, "heard": True,
    }  # fmt: skip
    await stage.show(
        trunks={
            "carrier": {"trunk_id": "carrier", "reachable": True, "test": None},
            "tried": {"trunk_id": "tried", "reachable": True, "test": told},
        }
    )
    async with stage.person("admin", "demo_admin") as admin:
        begun = await admin.post("/trunks/carrier/test-call", json={"number": "+8613700000001"})
        assert begun.status_code == 202
        asked = await stage.floor.commands.get()
        assert asked.pop("by")
        assert asked == {
            "type": "CheckTrunk", "test_id": begun.json()["test_id"], "trunk_id": "carrier",
            "number": "+8613700000001", "caller_number": "",
        }  # fmt: skip
        assert (await admin.get("/trunks/carrier/test-call")).json() is None
        assert (await admin.get("/trunks/tried/test-call")).json() == told
        assert (await admin.get("/trunks/nowhere/test-call")).status_code == 404
    async with stage.person("agent1", "demo_agent") as agent_:
        refused = await agent_.post("/trunks/carrier/test-call", json={"number": "+861370"})
        assert refused.status_code == 403


async def test_an_agent_changes_the_phone_to_one_of_their_own_only(stage: Stage) -> None:
    async with stage.person("agent1", "demo_agent") as one:
        seat = (await one.get("/me/agent")).json()
        done = await one.post("/me/agent/phone", json={"endpoint": seat["browser_phone"]})
        assert done.status_code == 204
        assert await stage.floor.commands.get() == {
            "type": "ChangePhone", "agent_id": seat["agent_id"], "endpoint": seat["browser_phone"],
        }  # fmt: skip
        other = await one.post("/me/agent/phone", json={"endpoint": "telephone-agent-1002"})
        assert (other.status_code, other.json()["code"]) == (403, "endpoint.not_yours")


async def test_a_role_that_takes_the_floor_away_ends_the_connection_within_seconds(
    stage: Stage,
) -> None:
    await stage.show(agents={"agent-1002": agent("agent-1002")})
    async with (
        stage.person("admin", "demo_admin") as admin,
        stage.person("agent2", "demo_agent") as agent2,
    ):
        body = {"name": "blind", "kind": "agent", "permissions": ["agents.self", "floor.watch"]}
        role = (await admin.post("/roles", json=body)).raise_for_status().json()
        found = (await admin.get("/users", params={"q": "agent2"})).json()["items"]
        user = next(one for one in found if one["login"] == "agent2")
        given = await admin.patch(
            f"/users/{user['id']}",
            json={"role_id": role["id"]},
            headers={"If-Match": f'"{user["version"]}"'},
        )
        given.raise_for_status()
        async with stage.watch(agent2) as socket:
            assert (await frame(socket))["feed"] == "snapshot"
            taken = await admin.patch(
                f"/roles/{role['id']}",
                json={"permissions": ["agents.self"]},
                headers={"If-Match": f'"{role["version"]}"'},
            )
            taken.raise_for_status()
            assert await reason(socket) == 4409
        async with stage.watch(agent2) as socket:
            assert await reason(socket) == 4403
        restored = await admin.get(f"/users/{user['id']}")
        await admin.patch(
            f"/users/{user['id']}",
            json={"role_id": None},
            headers={"If-Match": restored.headers["ETag"]},
        )
