"""Projects whose customers' numbers are hidden from those who talk with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Nobody is masked until somebody asks for it."""
    op.add_column(
        "projects",
        sa.Column("numbers_masked_for", sa.Text(), nullable=False, server_default="nobody"),
    )
    op.create_check_constraint(
        "ck_projects_numbers_masked_for",
        "projects",
        "numbers_masked_for in ('nobody', 'agents', 'staff')",
    )
    op.add_column(
        "client_pages",
        sa.Column("full_numbers", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
