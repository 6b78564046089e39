"""Rows to be refused: a client's row in every table that holds clients' data."""

from __future__ import annotations

import contextlib

import asyncpg

from openseat.testing.database import Database


async def tables(database: Database, *, with_client: bool = False) -> list[str]:
    """Return every table, or those with a column `client_id`."""
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        rows = await connection.fetch(
            """
            select relname from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
              and not relispartition
              and (not $1 or exists (select 1 from pg_attribute where attrelid = pg_class.oid
                                     and attname = 'client_id' and not attisdropped))
            order by relname""",
            with_client,
        )
    finally:
        await connection.close()
    return [row["relname"] for row in rows]


SPECIAL = {("agents", "number"): "'9999'", ("audit_entries", "seq"): "999999999"}
"""Columns that must hold something in particular, for those who may see them."""

SAMPLES = {
    "text": "'row-of-jincheng'",
    "boolean": "false",
    "bytea": "''",
    "date": "'2026-01-01'",
    "json": "'{}'",
    "jsonb": "'{}'",
    "timestamp with time zone": "now()",
}


async def populate(database: Database) -> None:
    """Give the client Jincheng a row in every table that has none of it yet."""
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        # Foreign keys and triggers rest: what is tested is who sees the rows, not what they mean.
        await connection.execute("set session_replication_role = replica")
        for table in await tables(database, with_client=True):
            if await connection.fetchval(f"select 1 from {table} where client_id = 'jincheng'"):  # noqa: S608
                continue
            columns = await connection.fetch(
                """
                select attname as name, format_type(atttypid, null) as type from pg_attribute
                where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
                      and (attnotnull or attname = 'client_id') and attgenerated = ''
                      and (not atthasdef or attname = 'client_id') and attidentity = ''""",
                table,
            )
            values = [_sample(table, column["name"], column["type"]) for column in columns]
            names = ", ".join(f'"{column["name"]}"' for column in columns)
            with contextlib.suppress(asyncpg.CheckViolationError):
                await connection.execute(
                    f"insert into {table} ({names}) values ({', '.join(values)})"  # noqa: S608
                )
    finally:
        await connection.close()


def _sample(table: str, column: str, kind: str) -> str:
    if column == "client_id":
        return "'jincheng'"
    if kind.endswith("[]"):
        return "'{}'"
    return SPECIAL.get((table, column), SAMPLES.get(kind, "1"))
