"""Wallboards that people lay out, and links that show them on big screens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """A link shows what its board's owner may see; only its digest is kept."""
    op.create_table(
        "wallboards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("layout", JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_wallboards"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_wallboards_client_id"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_wallboards_owner_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "screen_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("wallboard_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_screen_links"),
        sa.UniqueConstraint("digest", name="uq_screen_links_digest"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_screen_links_client_id"),
        sa.ForeignKeyConstraint(
            ["wallboard_id"],
            ["wallboards.id"],
            name="fk_screen_links_wallboard_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_screen_links_owner_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_screen_links_wallboard_id", "screen_links", ["wallboard_id"])
    op.execute("select openseat_protect('wallboards', 'tenant')")
    # Read before it is known who asks, like sessions.
    op.execute("select openseat_protect('screen_links', 'account')")
    op.execute("grant select, insert, update, delete on wallboards to openseat_app")
    op.execute("grant select, insert, update on screen_links to openseat_app")
