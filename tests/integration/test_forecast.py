"""The next half hour by the API: what history tells, and nothing where there is none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.figure_rows import put_figures

pytestmark = pytest.mark.database

QUARTER = 900_000
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def api(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(settings_for(fresh_database, tmp_path)) as running:
        yield running


async def forecasts(api: Api, login: str) -> dict[str, dict[str, Any]]:
    person = await api.sign_in(login)
    answer = (await person.get("/floor/forecast")).raise_for_status().json()
    return {row["queue_id"]: row for row in answer["items"]}


async def test_history_tells_what_to_expect_and_how_many_are_needed(
    api: Api, fresh_database: Database
) -> None:
    now = time.time_ns() // 1_000_000
    local = datetime.fromtimestamp(now / 1000, ZONE)
    for weeks in (1, 2, 3):
        then = local - timedelta(weeks=weeks)
        first = int(then.timestamp() * 1000) // QUARTER * QUARTER
        # From the next quarter on: of the one that runs, today has had its share already or not,
        # depending on the minute.
        for place in range(1, 4):
            await put_figures(
                fresh_database.url("superuser"), "beidou-parcels", first + place * QUARTER,
                offered=30, handled=27, abandoned=3, talk_ms=27 * 180_000,
                after_call_work_ms=27 * 20_000, answered_wait_ms=200_000, abandoned_wait_ms=90_000,
            )  # fmt: skip
    found = await forecasts(api, "admin")
    row = found["beidou-parcels"]
    assert row["days"] == 3
    # One quarter at thirty, and the part of the one after it that the half hour reaches.
    assert 29 <= row["expected"] <= 61
    assert row["low"] < row["expected"] < row["high"]
    assert row["handle_s"] == pytest.approx(200)
    assert row["patience_s"] == pytest.approx(290_000 / 3 / 1000)
    erlangs = row["expected"] / 1800 * 200
    assert erlangs * 0.8 <= row["agents"] <= erlangs + 6
    unknown = found["jincheng-care"]
    assert [unknown[name] for name in ("expected", "low", "high", "busy", "agents")] == [None] * 5
    assert unknown["days"] == 0


async def test_everybody_sees_the_queues_that_are_theirs(api: Api) -> None:
    assert set(await forecasts(api, "supervisor2")) == {"beidou-parcels", "beidou-complaints"}
    assert {one.partition("-")[0] for one in await forecasts(api, "beidou")} == {"beidou"}
    agent = await api.sign_in("agent1")
    assert (await agent.get("/floor/forecast")).status_code == 403
