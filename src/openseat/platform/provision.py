"""The database roles and databases of an installation, made on any PostgreSQL server.

Roles: ``openseat_owner`` owns the tables and migrates; ``openseat_app`` serves people and is held
to row-level security; ``openseat_floor`` keeps the journal.  None is a superuser and none may
bypass row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg

    from openseat.platform.settings import Settings

#: Role suffixes, as :meth:`Settings.database_url` takes them; secrets are ``database_<suffix>``.
ROLES = ("owner", "app", "floor")


async def provision(settings: Settings) -> None:
    """Make the roles with their secrets as passwords, and the database, where they are missing.

    Raises:
        asyncpg.PostgresError: the server refuses, for example because the given user may not
            create roles.
        OSError: the server does not answer.
    """
    import asyncpg

    passwords = {role: settings.secrets.read(f"database_{role}") for role in ROLES}
    connection = await asyncpg.connect(settings.database_url("superuser"))
    try:
        await create_roles(connection, passwords)
        await create_database(connection, settings.database.name)
    finally:
        await connection.close()


async def create_roles(connection: asyncpg.Connection, passwords: Mapping[str, str]) -> None:
    """Make or mend the roles ``openseat_<suffix>``; the passwords given are the truth.

    Args:
        connection: a session that may create roles.
        passwords: role suffix to password.
    """
    for suffix, password in passwords.items():
        role = f"openseat_{suffix}"
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        if not known:
            await connection.execute(f"CREATE ROLE {role}")
        # Utility statements take no parameters; the server itself quotes the password.
        statement = await connection.fetchval(
            "SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
            " PASSWORD %L', $1::text, $2::text)",
            role,
            password,
        )
        await connection.execute(str(statement))
        if suffix == "owner":
            # Only a member of a role may give it a database.
            await connection.execute(f"GRANT {role} TO CURRENT_USER")


async def create_database(
    connection: asyncpg.Connection, name: str, template: str | None = None
) -> None:
    """Make the database ``name``, owned by ``openseat_owner`` and closed to strangers.

    Args:
        connection: a session that may create databases.
        name: the database's name; nothing happens when it exists.
        template: database to copy, or None for an empty one.
    """
    if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        return
    quoted = await connection.fetchval("SELECT quote_ident($1)", name)
    source = await connection.fetchval("SELECT quote_ident($1)", template or "template1")
    await connection.execute(f"CREATE DATABASE {quoted} OWNER openseat_owner TEMPLATE {source}")
    await connection.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {quoted} TO openseat_app, openseat_floor")
