"""The floor's samples: taken once a minute, kept for a day, shown to whom they concern."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from openseat.figures.course_sampling import KEPT, Sampler
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.link_floor import agent

pytestmark = pytest.mark.database

MINUTE = 60_000
NOW = time.time_ns() // 1_000_000
FIRST = NOW // MINUTE * MINUTE - 10 * MINUTE


@pytest.fixture
async def api(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(settings_for(fresh_database, tmp_path)) as running:
        yield running


def queue(queue_id: str, waiting: int, offered: int) -> dict[str, Any]:
    counters = ("answered", "abandoned", "short_abandoned", "within_service_level")
    return {
        "queue_id": queue_id,
        "client_id": queue_id.split("-", maxsplit=1)[0],
        "waiting": waiting,
        "talking": 3,
        "idle": 1,
        "today": {
            **dict.fromkeys(counters, 0),
            "offered": offered,
            "within_service_level": offered,
        },
    }


class Floor:
    """Whatever a test says the floor is."""

    connected = True

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            "queues": [],
            "agents": [
                agent("agent-1001"),
                agent("agent-1003", state="talking"),
                agent("agent-1002", group_id="group-two", state="busy"),
            ],
        }

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.tables[table]


async def told(api: Api, login: str, **query: str) -> list[dict[str, Any]]:
    person = await api.sign_in(login)
    since = datetime.fromtimestamp((FIRST - MINUTE) / 1000, UTC).isoformat()
    answer = await person.get("/floor/course", params={"since": since, **query})
    assert answer.status_code == 200, answer.text
    # The API's own sampling knows of no floor: only what the test has noted is there.
    return answer.json()["points"]


async def note(api: Api, floor: Floor, sampler: Sampler | None = None) -> Sampler:
    """Three minutes; between the first two as many as seven wait for a moment."""
    sampler = sampler or Sampler(api.app.state.services, floor)
    for second, care, parcels, offered in ((0, 2, 1, 10), (30, 7, 1, 12), (60, 1, 0, 14)):
        floor.tables["queues"] = [
            queue("jincheng-care", care, offered),
            queue("beidou-parcels", parcels, 5),
        ]
        await sampler.look(FIRST + second * 1000)
    return sampler


async def test_what_happened_between_two_minutes_is_seen_and_all_see_their_own(
    api: Api, fresh_database: Database
) -> None:
    await note(api, Floor())
    points = await told(api, "admin")
    assert [one["waiting"] for one in points] == [3, 8]
    assert [one["offered"] for one in points] == [0, 4]
    assert points[1]["service_level"] == 1
    assert points[1]["states"] == {"idle": 1, "talking": 1, "busy": 1}
    assert points[1]["occupancy"] == 0.5
    own = await told(api, "supervisor2")
    assert [one["waiting"] for one in own] == [1, 1]
    assert own[1]["states"] == {"busy": 1}
    client = await told(api, "beidou")
    assert [one["waiting"] for one in client] == [1, 1]
    assert [one["states"] for one in client] == [{}, {}]
    assert client[1]["occupancy"] == 0.75
    assert await told(api, "beidou", queue_id="jincheng-care") == []
    assert [one["waiting"] for one in await told(api, "admin", queue_id="jincheng-care")] == [2, 7]
    assert (await told(api, "admin", group_id="group-two"))[1]["states"] == {"busy": 1}


async def test_two_processes_keep_one_sample_and_a_restart_loses_none(
    api: Api, fresh_database: Database
) -> None:
    floor = Floor()
    await note(api, floor)
    await note(api, floor, Sampler(api.app.state.services, floor))
    assert [one["offered"] for one in await told(api, "admin")] == [0, 4]


async def test_nothing_is_noted_while_the_floor_is_away_and_days_old_samples_go(
    api: Api, fresh_database: Database
) -> None:
    floor = Floor()
    sampler = await note(api, floor)
    floor.connected = False
    await sampler.look(FIRST + 3 * MINUTE)
    assert len(await told(api, "admin")) == 2
    floor.connected = True
    await sampler.look(FIRST + KEPT + 2 * MINUTE)
    connection = await asyncpg.connect(fresh_database.url("superuser"))
    try:
        for table in ("queue_samples", "group_samples"):
            oldest = await connection.fetchval(f"select min(at) from {table}")
            assert oldest > FIRST + MINUTE
    finally:
        await connection.close()
