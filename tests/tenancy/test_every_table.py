"""Every table as the wrong client, whatever the program above it does."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from openseat.testing.api import Api
from openseat.testing.database import Database
from openseat.testing.tenancy import populate, tables

pytestmark = pytest.mark.database

WITHOUT_CLIENT_DATA = {
    "alembic_version": "the schema's own revision",
    "audit_head": "number and digest of the last audit entry",
    "cell_lease": "which process writes a cell",
    "directory_state": "the directory's version",
    "floor_checkpoint": "the floor's own memory; only the floor may read it",
    "projection_cursor": "how far a projection has read",
}
"""Tables that need no row-level security, and why."""


@asynccontextmanager
async def working_for(
    database: Database, scope: str, client_id: str = "", role: str = "app"
) -> AsyncIterator[asyncpg.Connection]:
    """A transaction in a scope, rolled back at the end."""
    connection = await asyncpg.connect(database.url(role))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            "select set_config('openseat.scope', $1, true),"
            " set_config('openseat.client_id', $2, true)",
            scope,
            client_id,
        )
        yield connection
    finally:
        with contextlib.suppress(asyncpg.InterfaceError):
            await transaction.rollback()
        await connection.close()


async def test_every_table_with_client_data_has_forced_row_level_security(
    database: Database,
) -> None:
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        secured = {
            row["relname"]
            for row in await connection.fetch(
                "select relname from pg_class where relrowsecurity and relforcerowsecurity"
            )
        }
    finally:
        await connection.close()
    assert set(await tables(database)) - secured <= set(WITHOUT_CLIENT_DATA)


async def test_no_run_time_role_can_step_around_row_level_security(database: Database) -> None:
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        rows = await connection.fetch(
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
            " where rolname like 'openseat_%'"
        )
    finally:
        await connection.close()
    assert {row["rolname"] for row in rows} == {
        "openseat_owner",
        "openseat_app",
        "openseat_floor",
    }
    for row in rows:
        assert not any(
            row[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb")
        )


async def test_nobody_sees_a_row_before_a_scope_is_set(api: Api, database: Database) -> None:
    connection = await asyncpg.connect(database.url("app"))
    try:
        for table in await tables(database, with_client=True):
            with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                assert await connection.fetchval(f"select count(*) from {table}") == 0, table
    finally:
        await connection.close()


async def test_an_empty_client_is_nobody(api: Api, database: Database) -> None:
    for table in await tables(database, with_client=True):
        async with working_for(database, "client", "") as connection:
            with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                assert await connection.fetchval(f"select count(*) from {table}") == 0, table


async def test_a_client_reads_only_its_own_rows_of_every_table(
    api: Api, database: Database
) -> None:
    await populate(database)
    for table in await tables(database, with_client=True):
        async with working_for(database, "client", "beidou") as connection:
            with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                strangers = await connection.fetchval(
                    f"select count(*) from {table} where client_id <> 'beidou'"
                )
                assert strangers == 0, table
    async with working_for(database, "client", "beidou") as connection:
        names = [row["id"] for row in await connection.fetch("select id from clients")]
        assert names == ["beidou"]
        assert await connection.fetchval("select count(*) from phones") == 0
        assert await connection.fetchval("select count(*) from trunks") == 0
        assert await connection.fetchval("select count(*) from user_sessions") == 0


async def test_a_client_cannot_change_or_remove_another_clients_row_of_any_table(
    api: Api, database: Database
) -> None:
    await populate(database)
    for table in await tables(database, with_client=True):
        for statement in (
            f"update {table} set client_id = client_id where client_id = 'jincheng'",
            f"delete from {table} where client_id = 'jincheng'",
            f"update {table} set client_id = 'beidou' where client_id = 'jincheng'",
        ):
            async with working_for(database, "client", "beidou") as connection:
                with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                    assert (await connection.execute(statement)).endswith(" 0"), statement


async def test_a_client_cannot_add_a_row_for_another_client_to_any_table(
    api: Api, database: Database
) -> None:
    refusals = (asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)
    await populate(database)
    tried = 0
    for table in await tables(database, with_client=True):
        async with working_for(database, "operator") as connection:
            try:
                row = await connection.fetchval(
                    f"select row_to_json({table})::text from {table}"
                    " where client_id = 'jincheng' limit 1"
                )
            except asyncpg.InsufficientPrivilegeError:
                continue
        if row is None:
            continue
        async with working_for(database, "client", "beidou") as connection:
            with pytest.raises(refusals):
                await connection.execute(
                    f"insert into {table} overriding system value"
                    f" select * from json_populate_record(null::{table}, $1)",
                    row,
                )
        tried += 1
    assert tried >= 12


async def test_a_client_cannot_give_its_own_row_away(api: Api, database: Database) -> None:
    for table in ("projects", "queues", "flows", "listed_numbers", "dispositions"):
        async with working_for(database, "client", "jincheng") as connection:
            with pytest.raises(
                (asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)
            ):
                await connection.execute(f"update {table} set client_id = 'beidou'")


REACHING_OVER: dict[str, tuple[str, Any]] = {
    "a queue into another client's project": (
        """insert into queues (id, client_id, project_id, name)
           values ('thief', 'beidou', $1, 'thief')""",
        "jincheng-service",
    ),
    "hours on another client's calendar": (
        """insert into hours (id, client_id, name, calendar_id)
           values ('thief', 'beidou', 'thief', $1)""",
        "calendar-of-jincheng",
    ),
    "a version under another client's flow": (
        """insert into flow_versions (flow_id, number, client_id, definition, published_by)
           values ($1, 99, 'beidou', '{}', 'thief')""",
        "jincheng-menu",
    ),
}


@pytest.mark.parametrize("what", REACHING_OVER)
async def test_a_reference_cannot_reach_into_another_client(
    api: Api, database: Database, what: str
) -> None:
    statement, target = REACHING_OVER[what]
    connection = await asyncpg.connect(database.url("app"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            await connection.execute(
                "insert into calendars (id, client_id, name) values"
                " ('calendar-of-jincheng', 'jincheng', 'own') on conflict do nothing"
            )
    finally:
        await connection.close()
    async with working_for(database, "client", "beidou") as connection:
        with pytest.raises((asyncpg.ForeignKeyViolationError, asyncpg.InsufficientPrivilegeError)):
            await connection.execute(statement, target)


async def test_the_floor_cannot_read_passwords_nor_write_the_directory(
    api: Api, database: Database
) -> None:
    for statement in (
        "select password_hash from users",
        "select * from user_sessions",
        "select * from audit_entries",
        "update queues set name = name",
        "delete from agents",
    ):
        async with working_for(database, "operator", role="floor") as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_nobody_can_edit_the_audit_trail(api: Api, database: Database) -> None:
    for statement in (
        "update audit_entries set actor_id = 'x'",
        "delete from audit_entries",
        "truncate audit_entries",
    ):
        for role in ("app", "owner"):
            async with working_for(database, "operator", role=role) as connection:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
