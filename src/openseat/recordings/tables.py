"""The tables of recordings as the API reads and writes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Text, func

from openseat.platform.database import metadata

recordings = Table(
    "recordings",
    metadata,
    Column("recording_id", Text, key="id", primary_key=True),
    Column("call_id", Text),
    Column("client_id", Text),
    Column("layout", Text),
    Column("started_at", BigInteger),
    Column("box", Text),
)

recording_files = Table(
    "recording_files",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("segment_id", Text, primary_key=True),
    Column("call_id", Text),
    Column("client_id", Text),
    Column("path", Text),
    Column("sha256", Text),
    Column("bytes", BigInteger),
    Column("duration_ms", BigInteger),
)

recording_access = Table(
    "recording_access",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), server_default=func.now()),
    Column("user_id", Text),
    Column("client_id", Text),
    Column("recording_id", Text),
    Column("segment_id", Text),
    Column("action", Text),
    Column("request_id", Text),
)
