"""Messages between supervisors and agents, and who has read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Of the operator's own people only: clients neither write nor read any."""
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        # Whom it was meant for: an agent, a group, a queue's agents, everyone, or a reply's user.
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("audience_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("reply_to", sa.Text()),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name="fk_messages_sender_id"),
        sa.ForeignKeyConstraint(["reply_to"], ["messages.id"], name="fk_messages_reply_to"),
        sa.CheckConstraint("length(text) between 1 and 1000", name="ck_messages_text"),
        sa.CheckConstraint(
            "audience in ('agent', 'group', 'queue', 'everyone', 'sender')",
            name="ck_messages_audience",
        ),
    )
    op.create_index("ix_messages_sender_id_sent_at", "messages", ["sender_id", "sent_at", "id"])
    op.create_index("ix_messages_reply_to", "messages", ["reply_to"])
    op.create_table(
        "message_receipts",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        # That of the message, so that an inbox is read by its own index.
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_message_receipts"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_message_receipts_message_id"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_message_receipts_user_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "ix_message_receipts_user_id_sent_at",
        "message_receipts",
        ["user_id", "sent_at", "message_id"],
    )
    for table in ("messages", "message_receipts"):
        op.execute(f"select openseat_protect('{table}', 'operator')")
    op.execute("grant select, insert on messages to openseat_app")
    op.execute("grant select, insert, update on message_receipts to openseat_app")
