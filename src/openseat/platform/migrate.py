"""Bring a database to the newest schema: the revisions in ``migrations/``, run by Alembic.

Migrations only go forward and only add, so an older program keeps working on a newer schema while
processes are replaced one by one.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "migrations"

_REVISION = re.compile(r"^revision\b[^=\n]*=\s*['\"]([^'\"]+)", re.MULTILINE)
_FOLLOWS = re.compile(r"^down_revision\b[^=\n]*=\s*['\"]([^'\"]+)", re.MULTILINE)


def migrate(url: str) -> None:
    """Run every revision the database at ``url`` has not seen yet.

    Args:
        url: DSN of the role ``openseat_owner``, in the form ``postgresql://…``.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the server refused a statement.
        alembic.util.CommandError: the database has a revision this program does not know.
    """
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    # `migrations/env.py` reads the DSN from here; not through the ini parser, which eats `%`.
    configuration.attributes["url"] = url
    command.upgrade(configuration, "head")


def newest_revision(folder: Path = FOLDER) -> str:
    """Return the revision no other one follows.

    Read from the files' first lines, not through Alembic, whose import alone would double the time
    a start takes.

    Raises:
        ValueError: there is not exactly one such revision.
    """
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in (folder / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        revisions.update(_REVISION.findall(text))
        followed.update(_FOLLOWS.findall(text))
    newest = revisions - followed
    if len(newest) != 1:
        raise ValueError(f"{folder} has not one newest revision but {sorted(newest)}")
    return newest.pop()


async def is_current(url: str) -> bool:
    """Tell whether the database at ``url`` has the newest schema.

    A missing database, role or table, or a password that no longer fits, means no.

    Raises:
        OSError: the server does not answer.
    """
    import asyncpg

    try:
        connection = await asyncpg.connect(url)
    except (
        asyncpg.InvalidCatalogNameError,
        asyncpg.InvalidPasswordError,
        asyncpg.InvalidAuthorizationSpecificationError,
    ):
        return False
    try:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return False
    finally:
        await connection.close()
    return found == newest_revision()
