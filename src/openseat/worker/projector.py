"""Drives projections along a cell's journal.

Facts are read once for all projections that stand near each other. Each projection's rows and
cursor change in one transaction under the cursor's row lock, so a killed worker, or two of them,
count nothing twice. A projection that fails stands still, says why in its cursor's row, and is
tried again later; the others go on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

from openseat.journal.codec import Entry
from openseat.journal.database import (
    AWAY_ERRORS,
    Connection,
    PostgresError,
    connect,
    is_away,
)
from openseat.journal.errors import JournalError
from openseat.journal.projection import Projection
from openseat.journal.reader import Wakeup, read

log = logging.getLogger(__name__)

_BATCH = 2000
_POLL_S = 1.0
_RETRY_S = 5.0


@dataclass(slots=True)
class _Driven:
    projection: Projection
    seq: int = 0
    resting_until: float = 0.0


class Projector:
    """Keeps projections of one cell up to date.

    Args:
        dsn: of the role `openseat_floor`.
        cell_id: whose journal.
        projections: what to drive.
        pace_s: pause after each round, so that rounds are worth their transaction.
    """

    def __init__(
        self, dsn: str, *, cell_id: str, projections: Iterable[Projection], pace_s: float = 0.2
    ) -> None:
        self._dsn = dsn
        self._cell_id = cell_id
        self._driven = [_Driven(projection) for projection in projections]
        self._pace_s = pace_s

    async def run(self) -> None:
        """Follow the journal for ever; outages of PostgreSQL are waited out."""
        while True:
            try:
                async with Wakeup(self._dsn, self._cell_id) as wakeup:
                    await self._prepare(wakeup.connection)
                    while True:
                        if await self._advance(wakeup.connection):
                            await asyncio.sleep(self._pace_s)
                        else:
                            await wakeup.wait(_POLL_S)
            except (PostgresError, *AWAY_ERRORS) as error:
                if not is_away(error):
                    raise
                log.info("projections of %s: PostgreSQL is away: %s", self._cell_id, error)
                await asyncio.sleep(_POLL_S)

    async def catch_up(self) -> None:
        """Fold everything that is in the journal now, then return.

        Raises:
            JournalError: a fact cannot be understood.
            RuntimeError: a projection failed; the log tells why.
        """
        connection = await connect(self._dsn, name="openseat projections")
        try:
            await self._prepare(connection)
            while await self._advance(connection):
                pass
        finally:
            await connection.close()
        failed = [driven.projection.name for driven in self._driven if driven.resting_until]
        if failed:
            raise RuntimeError(f"projections failed: {', '.join(failed)}")

    async def _prepare(self, connection: Connection) -> None:
        """Load the cursors; fold anew what has another version."""
        for driven in self._driven:
            async with connection.transaction():
                await self._reset_if_other_version(connection, driven)

    async def _reset_if_other_version(self, connection: Connection, driven: _Driven) -> None:
        name, version = driven.projection.name, driven.projection.version
        await connection.execute(
            "insert into projection_cursor (name, cell_id, version, seq) values ($1, $2, $3, 0)"
            " on conflict do nothing",
            name,
            self._cell_id,
            version,
        )
        cursor = await connection.fetchrow(
            "select version, seq from projection_cursor where name = $1 and cell_id = $2"
            " for update",
            name,
            self._cell_id,
        )
        if cursor is not None and cursor["version"] == version:
            driven.seq = cursor["seq"]
        else:
            log.info("projection %s: version %d, folding anew", name, version)
            await reset(connection, self._cell_id, driven.projection)
            driven.seq = 0

    async def _advance(self, connection: Connection) -> bool:
        """Read one batch and fold it; return whether there was anything to do."""
        now = time.monotonic()
        active = [driven for driven in self._driven if driven.resting_until <= now]
        if not active:
            return False
        try:
            entries = await read(
                connection, self._cell_id, min(driven.seq for driven in active), _BATCH
            )
        except JournalError as error:
            for driven in active:
                await self._set_aside(connection, driven, error)
            return False
        for driven in active:
            await self._fold(
                connection, driven, [entry for entry in entries if entry.seq > driven.seq]
            )
        return bool(entries)

    async def _fold(self, connection: Connection, driven: _Driven, entries: list[Entry]) -> None:
        if not entries:
            return
        try:
            async with connection.transaction():
                held = await connection.fetchval(
                    "select seq from projection_cursor where name = $1 and cell_id = $2"
                    " for update skip locked",
                    driven.projection.name,
                    self._cell_id,
                )
                if held is None:
                    # Being rebuilt: what comes of it is in the cursor afterwards.
                    driven.resting_until = time.monotonic() + _POLL_S
                    return
                if held != driven.seq:
                    driven.seq = held
                    return
                await driven.projection.apply(connection, entries)
                await connection.execute(
                    "update projection_cursor set seq = $3, trouble = '', updated_at = now()"
                    " where name = $1 and cell_id = $2",
                    driven.projection.name,
                    self._cell_id,
                    entries[-1].seq,
                )
        except Exception as error:
            if is_away(error):
                raise
            log.exception("projection %s stands still", driven.projection.name)
            await self._set_aside(connection, driven, error)
        else:
            driven.seq = entries[-1].seq
            driven.resting_until = 0.0

    async def _set_aside(self, connection: Connection, driven: _Driven, error: Exception) -> None:
        driven.resting_until = time.monotonic() + _RETRY_S
        await connection.execute(
            "update projection_cursor set trouble = $3, updated_at = now()"
            " where name = $1 and cell_id = $2",
            driven.projection.name,
            self._cell_id,
            f"{type(error).__name__}: {error}"[:2000],
        )


async def reset(connection: Connection, cell_id: str, projection: Projection) -> None:
    """Empty a projection, inside the caller's transaction, so that it is folded anew."""
    await projection.clear(connection, cell_id)
    await connection.execute(
        "update projection_cursor set version = $3, seq = 0, trouble = '', updated_at = now()"
        " where name = $1 and cell_id = $2",
        projection.name,
        cell_id,
        projection.version,
    )


async def rebuild(dsn: str, cell_id: str, projection: Projection) -> int:
    """Fold a projection anew from the first fact; return how many facts were read.

    One transaction: readers see the old rows until the new ones are whole. A running worker leaves
    this projection alone meanwhile and goes on from where this ends.

    Raises:
        JournalError: a fact cannot be understood; the old rows stay.
    """
    connection = await connect(dsn, name="openseat rebuild")
    try:
        async with connection.transaction():
            await connection.execute(
                "insert into projection_cursor (name, cell_id, version, seq)"
                " values ($1, $2, $3, 0) on conflict do nothing",
                projection.name,
                cell_id,
                projection.version,
            )
            await connection.fetchval(
                "select seq from projection_cursor where name = $1 and cell_id = $2 for update",
                projection.name,
                cell_id,
            )
            await reset(connection, cell_id, projection)
            seq = 0
            while entries := await read(connection, cell_id, seq, _BATCH):
                await projection.apply(connection, entries)
                seq = entries[-1].seq
            await connection.execute(
                "update projection_cursor set seq = $3 where name = $1 and cell_id = $2",
                projection.name,
                cell_id,
                seq,
            )
    finally:
        await connection.close()
    return seq
