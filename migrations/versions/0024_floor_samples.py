"""Samples of the live floor, one a minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

_COUNTS = ("peak", "talking", "idle", "offered", "answered", "abandoned", "within")


def upgrade() -> None:
    """A queue's samples are its client's too; those of agent groups are the operator's alone."""
    op.create_table(
        "queue_samples",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("at", "queue_id", name="pk_queue_samples"),
    )
    op.create_table(
        "group_samples",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("states", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("at", "group_id", name="pk_group_samples"),
    )
    for table, kind in (("queue_samples", "tenant"), ("group_samples", "operator")):
        op.execute(f"select openseat_protect('{table}', '{kind}')")
        op.execute(f"grant select, insert, update, delete on {table} to openseat_app")
