"""Tables of thresholds, alarms and webhooks."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Integer,
    Table,
    Text,
    func,
    text,
)

from openseat.platform.database import metadata

thresholds = Table(
    "thresholds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("limit_value", Double, nullable=False),
    Column("clear_value", Double, nullable=False),
    Column("hold_s", Integer, nullable=False),
    Column("clear_hold_s", Integer, nullable=False),
    Column("at_least", Integer, nullable=False),
    Column("severity", Text, nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("threshold_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("limit_value", Double, nullable=False),
    Column("value", Double, nullable=False),
    Column("worst", Double, nullable=False),
    Column("severity", Text, nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("cleared_at", BigInteger),
    Column("acknowledged_at", BigInteger),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("secret_number", Integer, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("webhook_id", Text, ForeignKey("webhooks.id"), nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_at", BigInteger),
    Column("delivered_at", BigInteger),
    Column("last_status", Integer),
)
