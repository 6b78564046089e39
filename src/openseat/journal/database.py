"""The little of asyncpg that the journal uses, with types.

asyncpg's own methods are only partly annotated; everything here passes through one cast.
"""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

import asyncpg

_driver: Any = asyncpg

AWAY_ERRORS = (
    asyncpg.InterfaceError,
    # asyncpg's way of saying that the server said good-bye between two statements.
    asyncpg.InternalClientError,
    OSError,
    EOFError,
)
"""What a broken or refused connection raises, beside a `PostgresError`; see `is_away`."""

PostgresError = asyncpg.PostgresError

_AWAY_CLASSES = ("08", "25", "53", "55", "57", "58", "XX")
"""SQLSTATE classes that say "not now" and nothing about what was asked: connection, read-only
server, resources, locks, operator intervention (shutdown, crash), system, internal."""


class Connection(Protocol):
    """One session; not for several tasks at once."""

    async def execute(self, query: str, *args: Any) -> str:
        """Run a statement; return its command tag."""
        ...

    async def executemany(self, command: str, args: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each of `args`, all or none."""
        ...

    async def fetch(self, query: str, *args: Any) -> list[Mapping[str, Any]]:
        """Return all rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Mapping[str, Any] | None:
        """Return the first row, or None."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:
        """Return the first column of the first row, or None."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Return a transaction to enter."""
        ...

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None:
        """Call `callback(connection, pid, channel, payload)` at every notification."""
        ...

    def add_termination_listener(self, callback: Callable[..., None]) -> None:
        """Call `callback(connection)` when the session ends."""
        ...

    def is_closed(self) -> bool:
        """Tell whether the session has ended."""
        ...

    def terminate(self) -> None:
        """Cut the session at once."""
        ...

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        """End the session."""
        ...


async def connect(dsn: str, *, name: str, timeout_s: float = 5.0, **settings: str) -> Connection:
    """Open a session called `name` on the server; `settings` are run-time parameters of it.

    Raises:
        asyncpg.PostgresError, asyncpg.InterfaceError, OSError: it could not be opened.
    """
    found = await _driver.connect(
        dsn, timeout=timeout_s, server_settings={"application_name": name, **settings}
    )
    return cast("Connection", found)


def sqlstate(error: asyncpg.PostgresError) -> str:
    """Return the SQLSTATE of what the server answered, empty when it is unknown."""
    return str(getattr(error, "sqlstate", None) or "")


def is_away(error: BaseException) -> bool:
    """Tell whether `error` says that PostgreSQL cannot be used now, and nothing about the query."""
    if isinstance(error, asyncpg.PostgresError):
        state = sqlstate(error)
        return not state or state.startswith(_AWAY_CLASSES)
    # An argument that cannot be encoded is an InterfaceError too, and will never be.
    return isinstance(error, AWAY_ERRORS) and not isinstance(error, ValueError)
