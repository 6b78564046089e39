"""What agents may say came of a contact, by project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Without any of its own, a project goes on with the codes that everybody has."""
    op.create_table(
        "dispositions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_dispositions"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_dispositions_client_id"),
        sa.ForeignKeyConstraint(
            ["client_id", "project_id"],
            ["projects.client_id", "projects.id"],
            name="fk_dispositions_client_id_project_id",
        ),
        sa.UniqueConstraint(
            "client_id",
            "project_id",
            "code",
            name="uq_dispositions_client_id_project_id_code",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute("select openseat_protect('dispositions', 'tenant')")
    op.execute("grant select, insert, update, delete on dispositions to openseat_app")
