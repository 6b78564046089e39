"""The journal, its projections of history, recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op

revision = "0002"
down_revision = "0001"

_SQL = Path(__file__).resolve().parent.parent / "sql"
_FILES = ("0002_journal.sql", "0002_history.sql", "0002_recordings.sql")


def upgrade() -> None:
    """Run the SQL files; asyncpg's own `execute` takes a whole script."""
    connection: Any = op.get_bind().connection.dbapi_connection
    for name in _FILES:
        script = (_SQL / name).read_text(encoding="utf-8")
        connection.run_async(lambda driver, script=script: driver.execute(script))
