"""Which usage a rate plan is for, read inside the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from openseat.billing.prices import Leases
from openseat.core.events import Direction
from openseat.core.identity import Instant
from openseat.core.kpi.intervals import midnight
from openseat.core.rating import (
    CallUsage,
    NumberLease,
    Period,
    SeatLease,
    SeatType,
    StorageUsage,
)
from openseat.platform.database import ScopedSession

Row = Mapping[str, Any]

BILLED = "direction in ('inbound', 'outbound')"


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a client's usage a plan covers in a period.

    A plan of a project covers that project; a plan of the whole client covers everything but the
    projects that have a plan of their own in that time. Recordings are kept by client, so their
    space is charged by the client's plan alone.
    """

    client_id: str
    project_id: str | None
    others: tuple[str, ...]
    period: Period
    start: Instant
    end: Instant
    after_seq: int = 0
    """Calls that ended before the period, but whose end was journalled after this number, count as
    well: the invoice before this one could not know of them. 0: there was none."""

    def condition(self) -> str:
        """Return the rows of usage that are covered."""
        if self.project_id is not None:
            return "client_id = :client_id and project_id = :project_id"
        return "client_id = :client_id and (project_id is null or project_id <> all(:others))"

    def values(self) -> dict[str, Any]:
        """Return what `condition` asks for."""
        if self.project_id is not None:
            return {"client_id": self.client_id, "project_id": self.project_id}
        return {"client_id": self.client_id, "others": list(self.others)}

    def ended(self) -> str:
        """Return the calls that the period is for, given `start`, `end` and `after_seq`."""
        return (
            "ended_at < :end and"
            " (ended_at >= :start or (cast(:after_seq as bigint) > 0 and seq > :after_seq))"
        )

    def times(self) -> dict[str, int]:
        """Return what `ended` asks for."""
        return {"start": self.start, "end": self.end, "after_seq": self.after_seq}


async def reach_of(session: ScopedSession, plan: Row, period: Period) -> Reach:
    """Return what a plan (a row of `rate_plans`) covers in a period."""
    zone = ZoneInfo(plan["time_zone"])
    others: tuple[str, ...] = ()
    if plan["project_id"] is None:
        rows = await session.rows(
            text(
                "select distinct project_id from rate_plans where client_id = :client_id"
                " and project_id is not null and valid_from < :end"
                " and (valid_until is null or valid_until > :first)"
            ),
            client_id=plan["client_id"],
            first=period.first,
            end=period.end,
        )
        others = tuple(sorted(row["project_id"] for row in rows))
    before = await session.value(
        text(
            "select last_seq from invoices join rate_plans on rate_plans.id = rate_plan_id"
            " where rate_plans.client_id = :client_id"
            " and project_id is not distinct from cast(:project_id as text)"
            " and end_day <= :first order by end_day desc limit 1"
        ),
        client_id=plan["client_id"],
        project_id=plan["project_id"],
        first=period.first,
    )
    return Reach(
        client_id=plan["client_id"],
        project_id=plan["project_id"],
        others=others,
        period=period,
        start=midnight(period.first, zone),
        end=midnight(period.end, zone),
        after_seq=before or 0,
    )


async def calls_in(
    session: ScopedSession, reach: Reach, last_seq: int | None = None
) -> tuple[CallUsage, ...]:
    """Return the calls to be charged, in the order of the journal; none after `last_seq`."""
    rows = await session.rows(
        text(
            "select call_id, seq, direction, billable_ms, project_id from usage_calls"  # noqa: S608 - conditions from code
            f" where {reach.condition()} and {BILLED} and {reach.ended()}"
            " and (cast(:last_seq as bigint) is null or seq <= :last_seq) order by seq"
        ),
        **reach.values(),
        **reach.times(),
        last_seq=last_seq,
    )
    return tuple(
        CallUsage(
            call_id=row["call_id"],
            seq=row["seq"],
            direction=Direction(row["direction"]),
            billable_ms=row["billable_ms"],
            project_id=row["project_id"],
        )
        for row in rows
    )


async def leases_in(session: ScopedSession, reach: Reach) -> Leases:
    """Return seats and numbers rented in the period, and the space that recordings took."""
    days = {"first": reach.period.first, "end": reach.period.end}
    overlap = "first_day < :end and (end_day is null or end_day > :first)"
    seats = await session.rows(
        text(f"select * from seat_leases where {reach.condition()} and {overlap} order by id"),  # noqa: S608 - conditions from code
        **reach.values(),
        **days,
    )
    numbers = await session.rows(
        text(f"select * from number_leases where {reach.condition()} and {overlap} order by id"),  # noqa: S608 - conditions from code
        **reach.values(),
        **days,
    )
    return (
        tuple(
            SeatLease(
                lease_id=row["id"],
                seat_type=SeatType(row["seat_type"]),
                seats=row["seats"],
                first=row["first_day"],
                end=row["end_day"],
            )
            for row in seats
        ),
        tuple(
            NumberLease(number=row["number"], first=row["first_day"], end=row["end_day"])
            for row in numbers
        ),
        await _storage(session, reach),
    )


async def _storage(session: ScopedSession, reach: Reach) -> StorageUsage:
    byte_ms = 0
    if reach.project_id is None:
        byte_ms = await session.value(
            text(
                "select coalesce(sum(bytes::numeric *"
                " (least(coalesce(until, :end), :end) - greatest(since, :start))), 0)"
                " from usage_storage where client_id = :client_id and since < :end"
                " and (until is null or until > :start)"
            ),
            client_id=reach.client_id,
            start=reach.start,
            end=reach.end,
        )
    return StorageUsage(byte_ms=int(byte_ms), period_ms=reach.end - reach.start)
