"""Wallboards and their links: what a screen sees, and everything it does not."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from openseat.directory.seed import seed
from openseat.platform.settings import Settings
from openseat.platform.web import PREFIX, build
from openseat.realtime.gateway import Gateway
from openseat.testing.api import settings_for, signed_in
from openseat.testing.database import Database
from openseat.testing.link_floor import StandInFloor, agent, call

pytestmark = pytest.mark.database

PATIENCE_S = 60
PAGES = [
    {
        "seconds": 5,
        "tiles": [
            {"kind": "figure", "figure": "waiting", "x": 0, "y": 0, "w": 3, "h": 2},
            {"kind": "agents", "group_id": "group-two", "x": 0, "y": 2, "w": 12, "h": 6},
        ],
    }
]
BOARD = {"name": "一号大屏", "pages": PAGES}


@dataclass
class Stage:
    settings: Settings
    stack: contextlib.AsyncExitStack

    async def person(self, login: str) -> httpx.AsyncClient:
        return await self.stack.enter_async_context(signed_in(self.settings, login))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.settings.ports.web}{PREFIX}"

    async def shown(self, secret: str) -> httpx.Response:
        async with httpx.AsyncClient(
            headers={"Authorization": f"Screen {secret}"}, timeout=PATIENCE_S
        ) as screen:
            return await screen.get(f"http://{self.address}/screen")

    @contextlib.asynccontextmanager
    async def screen(self, secret: str) -> AsyncIterator[Any]:
        async with connect(f"ws://{self.address}/screen/realtime", proxy=None) as socket:
            await socket.send(json.dumps({"link": secret}))
            yield socket


async def first(socket: Any) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = json.loads(await socket.recv())
            if found["feed"] in {"snapshot", "delta"}:
                return found


async def ended(socket: Any) -> int | None:
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


@pytest.fixture
async def stage(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    settings = settings_for(fresh_database, tmp_path)
    await seed(settings)
    floor = StandInFloor(settings.secrets.read("floor_link"))
    floor.tables["agents"] = {
        "agent-1001": agent("agent-1001", group_id="group-one"),
        "agent-1002": agent("agent-1002", group_id="group-two", call_id="c1"),
    }
    floor.tables["calls"] = {
        "c1": call("c1", "beidou", agent_id="agent-1002", queue_id="beidou-parcels"),
        "c2": call("c2", "jincheng", agent_id="agent-1001", queue_id="jincheng-care"),
    }
    link = await asyncio.start_server(floor.serve, "127.0.0.1", settings.ports.floor_link)
    app = build(settings)
    server = uvicorn.Server(
        uvicorn.Config(app, port=settings.ports.web, log_config=None, access_log=False)
    )
    serving = asyncio.create_task(server.serve())
    async with contextlib.AsyncExitStack() as stack:
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                await asyncio.sleep(0.02)
            gateway: Gateway = app.state.gateway
            while not gateway.connected:
                await asyncio.sleep(0.02)
        yield Stage(settings, stack)
    server.should_exit = True
    floor.cut()
    await serving
    link.close()


async def make(who: httpx.AsyncClient) -> tuple[str, dict[str, Any]]:
    board = (await who.post("/wallboards", json=BOARD)).raise_for_status().json()
    path = f"/wallboards/{board['id']}/links"
    return board["id"], (await who.post(path, json={"name": "前台"})).raise_for_status().json()


async def test_a_screen_sees_what_its_owner_sees_but_no_customer(stage: Stage) -> None:
    boss = await stage.person("supervisor2")
    board, link = await make(boss)
    answer = (await stage.shown(link["secret"])).raise_for_status().json()
    assert answer["name"] == "一号大屏"
    assert answer["groups"]["group-two"]
    async with stage.screen(link["secret"]) as socket:
        frame = await first(socket)
    assert set(frame["agents"]) == {"agent-1002"}
    assert set(frame["calls"]) == {"c1"}
    assert {"caller", "called", "parties"}.isdisjoint(frame["calls"]["c1"])
    assert "calls" not in frame["cell"]
    (listed,) = (await boss.get(f"/wallboards/{board}/links")).json()
    assert listed["seen_at"]
    assert "secret" not in listed


async def test_a_link_opens_nothing_else(stage: Stage, fresh_database: Database) -> None:
    boss = await stage.person("supervisor2")
    _, link = await make(boss)
    for scheme in ("Bearer", "Screen"):
        headers = {"Authorization": f"{scheme} {link['secret']}"}
        async with httpx.AsyncClient(
            headers=headers, base_url=f"http://{stage.address}", timeout=PATIENCE_S
        ) as thief:
            for path in ("/session", "/agents", "/calls", "/figures", "/wallboards", "/alarms"):
                assert (await thief.get(path)).status_code == 401, (scheme, path)
            assert (await thief.post("/floor/messages", json={})).status_code in {401, 422}
    connection = await asyncpg.connect(fresh_database.url("superuser"))
    stored = await connection.fetchval("select string_agg(l::text, '') from screen_links l")
    await connection.close()
    assert link["secret"] not in stored


async def test_a_revoked_link_goes_dark_at_once_and_it_is_on_record(stage: Stage) -> None:
    boss, admin = await stage.person("supervisor2"), await stage.person("admin")
    board, link = await make(boss)
    async with stage.screen(link["secret"]) as socket:
        await first(socket)
        path = f"/wallboards/{board}/links/{link['id']}"
        assert (await boss.delete(path)).status_code == 204
        assert await ended(socket) == 4401
        assert (await boss.delete(path)).status_code == 404
    assert (await stage.shown(link["secret"])).status_code == 401
    for action in ("wallboard.created", "screen_link.created", "screen_link.revoked"):
        entries = (await admin.get("/audit", params={"action": action})).json()["items"]
        assert len(entries) == 1, action


async def test_an_owner_who_is_let_go_takes_the_screen_along(
    stage: Stage, fresh_database: Database
) -> None:
    boss = await stage.person("supervisor2")
    _, link = await make(boss)
    connection = await asyncpg.connect(fresh_database.url("superuser"))
    await connection.execute("update users set active = false where login = 'supervisor2'")
    await connection.close()
    assert (await stage.shown(link["secret"])).status_code == 401
    async with stage.screen(link["secret"]) as socket:
        assert await ended(socket) == 4401


@pytest.mark.parametrize("said", ['{"link": "no"}', "{}", "[]", "x", '{"link": 7}'])
async def test_without_a_good_link_nothing_is_shown(stage: Stage, said: str) -> None:
    async with connect(f"ws://{stage.address}/screen/realtime", proxy=None) as socket:
        await socket.send(said)
        assert await ended(socket) == 4401
    assert (await stage.shown("no")).status_code == 401


async def test_boards_are_their_owners_and_a_clients_screen_is_the_clients(stage: Stage) -> None:
    boss, lead = await stage.person("supervisor2"), await stage.person("supervisor")
    client, other = await stage.person("beidou"), await stage.person("jincheng")
    board, _ = await make(boss)
    mine, link = await make(client)
    for stranger in (lead, other, client):
        path = f"/wallboards/{board}"
        match = {"If-Match": '"1"'}
        assert (await stranger.put(path, json=BOARD, headers=match)).status_code == 404
        assert (await stranger.delete(path)).status_code == 404
        assert (await stranger.get(f"{path}/links")).status_code == 404
        assert (await stranger.post(f"{path}/links", json={"name": "x"})).status_code == 404
    assert (await other.get("/wallboards")).json() == []
    async with stage.screen(link["secret"]) as socket:
        frame = await first(socket)
    assert set(frame["calls"]) == {"c1"}
    assert "caller" not in frame["calls"]["c1"]
    admin = await stage.person("admin")
    assert {one["id"] for one in (await admin.get("/wallboards")).json()} == {board, mine}
    agent_user = await stage.person("agent1")
    assert (await agent_user.get("/wallboards")).status_code == 403


@pytest.mark.parametrize(
    "tile",
    [
        {"kind": "clock", "x": 11, "y": 0, "w": 2, "h": 1},
        {"kind": "figure", "x": 0, "y": 0, "w": 2, "h": 1},
        {"kind": "clock", "figure": "waiting", "x": 0, "y": 0, "w": 2, "h": 1},
        {"kind": "page", "x": 0, "y": 0, "w": 2, "h": 1},
        {"kind": "text", "x": 0, "y": 0, "w": 2, "h": 1, "text": "长" * 201},
    ],
)
async def test_a_tile_lies_on_the_grid_and_means_something(
    stage: Stage, tile: dict[str, Any]
) -> None:
    boss = await stage.person("supervisor2")
    body = {"name": "x", "pages": [{"seconds": 5, "tiles": [tile]}]}
    assert (await boss.post("/wallboards", json=body)).status_code == 422
