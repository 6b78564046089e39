"""Hears what the database announces: changes of the directory, and notes for open pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping

import asyncpg
import structlog

_log = structlog.get_logger("openseat.realtime")

CHANNEL = "directory_changed"
_RETRY_S = 2.0
_PROBE_S = 20.0

Tell = Callable[[str], None]
"""Takes the payload of an announcement; an empty one stands for whatever was missed."""


async def _listen(url: str, tell: Mapping[str, Tell]) -> None:
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                for channel, told in tell.items():
                    await connection.add_listener(
                        channel, lambda *said, told=told: told(str(said[-1]))
                    )
                # Whatever was announced while nobody listened.
                for told in tell.values():
                    told("")
                while True:
                    await asyncio.sleep(_PROBE_S)
                    await connection.execute("select 1", timeout=5)
            finally:
                connection.terminate()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("not listening to the database", reason=type(error).__name__)
            await asyncio.sleep(_RETRY_S)


@contextlib.asynccontextmanager
async def listening(url: str, tell: Mapping[str, Tell]) -> AsyncIterator[None]:
    """Call what ``tell`` has for a channel at every announcement there, for the context."""
    task = asyncio.create_task(_listen(url, tell), name="database listener")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
