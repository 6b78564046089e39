"""What happens between an agent's answer and the conversation, by project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Projects may have calls answered by themselves, and the agent's number said."""
    for name in ("auto_answer", "announce_agent"):
        op.add_column(
            "projects", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )
