"""Phones that demand encrypted media."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Phones that are there already go on as they are."""
    op.add_column(
        "phones", sa.Column("srtp", sa.Boolean(), nullable=False, server_default=sa.false())
    )
