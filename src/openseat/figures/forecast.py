"""The next half hour of every queue in sight: from the figures of the same weekdays before."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy import text

from openseat.core.identity import Instant
from openseat.core.kpi.intervals import QUARTER, midnight
from openseat.core.staffing import History, Load, agents_for, forecast, patience_s
from openseat.platform.database import ScopedSession
from openseat.platform.reach import Reach

WEEKS = 8
"""Earlier days of the weekday that are looked at."""
AHEAD = 2 * QUARTER
TARGET = 0.8
"""The service level that agents are counted for, within each queue's own time."""

_SUMS = (
    "offered",
    "handled",
    "abandoned",
    "short_abandoned",
    "talk_ms",
    "hold_ms",
    "after_call_work_ms",
    "answered_wait_ms",
    "abandoned_wait_ms",
    "short_abandoned_wait_ms",
    "overflowed_wait_ms",
)


class QueueForecast(BaseModel):
    """What the next half hour lets expect of a queue; null where there is no history to tell."""

    queue_id: str
    name: str
    days: int = Field(description="Earlier days of the same weekday on which contacts came")
    expected: float | None = Field(description="Contacts in the next half hour")
    low: float | None = Field(description="Four times in five it is more than this")
    high: float | None
    busy: float | None = Field(description="How busy today is; 1 is as usual")
    handle_s: float | None = Field(description="Mean time to handle one, seconds")
    patience_s: float | None = Field(description="Mean patience, seconds; null: nobody gave up")
    agents: int | None = Field(description="Agents needed for the target")
    within_s: float
    target: float


class Forecasts(BaseModel):
    """The next half hour."""

    start: datetime
    end: datetime
    items: list[QueueForecast]


async def next_half_hour(session: ScopedSession, now: Instant, reach: Reach | None) -> Forecasts:
    """Return the forecast of every queue that the caller may see, by name."""
    queues = await session.rows(
        text(
            "select q.id, q.name, q.service_level_s, p.time_zone from queues q"
            " join projects p on p.id = q.project_id where q.active order by q.name, q.id"
        )
    )
    if reach is not None:
        queues = [row for row in queues if row["id"] in reach.queue_ids]
    by_zone: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in queues:
        by_zone[row["time_zone"]].append(row)
    made: dict[str, QueueForecast] = {}
    for zone, listed in by_zone.items():
        counts = await _counts(session, ZoneInfo(zone), now)
        for row in listed:
            made[row["id"]] = _forecast(row, counts.get(row["id"], {}))
    return Forecasts(
        start=datetime.fromtimestamp(now / 1000, ZoneInfo("UTC")),
        end=datetime.fromtimestamp((now + AHEAD) / 1000, ZoneInfo("UTC")),
        items=[made[row["id"]] for row in queues],
    )


Day = dict[str, float]
"""Sums of a day: contacts so far and ahead, and what it took to handle them."""


async def _counts(
    session: ScopedSession, zone: ZoneInfo, now: Instant
) -> dict[str, dict[int, Day]]:
    """Return the sums by queue and by how many weeks ago; 0 is today."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    past = now - midnight(today, zone)
    found: dict[str, dict[int, Day]] = defaultdict(dict)
    for weeks in range(WEEKS + 1):
        day: date = today - timedelta(weeks=weeks)
        start = midnight(day, zone)
        rows = await session.rows(
            text(
                "select queue_id, start_at, "  # noqa: S608 - names from code
                + ", ".join(f"sum({name})::bigint as {name}" for name in _SUMS)
                + " from figures where queue_id <> '' and start_at >= :start and start_at < :end"
                " group by queue_id, start_at"
            ),
            start=start,
            end=min(midnight(day + timedelta(days=1), zone) + AHEAD, now),
        )
        for row in rows:
            sums = found[row["queue_id"]].setdefault(weeks, defaultdict(float))
            at = row["start_at"] - start
            sums["so_far"] += row["offered"] * _part(at, 0, past)
            sums["ahead"] += row["offered"] * _part(at, past, past + AHEAD)
            for name in _SUMS:
                sums[name] += row[name]
    return found


def _part(quarter: int, start: int, end: int) -> float:
    """Return how much of a quarter hour lies between two times of the day."""
    return max(0, min(quarter + QUARTER, end) - max(quarter, start)) / QUARTER


def _forecast(queue: dict[str, Any], days: dict[int, Day]) -> QueueForecast:
    earlier = [sums for weeks, sums in days.items() if weeks > 0 and sums["offered"] > 0]
    today = days.get(0, {})
    expected = forecast(
        [History(sums["so_far"], sums["ahead"]) for sums in earlier], today.get("offered", 0.0)
    )
    whole: Day = defaultdict(float)
    for sums in (*earlier, today):
        for name in _SUMS:
            whole[name] += sums.get(name, 0.0)
    work = whole["talk_ms"] + whole["hold_ms"] + whole["after_call_work_ms"]
    handle = work / whole["handled"] / 1000 if whole["handled"] and work else None
    waited = sum(value for name, value in whole.items() if name.endswith("_wait_ms")) / 1000
    patience = patience_s(waited, int(whole["abandoned"] + whole["short_abandoned"]))
    agents = None
    if expected is not None and handle is not None:
        load = Load(rate=expected.mean / (AHEAD / 1000), handle_s=handle, patience_s=patience)
        agents = agents_for(load, queue["service_level_s"], TARGET)
    return QueueForecast(
        queue_id=queue["id"],
        name=queue["name"],
        days=len(earlier),
        expected=expected.mean if expected else None,
        low=expected.low if expected else None,
        high=expected.high if expected else None,
        busy=expected.factor if expected else None,
        handle_s=handle,
        patience_s=patience if isfinite(patience) else None,
        agents=agents,
        within_s=queue["service_level_s"],
        target=TARGET,
    )
