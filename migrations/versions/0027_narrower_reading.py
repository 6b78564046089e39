"""Supervisors no longer read lines to carriers, nor agents the settings of queues."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Roles of the operator's own lose what their kind cannot hold any more."""
    op.execute(
        "update roles set permissions = array_remove(permissions, 'trunks.read')"
        " where kind = 'supervisor'"
    )
    op.execute(
        "update roles set permissions = array_remove(permissions, 'queues.read')"
        " where kind = 'agent'"
    )
