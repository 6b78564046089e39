"""Whether the seconds that are billed are those of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from openseat.core.identity import Instant, Milliseconds
from openseat.platform.database import ScopedSession


@dataclass(frozen=True, slots=True)
class SecondsCheck:
    """The connected time of ended calls, by three ways that share nothing but the journal."""

    calls: int
    """Ended calls in the journal."""
    usage_calls: int
    """Ended calls that usage knows."""
    usage_ms: Milliseconds
    """As billing has it: the projection `usage_calls`."""
    journal_ms: Milliseconds
    """As the journal's `call.ended` facts state it."""
    spans_ms: Milliseconds
    """From each call's `call.answered` to its `call.ended`, by the times of the facts."""

    @property
    def agrees(self) -> bool:
        """Whether all three are equal."""
        return self.calls == self.usage_calls and (
            self.usage_ms == self.journal_ms == self.spans_ms
        )


async def check_seconds(
    session: ScopedSession, since: Instant, until: Instant, client_id: str | None = None
) -> SecondsCheck:
    """Compare billed seconds with the journal's, for calls that ended in [since, until).

    Reads the journal's whole stretch: for a check, not for a page.
    """
    values: dict[str, Any] = {"since": since, "until": until, "client_id": client_id}
    usage = await session.row(
        text(
            "select count(*) as calls, coalesce(sum(billable_ms), 0)::bigint as spent"
            " from usage_calls where ended_at >= :since and ended_at < :until"
            " and (cast(:client_id as text) is null or client_id = :client_id)"
        ),
        **values,
    )
    journal = await session.row(
        text(
            "select count(*) as calls,"
            " coalesce(sum((ended.data ->> 'billable_ms')::bigint), 0)::bigint as spent,"
            " coalesce(sum(ended.at - answered.at), 0)::bigint as spans"
            " from journal as ended"
            " left join journal as answered on answered.cell_id = ended.cell_id"
            "  and answered.stream = ended.stream and answered.type = 'call.answered'"
            " where ended.type = 'call.ended' and ended.at >= :since and ended.at < :until"
            " and (cast(:client_id as text) is null or ended.client_id = :client_id)"
        ),
        **values,
    )
    assert usage is not None  # noqa: S101  # an aggregate always has its one row
    assert journal is not None  # noqa: S101  # the same
    return SecondsCheck(
        calls=journal["calls"],
        usage_calls=usage["calls"],
        usage_ms=usage["spent"],
        journal_ms=journal["spent"],
        spans_ms=journal["spans"],
    )
