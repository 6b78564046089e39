"""The writer's side of the tables `journal`, `cell_lease` and `floor_checkpoint`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator, Sequence

from openseat.journal.codec import Row
from openseat.journal.database import (
    AWAY_ERRORS,
    Connection,
    PostgresError,
    connect,
    is_away,
    sqlstate,
)
from openseat.journal.errors import JournalConflict, LeaseLost
from openseat.journal.lease import Lease

CHANNEL = "openseat_journal"
"""NOTIFY channel of the journal; the payload is the cell's id."""


# One statement, one round trip, one transaction: locks the lease, inserts only if the token is
# ours, wakes the readers at commit. COPY would be faster above some 30 rows a batch, but PostgreSQL
# refuses it on tables with row-level security.
_INSERT = """
with held as (
    select pg_notify($3, $1) from cell_lease where cell_id = $1 and token = $2 for no key update
)
insert into journal (cell_id, seq, stream, no, at, client_id, type, version, data)
select $1, fact.seq, fact.stream, fact.no, fact.at, fact.client_id, fact.type, fact.version,
       fact.data::jsonb
from held, unnest($4::bigint[], $5::text[], $6::integer[], $7::bigint[], $8::text[], $9::text[],
                  $10::smallint[], $11::text[])
           as fact (seq, stream, no, at, client_id, type, version, data)
"""


class DatabaseAway(Exception):
    """PostgreSQL could not do something now; a transaction under way may be committed or not."""


class Link:
    """A connection for one cell, whose every step ends within `patience_s`.

    Every method may raise `DatabaseAway`, after which the link is of no use, and `JournalConflict`
    when the database refuses what it is given.
    """

    def __init__(
        self,
        connection: Connection,
        cell_id: str,
        patience_s: float,
    ) -> None:
        self._connection = connection
        self._cell_id = cell_id
        self._patience_s = patience_s

    @classmethod
    async def open(cls, dsn: str, cell_id: str, patience_s: float) -> Link:
        """Connect to the server at `dsn`."""
        with _translated():
            connection = await connect(
                dsn,
                name="openseat journal",
                timeout_s=patience_s,
                # A node that vanishes inside a transaction must not keep the lease locked.
                idle_in_transaction_session_timeout="5000",
            )
        return cls(connection, cell_id, patience_s)

    # -- lease -----------------------------------------------------------------------

    async def observe(self) -> Lease | None:
        """Return the lease as it is, or None when nobody ever held it."""
        async with self._step():
            row = await self._connection.fetchrow(
                "SELECT token, holder, beat FROM cell_lease WHERE cell_id = $1", self._cell_id
            )
        return None if row is None else Lease(row["token"], row["holder"], row["beat"])

    async def take(self, holder: str, seen: Lease | None) -> int | None:
        """Become the writer if the lease still is as `seen`; return the new token, else None."""
        async with self._step():
            if seen is None:
                return await self._connection.fetchval(
                    "INSERT INTO cell_lease (cell_id, token, holder, beat) VALUES ($1, 1, $2, 0)"
                    " ON CONFLICT DO NOTHING RETURNING token",
                    self._cell_id,
                    holder,
                )
            return await self._connection.fetchval(
                "UPDATE cell_lease SET token = token + 1, holder = $2, beat = beat + 1"
                " WHERE cell_id = $1 AND token = $3 AND beat = $4 AND holder = $5 RETURNING token",
                self._cell_id,
                holder,
                seen.token,
                seen.beat,
                seen.holder,
            )

    async def beat(self, token: int) -> None:
        """Show standbys that the writer lives.

        Raises:
            LeaseLost: another writer has the cell.
        """
        async with self._step():
            done = await self._connection.execute(
                "UPDATE cell_lease SET beat = beat + 1 WHERE cell_id = $1 AND token = $2",
                self._cell_id,
                token,
            )
        if done != "UPDATE 1":
            raise LeaseLost(f"cell {self._cell_id}: token {token} is not the writer's any more")

    async def release(self, token: int) -> None:
        """Let a standby take over at once. Nothing happens when the lease is lost already."""
        async with self._step():
            await self._connection.execute(
                "UPDATE cell_lease SET holder = '' WHERE cell_id = $1 AND token = $2",
                self._cell_id,
                token,
            )

    # -- rows ------------------------------------------------------------------------

    async def insert(self, token: int, rows: Sequence[Row]) -> None:
        """Commit `rows`, all or none.

        Raises:
            LeaseLost: another writer has the cell.
        """
        columns = tuple(zip(*rows, strict=True))[1:]
        async with self._step():
            done = await self._connection.execute(_INSERT, self._cell_id, token, CHANNEL, *columns)
        if done == "INSERT 0 0":
            raise LeaseLost(f"cell {self._cell_id}: token {token} is not the writer's any more")

    async def highest_seq(self, token: int) -> int:
        """Return the last sequence number committed, 0 for none, for good.

        Locking the lease waits for a transaction of ours whose connection broke but whose server
        process still works on it.

        Raises:
            LeaseLost: another writer has the cell.
        """
        async with self._step(), self._connection.transaction():
            await self._fence(token)
            found = await self._connection.fetchval(
                "SELECT seq FROM journal WHERE cell_id = $1 ORDER BY seq DESC LIMIT 1",
                self._cell_id,
            )
        return int(found or 0)

    async def save_checkpoint(self, token: int, seq: int, version: int, data: bytes) -> bool:
        """Replace the cell's checkpoint; return False when fact `seq` is not in the journal.

        Raises:
            LeaseLost: another writer has the cell.
        """
        async with self._step(), self._connection.transaction():
            await self._fence(token)
            done = await self._connection.execute(
                "insert into floor_checkpoint (cell_id, seq, version, data)"
                " select $1, $2, $3, $4 where $2::bigint = 0"
                " or exists (select from journal where cell_id = $1 and seq = $2)"
                " on conflict (cell_id) do update"
                " set seq = excluded.seq, version = excluded.version, data = excluded.data,"
                " saved_at = now()",
                self._cell_id,
                seq,
                version,
                data,
            )
        return done == "INSERT 0 1"

    # -- the connection --------------------------------------------------------------

    async def close(self) -> None:
        """Say good-bye if the server listens; let go in any case."""
        try:
            await self._connection.close(timeout=self._patience_s)
        except (PostgresError, *AWAY_ERRORS):
            self._connection.terminate()

    def abandon(self) -> None:
        """Let go at once."""
        self._connection.terminate()

    async def _fence(self, token: int) -> None:
        """Inside a transaction: lock the lease until its end; wake the readers at its commit."""
        held = await self._connection.fetchval(
            "SELECT token FROM cell_lease, pg_notify($2, $1) WHERE cell_id = $1"
            " FOR NO KEY UPDATE OF cell_lease",
            self._cell_id,
            CHANNEL,
        )
        if held != token:
            raise LeaseLost(f"cell {self._cell_id}: the writer's token is {held}, not {token}")

    @contextlib.asynccontextmanager
    async def _step(self) -> AsyncGenerator[None]:
        # Cutting the connection, unlike cancelling, needs no answer from a server that hangs.
        watchdog = asyncio.get_running_loop().call_later(
            self._patience_s, self._connection.terminate
        )
        try:
            with _translated():
                yield
        finally:
            watchdog.cancel()


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except RuntimeError as error:
        # uvloop's word for a transport that was closed between two steps.
        raise DatabaseAway(f"RuntimeError {error}") from error
    except (PostgresError, *AWAY_ERRORS) as error:
        state = sqlstate(error) if isinstance(error, PostgresError) else type(error).__name__
        if is_away(error):
            raise DatabaseAway(f"{state} {error}") from error
        raise JournalConflict(f"{state} {error}") from error
