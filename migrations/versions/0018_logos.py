"""Logos of the operator and of its clients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """The operator's stands without a client: the page of signing in shows it to anybody."""
    op.create_table(
        "logos",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_logos"),
        sa.UniqueConstraint(
            "client_id", name="uq_logos_client_id", postgresql_nulls_not_distinct=True
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name="fk_logos_client_id", ondelete="CASCADE"
        ),
    )
    op.execute("select openseat_protect('logos', 'shared')")
    op.execute(
        "create policy signing_in on logos for select using"
        " (client_id is null and (select openseat_scope()) = 'sign_in')"
    )
    op.execute("grant select, insert, update, delete on logos to openseat_app")
