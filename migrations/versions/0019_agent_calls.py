"""Which calls concerned an agent: the agents' own log, with the calls they missed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """A fold: the worker fills it from the first fact on."""
    op.create_table(
        "agent_calls",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("cell_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "call_id", name="pk_agent_calls"),
    )
    op.create_index("ix_agent_calls_agent_id_at", "agent_calls", ["agent_id", "at", "call_id"])
    op.execute("select openseat_protect_fold('agent_calls')")
