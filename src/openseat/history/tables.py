"""The tables of history as the API reads them. Times and spans are milliseconds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from openseat.platform.database import metadata

calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, key="id", primary_key=True),
    Column("cell_id", Text),
    Column("client_id", Text),
    Column("project_id", Text),
    Column("number_id", Text),
    Column("direction", Text),
    Column("caller", Text),
    Column("called", Text),
    Column("caller_name", Text),
    Column("language", Text),
    Column("started_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("ended_by", Text),
    Column("cause", Integer),
    Column("queue_ids", ARRAY(Text)),
    Column("agent_ids", ARRAY(Text)),
    Column("offers", Integer),
    Column("segments", Integer),
    Column("transfers", Integer),
    Column("voicemail", Boolean),
    Column("callback", Boolean),
    Column("recorded", Boolean),
    Column("wait_ms", BigInteger),
    Column("talk_ms", BigInteger),
    Column("hold_ms", BigInteger),
    Column("duration_ms", BigInteger),
    Column("billable_ms", BigInteger),
    Column("score", Integer),
    Column("scale", Integer),
)

segments = Table(
    "segments",
    metadata,
    Column("segment_id", Text, key="id", primary_key=True),
    Column("call_id", Text),
    Column("client_id", Text),
    Column("agent_id", Text),
    Column("group_id", Text),
    Column("queue_id", Text),
    Column("via", Text),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("talk_ms", BigInteger),
    Column("hold_ms", BigInteger),
    Column("ended_by", Text),
    Column("disposition", Text),
    Column("notes", Text),
    Column("form_id", Text),
    Column("form_version", Integer),
    Column("answers", JSONB),
)

agent_calls = Table(
    "agent_calls",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("call_id", Text, primary_key=True),
    Column("client_id", Text),
    Column("at", BigInteger),
    Column("queue_id", Text),
    Column("offers", Integer),
    Column("missed", Integer),
    Column("segments", Integer),
)

agent_time = Table(
    "agent_time",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("group_id", Text),
    Column("state", Text),
    Column("reason", Text),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Column("ms", BigInteger),
    Column("counted", Boolean),
)

call_notes = Table(
    "call_notes",
    metadata,
    Column("note_id", Text, primary_key=True),
    Column("cell_id", Text),
    Column("seq", BigInteger),
    Column("call_id", Text),
    Column("client_id", Text),
)

journal = Table(
    "journal",
    metadata,
    Column("cell_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("stream", Text),
    Column("no", Integer),
    Column("at", BigInteger),
    Column("client_id", Text),
    Column("type", Text),
    Column("version", SmallInteger),
    Column("data", JSONB),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("callback_id", Text, key="id", primary_key=True),
    Column("cell_id", Text),
    Column("client_id", Text),
    Column("agent_id", Text),
    Column("call_id", Text),
    Column("queue_id", Text),
    Column("number", Text),
    Column("reason", Text),
    Column("promised_at", BigInteger),
    Column("due_at", BigInteger),
)
