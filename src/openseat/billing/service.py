"""Previews and invoices: what a client owes for a period, traceable to the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text

from openseat.billing.prices import Leases, load_leases, plan_of_row, save_leases
from openseat.billing.tables import invoice_charges, invoice_lines, invoices, rate_plans
from openseat.billing.usage_read import Reach, calls_in, leases_in, reach_of
from openseat.core.identity import Instant, Milliseconds
from openseat.core.kpi.intervals import midnight
from openseat.core.rating import (
    VERSION,
    CallUsage,
    Invoice,
    Period,
    RatePlan,
    Rounding,
    Usage,
    invoice,
    rounded,
)
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem

Row = dict[str, Any]

QUANTITY_PLACES = 6
CHARGE_PLACES = 8
"""Decimal places kept of what is exact inside: for show, never to be added up."""


@dataclass(frozen=True, slots=True)
class Rated:
    """An invoice as it would be, and the usage it was made from."""

    plan: Row
    reach: Reach
    calls: tuple[CallUsage, ...]
    leases: Leases
    invoice: Invoice

    @property
    def call_ms(self) -> Milliseconds:
        """Answered to ended, of all its calls."""
        return sum(call.billable_ms for call in self.calls)


async def rate(session: ScopedSession, plan: Row, period: Period) -> Rated:
    """Apply a plan (a row of `rate_plans`) to what was used in a period so far."""
    reach = await reach_of(session, plan, period)
    calls = await calls_in(session, reach)
    leases = await leases_in(session, reach)
    return Rated(plan, reach, calls, leases, _made(plan_of_row(plan), period, calls, leases))


async def invoice_preview(
    session: ScopedSession, client_id: str, first: date, end: date
) -> list[Rated]:
    """Return what each plan of a client in force in the period would be invoiced now.

    A period may be running; a plan in force in a part of it is applied to that part.
    """
    plans = await session.rows(
        select(rate_plans)
        .where(
            rate_plans.c.client_id == client_id,
            rate_plans.c.valid_from < end,
            (rate_plans.c.valid_until.is_(None)) | (rate_plans.c.valid_until > first),
        )
        .order_by(rate_plans.c.valid_from, rate_plans.c.id)
    )
    return [
        await rate(
            session,
            plan,
            Period(first=max(first, plan["valid_from"]), end=min(end, plan["valid_until"] or end)),
        )
        for plan in plans
    ]


async def make_invoice(
    access: Access, rate_plan_id: str, first: date, end: date, now: Instant
) -> tuple[Row, bool]:
    """Make the invoice of a plan for a period; return its row and whether it is new.

    Asked again for the same period, it returns the invoice made before.

    Raises:
        Problem: ``not_found`` plan; ``rate_plan.none``: not in force all the time;
            ``invoice.period_overlaps``, ``invoice.period_open``, ``invoice.usage_behind``.
    """
    session = access.session
    # The lock makes a second request wait until the first has its invoice.
    plan = await session.row(
        select(rate_plans).where(rate_plans.c.id == rate_plan_id).with_for_update()
    )
    if plan is None:
        raise await access.missing(rate_plans, "rate_plan", rate_plan_id)
    earlier = await _earlier(session, plan, first, end)
    if earlier is not None:
        return earlier, False
    if end <= first:
        raise Problem("value.invalid", field="end_day")
    if first < plan["valid_from"] or end > (plan["valid_until"] or end):
        raise Problem("rate_plan.none")
    if midnight(end, ZoneInfo(plan["time_zone"])) > now:
        raise Problem("invoice.period_open")
    last_seq = await _counted_up_to(session, plan, end)
    rated = await rate(session, plan, Period(first=first, end=end))
    row = {
        "id": new_id("invoice"),
        "number": await _next_number(session, now, plan["time_zone"]),
        "client_id": plan["client_id"],
        "rate_plan_id": plan["id"],
        "first_day": first,
        "end_day": end,
        "time_zone": plan["time_zone"],
        "currency": plan["currency"],
        "total": rated.invoice.total,
        "rating_version": VERSION,
        "prices": plan["prices"],
        "leases": save_leases(rated.leases),
        "after_seq": rated.reach.after_seq,
        "last_seq": last_seq,
        "call_ms": rated.call_ms,
        "created_at": datetime.fromtimestamp(now / 1000, UTC),
        "created_by": access.principal.user_id,
    }
    await session.run(insert(invoices).values(**row))
    await _store_lines(session, row, rated.invoice)
    await access.record(
        "invoice.made",
        "invoice",
        row["id"],
        {"number": row["number"], "total": str(row["total"]), "currency": row["currency"]},
        row["client_id"],
    )
    return row, True


async def find_invoice(access: Access, invoice_id: str) -> Row:
    """Return an invoice's row.

    Raises:
        Problem: ``not_found``.
    """
    row = await access.session.row(select(invoices).where(invoices.c.id == invoice_id))
    if row is None:
        raise await access.missing(invoices, "invoice", invoice_id)
    return row


async def find_lines(session: ScopedSession, invoice_id: str) -> list[Row]:
    """Return an invoice's lines in order."""
    return await session.rows(
        select(invoice_lines)
        .where(invoice_lines.c.invoice_id == invoice_id)
        .order_by(invoice_lines.c.no)
    )


async def check_invoice(session: ScopedSession, row: Row) -> list[str]:
    """Make an invoice again from its prices, its leases and the journal's calls.

    Returns what differs from what was invoiced; nothing when it is reproduced.
    """
    period = Period(first=row["first_day"], end=row["end_day"])
    plan = await session.row(select(rate_plans).where(rate_plans.c.id == row["rate_plan_id"]))
    if plan is None:
        return ["the rate plan is gone"]
    reach = await reach_of(session, {**plan, "time_zone": row["time_zone"]}, period)
    calls = await calls_in(session, reach, row["last_seq"])
    again = _made(plan_of_row(row), period, calls, load_leases(row["leases"]))
    stored = [_comparable(line) for line in await find_lines(session, row["id"])]
    made = [_comparable(line) for line in lines_of(row["id"], row["client_id"], again)]
    differences = [
        f"line {no}: {was} was invoiced, {now} is made"
        for no, (was, now) in enumerate(zip(stored, made, strict=False), 1)
        if was != now
    ]
    if len(stored) != len(made):
        differences.append(f"{len(stored)} lines were invoiced, {len(made)} are made")
    if row["total"] != again.total:
        differences.append(f"{row['total']} was invoiced, {again.total} is made")
    return differences


def lines_of(invoice_id: str, client_id: str, made: Invoice) -> list[Row]:
    """Return the lines of an invoice as rows of `invoice_lines`."""
    return [
        {
            "invoice_id": invoice_id,
            "no": no,
            "client_id": client_id,
            "kind": line.kind.value,
            "item": line.item,
            "first_day": line.period.first,
            "end_day": line.period.end,
            "quantity": shown(line.quantity, QUANTITY_PLACES),
            "price": plain(line.price),
            "amount": line.amount,
            "tier": line.tier,
            "calls": line.calls,
            "first_seq": line.first_seq,
            "last_seq": line.last_seq,
        }
        for no, line in enumerate(made.lines, 1)
    ]


def seconds(spent_ms: Milliseconds) -> Decimal:
    """Return milliseconds as exact seconds."""
    return Decimal(spent_ms).scaleb(-3)


def shown(exact: Fraction, places: int) -> Decimal:
    """Return an exact number for show, without trailing zeros."""
    return plain(rounded(exact, places, Rounding.HALF_EVEN))


def plain(value: Decimal) -> Decimal:
    """Return a price without trailing zeros."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _made(plan: RatePlan, period: Period, calls: tuple[CallUsage, ...], leases: Leases) -> Invoice:
    seats, numbers, storage = leases
    return invoice(
        plan, Usage(period=period, calls=calls, seats=seats, numbers=numbers, storage=storage)
    )


def _comparable(line: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("kind", "item", "first_day", "end_day", "quantity", "price", "amount", "tier")
    return tuple(line[name] for name in (*names, "calls", "first_seq", "last_seq"))


async def _earlier(session: ScopedSession, plan: Row, first: date, end: date) -> Row | None:
    overlapping = await session.row(
        select(invoices)
        .where(
            invoices.c.rate_plan_id == plan["id"],
            invoices.c.first_day < end,
            invoices.c.end_day > first,
        )
        .order_by(invoices.c.first_day)
        .limit(1)
    )
    if overlapping is None or (overlapping["first_day"], overlapping["end_day"]) == (first, end):
        return overlapping
    raise Problem("invoice.period_overlaps", number=overlapping["number"])


async def _counted_up_to(session: ScopedSession, plan: Row, end: date) -> int:
    """Return how far usage was counted, if that is the whole of the period.

    Raises:
        Problem: ``invoice.usage_behind``.
    """
    cell_id = await session.value(
        text("select cell_id from clients where id = :id"), id=plan["client_id"]
    )
    counted = await session.value(
        text(
            "select coalesce(min(seq), 0) from projection_cursor where cell_id = :cell_id"
            " and name in ('usage_calls', 'usage_storage')"
        ),
        cell_id=cell_id,
    )
    behind = await session.value(
        text("select 1 from journal where cell_id = :cell_id and seq > :seq and at < :end limit 1"),
        cell_id=cell_id,
        seq=counted,
        end=midnight(end, ZoneInfo(plan["time_zone"])),
    )
    if behind is not None:
        raise Problem("invoice.usage_behind")
    return counted


async def _next_number(session: ScopedSession, now: Instant, zone: str) -> str:
    year = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).year
    number = await session.value(
        text(
            "insert into invoice_counters (year, last) values (:year, 1)"
            " on conflict (year) do update set last = invoice_counters.last + 1 returning last"
        ),
        year=year,
    )
    return f"{year}-{number:06}"


async def _store_lines(session: ScopedSession, row: Row, made: Invoice) -> None:
    for line in lines_of(row["id"], row["client_id"], made):
        await session.run(insert(invoice_lines).values(**line))
    charges = [
        {
            "invoice_id": row["id"],
            "line_no": no,
            "call_id": charge.call_id,
            "client_id": row["client_id"],
            "seq": charge.seq,
            "seconds": charge.seconds,
            "price": plain(charge.price),
            "amount": shown(charge.amount, CHARGE_PLACES),
        }
        for no, line in enumerate(made.lines, 1)
        for charge in line.charges
    ]
    if charges:
        await session.connection.execute(insert(invoice_charges), charges)
