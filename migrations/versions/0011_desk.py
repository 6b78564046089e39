"""What agents see and fill in: scripts, clients' own pages, forms."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Without any of its own, a project goes on as it was."""
    _of_a_project(
        "scripts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, server_default=""),
    )
    _of_a_project(
        "client_pages",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("opens", sa.Text(), nullable=False, server_default="frame"),
        sa.Column("secret", sa.Text(), nullable=False, server_default=""),
        sa.Column("valid_s", sa.Integer(), nullable=False, server_default="300"),
    )
    _of_a_project(
        "forms",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False, server_default="[]"),
    )
    op.create_table(
        "script_versions",
        sa.Column("script_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _now("saved_at"),
        sa.PrimaryKeyConstraint("script_id", "number", name="pk_script_versions"),
        sa.ForeignKeyConstraint(
            ["script_id"],
            ["scripts.id"],
            name="fk_script_versions_script_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_script_versions_client_id"),
    )
    op.create_table(
        "form_versions",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        _now("saved_at"),
        sa.PrimaryKeyConstraint("form_id", "number", name="pk_form_versions"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_form_versions_client_id"),
    )
    for table in ("script_versions", "form_versions"):
        op.execute(f"select openseat_protect('{table}', 'tenant')")
        op.execute(f"grant select, insert on {table} to openseat_app")
    op.execute("grant delete on script_versions to openseat_app")
    # Filled from the journal, like the rest of the row.
    op.add_column("segments", sa.Column("form_id", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "segments", sa.Column("form_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("segments", sa.Column("answers", JSONB(), nullable=False, server_default="[]"))


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _of_a_project(name: str, *own: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        *own,
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        _now("created_at"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=f"fk_{name}_client_id"),
        sa.ForeignKeyConstraint(
            ["client_id", "project_id"],
            ["projects.client_id", "projects.id"],
            name=f"fk_{name}_client_id_project_id",
        ),
        sa.UniqueConstraint(
            "client_id",
            "project_id",
            name=f"uq_{name}_client_id_project_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute(f"select openseat_protect('{name}', 'tenant')")
    op.execute(f"grant select, insert, update, delete on {name} to openseat_app")
