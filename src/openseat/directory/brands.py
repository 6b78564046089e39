"""What the operator and its clients are called and look like; other areas may ask."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)

from openseat.directory.tables import clients, operators
from openseat.platform.database import ScopedSession, metadata

logos = Table(
    "logos",
    metadata,
    Column("id", Text, primary_key=True),
    # Empty: the operator's own, which everybody may see.
    Column("client_id", Text, ForeignKey("clients.id", ondelete="CASCADE")),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("client_id", postgresql_nulls_not_distinct=True),
)


class Brand(BaseModel):
    """A company as pages show it."""

    name: str
    short_name: str
    logo: str | None = Field(description="Digest of its logo, which changes with it; null for none")


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo as it is sent to browsers."""

    media_type: str
    data: bytes
    sha256: str


async def brand_of(session: ScopedSession, client_id: str | None) -> Brand:
    """Return how a client presents itself; without one, how the operator does."""
    source = operators if client_id is None else clients
    statement = select(source.c.name, source.c.short_name)
    if client_id is not None:
        statement = statement.where(clients.c.id == client_id)
    row = await session.row(statement.limit(1))
    mark = await session.value(
        select(logos.c.sha256).where(logos.c.client_id.is_not_distinct_from(client_id))
    )
    return Brand.model_validate({"name": "", "short_name": "", **(row or {}), "logo": mark})


async def logo_of(session: ScopedSession, client_id: str | None) -> Logo | None:
    """Return a client's logo, or without one the operator's; None where there is none."""
    row = await session.row(
        select(logos.c.media_type, logos.c.data, logos.c.sha256).where(
            logos.c.client_id.is_not_distinct_from(client_id)
        )
    )
    return None if row is None else Logo(**row)
