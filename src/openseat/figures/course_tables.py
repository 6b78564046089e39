"""Samples of the live floor, one a minute, kept for a day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from openseat.platform.database import metadata

queue_samples = Table(
    "queue_samples",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("queue_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    *(
        Column(name, Integer, nullable=False)
        for name in ("peak", "talking", "idle", "offered", "answered", "abandoned", "within")
    ),
)

group_samples = Table(
    "group_samples",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("group_id", Text, primary_key=True),
    Column("states", JSONB, nullable=False),
)
