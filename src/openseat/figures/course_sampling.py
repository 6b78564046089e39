"""Takes a sample of the live floor every minute, page or no page.

Several processes may do so at once: the first to write a minute wins. While the floor is away
nothing is known, and the minute has no sample.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Protocol

import asyncpg
import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from openseat.core.identity import Instant
from openseat.core.kpi.course import MINUTE
from openseat.figures.course_tables import group_samples, queue_samples
from openseat.platform.access import Services
from openseat.platform.database import OperatorScope

_log = structlog.get_logger("openseat.figures")

LOOK_S = 5.0
"""Peaks are seen this often."""
KEPT = 26 * 60 * MINUTE
"""A day, in every time zone from its midnight on."""


class Floor(Protocol):
    """The live floor as `openseat.realtime` keeps it."""

    connected: bool

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table."""
        ...


class Sampler:
    """Looks at the floor; ``now`` comes in from outside."""

    def __init__(self, shared: Services, floor: Floor) -> None:
        self._shared, self._floor = shared, floor
        self._peaks: dict[str, int] = {}
        self._minute: Instant | None = None

    async def look(self, now: Instant) -> None:
        """Note how many wait; write the sample of a minute at its first look."""
        if not self._floor.connected:
            return
        queues = self._floor.rows("queues")
        for row in queues:
            queue_id = row["queue_id"]
            self._peaks[queue_id] = max(self._peaks.get(queue_id, 0), row["waiting"])
        minute = now // MINUTE * MINUTE
        if minute != self._minute:
            await self._write(minute, queues)
            self._minute = minute
            self._peaks = {row["queue_id"]: row["waiting"] for row in queues}

    async def _write(self, minute: Instant, queues: list[dict[str, Any]]) -> None:
        groups: dict[str, Counter[str]] = {}
        for agent in self._floor.rows("agents"):
            groups.setdefault(agent["group_id"], Counter())[agent["state"]] += 1
        async with self._shared.database.tenant_session(OperatorScope()) as session:
            if queues:
                rows = [self._queue(minute, row) for row in queues]
                await session.run(insert(queue_samples).values(rows).on_conflict_do_nothing())
            if groups:
                made = [
                    {"at": minute, "group_id": group_id, "states": dict(states)}
                    for group_id, states in groups.items()
                ]
                await session.run(insert(group_samples).values(made).on_conflict_do_nothing())
            for table in (queue_samples, group_samples):
                await session.run(delete(table).where(table.c.at < minute - KEPT))

    def _queue(self, minute: Instant, row: dict[str, Any]) -> dict[str, Any]:
        today = row["today"]
        return {
            "at": minute,
            "queue_id": row["queue_id"],
            "client_id": row["client_id"],
            "peak": self._peaks[row["queue_id"]],
            "talking": row["talking"],
            "idle": row["idle"],
            "offered": today["offered"],
            "answered": today["answered"],
            "abandoned": today["abandoned"] + today["short_abandoned"],
            "within": today["within_service_level"],
        }


@contextlib.asynccontextmanager
async def sampling(shared: Services, floor: Floor) -> AsyncIterator[None]:
    """Take samples for the length of the context."""
    task = asyncio.create_task(_look_for_ever(Sampler(shared, floor)), name="samples")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _look_for_ever(sampler: Sampler) -> None:
    while True:
        try:
            await sampler.look(time.time_ns() // 1_000_000)
        except (SQLAlchemyError, OSError, asyncpg.PostgresError, KeyError) as error:
            # KeyError: a floor of another version, during an upgrade, tells less.
            _log.info("no sample taken", reason=type(error).__name__)
        await asyncio.sleep(LOOK_S)
