"""Call-backs that were promised, one row a promise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """The table of a projection: it is filled from the journal."""
    op.create_table(
        "callbacks",
        sa.Column("callback_id", sa.Text(), nullable=False),
        sa.Column("cell_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        # Who promised it; empty where the system did.
        sa.Column("agent_id", sa.Text(), nullable=False),
        # The call it was promised in; empty where it was over by then.
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("callback_id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_agent_id_due_at", "callbacks", ["agent_id", "due_at"])
    op.execute("select openseat_protect_fold('callbacks')")
