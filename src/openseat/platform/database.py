"""The door to PostgreSQL: every transaction runs inside a scope that the database enforces.

Row-level security compares each row with two settings of the transaction,
``openseat.scope`` and ``openseat.client_id``, and with the range of a role of
the operator's own, where there is one. They are set here and nowhere else, so
whoever holds a :class:`ScopedSession` holds the proof of whose data it may
touch; a function that reads client data takes one as its argument.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql import Executable

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Tables of the API's areas. Constraint names tell table and columns, so that errors can."""

_SET_SCOPE = text(
    "select set_config('openseat.scope', :scope, true), "
    "set_config('openseat.client_id', :client_id, true), "
    "set_config('openseat.ranged', :ranged, true), "
    "set_config('openseat.range_clients', :range_clients, true), "
    "set_config('openseat.range_projects', :range_projects, true), "
    "set_config('openseat.range_seat', :range_seat, true)"
)


@dataclass(frozen=True, slots=True)
class Range:
    """What of a scope somebody is held to: whole clients, projects, and what they did themselves.

    ``agent_id`` is the own seat; "" for none.
    """

    client_ids: frozenset[str] = frozenset()
    project_ids: frozenset[str] = frozenset()
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class OperatorScope:
    """Everything of the installation, or what of it is in a range: the operator's own people."""

    range: Range | None = None


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The rows of one client, or what of them is in a range, and nothing else.

    Raises:
        ValueError: ``client_id`` is empty, which is how rows without a client are marked.
    """

    client_id: str
    range: Range | None = None

    def __post_init__(self) -> None:
        """Refuse the empty client."""
        if not self.client_id:
            raise ValueError("a client scope needs a client")


@dataclass(frozen=True, slots=True)
class SignInScope:
    """Accounts and sessions only: before it is known who is asking."""


Scope = OperatorScope | ClientScope | SignInScope
"""Whose data a transaction may touch."""


def scope_settings(scope: Scope) -> dict[str, str]:
    """Return the transaction settings that stand for ``scope``."""
    match scope:
        case OperatorScope(held):
            return {"scope": "operator", "client_id": "", **_range_settings(held)}
        case ClientScope(client_id, held):
            return {"scope": "client", "client_id": client_id, **_range_settings(held)}
        case SignInScope():
            return {"scope": "sign_in", "client_id": "", **_range_settings(None)}


def _range_settings(held: Range | None) -> dict[str, str]:
    known = held or Range()
    return {
        "ranged": "" if held is None else "on",
        "range_clients": ",".join(sorted(known.client_ids)),
        "range_projects": ",".join(sorted(known.project_ids)),
        "range_seat": known.agent_id,
    }


@dataclass(frozen=True, slots=True)
class ScopedSession:
    """An open transaction and the scope it is bound to."""

    connection: AsyncConnection
    scope: Scope

    async def rows(self, statement: Executable, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of ``statement`` as dictionaries."""
        result = await self.connection.execute(statement, values or None)
        return [dict(row) for row in result.mappings()]

    async def row(self, statement: Executable, **values: Any) -> dict[str, Any] | None:
        """Return the first row of ``statement``, or None."""
        found = (await self.connection.execute(statement, values or None)).mappings().first()
        return None if found is None else dict(found)

    async def value(self, statement: Executable, **values: Any) -> Any:
        """Return the first column of the first row of ``statement``, or None."""
        return (await self.connection.execute(statement, values or None)).scalar()

    async def run(self, statement: Executable, **values: Any) -> int:
        """Carry out ``statement`` and return how many rows it touched."""
        return (await self.connection.execute(statement, values or None)).rowcount


class Database:
    """A pool of connections under one database role."""

    def __init__(self, url: str, *, pool_size: int = 8, overflow: int = 8) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=overflow,
            pool_timeout=5,
            # A connection that died with the server is replaced before it is handed out.
            pool_pre_ping=True,
            # Statements are logged when they fail; what they carry is nobody's business.
            hide_parameters=True,
            connect_args={
                "timeout": 5,
                "command_timeout": 30,
                "server_settings": {"application_name": "openseat", "timezone": "UTC"},
            },
        )

    @asynccontextmanager
    async def tenant_session(self, scope: Scope) -> AsyncIterator[ScopedSession]:
        """Open a transaction bound to ``scope``; commit at the end, roll back on an error."""
        async with self.engine.begin() as connection:
            await connection.execute(_SET_SCOPE, scope_settings(scope))
            yield ScopedSession(connection, scope)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
