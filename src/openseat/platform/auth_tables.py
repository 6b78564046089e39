"""Tables of accounts: roles, users, their sessions and tokens, and refused sign-ins."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from openseat.platform.database import metadata

roles = Table(
    "roles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False, server_default="{}"),
    Column("range", Text, nullable=False),
    Column("client_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("project_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("id", "kind"),
    CheckConstraint(
        "kind in ('operator_admin', 'supervisor', 'agent', 'client_user')", name="kind"
    ),
    CheckConstraint(
        "case kind when 'operator_admin' then range in ('all', 'chosen')"
        " when 'supervisor' then range in ('managed', 'chosen', 'own')"
        " when 'agent' then range = 'own' else range in ('all', 'chosen') end",
        name="range",
    ),
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("role_id", Text, index=True),
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("agent_id", Text, ForeignKey("agents.id"), unique=True),
    Column("group_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("queue_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("language", Text, nullable=False, server_default="zh-CN"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("password_hash", Text, nullable=False),
    Column("signed_in_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint(
        "role in ('operator_admin', 'supervisor', 'agent', 'client_user')", name="role"
    ),
    # A client's user without a client would see the operator's data, and the reverse.
    CheckConstraint("(role = 'client_user') = (client_id is not null)", name="client_id"),
    ForeignKeyConstraint(["role_id", "role"], ["roles.id", "roles.kind"], name="fk_users_role_id"),
    CheckConstraint("role <> 'agent' or agent_id is not null", name="agent_id"),
)

user_sessions = Table(
    "user_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)

user_tokens = Table(
    "user_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_sign_in_attempts_key_at", "key", "at"),
)

people = users.outerjoin(roles, roles.c.id == users.c.role_id)
"""Users with the roles that were made for them."""
granted = (
    roles.c.permissions.label("granted"),
    roles.c.range.label("data_range"),
    roles.c.client_ids.label("range_client_ids"),
    roles.c.project_ids.label("range_project_ids"),
)
"""What the role grants, and whose data it reaches; null: all that the user's kind may and does."""
