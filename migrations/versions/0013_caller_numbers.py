"""Numbers shown on outgoing calls, of a client and of an agent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Empty: the project's, as before."""
    for table in ("clients", "agents"):
        op.add_column(
            table, sa.Column("caller_number", sa.Text(), nullable=False, server_default="")
        )
