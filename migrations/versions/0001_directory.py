"""The directory: tables, row-level security, grants, audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op

revision = "0001"
down_revision = None

_SQL = Path(__file__).resolve().parent.parent / "sql"
_FILES = ("0001_security.sql", "0001_directory.sql", "0001_guards.sql")


def upgrade() -> None:
    """Run the SQL files; asyncpg's own `execute` takes a whole script."""
    connection: Any = op.get_bind().connection.dbapi_connection
    for name in _FILES:
        script = (_SQL / name).read_text(encoding="utf-8")
        connection.run_async(lambda driver, script=script: driver.execute(script))
