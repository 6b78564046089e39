from __future__ import annotations

import asyncpg
import pytest

from openseat.testing.database import Database

pytestmark = pytest.mark.database


async def test_each_role_signs_in_and_none_may_bypass_row_security(database: Database):
    for role in ("owner", "app", "floor"):
        connection = await asyncpg.connect(database.url(role))
        try:
            row = await connection.fetchrow(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
                " WHERE rolname = current_user"
            )
            assert row is not None
            assert not any(row.values())
        finally:
            await connection.close()


async def test_a_fresh_database_is_not_the_modules(database: Database, fresh_database: Database):
    assert database.name != fresh_database.name
    connection = await asyncpg.connect(fresh_database.url("owner"))
    try:
        assert await connection.fetchval("SELECT current_database()") == fresh_database.name
    finally:
        await connection.close()
