"""Agents who serve other queues than their own, for now or until a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """What an agent really serves is a view of their own queues and the postings in force."""
    op.create_table(
        "agent_postings",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("serves", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.Column(
            "posted_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.PrimaryKeyConstraint("agent_id", "queue_id", name="pk_agent_postings"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_postings_agent_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name="fk_agent_postings_queue_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_agent_postings_queue_id", "agent_postings", ["queue_id"])
    op.execute("select openseat_protect('agent_postings', 'agent')")
    op.execute("grant select, insert, update, delete on agent_postings to openseat_app")
    op.execute("grant select on agent_postings to openseat_floor")
    op.execute(
        "create trigger directory_changed after insert or update or delete on agent_postings"
        " for each statement execute function openseat_directory_changed()"
    )
    # With the rights and policies of whoever asks, not of the owner. Posted queues come last.
    op.execute("""
        create view agent_queues_now with (security_invoker = true) as
        select agent_id, queue_id, position from agent_queues own
        where not exists (
            select 1 from agent_postings away
            where away.agent_id = own.agent_id and away.queue_id = own.queue_id
                  and not away.serves and (away.until is null or away.until > now()))
        union all
        select agent_id, queue_id, 10000 from agent_postings posted
        where serves and (until is null or until > now())
              and not exists (
                  select 1 from agent_queues own
                  where own.agent_id = posted.agent_id and own.queue_id = posted.queue_id)
    """)
    op.execute("grant select on agent_queues_now to openseat_app, openseat_floor")
