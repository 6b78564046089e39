"""Tables of what agents see and fill in: scripts, clients' own pages, forms.

Every version of a script and of a form is kept, so that an old call can still be read with what
its agent had before them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from openseat.platform.database import metadata


def _of_a_project() -> list[Column[Any]]:
    return [
        Column("id", Text, primary_key=True),
        Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
        # Empty: for all of the client's projects that have none of their own.
        Column("project_id", Text),
    ]


def _common() -> list[Column[Any]]:
    return [
        Column("active", Boolean, nullable=False, server_default=text("true")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("version", Integer, nullable=False, server_default=text("1")),
    ]


def _inside() -> list[Any]:
    return [
        ForeignKeyConstraint(["client_id", "project_id"], ["projects.client_id", "projects.id"]),
        UniqueConstraint("client_id", "project_id", postgresql_nulls_not_distinct=True),
    ]


scripts = Table(
    "scripts",
    metadata,
    *_of_a_project(),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False, server_default=""),
    *_common(),
    *_inside(),
)

script_versions = Table(
    "script_versions",
    metadata,
    Column("script_id", Text, ForeignKey("scripts.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

client_pages = Table(
    "client_pages",
    metadata,
    *_of_a_project(),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("opens", Text, nullable=False, server_default="frame"),
    Column("secret", Text, nullable=False, server_default=""),
    Column("valid_s", Integer, nullable=False, server_default=text("300")),
    Column("full_numbers", Boolean, nullable=False, server_default=text("false")),
    *_common(),
    *_inside(),
)

forms = Table(
    "forms",
    metadata,
    *_of_a_project(),
    Column("name", Text, nullable=False),
    Column("fields", JSONB, nullable=False, server_default="[]"),
    *_common(),
    *_inside(),
)

form_versions = Table(
    "form_versions",
    metadata,
    # No key to the form: the calls filled in with it outlive it.
    Column("form_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("project_id", Text),
    Column("name", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

busy_reasons = Table(
    "busy_reasons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("colour", Text, nullable=False, server_default="bad"),
    Column("counts_as", Text, nullable=False, server_default="break"),
    Column("limit_s", Integer),
    Column("position", Integer, nullable=False, server_default=text("0")),
    *_common(),
)
