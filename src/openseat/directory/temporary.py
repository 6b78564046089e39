"""What was changed until a time, and goes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from openseat.directory import postings, skill_postings
from openseat.platform.access import Services

_log = structlog.get_logger("openseat.directory")

LOOK_S = 1.0
"""What is over ends within this."""


@contextlib.asynccontextmanager
async def ending(shared: Services) -> AsyncIterator[None]:
    """End postings when their time is over, for the length of the context."""
    task = asyncio.create_task(_end_for_ever(shared), name="postings")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _end_for_ever(shared: Services) -> None:
    while True:
        for end_over in (postings.end_over, skill_postings.end_over):
            try:
                await end_over(shared)
            except (SQLAlchemyError, OSError, asyncpg.PostgresError) as error:
                _log.info("postings not looked at", reason=type(error).__name__)
        await asyncio.sleep(LOOK_S)
