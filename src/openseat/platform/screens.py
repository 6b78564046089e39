"""Links to big screens: a secret that shows one wallboard, and opens nothing else.

A link shows what the owner of its board may see at that moment, never more, and only while the
owner's account is active. It is no credential of the API: it is looked at by the endpoints of
screens alone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Column, DateTime, ForeignKey, Table, Text, func, select, update

from openseat.platform.access import Access, Services, request_id, services
from openseat.platform.auth import Principal
from openseat.platform.auth_range import managed_of, range_of
from openseat.platform.auth_roles import Role, permissions
from openseat.platform.auth_tables import granted, people, users
from openseat.platform.database import SignInScope, metadata
from openseat.platform.problems import Problem

SCHEME = "screen"
"""Of the `Authorization` header."""

WATCH = "floor.watch"
"""What the owner must still be permitted, and all that a screen is."""

screen_links = Table(
    "screen_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("wallboard_id", Text, nullable=False),
    Column("owner_id", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("revoked_at", DateTime(timezone=True)),
    Column("seen_at", DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A link in use: which board, and as whom."""

    link_id: str
    wallboard_id: str
    owner: Principal


def new_secret() -> tuple[str, str]:
    """Return a link's secret, and the digest of it that is kept."""
    secret = secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def screen_of(shared: Services, secret: str) -> Screen:
    """Return what a link shows, and note that it is in use.

    Raises:
        Problem: ``token.refused``: unknown or revoked, or its owner is no more.
    """
    statement = (
        select(
            users,
            *granted,
            screen_links.c.id.label("link_id"),
            screen_links.c.wallboard_id,
        )
        .select_from(people.join(screen_links, screen_links.c.owner_id == users.c.id))
        .where(
            screen_links.c.digest == digest(secret),
            screen_links.c.revoked_at.is_(None),
            users.c.active,
        )
    )
    async with shared.database.tenant_session(SignInScope()) as session:
        found = await session.row(statement)
        if found is None or WATCH not in permissions(Role(found["role"]), found["granted"]):
            raise Problem("token.refused")
        await session.run(
            update(screen_links)
            .where(screen_links.c.id == found["link_id"])
            .values(seen_at=datetime.now(UTC))
        )
    return Screen(found["link_id"], found["wallboard_id"], _owner(found))


def _owner(found: dict[str, Any]) -> Principal:
    """Return the owner, able to watch and to do nothing."""
    group_ids, queue_ids = managed_of(found)
    return Principal(
        user_id=found["id"],
        login=found["login"],
        name=found["name"],
        role=Role(found["role"]),
        client_id=found["client_id"],
        agent_id=found["agent_id"],
        group_ids=group_ids,
        queue_ids=queue_ids,
        range=range_of(found),
        language=found["language"],
        permissions=frozenset({WATCH}),
        via="token",
        credential_id=found["link_id"],
        expires_at=None,
    )


@dataclass(frozen=True, slots=True)
class ScreenAccess:
    """A screen's request: what it shows, and a transaction in its owner's scope."""

    screen: Screen
    access: Access


async def _shown(request: Request) -> AsyncIterator[ScreenAccess]:
    shared = services(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not secret:
        raise Problem("token.refused")
    screen = await screen_of(shared, secret.strip())
    async with shared.database.tenant_session(screen.owner.scope) as session:
        yield ScreenAccess(screen, Access(screen.owner, session, shared, request_id(request)))


OnScreen = Annotated[ScreenAccess, Depends(_shown, scope="function")]
"""The screen that asks."""
