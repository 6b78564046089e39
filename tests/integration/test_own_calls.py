"""Agents' own calls over HTTP: what is listed, narrowed, opened, and kept from them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from openseat.core.kpi.intervals import QUARTER
from openseat.journal.writer import JournalWriter
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.own_day import COLLEAGUE, CUSTOMER, OwnDay
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

START = 1_767_225_600_000 - 1_767_225_600_000 % QUARTER
"""2026-01-01, eight in the morning in Shanghai."""


@dataclass(frozen=True)
class Desk:
    """The agent whose day it is, a colleague, and who looks at the audit trail."""

    api: Api
    own: httpx.AsyncClient
    colleague: httpx.AsyncClient
    admin: httpx.AsyncClient

    async def ids(self, **query: Any) -> list[str]:
        answer = await self.own.get("/me/calls", params=query)
        assert answer.status_code == 200, answer.text
        return [one["call_id"] for one in answer.json()["items"]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("own")
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(OwnDay(START).facts())
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    async with running_api(settings_for(database, folder / "home")) as api:
        yield Desk(
            api,
            await api.sign_in("agent1"),
            await api.sign_in("agent2"),
            await api.sign_in("admin"),
        )


async def test_calls_taken_missed_and_placed_are_listed_newest_first(desk: Desk):
    page = (await desk.own.get("/me/calls")).raise_for_status().json()
    assert [one["call_id"] for one in page["items"]] == ["c-dead", "c-out", "c-missed", "c-care"]
    found = {one["call_id"]: one for one in page["items"]}
    assert {key: one["result"] for key, one in found.items()} == {
        "c-dead": "unanswered",
        "c-out": "talked",
        "c-missed": "missed",
        "c-care": "talked",
    }
    care = found["c-care"]
    # The colleague's half minute is the colleague's.
    assert (care["talk_s"], care["hold_s"], care["transferred"]) == (30, 10, True)
    assert care["number"] == CUSTOMER
    assert [part["notes"] for part in care["parts"]] == ["保单 A-17 已解释"]
    assert found["c-out"]["number"] == "+8613700007777"
    assert found["c-dead"]["cause"] == 17
    assert found["c-missed"]["rings_missed"] == 1
    assert page["names"]["jincheng"] == "锦程保险"
    assert [one["code"] for one in page["dispositions"]] == ["follow_up", "resolved"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"direction": "inbound"}, ["c-missed", "c-care"]),
        ({"direction": "outbound"}, ["c-dead", "c-out"]),
        ({"direction": "internal"}, []),
        ({"result": "talked"}, ["c-out", "c-care"]),
        ({"result": "missed"}, ["c-missed"]),
        ({"result": "unanswered"}, ["c-dead"]),
        ({"result": "withdrawn"}, []),
        ({"result": "assisted"}, []),
        ({"disposition": "follow_up"}, ["c-out"]),
        ({"number": "3800138"}, ["c-care"]),
        # The operator's own line is in every call, and is not the customer's number.
        ({"number": "2161234567"}, []),
        ({"text": "premium 100%"}, ["c-out"]),
        ({"text": "a-17"}, ["c-care"]),
        # Not a pattern, and not what colleagues wrote.
        ({"text": "Premium 1%0"}, []),
        ({"text": "同事"}, []),
        ({"first_day": "2026-01-01", "last_day": "2026-01-01", "result": "missed"}, ["c-missed"]),
        ({"first_day": "2026-01-02"}, []),
        ({"last_day": "2025-12-31"}, []),
        ({"oldest_first": True, "result": "talked"}, ["c-care", "c-out"]),
    ],
)  # fmt: skip
async def test_the_log_is_narrowed(desk: Desk, query: dict[str, Any], expected: list[str]):
    assert await desk.ids(**query) == expected


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_pages_follow_on_one_another(desk: Desk, oldest_first: bool):
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        query = {"limit": 1, "oldest_first": oldest_first, **cursor}
        page = (await desk.own.get("/me/calls", params=query)).raise_for_status().json()
        found += [one["call_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == await desk.ids(oldest_first=oldest_first)
    other = {"cursor": cursor["cursor"], "oldest_first": not oldest_first}
    answer = await desk.own.get("/me/calls", params=other)
    assert answer.json()["code"] == "cursor.invalid"


async def test_an_opened_call_tells_the_agents_part_and_what_colleagues_wrote(desk: Desk):
    call = (await desk.own.get("/me/calls/c-care")).raise_for_status().json()
    assert [step["kind"] for step in call["steps"]] == [
        "rang", "talking", "held", "resumed", "transferred", "left", "disposed",
    ]  # fmt: skip
    assert call["steps"][4]["target"] == "李娜"
    assert [part["notes"] for part in call["colleagues"]] == ["同事的备注"]
    assert call["names"][COLLEAGUE] == "李娜"
    missed = (await desk.own.get("/me/calls/c-missed")).raise_for_status().json()
    assert [step["kind"] for step in missed["steps"]] == ["rang", "missed"]
    # Who did not serve the customer is not told what was said.
    assert missed["colleagues"] == []


async def test_calls_of_others_are_not_found_and_the_attempt_is_on_record(desk: Desk):
    answer = await desk.own.get("/me/calls/c-other")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await desk.own.get("/me/calls/none")).status_code == 404
    asked = {"action": "access.refused", "limit": 200}
    entries = (await desk.admin.get("/audit", params=asked)).json()["items"]
    refused = [one for one in entries if one["kind"] == "call"]
    assert [one["subject_id"] for one in refused] == ["c-other"]
    assert refused[0]["detail"]["reason"] == "not the agent's own"
    assert (await desk.colleague.get("/me/calls/c-other")).status_code == 200


async def test_who_sits_at_no_seat_has_no_log(desk: Desk):
    answer = await desk.admin.get("/me/calls")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission.missing")
