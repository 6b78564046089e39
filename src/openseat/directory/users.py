"""Users: who signs in, as what, for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import func, select, update

from openseat.directory import tables
from openseat.directory.noun import Noun, Row, document, wrong
from openseat.directory.organisation import Language
from openseat.directory.people import known
from openseat.directory.roles import check_grant
from openseat.platform.auth import Principal
from openseat.platform.auth_passwords import make_password_hash
from openseat.platform.auth_roles import Role
from openseat.platform.auth_tables import roles, user_sessions, user_tokens, users
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Label, Password, Strict
from openseat.platform.problems import Problem

Login = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.@-]{1,63}$", strip_whitespace=True)
]


class UserFields(Strict):
    """Somebody who signs in."""

    login: Login
    name: Label
    role: Role
    role_id: Id | None = Field(
        default=None, description="A role of the operator's own, of the same kind; none: all of it"
    )
    client_id: Id | None = Field(default=None, description="Required for a client's user")
    agent_id: Id | None = Field(default=None, description="Required for an agent")
    group_ids: Annotated[
        list[Id], Field(max_length=200, description="Agent groups a supervisor manages")
    ] = []
    queue_ids: Annotated[
        list[Id], Field(max_length=200, description="Queues a supervisor manages")
    ] = []
    language: Language = "zh-CN"
    active: bool = True
    password: Password = Field(description="Written, never shown")


def _administers(row: Row) -> bool:
    # One with a role of the operator's own may lack the very right to give rights.
    return row["role"] == Role.OPERATOR_ADMIN and row["role_id"] is None and row["active"]


async def _another_administrator(session: ScopedSession, subject: str) -> None:
    """Refuse to go on when ``subject`` is the only user left who can give rights.

    All administrators are locked, in one order: of two who take the role from each other at the
    same moment, the second waits, and then finds that nobody else is left.

    Raises:
        Problem: ``user.last_administrator``.
    """
    rows = await session.rows(
        select(users.c.id)
        .where(users.c.role == Role.OPERATOR_ADMIN.value, users.c.role_id.is_(None), users.c.active)
        .order_by(users.c.id)
        .with_for_update()
    )
    if {row["id"] for row in rows} <= {subject}:
        raise Problem("user.last_administrator")


class _User(Noun):
    async def permit(self, who: Principal, session: ScopedSession, row: Row) -> None:
        """Nobody makes, changes or lets go of a user who may do more than they."""
        granted = None
        if row.get("role_id") is not None:
            granted = await session.value(
                select(roles.c.permissions).where(roles.c.id == row["role_id"])
            )
        check_grant(who, row["role"], granted)

    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        if (row["role"] == Role.CLIENT_USER) != (row["client_id"] is not None):
            raise wrong("client_id", "role")
        if row["role"] == Role.AGENT and row["agent_id"] is None:
            raise wrong("agent_id", "role")
        if row["role_id"] is not None:
            kind = await session.value(select(roles.c.kind).where(roles.c.id == row["role_id"]))
            if kind != row["role"]:
                raise wrong("role_id", "unknown" if kind is None else "role")
        await known(session, tables.agent_groups, row["group_ids"], "group_ids")
        await known(session, tables.queues, row["queue_ids"], "queue_ids")
        if before is not None and _administers(before) and not _administers(row):
            await _another_administrator(session, before["id"])
        if row.get("password") is None:
            return {}
        return {"password_hash": await make_password_hash(row["password"])}

    async def check_removal(self, session: ScopedSession, row: Row) -> None:
        if _administers(row):
            await _another_administrator(session, row["id"])

    async def spread(self, session: ScopedSession, subject: str, values: Row) -> None:
        if values.get("password") is None and values.get("active") is not False:
            return
        # Whoever knew the old password, or is let go, is signed out everywhere.
        for table in (user_sessions, user_tokens):
            await session.run(
                update(table)
                .where(table.c.user_id == subject, table.c.revoked_at.is_(None))
                .values(revoked_at=func.now())
            )


USER = _User(
    kind="user",
    path="users",
    table=users,
    fields=UserFields,
    document=document(
        "User",
        UserFields,
        without={"password"},
        signed_in_at=(datetime | None, Field(description="When last signed in")),
    ),
    permission="users",
    sort="login",
    secret=frozenset({"password", "password_hash"}),
    filters=("client_id", "agent_id", "role_id"),
)
