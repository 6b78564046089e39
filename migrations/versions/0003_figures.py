"""Figures and billing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op

revision = "0003"
down_revision = "0002"

_SQL = Path(__file__).resolve().parent.parent / "sql"
_FILES = ("0003_figures.sql", "0003_billing.sql")


def upgrade() -> None:
    """Run the SQL files; asyncpg's own `execute` takes a whole script."""
    connection: Any = op.get_bind().connection.dbapi_connection
    for name in _FILES:
        script = (_SQL / name).read_text(encoding="utf-8")
        connection.run_async(lambda driver, script=script: driver.execute(script))
