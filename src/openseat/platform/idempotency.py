"""Idempotency keys: a POST that is sent again is answered again, not done again.

The key is claimed in the same transaction as the deed, so that either both
are there or neither; a second request with the key waits for the first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Integer, Table, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from openseat.platform.database import ScopedSession, metadata
from openseat.platform.problems import Problem

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
"""How long an answer can be asked for again."""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("client_id", Text),
    Column("request", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSON),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer that was given to the first request with the key."""

    status: int
    body: Any


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return what tells one request from another."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


async def claim(
    session: ScopedSession, user_id: str, client_id: str | None, key: str, request: str
) -> Replay | None:
    """Claim ``key`` for the request; return the earlier answer when it was done before.

    Raises:
        Problem: ``idempotency.conflict``: the key was used for another request.
    """
    await session.run(
        delete(idempotency_keys).where(
            idempotency_keys.c.user_id == user_id,
            idempotency_keys.c.created_at < func.now() - KEPT_FOR,
        )
    )
    claimed = await session.run(
        insert(idempotency_keys)
        .values(user_id=user_id, key=key, client_id=client_id, request=request, status=0)
        .on_conflict_do_nothing()
    )
    if claimed:
        return None
    found = await session.row(
        select(idempotency_keys).where(
            idempotency_keys.c.user_id == user_id, idempotency_keys.c.key == key
        )
    )
    if found is None or found["request"] != request:
        raise Problem("idempotency.conflict")
    return Replay(found["status"], found["body"])


async def keep(session: ScopedSession, user_id: str, key: str, status: int, body: Any) -> None:
    """Store the answer beside the deed, in the same transaction."""
    await session.run(
        update(idempotency_keys)
        .where(idempotency_keys.c.user_id == user_id, idempotency_keys.c.key == key)
        .values(status=status, body=body)
    )
