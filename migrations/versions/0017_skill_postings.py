"""Agents whose skills differ from what is set up, for now or until a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """What an agent is routed by is a view of their own skills and the postings in force."""
    op.create_table(
        "agent_skill_postings",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("skill_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.Column(
            "posted_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.PrimaryKeyConstraint("agent_id", "skill_id", name="pk_agent_skill_postings"),
        sa.CheckConstraint("level between 0 and 10", name="ck_agent_skill_postings_level"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_skill_postings_agent_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["skills.id"], name="fk_agent_skill_postings_skill_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_agent_skill_postings_skill_id", "agent_skill_postings", ["skill_id"])
    op.execute("select openseat_protect('agent_skill_postings', 'agent')")
    op.execute("grant select, insert, update, delete on agent_skill_postings to openseat_app")
    op.execute("grant select on agent_skill_postings to openseat_floor")
    op.execute(
        "create trigger directory_changed after insert or update or delete on agent_skill_postings"
        " for each statement execute function openseat_directory_changed()"
    )
    # With the rights and policies of whoever asks, not of the owner.
    op.execute("""
        create view agent_skills_now with (security_invoker = true) as
        select agent_id, skill_id, level from agent_skills own
        where not exists (
            select 1 from agent_skill_postings posted
            where posted.agent_id = own.agent_id and posted.skill_id = own.skill_id
                  and (posted.until is null or posted.until > now()))
        union all
        select agent_id, skill_id, level from agent_skill_postings
        where level > 0 and (until is null or until > now())
    """)
    op.execute("grant select on agent_skills_now to openseat_app, openseat_floor")
