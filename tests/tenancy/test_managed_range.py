"""Supervisors see and touch the groups and queues they manage, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from openseat.core.events import CallEnded, RecordingWasStored
from openseat.journal.writer import JournalWriter
from openseat.platform.settings import LOOPBACK
from openseat.realtime.gateway import Gateway
from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.testing.link_floor import StandInFloor, agent, call
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_S = 60
OWN, STRANGE, SHARED = "agent-1002", "agent-1001", "agent-1003"
"""An agent of the managed group; one of another; one of another who has a managed queue's call."""


@dataclass
class Range:
    """The second supervisor of the demonstration, who manages group two and Beidou's queues."""

    api: Api
    floor: StandInFloor
    facts: list[Any]
    own: httpx.AsyncClient
    admin: httpx.AsyncClient

    async def refusals(self) -> set[str]:
        """Whatever the supervisor was refused, as the audit trail tells."""
        asked = {"action": "access.refused", "actor_id": "user-supervisor2", "limit": 200}
        entries = (await self.admin.get("/audit", params=asked)).json()["items"]
        return {one["subject_id"] for one in entries}

    async def commands(self) -> list[dict[str, Any]]:
        """What has reached the floor since the last look."""
        found = []
        while not self.floor.commands.empty():
            found.append(self.floor.commands.get_nowait())
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def managed(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Range]:
    folder: Path = tmp_path_factory.mktemp("managed")
    facts = HistoryMaker(Random(7), client_ids=("jincheng", "beidou")).facts(60)
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(facts)
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    settings = settings_for(database, folder / "home")
    floor = StandInFloor(settings.secrets.read("floor_link"))
    floor.tables["agents"] = {
        OWN: agent(OWN, group_id="group-two", call_id="c-own", state="talking"),
        STRANGE: agent(STRANGE, call_id="c-strange", state="talking"),
        SHARED: agent(SHARED, call_id="c-shared", state="talking"),
    }
    floor.tables["calls"] = {
        "c-own": call("c-own", "jincheng", agent_id=OWN, queue_id="jincheng-care"),
        "c-strange": call("c-strange", "jincheng", agent_id=STRANGE, queue_id="jincheng-care"),
        "c-shared": call("c-shared", "beidou", agent_id=SHARED, queue_id="beidou-parcels"),
    }
    link = await asyncio.start_server(floor.serve, LOOPBACK, settings.ports.floor_link)
    async with running_api(settings) as api:
        own, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
        connection = await asyncpg.connect(database.url("superuser"))
        # The queue of the made-up history is none of the directory's.
        await connection.execute(
            "update users set queue_ids = queue_ids || '{queue-beidou}' where login = 'supervisor2'"
        )
        await connection.close()
        gateway: Gateway = api.app.state.gateway
        async with asyncio.timeout(PATIENCE_S):
            while not gateway.connected:
                await asyncio.sleep(0.02)
        yield Range(api, floor, facts, own, admin)
    floor.cut()
    link.close()


ACTIONS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("post", "/floor/agents/{agent}/state", {"state": "idle"}),
    ("post", "/floor/agents/{agent}/state", {"state": "busy", "reason": "meeting"}),
    ("post", "/floor/agents/{agent}/sign-out", None),
    *(
        ("post", "/floor/agents/{agent}/supervision", {"mode": mode, "call_id": "{call}"})
        for mode in ("listen", "whisper", "barge", "intercept")
    ),
    ("post", "/floor/calls/{call}/end", None),
]


async def act(who: httpx.AsyncClient, action: Any, agent_id: str, call_id: str) -> httpx.Response:
    method, path, body = action
    address = path.replace("{agent}", agent_id).replace("{call}", call_id)
    if body is not None and "call_id" in body:
        body = {**body, "call_id": call_id}
    return await who.request(method, address, json=body)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda one: f"{one[1]} {one[2] or ''}")
async def test_an_action_on_what_is_managed_reaches_the_floor_and_the_audit_trail(
    managed: Range, action: Any
) -> None:
    await managed.commands()
    answer = await act(managed.own, action, OWN, "c-own")
    assert answer.status_code == 204, answer.text
    (command,) = await managed.commands()
    assert command["by"] == "user-supervisor2"
    if "supervision" in action[1]:
        assert command["supervisor_id"] == "agent-1902"
        assert command["group_ids"] == ["group-two"]
    newest = (await managed.admin.get("/audit", params={"limit": 1})).json()["items"][0]
    assert newest["actor_id"] == "user-supervisor2"
    assert newest["subject_id"] in {OWN, "c-own"}
    assert newest["action"] != "access.refused"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda one: f"{one[1]} {one[2] or ''}")
async def test_an_action_on_anything_else_is_like_one_on_nothing_and_put_on_record(
    managed: Range, action: Any
) -> None:
    await managed.commands()
    answer = await act(managed.own, action, STRANGE, "c-strange")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    unknown = await act(managed.own, action, "agent-none", "c-none")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert await managed.commands() == []
    assert {STRANGE, "c-strange"} & await managed.refusals()


async def test_a_managed_queues_call_may_be_supervised_but_its_agent_not_be_commanded(
    managed: Range,
) -> None:
    await managed.commands()
    asked = {"mode": "listen", "call_id": "c-shared"}
    answer = await managed.own.post(f"/floor/agents/{SHARED}/supervision", json=asked)
    assert answer.status_code == 204
    assert [one["type"] for one in await managed.commands()] == ["Supervise"]
    forced = await managed.own.post(f"/floor/agents/{SHARED}/state", json={"state": "idle"})
    assert forced.status_code == 404


async def test_a_call_that_the_agent_has_no_more_is_left_alone(managed: Range) -> None:
    await managed.commands()
    for call_id in ("c-strange", "c-over"):
        asked = {"mode": "listen", "call_id": call_id}
        answer = await managed.own.post(f"/floor/agents/{OWN}/supervision", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (409, "agent.no_call")
    assert await managed.commands() == []


async def test_neither_agents_nor_clients_command_the_floor(managed: Range) -> None:
    for login in ("agent2", "beidou"):
        person = await managed.api.sign_in(login)
        for action in ACTIONS:
            assert (await act(person, action, OWN, "c-own")).status_code == 403
    assert await managed.commands() == []


async def test_calls_of_other_queues_and_groups_are_not_found_and_the_attempt_is_on_record(
    managed: Range,
) -> None:
    calls = {one["call_id"]: one for one in await every(managed.admin, "/calls")}
    mine = {one["call_id"] for one in await every(managed.own, "/calls")}
    assert mine == {i for i, one in calls.items() if "queue-beidou" in one["queue_ids"]}
    assert mine
    strange = next(i for i in calls if i not in mine)
    for path in ("", "/events", "/recordings", "/charges"):
        answer = await managed.own.get(f"/calls/{strange}{path}")
        assert answer.status_code in {403, 404}, path
    assert strange in await managed.refusals()
    assert (await managed.own.get(f"/calls/{next(iter(mine))}/events")).status_code == 200


async def test_recordings_of_other_queues_and_groups_are_not_handed_out(managed: Range) -> None:
    mine = {one["call_id"] for one in await every(managed.own, "/calls")}
    stored = [one.event for one in managed.facts if isinstance(one.event, RecordingWasStored)]
    strange = next(one for one in stored if one.call_id not in mine)
    for part in ("audio", "waveform"):
        answer = await managed.own.get(f"/recordings/{strange.recording_id}/{part}")
        assert answer.status_code == 404
    assert strange.call_id in await managed.refusals()


async def test_figures_are_those_of_the_managed_queues_and_groups(managed: Range) -> None:
    ended = [one.at for one in managed.facts if isinstance(one.event, CallEnded)]
    query = {"from": _iso(min(ended) - 86_400_000), "to": _iso(max(ended) + 86_400_000)}
    seen = {}
    for by in ("queue", "agent", "group", "client", "project"):
        answer = await managed.own.get("/figures", params={**query, "by": by, "interval": "day"})
        seen[by] = {row["key"] for row in answer.raise_for_status().json()["totals"]}
    assert seen["queue"] == {"queue-beidou"}
    assert seen["agent"] == seen["group"] == set()
    assert seen["client"] == {"beidou"}
    whole = await managed.admin.get("/figures", params={**query, "by": "queue", "interval": "day"})
    assert {row["key"] for row in whole.json()["totals"]} >= {"queue-jincheng", "queue-beidou"}
    behind = {**query, "by": "queue", "interval": "day", "measure": "offered"}
    strange = await managed.own.get("/figures/calls", params={**behind, "key": "queue-jincheng"})
    assert strange.raise_for_status().json()["items"] == []
    mine = await managed.own.get("/figures/calls", params={**behind, "key": "queue-beidou"})
    assert mine.json()["items"]


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z")


async def test_lists_of_the_directory_name_what_is_managed_and_nothing_else(
    managed: Range,
) -> None:
    agents = await every(managed.own, "/agents")
    assert {one["group_id"] for one in agents if one["id"] != "agent-1902"} == {"group-two"}
    assert "agent-1902" in {one["id"] for one in agents}
    queues = {one["id"] for one in await every(managed.own, "/queues")}
    assert queues == {"beidou-parcels", "beidou-complaints"}
    groups = {one["id"] for one in await every(managed.own, "/agent-groups")}
    assert "group-two" in groups
    assert "group-one" not in groups
    phones = await every(managed.own, "/phones")
    owners = {one["agent_id"] for one in phones}
    assert owners - {None} <= {one["id"] for one in agents}
    assert None in owners
    strange = next(
        one["id"] for one in await every(managed.admin, "/phones") if one["agent_id"] == STRANGE
    )
    for path in (
        f"/agents/{STRANGE}",
        "/queues/jincheng-care",
        "/agent-groups/group-one",
        f"/phones/{strange}",
    ):
        answer = await managed.own.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert {STRANGE, "jincheng-care", "group-one"} <= await managed.refusals()
