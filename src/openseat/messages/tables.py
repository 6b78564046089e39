"""Tables of messages and of who has read them. Times are milliseconds since the Unix epoch."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Table, Text

from openseat.platform.database import metadata

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sender_id", Text, ForeignKey("users.id"), nullable=False),
    Column("audience", Text, nullable=False),
    Column("audience_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("reply_to", Text, ForeignKey("messages.id")),
    Column("sent_at", BigInteger, nullable=False),
)

receipts = Table(
    "message_receipts",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("sent_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Column("acknowledged_at", BigInteger),
)
