"""Tables of the directory. Spans are whole seconds; ids are text.

Keys that start with ``client_id`` keep a row's references inside its client:
row-level security does not look at foreign keys, so the keys themselves must.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    column,
    func,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from openseat.platform import auth_tables
from openseat.platform.database import metadata

users = auth_tables.users


def _common() -> list[Column[Any]]:
    """Columns of everything that people edit."""
    return [
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("version", Integer, nullable=False, server_default=text("1")),
    ]


def _id() -> Column[Any]:
    return Column("id", Text, primary_key=True)


def _whole(name: str, default: int | None = None) -> Column[Any]:
    if default is None:
        return Column(name, Integer)
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def _flag(name: str, default: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=text(str(default).lower()))


def _words(name: str, default: str = "") -> Column[Any]:
    return Column(name, Text, nullable=False, server_default=default)


def _json(name: str, default: str = "{}") -> Column[Any]:
    return Column(name, JSONB, nullable=False, server_default=default)


def _cell() -> Column[Any]:
    return Column("cell_id", Text, ForeignKey("cells.id"), nullable=False, server_default="main")


cells = Table("cells", metadata, _id(), _words("name"))

operators = Table(
    "operators",
    metadata,
    _id(),
    _words("name"),
    _words("short_name"),
    Column("busy_reasons", ARRAY(Text), nullable=False, server_default="{break,meeting,training}"),
    _whole("max_calls"),
    _words("service_number"),
    _words("code_sign_in", "*81"),
    _words("code_sign_out", "*82"),
    _words("code_idle", "*83"),
    _words("code_busy", "*84"),
    _words("code_outbound_only", "*85"),
    _words("code_end_after_call_work", "*86"),
    _words("code_echo", "*87"),
    *_common(),
)

branches = Table(
    "branches",
    metadata,
    _id(),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("name", Text, nullable=False, unique=True),
    *_common(),
)

clients = Table(
    "clients",
    metadata,
    _id(),
    _cell(),
    Column("branch_id", Text, ForeignKey("branches.id")),
    Column("name", Text, nullable=False, unique=True),
    _words("short_name"),
    _words("language", "zh-CN"),
    # Shown on outgoing calls of projects that have none of their own.
    _words("caller_number"),
    _flag("active", True),
    *_common(),
)

projects = Table(
    "projects",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("name", Text, nullable=False),
    _words("caller_number"),
    _whole("max_calls"),
    _words("time_zone", "Asia/Shanghai"),
    _flag("auto_answer"),
    _flag("announce_agent"),
    _whole("own_recordings_days"),
    _words("numbers_masked_for", "nobody"),
    _flag("active", True),
    *_common(),
    CheckConstraint(
        "numbers_masked_for in ('nobody', 'agents', 'staff')", name="numbers_masked_for"
    ),
    UniqueConstraint("client_id", "name"),
    UniqueConstraint("client_id", "id"),
)

skills = Table(
    "skills", metadata, _id(), Column("name", Text, nullable=False, unique=True), *_common()
)

agent_groups = Table(
    "agent_groups",
    metadata,
    _id(),
    _cell(),
    Column("branch_id", Text, ForeignKey("branches.id")),
    Column("name", Text, nullable=False, unique=True),
    *_common(),
)

agents = Table(
    "agents",
    metadata,
    _id(),
    # Whose people they are; empty for the operator's own.
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("number", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("group_id", Text, ForeignKey("agent_groups.id"), nullable=False, index=True),
    _whole("min_busy_s", 0),
    _whole("grace_s", 30),
    _flag("auto_answer"),
    _words("language", "zh-CN"),
    # A number outside at which they may work.
    _words("telephone"),
    _words("caller_number"),
    # The digest of the PIN, never the PIN.
    _words("pin"),
    _flag("active", True),
    *_common(),
)

agent_skills = Table(
    "agent_skills",
    metadata,
    Column("agent_id", Text, ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", Text, ForeignKey("skills.id"), primary_key=True, index=True),
    Column("level", Integer, nullable=False),
    CheckConstraint("level between 1 and 10", name="level"),
)

queues = Table(
    "queues",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("project_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    _words("strategy", "longest_idle"),
    _json("relaxations", "[]"),
    _whole("priority", 0),
    _whole("ageing_per_minute", 0),
    _whole("weight", 1),
    _whole("max_wait_s"),
    _whole("max_length"),
    Column("overflow_kind", Text),
    _words("overflow_id"),
    _flag("overflow_when_unstaffed"),
    _whole("offer_timeout_s", 20),
    _whole("preferred_wait_s", 15),
    _flag("prefer_last_agent"),
    _whole("keep_place_s", 300),
    _whole("service_level_s", 20),
    _whole("short_abandon_s", 5),
    _whole("after_call_work_limit_s", 30),
    _words("music", "default"),
    _whole("announce_first_s"),
    _whole("announce_every_s"),
    _flag("announce_position"),
    _flag("announce_wait"),
    _whole("record_percent", 100),
    _flag("callback_on_switch_loss", True),
    _flag("auto_answer"),
    _flag("active", True),
    *_common(),
    ForeignKeyConstraint(["client_id", "project_id"], ["projects.client_id", "projects.id"]),
    UniqueConstraint("client_id", "name"),
    UniqueConstraint("client_id", "id"),
    Index("ix_queues_client_id_project_id", "client_id", "project_id"),
)

queue_skills = Table(
    "queue_skills",
    metadata,
    Column("queue_id", Text, ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", Text, ForeignKey("skills.id"), primary_key=True, index=True),
    Column("level", Integer, nullable=False),
    CheckConstraint("level between 1 and 10", name="level"),
)

agent_queues = Table(
    "agent_queues",
    metadata,
    Column("agent_id", Text, ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True),
    Column("queue_id", Text, ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("ix_agent_queues_queue_id", "queue_id"),
)

agent_postings = Table(
    "agent_postings",
    metadata,
    Column("agent_id", Text, ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True),
    Column("queue_id", Text, ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True),
    # Serves the queue though it is not an own one, or does not though it is.
    Column("serves", Boolean, nullable=False),
    Column("until", DateTime(timezone=True)),
    Column("posted_by", Text, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_agent_postings_queue_id", "queue_id"),
)

agent_skill_postings = Table(
    "agent_skill_postings",
    metadata,
    Column("agent_id", Text, ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", Text, ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True),
    # Held for the time being instead of the own level; 0 for not at all.
    Column("level", Integer, nullable=False),
    Column("until", DateTime(timezone=True)),
    Column("posted_by", Text, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("level between 0 and 10", name="level"),
    Index("ix_agent_skill_postings_skill_id", "skill_id"),
)

agent_queues_now = table(
    "agent_queues_now", column("agent_id", Text), column("queue_id", Text), column("position")
)
"""A view: the own queues, with the postings in force."""

agent_skills_now = table(
    "agent_skills_now", column("agent_id", Text), column("skill_id", Text), column("level", Integer)
)
"""A view: the own skills, with what is given and taken for the time being."""

flows = Table(
    "flows",
    metadata,
    _id(),
    # Empty for the operator's own, such as the menu of a number that several clients share.
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("project_id", Text),
    Column("name", Text, nullable=False),
    _json("draft"),
    _whole("published_number"),
    *_common(),
    ForeignKeyConstraint(["client_id", "project_id"], ["projects.client_id", "projects.id"]),
    CheckConstraint("project_id is null or client_id is not null", name="project_id"),
    UniqueConstraint("client_id", "name", postgresql_nulls_not_distinct=True),
)

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("flow_id", Text, ForeignKey("flows.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("definition", JSONB, nullable=False),
    _words("note"),
    Column("published_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_by", Text, nullable=False),
)

numbers = Table(
    "numbers",
    metadata,
    _id(),
    _cell(),
    # Both empty on a number that several clients share and its flow tells apart.
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("project_id", Text),
    Column("e164", Text, nullable=False, unique=True),
    Column("flow_id", Text, ForeignKey("flows.id"), nullable=False, index=True),
    _words("language", "zh-CN"),
    _words("note"),
    # Calls go through the flow's draft, to try it before it is published.
    _flag("draft"),
    _flag("active", True),
    *_common(),
    ForeignKeyConstraint(["client_id", "project_id"], ["projects.client_id", "projects.id"]),
    CheckConstraint("(project_id is null) = (client_id is null)", name="project_id"),
)

calendars = Table(
    "calendars",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("name", Text, nullable=False),
    # [{"date": "2026-10-01", "name": "国庆节", "spans": []}]; no spans: closed all day.
    _json("days", "[]"),
    *_common(),
    UniqueConstraint("client_id", "name", postgresql_nulls_not_distinct=True),
)

hours = Table(
    "hours",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("name", Text, nullable=False),
    _words("time_zone", "Asia/Shanghai"),
    # {"0": [["09:00", "18:00"]]}: weekday (Monday 0) to spans.
    _json("weekly"),
    Column("calendar_id", Text, ForeignKey("calendars.id"), index=True),
    *_common(),
    UniqueConstraint("client_id", "name", postgresql_nulls_not_distinct=True),
)

prompts = Table(
    "prompts",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id")),
    # What a flow plays: `prompt:<name>`. The switch finds files by name alone, so a name is one
    # for the whole installation; a client's begin with its id.
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    _words("text"),
    Column("sha256", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    *_common(),
    UniqueConstraint("name", "language"),
)

listed_numbers = Table(
    "listed_numbers",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    # Empty: for all of the client's projects.
    Column("project_id", Text),
    Column("kind", Text, nullable=False),
    Column("e164", Text, nullable=False),
    _words("note"),
    *_common(),
    ForeignKeyConstraint(["client_id", "project_id"], ["projects.client_id", "projects.id"]),
    CheckConstraint("kind in ('blacklist', 'whitelist')", name="kind"),
    UniqueConstraint("client_id", "project_id", "kind", "e164", postgresql_nulls_not_distinct=True),
)

dispositions = Table(
    "dispositions",
    metadata,
    _id(),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    # Empty: for all of the client's projects.
    Column("project_id", Text),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    _whole("position", 0),
    _flag("active", True),
    *_common(),
    ForeignKeyConstraint(["client_id", "project_id"], ["projects.client_id", "projects.id"]),
    UniqueConstraint("client_id", "project_id", "code", postgresql_nulls_not_distinct=True),
)

phones = Table(
    "phones",
    metadata,
    # The SIP user name.
    _id(),
    Column("agent_id", Text, ForeignKey("agents.id"), index=True),
    _words("name"),
    Column("password", Text, nullable=False),
    _flag("webrtc"),
    _flag("srtp"),
    *_common(),
)

trunks = Table(
    "trunks",
    metadata,
    _id(),
    _cell(),
    Column("name", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    _words("transport", "udp"),
    _words("username"),
    _words("password"),
    _flag("registers"),
    Column("match", ARRAY(Text), nullable=False, server_default="{}"),
    _flag("srtp"),
    _whole("qualify_s", 5),
    Column("prefixes", ARRAY(Text), nullable=False, server_default='{""}'),
    _whole("cost", 0),
    _whole("capacity"),
    _flag("active", True),
    *_common(),
)

directory_state = Table(
    "directory_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _whole("version", 1),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""One row: raised by a trigger with every change of what the floor reads."""
