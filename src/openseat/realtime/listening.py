"""Hears of changes in the directory, so that nobody goes on seeing what they no longer may."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import structlog

_log = structlog.get_logger("openseat.realtime")

CHANNEL = "directory_changed"
_RETRY_S = 2.0
_PROBE_S = 20.0


async def _listen(url: str, tell: Callable[[], None]) -> None:
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                await connection.add_listener(CHANNEL, lambda *_: tell())
                # Whatever was announced while nobody listened.
                tell()
                while True:
                    await asyncio.sleep(_PROBE_S)
                    await connection.execute("select 1", timeout=5)
            finally:
                connection.terminate()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("not listening for directory changes", reason=type(error).__name__)
            await asyncio.sleep(_RETRY_S)


@contextlib.asynccontextmanager
async def listening(url: str, tell: Callable[[], None]) -> AsyncIterator[None]:
    """Call ``tell`` at every change of the directory for the length of the context."""
    task = asyncio.create_task(_listen(url, tell), name="directory listener")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
