"""What agents are asked to reach: targets of groups and projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Between the operator and its people: clients neither set nor see any."""
    op.create_table(
        "figure_targets",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("targets", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "subject_id", name="pk_figure_targets"),
        sa.CheckConstraint("scope in ('group', 'project')", name="ck_figure_targets_scope"),
    )
    op.execute("select openseat_protect('figure_targets', 'operator')")
    op.execute("grant select, insert, update, delete on figure_targets to openseat_app")
    op.create_index("ix_agent_time_agent_id_since", "agent_time", ["agent_id", "since"])
