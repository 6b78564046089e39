"""The audit trail: who did or tried what, chained so that tampering shows.

Each entry's digest is an HMAC over the entry and the digest before it, with a
key that is not in the database: an entry changed, removed or slipped in breaks
the chain. Entries cut off at the end show against a head noted earlier
(`bin/openseat audit verify --since SEQ:DIGEST`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    insert,
    select,
    update,
)

from openseat.platform.database import ScopedSession, metadata
from openseat.platform.settings import Settings

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("client_id", Text),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    # json, not jsonb: the digest is over the text as it was written.
    Column("detail", JSON, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index("ix_audit_entries_client_id_seq", "client_id", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done or tried.

    ``action`` is `noun.verb`; ``kind`` and ``subject_id`` name what it was done to;
    ``client_id`` is whose data it concerns (None: the operator's own).
    """

    action: str
    actor_id: str
    kind: str = ""
    subject_id: str = ""
    client_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found: ``broken_at`` is the first bad entry's number."""

    entries: int
    head: str
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """Writes and checks the chain with the installation's key."""

    key: bytes

    @classmethod
    def of(cls, settings: Settings) -> AuditTrail:
        """Return the trail of an installation."""
        return cls(settings.secrets.read("audit_key").encode())

    async def record(self, session: ScopedSession, entry: AuditEntry) -> None:
        """Append ``entry`` in the session's own transaction: it stands or falls with the deed.

        Call it last: it serialises writers until the transaction ends.
        """
        head = await session.row(select(audit_head).where(audit_head.c.id == 1).with_for_update())
        if head is None:
            raise RuntimeError("the audit trail has no head; the database was not migrated")
        values: dict[str, Any] = {
            "seq": head["seq"] + 1,
            "at": datetime.now(UTC),
            "actor_id": entry.actor_id,
            "client_id": entry.client_id,
            "action": entry.action,
            "kind": entry.kind,
            "subject_id": entry.subject_id,
            "detail": json.loads(json.dumps(entry.detail, ensure_ascii=False, default=str)),
            "request_id": entry.request_id,
        }
        values["digest"] = self.digest(head["digest"], values)
        await session.run(insert(audit_entries).values(**values))
        await session.run(
            update(audit_head)
            .where(audit_head.c.id == 1)
            .values(seq=values["seq"], digest=values["digest"])
        )

    def digest(self, previous: str, values: Mapping[str, Any]) -> str:
        """Return the digest of an entry that follows the one with the digest ``previous``."""
        content = [
            previous,
            values["seq"],
            values["at"].astimezone(UTC).isoformat(timespec="microseconds"),
            values["actor_id"],
            values["client_id"],
            values["action"],
            values["kind"],
            values["subject_id"],
            values["detail"],
            values["request_id"],
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    async def verify(self, session: ScopedSession, since: str = "") -> Verdict:
        """Walk the whole chain; ``since`` is a head (`seq:digest`) that must still be in it."""
        anchor_seq, _, anchor = since.partition(":")
        anchored = not since
        seq, digest = 0, ""
        while True:
            rows = await session.rows(
                select(audit_entries)
                .where(audit_entries.c.seq > seq)
                .order_by(audit_entries.c.seq)
                .limit(_BATCH)
            )
            for row in rows:
                if row["seq"] != seq + 1 or row["digest"] != self.digest(digest, row):
                    return Verdict(seq, f"{seq}:{digest}", seq + 1)
                seq, digest = row["seq"], row["digest"]
                anchored = anchored or (str(seq) == anchor_seq and digest == anchor)
            if len(rows) < _BATCH:
                break
        head = await session.row(select(audit_head).where(audit_head.c.id == 1))
        whole = head is not None and (head["seq"], head["digest"]) == (seq, digest)
        return Verdict(seq, f"{seq}:{digest}", None if whole and anchored else seq + 1)
