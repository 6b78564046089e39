"""Alembic's entry: runs the revisions over asyncpg as the role ``openseat_owner``.

The DSN comes from the caller's ``configuration.attributes["url"]``.
"""

from __future__ import annotations

import asyncio
import threading

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

_LOCK = 0x6F70656E73656174
"""Advisory lock: of two installers, one waits until the other is done."""


def _upgrade(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


async def _main() -> None:
    url = str(context.config.attributes["url"])
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


# A thread of its own: the caller may already be inside an event loop.
_failures: list[BaseException] = []


def _run() -> None:
    try:
        asyncio.run(_main())
    except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
        _failures.append(error)


_thread = threading.Thread(target=_run, name="migrate")
_thread.start()
_thread.join()
if _failures:
    raise _failures[0]
