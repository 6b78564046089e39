"""Roles with a data range: chosen clients and projects, or what somebody did themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0025"
down_revision = "0024"

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0025_data_ranges.sql"


def upgrade() -> None:
    """Every role goes on to reach as far as its kind does."""
    op.add_column("roles", sa.Column("range", sa.Text(), nullable=False, server_default="all"))
    op.execute(
        "update roles set range ="
        " case kind when 'supervisor' then 'managed' when 'agent' then 'own' else 'all' end"
    )
    op.alter_column("roles", "range", server_default=None)
    for name in ("client_ids", "project_ids"):
        op.add_column(
            "roles", sa.Column(name, ARRAY(sa.Text()), nullable=False, server_default="{}")
        )
    op.create_check_constraint(
        "ck_roles_range",
        "roles",
        "case kind when 'operator_admin' then range in ('all', 'chosen')"
        " when 'supervisor' then range in ('managed', 'chosen', 'own')"
        " when 'agent' then range = 'own' else range in ('all', 'chosen') end",
    )
    # Asyncpg's own `execute` takes a whole script.
    connection: Any = op.get_bind().connection.dbapi_connection
    script = _SQL.read_text(encoding="utf-8")
    connection.run_async(lambda driver: driver.execute(script))
