"""Reasons for being busy with names, colours and limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """The operator's list of codes goes on to hold; a row here describes a code, or adds one."""
    op.create_table(
        "busy_reasons",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False, server_default="bad"),
        sa.Column("counts_as", sa.Text(), nullable=False, server_default="break"),
        sa.Column("limit_s", sa.Integer()),
        sa.Column("position", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_busy_reasons"),
        sa.UniqueConstraint("code", name="uq_busy_reasons_code"),
    )
    op.execute("select openseat_protect('busy_reasons', 'common')")
    op.execute("grant select, insert, update, delete on busy_reasons to openseat_app")
    op.execute("grant select on busy_reasons to openseat_floor")
    op.execute(
        "create trigger directory_changed after insert or update or delete on busy_reasons"
        " for each statement execute function openseat_directory_changed()"
    )
