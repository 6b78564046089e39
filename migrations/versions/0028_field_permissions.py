"""Permissions to read what agents wrote, and to know their own telephone numbers."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Roles of the operator's own go on to show what they showed."""
    op.execute("update roles set permissions = array_append(permissions, 'contacts.notes')")
    op.execute(
        "update roles set permissions = array_append(permissions, 'agents.telephone')"
        " where kind in ('operator_admin', 'supervisor') and 'agents.read' = any (permissions)"
    )
