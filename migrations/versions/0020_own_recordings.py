"""Whether, and for how long, a project lets agents hear their own recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Nobody may, until a project says so."""
    op.add_column("projects", sa.Column("own_recordings_days", sa.Integer()))
