"""Reading a cell's journal: ranges, streams, and following it as it grows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from openseat.journal.codec import COLUMNS, Entry, Row, decode_fact
from openseat.journal.database import (
    AWAY_ERRORS,
    Connection,
    PostgresError,
    connect,
    is_away,
)
from openseat.journal.store import CHANNEL

log = logging.getLogger(__name__)

_COLUMNS = ", ".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A cell's state after fact `seq`, in the form `version` of whoever saved it."""

    seq: int
    version: int
    data: bytes


class JournalReader:
    """Reads one cell's journal. Sequence numbers have no gaps, so a cursor is one number.

    `dsn` is of a role that may read the whole journal (`openseat_floor`).
    """

    def __init__(self, dsn: str, *, cell_id: str) -> None:
        self._dsn = dsn
        self._cell_id = cell_id
        self._connection: Connection | None = None

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def read(self, after_seq: int, limit: int = 1000) -> list[Entry]:
        """Return up to `limit` facts that follow `after_seq`, in order.

        Raises:
            JournalError: a row cannot be understood (see the codec).
            PostgresError, OSError: PostgreSQL is away.
        """
        return await read(await self._connected(), self._cell_id, after_seq, limit)

    async def read_stream(self, stream: str, after_no: int = 0) -> list[Entry]:
        """Return the facts of one stream (`call:<id>` …) that follow `after_no`, in order.

        Raises as `read`.
        """
        return await read_stream(await self._connected(), self._cell_id, stream, after_no)

    async def last_seq(self) -> int:
        """Return the last sequence number stored, 0 for an empty journal."""
        connection = await self._connected()
        found = await connection.fetchval(
            "SELECT seq FROM journal WHERE cell_id = $1 ORDER BY seq DESC LIMIT 1", self._cell_id
        )
        return int(found or 0)

    async def load_checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint, or None when none was ever saved."""
        connection = await self._connected()
        row = await connection.fetchrow(
            "SELECT seq, version, data FROM floor_checkpoint WHERE cell_id = $1", self._cell_id
        )
        return None if row is None else Checkpoint(row["seq"], row["version"], row["data"])

    async def follow(
        self, after_seq: int, *, limit: int = 1000, poll_s: float = 1.0
    ) -> AsyncGenerator[list[Entry]]:
        """Yield the facts after `after_seq` in batches, for ever, soon after they are stored.

        Notifications wake it; a poll every `poll_s` makes up for lost ones. Outages of PostgreSQL
        are waited out. A consumer that keeps its own cursor may break off at any point.

        Raises:
            JournalError: a row cannot be understood.
        """
        while True:
            try:
                async with Wakeup(self._dsn, self._cell_id) as wakeup:
                    while True:
                        entries = await read(wakeup.connection, self._cell_id, after_seq, limit)
                        if entries:
                            after_seq = entries[-1].seq
                            yield entries
                        if len(entries) < limit:
                            await wakeup.wait(poll_s)
            except (PostgresError, *AWAY_ERRORS) as error:
                if not is_away(error):
                    raise
                log.info("journal of %s: PostgreSQL is away: %s", self._cell_id, error)
                await asyncio.sleep(poll_s)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._dsn, name="openseat journal reader")
        return self._connection


class Wakeup:
    """A connection that listens for new facts of a cell.

    Async context manager; entering raises what connecting raises.
    """

    def __init__(self, dsn: str, cell_id: str) -> None:
        self._dsn = dsn
        self._cell_id = cell_id
        self._news = asyncio.Event()
        self._opened: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The listening connection, free for queries between waits."""
        if self._opened is None:
            raise RuntimeError("not entered")
        return self._opened

    async def __aenter__(self) -> Self:
        connection = self._opened = await connect(self._dsn, name="openseat journal reader")
        try:
            connection.add_termination_listener(self._cut)
            await connection.add_listener(CHANNEL, self._heard)
        except BaseException:
            connection.terminate()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.connection.terminate()

    async def wait(self, limit_s: float) -> None:
        """Return when there may be news, after `limit_s` at the latest."""
        try:
            async with asyncio.timeout(limit_s):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    def _cut(self, _connection: object) -> None:
        self._news.set()

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if payload == self._cell_id:
            self._news.set()


async def read(connection: Connection, cell_id: str, after_seq: int, limit: int) -> list[Entry]:
    """Return up to `limit` facts of the cell after `after_seq`; see `JournalReader.read`."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM journal WHERE cell_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",  # noqa: S608 - column names
        cell_id,
        after_seq,
        limit,
    )
    return [_entry(row) for row in rows]


async def read_stream(
    connection: Connection, cell_id: str, stream: str, after_no: int = 0
) -> list[Entry]:
    """Return the facts of one stream that follow `after_no`; see `JournalReader.read_stream`."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM journal"  # noqa: S608 - column names
        " WHERE cell_id = $1 AND stream = $2 AND no > $3 ORDER BY no",
        cell_id,
        stream,
        after_no,
    )
    return [_entry(row) for row in rows]


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(row["seq"], decode_fact(Row(*row.values())), row["cell_id"])
