"""Queues whose calls agents' phones answer by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """No queue does until it is set so."""
    op.add_column(
        "queues", sa.Column("auto_answer", sa.Boolean(), nullable=False, server_default=sa.false())
    )
