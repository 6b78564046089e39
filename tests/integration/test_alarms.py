"""Thresholds and alarms on rows that a stand-in floor shows, and the webhooks told of them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from openseat.alarms.sender import Sender
from openseat.alarms.webhooks import RETRIES_S
from openseat.platform.settings import LOOPBACK, Settings
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.link_floor import StandInFloor, agent

pytestmark = pytest.mark.database

PATIENCE_S = 60
QUEUE = "beidou-parcels"
"""Managed by the second supervisor."""


def queue(waiting: int, **more: Any) -> dict[str, Any]:
    day = {"offered": 0, "within_service_level": 0, "abandoned": 0}
    return {
        "queue_id": QUEUE, "client_id": "beidou", "project_id": "beidou-service", "name": "查件",
        "waiting": waiting, "longest_since": None, "today": day, **more,
    }  # fmt: skip


@dataclass
class Receiver:
    """A program that is told of alarms; ``status`` is what it answers."""

    status: int = 204
    heard: list[tuple[dict[str, str], str]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {
                name.lower(): value
                for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])
            }
            body = (await reader.readexactly(int(headers["content-length"]))).decode()
            self.heard.append((headers, body))
            writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    def types(self) -> list[str]:
        return [json.loads(body)["type"].rpartition(".")[2] for _, body in self.heard]


@dataclass
class Stage:
    api: Api
    settings: Settings
    floor: StandInFloor
    receiver: Receiver
    boss: httpx.AsyncClient
    admin: httpx.AsyncClient

    async def open_alarms(self, who: httpx.AsyncClient | None = None) -> list[dict[str, Any]]:
        answer = await (who or self.boss).get("/alarms", params={"open": "true"})
        return answer.raise_for_status().json()["items"]


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await condition()):
            await asyncio.sleep(0.1)
    return found


@contextlib.asynccontextmanager
async def on_stage(
    settings: Settings, floor: StandInFloor, receiver: Receiver
) -> AsyncIterator[Stage]:
    async with running_api(settings) as api:
        boss, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
        async with asyncio.timeout(PATIENCE_S):
            while not api.app.state.gateway.connected:
                await asyncio.sleep(0.02)
        yield Stage(api, settings, floor, receiver, boss, admin)


@pytest.fixture
async def prepared(
    fresh_database: Database, tmp_path: Path
) -> AsyncIterator[tuple[Settings, StandInFloor, Receiver]]:
    receiver = Receiver()
    listening = await asyncio.start_server(receiver.serve, LOOPBACK, 0)
    receiver.port = listening.sockets[0].getsockname()[1]
    settings = settings_for(fresh_database, tmp_path)
    allowed = frozenset({f"{LOOPBACK}:{receiver.port}"})
    settings = replace(settings, floor=replace(settings.floor, http_hosts=allowed))
    floor = StandInFloor(settings.secrets.read("floor_link"))
    floor.tables["queues"] = {QUEUE: queue(0)}
    floor.tables["agents"] = {
        "agent-1002": agent("agent-1002", group_id="group-two"),
        "agent-1001": agent("agent-1001", group_id="group-one"),
    }
    link = await asyncio.start_server(floor.serve, LOOPBACK, settings.ports.floor_link)
    yield settings, floor, receiver
    floor.cut()
    link.close()
    listening.close()


@pytest.fixture
async def stage(prepared: tuple[Settings, StandInFloor, Receiver]) -> AsyncIterator[Stage]:
    async with on_stage(*prepared) as made:
        yield made


WAITING = {
    "name": "查件排队", "scope": "queue", "subject_id": QUEUE, "measure": "waiting",
    "limit": 3, "clear": 1, "hold_s": 0, "clear_hold_s": 0, "severity": "critical",
}  # fmt: skip


async def make_hook(stage: Stage, url: str | None = None) -> dict[str, Any]:
    url = url or f"http://{LOOPBACK}:{stage.receiver.port}/alarms"
    answer = await stage.admin.post("/webhooks", json={"name": "值班", "url": url})
    return answer.raise_for_status().json()


async def test_an_alarm_is_raised_told_acknowledged_and_cleared_without_any_page(
    stage: Stage,
) -> None:
    hook = await make_hook(stage)
    answer = await stage.boss.post("/thresholds", json=WAITING)
    made = answer.raise_for_status().json()
    assert (made["subject_name"], made["clear"]) != ("", 3)
    stage.floor.change(queues={QUEUE: queue(4)})
    (alarm,) = await until(stage.open_alarms)
    assert (alarm["value"], alarm["limit"], alarm["severity"]) == (4, 3, "critical")
    stage.floor.change(queues={QUEUE: queue(7)})
    for _ in range(2):
        answer = await stage.boss.post(f"/alarms/{alarm['id']}/acknowledgement")
        assert answer.status_code == 204
    (alarm,) = await stage.open_alarms()
    assert alarm["acknowledged_by"]
    # Between the limits nothing is over; the worst was seen by then.
    await asyncio.sleep(1.5)
    stage.floor.change(queues={QUEUE: queue(2)})
    await asyncio.sleep(1.5)
    assert len(await stage.open_alarms()) == 1
    stage.floor.change(queues={QUEUE: queue(1)})

    async def over() -> bool:
        return await stage.open_alarms() == []

    await until(over)
    (past,) = (await stage.boss.get("/alarms")).json()["items"]
    assert (past["worst"], past["cleared_at"] is None) == (7, False)

    async def told() -> bool:
        return len(stage.receiver.heard) >= 3

    await until(told)
    # Each is sent by itself: they may overtake each other, and carry their time.
    assert sorted(stage.receiver.types()) == ["acknowledged", "cleared", "raised"]
    for headers, body in stage.receiver.heard:
        at, _, given = headers["openseat-signature"].partition(",v1=")
        signed = f"{at.removeprefix('t=')}.{body}".encode()
        assert given == hmac.new(hook["secret"].encode(), signed, hashlib.sha256).hexdigest()
        event = json.loads(body)
        assert event["specversion"] == "1.0"
        assert event["data"]["subject_id"] == QUEUE
    rows = (await stage.admin.get(f"/webhooks/{hook['id']}/deliveries")).json()
    assert [(row["attempts"], row["last_status"]) for row in rows] == [(1, 204)] * 3
    entries = (await stage.admin.get("/audit", params={"action": "alarm.acknowledged"})).json()
    assert len(entries["items"]) == 1


async def test_how_long_an_agent_is_in_a_state_is_watched_for_each(stage: Stage) -> None:
    asked = {
        "name": "示忙过久", "scope": "group", "subject_id": "group-two", "measure": "state_time",
        "state": "busy", "limit": 60, "hold_s": 0, "clear_hold_s": 0,
    }  # fmt: skip
    (await stage.boss.post("/thresholds", json=asked)).raise_for_status()
    busy = {"state": "busy", "since": time.time_ns() // 1_000_000 - 90_000}
    stage.floor.change(
        agents={
            "agent-1002": agent("agent-1002", group_id="group-two", **busy),
            "agent-1001": agent("agent-1001", group_id="group-one", **busy),
        }
    )
    (alarm,) = await until(stage.open_alarms)
    assert alarm["agent_id"] == "agent-1002"
    assert alarm["agent_name"]
    strange = {**asked, "subject_id": "group-one"}
    (await stage.admin.post("/thresholds", json=strange)).raise_for_status()

    async def both() -> list[dict[str, Any]]:
        found = await stage.open_alarms(stage.admin)
        return found if len(found) == 2 else []

    (other,) = [one for one in await until(both) if one["id"] != alarm["id"]]
    assert [one["id"] for one in await stage.open_alarms()] == [alarm["id"]]
    refused = await stage.boss.post(f"/alarms/{other['id']}/acknowledgement")
    assert refused.status_code == 404
    stage.floor.change(agents={"agent-1002": agent("agent-1002", group_id="group-two")})

    async def over() -> bool:
        return await stage.open_alarms() == []

    await until(over)


async def test_nobody_sets_thresholds_on_what_they_do_not_manage(stage: Stage) -> None:
    for scope, subject in (("queue", "jincheng-care"), ("group", "group-one"), ("queue", "none")):
        asked = {**WAITING, "scope": scope, "subject_id": subject}
        if scope == "group":
            asked["measure"] = "idle"
            asked["clear"] = 5
        answer = await stage.boss.post("/thresholds", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    by_admin = {**WAITING, "subject_id": "jincheng-care"}
    made = (await stage.admin.post("/thresholds", json=by_admin)).raise_for_status().json()
    assert (await stage.boss.get("/thresholds")).json() == []
    path = f"/thresholds/{made['id']}"
    match = {"If-Match": '"1"'}
    assert (await stage.boss.put(path, json=WAITING, headers=match)).status_code == 404
    assert (await stage.boss.delete(path)).status_code == 404
    for login in ("agent2", "beidou"):
        person = await stage.api.sign_in(login)
        assert (await person.get("/alarms")).status_code == 403
        assert (await person.post("/thresholds", json=WAITING)).status_code == 403
    assert (await stage.boss.get("/webhooks")).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"clear": 9},
        {"measure": "state_time"},
        {"measure": "state_count", "state": "busy"},
        {"measure": "service_level", "limit": 80},
        {"state": "busy"},
    ],
)
async def test_a_threshold_that_means_nothing_is_refused(
    stage: Stage, change: dict[str, Any]
) -> None:
    answer = await stage.boss.post("/thresholds", json={**WAITING, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_a_removed_threshold_takes_its_open_alarm_along(stage: Stage) -> None:
    made = (await stage.boss.post("/thresholds", json=WAITING)).json()
    stage.floor.change(queues={QUEUE: queue(4)})
    await until(stage.open_alarms)
    path, match = f"/thresholds/{made['id']}", {"If-Match": '"1"'}
    changed = await stage.boss.put(path, json={**WAITING, "active": False}, headers=match)
    assert changed.raise_for_status().json()["version"] == 2
    stale = await stage.boss.put(path, json=WAITING, headers=match)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition.failed")

    async def over() -> bool:
        return await stage.open_alarms() == []

    await until(over)
    assert (await stage.boss.delete(path)).status_code == 204
    assert len((await stage.boss.get("/alarms")).json()["items"]) == 1


async def test_an_alarm_outlives_the_process_and_is_not_raised_twice(
    prepared: tuple[Settings, StandInFloor, Receiver],
) -> None:
    _, floor, _ = prepared
    async with on_stage(*prepared) as stage:
        (await stage.boss.post("/thresholds", json=WAITING)).raise_for_status()
        floor.change(queues={QUEUE: queue(4)})
        (first,) = await until(stage.open_alarms)
    async with on_stage(*prepared) as stage:
        await asyncio.sleep(2.5)
        (still,) = await stage.open_alarms()
        assert still["id"] == first["id"]
        floor.change(queues={QUEUE: queue(0)})

        async def over() -> bool:
            return await stage.open_alarms() == []

        await until(over)
        assert len((await stage.boss.get("/alarms")).json()["items"]) == 1


async def test_an_event_is_tried_again_at_growing_pauses_and_then_given_up(stage: Stage) -> None:
    stage.receiver.status = 500
    hook = await make_hook(stage)
    assert (await stage.admin.post(f"/webhooks/{hook['id']}/test")).status_code == 204

    async def row() -> dict[str, Any]:
        (found,) = (await stage.admin.get(f"/webhooks/{hook['id']}/deliveries")).json()
        return found

    async def tried() -> bool:
        return (await row())["last_status"] == 500

    await until(tried)
    sender = Sender(stage.api.app.state.services)
    now = time.time_ns() // 1_000_000
    for attempt, pause in enumerate(RETRIES_S, 2):
        assert await sender.send_due(now + 1000 * (pause - 5)) == 0
        now += 1000 * (pause + 5)
        assert await sender.send_due(now) == 1
        assert (await row())["attempts"] == attempt
    await sender.close()
    last = await row()
    assert (last["next_at"], last["delivered_at"]) == (None, None)
    assert {json.loads(body)["id"] for _, body in stage.receiver.heard}.__len__() == 1


async def test_a_webhook_does_not_lead_inside(stage: Stage) -> None:
    hook = await make_hook(stage, f"http://{LOOPBACK}:{stage.settings.ports.web}/metrics")
    await stage.admin.post(f"/webhooks/{hook['id']}/test")

    async def tried() -> list[Any]:
        rows = (await stage.admin.get(f"/webhooks/{hook['id']}/deliveries")).json()
        return [row for row in rows if row["last_status"] is not None]

    (row,) = await until(tried)
    assert (row["last_status"], row["delivered_at"]) == (0, None)
    assert stage.receiver.heard == []
    renewed = (await stage.admin.post(f"/webhooks/{hook['id']}/secret")).json()
    assert renewed["secret"] != hook["secret"]
    assert "secret" not in (await stage.admin.get("/webhooks")).json()[0]
    for wrong in ("file:///etc/passwd", "http://", "x" * 600):
        answer = await stage.admin.post("/webhooks", json={"name": "x", "url": wrong})
        assert answer.status_code == 422
    assert (await stage.admin.delete(f"/webhooks/{hook['id']}")).status_code == 204
