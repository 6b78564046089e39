"""Promises to call back over HTTP: who sees which, who keeps them, and what is then gone."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from openseat.core import events as e
from openseat.journal.writer import JournalWriter
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

NOW = round(datetime.now(UTC).timestamp() * 1000)
HOUR = 3_600_000
NUMBERS = {
    "flow": "+8613800000001",
    "lost": "+8613800000002",
    "own": "+8613800000003",
    "parcel": "+8613800000004",
    "queueless": "+8613800000005",
}
_no = itertools.count(1)


def _fact(stream: str, client: str, at: int, event: e.Event) -> e.Fact:
    return e.Fact(stream=stream, no=next(_no), at=at, client_id=client, event=event)


def _call(
    name: str, client: str, project: str, at: int, number: str, *, out: bool = False
) -> e.Fact:
    started = e.CallStarted(
        direction=e.Direction.OUTBOUND if out else e.Direction.INBOUND,
        leg_id=f"leg-{name}",
        caller="+862150101001" if out else number,
        called=number if out else "+862150101001",
        client_id=client,
        project_id=project,
    )
    return _fact(f"call:{name}", client, at, started)


def _promise(name: str, due: int, queue_id: str = "", reason: str = "requested") -> e.Event:
    return e.CallbackPromised(
        callback_id=name, number=NUMBERS[name], due_at=due, reason=reason, queue_id=queue_id
    )


def promised() -> list[e.Fact]:
    """Five promises of two clients, in calls and by an agent."""
    jincheng, beidou, at = "jincheng", "beidou", NOW - 3 * HOUR
    return [
        _call("c-flow", jincheng, "jincheng-service", at, NUMBERS["flow"]),
        _fact("call:c-flow", jincheng, at, _promise("flow", NOW - HOUR, "jincheng-care")),
        _call("c-lost", jincheng, "jincheng-service", at, NUMBERS["lost"]),
        _fact("call:c-lost", jincheng, at, _promise("lost", NOW, "jincheng-care", "switch_lost")),
        _call("c-parcel", beidou, "beidou-service", at, NUMBERS["parcel"]),
        _fact("call:c-parcel", beidou, at, _promise("parcel", NOW + HOUR, "beidou-parcels")),
        _call("c-queueless", beidou, "beidou-service", at, NUMBERS["queueless"]),
        _fact("call:c-queueless", beidou, at, _promise("queueless", NOW + 2 * HOUR)),
        _fact("agent:agent-1009", jincheng, at, _promise("own", NOW + 3 * HOUR)),
    ]


class Owed:
    """An installation in which call-backs are owed."""

    def __init__(self, api: Api, writer: JournalWriter, database: Database) -> None:
        self.api, self.writer, self.database = api, writer, database
        self.people: dict[str, httpx.AsyncClient] = {}

    async def person(self, login: str) -> httpx.AsyncClient:
        if login not in self.people:
            self.people[login] = await self.api.sign_in(login)
        return self.people[login]

    async def happened(self, *facts: e.Fact) -> None:
        await self.writer.append(list(facts))
        url = self.database.url("floor")
        await Projector(url, cell_id="main", projections=projections()).catch_up()

    async def listed(self, login: str, query: str = "") -> list[dict[str, Any]]:
        answer = await (await self.person(login)).get(f"/callbacks{query}")
        return answer.raise_for_status().json()["items"]

    async def on_desk(self, login: str) -> list[str]:
        answer = await (await self.person(login)).get("/me/agent/log")
        return [one["callback_id"] for one in answer.raise_for_status().json()["callbacks"]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owed(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Owed]:
    folder: Path = tmp_path_factory.mktemp("owed")
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    async with running_api(settings_for(database, folder / "home")) as api:
        made = Owed(api, writer, database)
        await made.happened(*promised())
        yield made
    await writer.close()


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [one["callback_id"] for one in rows]


async def test_the_first_due_comes_first_and_everybody_sees_what_is_theirs(owed: Owed) -> None:
    assert _ids(await owed.listed("admin")) == ["flow", "lost", "parcel", "queueless", "own"]
    assert _ids(await owed.listed("admin", "?sort=-due_at&limit=2"))[:2] == ["own", "queueless"]
    assert _ids(await owed.listed("jincheng")) == ["flow", "lost", "own"]
    # Of the managed queues; agent 1009 is of the other group.
    assert _ids(await owed.listed("supervisor2")) == ["parcel"]
    assert _ids(await owed.listed("supervisor")) == ["flow", "lost", "parcel", "own"]
    first = (await owed.listed("admin"))[0]
    assert (first["reason"], first["agent_id"], first["queue_id"], first["call_id"]) == (
        "requested",
        "",
        "jincheng-care",
        "c-flow",
    )
    assert first["project_id"] == "jincheng-service"


async def test_pages_follow_on_and_filters_narrow(owed: Owed) -> None:
    admin = await owed.person("admin")
    first = (await admin.get("/callbacks?limit=2")).json()
    rest = (await admin.get(f"/callbacks?limit=9&cursor={first['next_cursor']}")).json()
    assert _ids(first["items"] + rest["items"]) == ["flow", "lost", "parcel", "queueless", "own"]
    wrong = await admin.get(f"/callbacks?sort=-due_at&cursor={first['next_cursor']}")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "cursor.invalid")
    assert _ids(await owed.listed("admin", "?client_id=beidou")) == ["parcel", "queueless"]
    assert _ids(await owed.listed("admin", "?queue_id=jincheng-care")) == ["flow", "lost"]
    assert _ids(await owed.listed("admin", "?agent_id=agent-1009")) == ["own"]
    assert _ids(await owed.listed("admin", "?state=late")) == ["flow", "lost"]
    assert await owed.listed("admin", "?state=kept") == []


async def test_agents_find_what_was_promised_for_their_queues_and_by_themselves(owed: Owed) -> None:
    assert await owed.on_desk("agent9") == ["flow", "lost", "own"]
    # Who serves parcels serves the project of the promise without a queue, too.
    assert await owed.on_desk("agent13") == ["parcel", "queueless"]
    assert await owed.on_desk("agent1") == ["flow", "lost", "parcel", "queueless"]


async def test_a_call_out_to_the_number_for_the_client_keeps_a_promise(owed: Owed) -> None:
    other = _call("b-1", "beidou", "beidou-service", NOW, NUMBERS["flow"], out=True)
    await owed.happened(other)
    assert "flow" in _ids(await owed.listed("admin", "?state=open"))
    back = _call("b-2", "jincheng", "jincheng-service", NOW, NUMBERS["flow"], out=True)
    await owed.happened(back)
    assert "flow" not in _ids(await owed.listed("admin", "?state=open"))
    (kept,) = await owed.listed("admin", "?state=kept")
    assert (kept["callback_id"], kept["kept_call_id"]) == ("flow", "b-2")
    assert "flow" not in await owed.on_desk("agent9")
    # The call out went through none of the supervisor's queues: it is not theirs to open.
    (seen,) = await owed.listed("supervisor", "?state=kept")
    assert seen["kept_at"] == kept["kept_at"]
    assert seen["kept_call_id"] == ""
