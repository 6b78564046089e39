"""Looks at every threshold once a second, from the rows that the pages show, page or no page.

Several processes may look at once: the database keeps one open alarm of a kind, and whoever finds
it there already says nothing. While the floor is away nothing is known, so nothing changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

import asyncpg
import structlog
from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from openseat.alarms import webhooks
from openseat.alarms.service import ABOUT, shown, threshold_of
from openseat.alarms.tables import alarms, thresholds
from openseat.core.alarms import Change, Phase, Rows, Threshold, Watch, readings, step
from openseat.platform.access import Services
from openseat.platform.database import OperatorScope, ScopedSession
from openseat.platform.identifiers import new_id
from openseat.platform.notes import tell

_log = structlog.get_logger("openseat.alarms")

LOOK_S = 1.0
AWAY = (SQLAlchemyError, OSError, asyncpg.PostgresError)
"""How the database is away."""

Key = tuple[str, str]
"""A threshold, and an agent or nobody."""


class Floor(Protocol):
    """The live floor as `openseat.realtime` keeps it."""

    connected: bool

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table."""
        ...


class Evaluator:
    """Watches thresholds; ``now`` comes in from outside."""

    def __init__(self, shared: Services, floor: Floor) -> None:
        self._shared, self._floor = shared, floor
        self._watches: dict[Key, Watch] = {}
        self._worst: dict[Key, float] = {}
        self._known = False

    async def look(self, now: int) -> None:
        """Look at every threshold, and raise and clear what is due, in one transaction."""
        if not self._floor.connected:
            return
        rows = Rows(self._floor.rows("agents"), self._floor.rows("queues"))
        async with self._shared.database.tenant_session(OperatorScope()) as session:
            if not self._known:
                await self._recall(session)
            stored = {
                row["id"]: row
                for row in await session.rows(select(thresholds).where(thresholds.c.active))
            }
            watches = dict(self._watches)
            told = await self._drop(session, watches, stored, now)
            for row in stored.values():
                threshold = threshold_of(row)
                values = readings(threshold, rows, now)
                keys = {key for key in watches if key[0] == row["id"]}
                for key in keys | {(row["id"], agent_id) for agent_id in values}:
                    value = values.get(key[1])
                    if await self._step(session, threshold, row, key, value, watches, now):
                        told = True
            if told:
                await tell(session, ABOUT)
        # Only now is it true: a transaction that failed is tried again from where it began.
        self._watches = {key: one for key, one in watches.items() if one.phase is not Phase.QUIET}
        self._worst = {key: one for key, one in self._worst.items() if key in self._watches}

    async def _recall(self, session: ScopedSession) -> None:
        """Go on with the alarms that were open when the last process ended."""
        for row in await session.rows(select(alarms).where(alarms.c.cleared_at.is_(None))):
            key = (row["threshold_id"], row["agent_id"])
            self._watches[key] = Watch(Phase.RAISED, row["raised_at"])
            self._worst[key] = row["worst"]
        self._known = True

    async def _drop(
        self,
        session: ScopedSession,
        watches: dict[Key, Watch],
        stored: dict[str, Any],
        now: int,
    ) -> bool:
        """End what thresholds that are no more have raised."""
        gone = {key for key in watches if key[0] not in stored}
        told = False
        for key in gone:
            if watches.pop(key).phase in {Phase.RAISED, Phase.CLEARING}:
                told = await self._clear(session, key, now) or told
        return told

    async def _step(
        self,
        session: ScopedSession,
        threshold: Threshold,
        row: dict[str, Any],
        key: Key,
        value: float | None,
        watches: dict[Key, Watch],
        now: int,
    ) -> bool:
        watch, change = step(threshold, watches.get(key, Watch()), threshold.zone(value), now)
        watches[key] = watch
        if value is not None and watch.phase in {Phase.RAISED, Phase.CLEARING}:
            self._worst[key] = threshold.worse(self._worst.get(key, value), value)
        match change:
            case Change.RAISED if value is not None:
                return await self._raise(session, row, key[1], value, now)
            case Change.CLEARED:
                return await self._clear(session, key, now)
            case _:
                return False

    async def _raise(
        self, session: ScopedSession, row: dict[str, Any], agent_id: str, value: float, now: int
    ) -> bool:
        copied = (
            "name", "scope", "subject_id", "measure", "state", "limit_value", "severity", "sound",
        )  # fmt: skip
        made = await session.rows(
            insert(alarms)
            .values(
                id=new_id("alarm"),
                threshold_id=row["id"],
                agent_id=agent_id,
                value=value,
                worst=value,
                raised_at=now,
                **{name: row[name] for name in copied},
            )
            .on_conflict_do_nothing()
            .returning(alarms)
        )
        for alarm in await shown(session, made):
            await webhooks.announce(session, "raised", alarm, now)
        return bool(made)

    async def _clear(self, session: ScopedSession, key: Key, now: int) -> bool:
        open_one = and_(
            alarms.c.threshold_id == key[0],
            alarms.c.agent_id == key[1],
            alarms.c.cleared_at.is_(None),
        )
        values: dict[str, Any] = {"cleared_at": now}
        if key in self._worst:
            values["worst"] = self._worst[key]
        ended = await session.rows(
            update(alarms).where(open_one).values(**values).returning(alarms)
        )
        for alarm in await shown(session, ended):
            await webhooks.announce(session, "cleared", alarm, now)
        return bool(ended)


@contextlib.asynccontextmanager
async def evaluating(shared: Services, floor: Floor) -> AsyncIterator[None]:
    """Watch thresholds for the length of the context."""
    task = asyncio.create_task(_look_for_ever(Evaluator(shared, floor)), name="thresholds")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _look_for_ever(evaluator: Evaluator) -> None:
    while True:
        try:
            await evaluator.look(time.time_ns() // 1_000_000)
        except AWAY as error:
            _log.info("thresholds not looked at", reason=type(error).__name__)
        await asyncio.sleep(LOOK_S)
