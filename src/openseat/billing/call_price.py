"""The price of a single call, for the history page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from openseat.billing.documents import CallCharge, CallCharges
from openseat.billing.prices import plan_of_row
from openseat.billing.service import CHARGE_PLACES, plain, shown
from openseat.billing.tables import invoice_charges, invoice_lines, invoices, rate_plans
from openseat.billing.usage_read import BILLED, Reach, reach_of
from openseat.core.events import Direction
from openseat.core.rating import (
    CallPrice,
    CallUsage,
    LineKind,
    Period,
    Rounding,
    call_charges,
    minor_units,
    rounded,
)
from openseat.core.rating.usage import next_month
from openseat.platform.database import ScopedSession

Row = dict[str, Any]


async def call_price(session: ScopedSession, call_id: str) -> CallCharges | None:
    """Return what a call costs: as invoiced, or else as its month stands; None if there is none."""
    call = await session.row(
        text("select * from usage_calls where call_id = :call_id"), call_id=call_id
    )
    if call is None:
        return None
    if call["ended_at"] is None:
        return _document(call, "running")
    return (
        await _invoiced(session, call) or await _estimated(session, call) or _document(call, "free")
    )


async def _invoiced(session: ScopedSession, call: Row) -> CallCharges | None:
    rows = await session.rows(
        select(
            invoice_charges,
            invoice_lines.c.kind,
            invoice_lines.c.tier,
            invoices.c.number,
            invoices.c.currency,
            invoices.c.rate_plan_id,
        )
        .join(
            invoice_lines,
            (invoice_lines.c.invoice_id == invoice_charges.c.invoice_id)
            & (invoice_lines.c.no == invoice_charges.c.line_no),
        )
        .join(invoices, invoices.c.id == invoice_charges.c.invoice_id)
        .where(invoice_charges.c.call_id == call["call_id"])
        .order_by(invoice_charges.c.line_no)
    )
    if not rows:
        return None
    one = rows[0]
    plan = {"rate_plan_id": one["rate_plan_id"], "currency": one["currency"]}
    paper = {"invoice_id": one["invoice_id"], "invoice_number": one["number"]}
    charges = [
        CallCharge(
            kind=row["kind"],
            tier=row["tier"],
            seconds=row["seconds"],
            price=row["price"],
            amount=row["amount"],
        )
        for row in rows
    ]
    exact = sum((Fraction(row["price"]) * _times(row) for row in rows), Fraction(0))
    return _document(call, "invoiced", exact, charges, **plan, **paper)


def _times(row: Row) -> Fraction:
    return Fraction(row["seconds"], 60) if row["kind"] == LineKind.MINUTES else Fraction(1)


async def _estimated(session: ScopedSession, call: Row) -> CallCharges | None:
    plan_row = await _plan_for(session, call)
    if plan_row is None:
        return None
    plan = plan_of_row(plan_row)
    usage = CallUsage(
        call_id=call["call_id"],
        seq=call["seq"],
        direction=Direction(call["direction"]),
        billable_ms=call["billable_ms"],
    )
    price = plan.call_price(usage.direction)
    if price is None:
        return None
    day = datetime.fromtimestamp(call["ended_at"] / 1000, ZoneInfo(plan_row["time_zone"])).date()
    first = day.replace(day=1)
    reach = await reach_of(session, plan_row, Period(first=first, end=next_month(first)))
    found = call_charges(plan, usage, await _used_before(session, reach, price, usage))
    charges = [
        CallCharge(
            kind=LineKind.CALLS if one.tier is None else LineKind.MINUTES,
            tier=one.tier,
            seconds=one.seconds,
            price=plain(one.price),
            amount=shown(one.amount, CHARGE_PLACES),
        )
        for one in found
    ]
    exact = sum((one.amount for one in found), Fraction(0))
    return _document(
        call,
        "estimated",
        exact,
        charges,
        rate_plan_id=plan_row["id"],
        currency=plan_row["currency"],
        rounding=plan.rounding,
    )


async def _plan_for(session: ScopedSession, call: Row) -> Row | None:
    """Return the plan in force on the day the call ended: its project's, or else its client's."""
    ended = datetime.fromtimestamp(call["ended_at"] / 1000, UTC)
    plans = await session.rows(
        select(rate_plans)
        .where(
            rate_plans.c.client_id == call["client_id"],
            rate_plans.c.valid_from <= ended.date() + timedelta(days=1),
            (rate_plans.c.project_id.is_(None)) | (rate_plans.c.project_id == call["project_id"]),
        )
        .order_by(rate_plans.c.project_id.nulls_last(), rate_plans.c.valid_from.desc())
    )
    for plan in plans:
        day = ended.astimezone(ZoneInfo(plan["time_zone"])).date()
        if plan["valid_from"] <= day and (plan["valid_until"] is None or day < plan["valid_until"]):
            return plan
    return None


async def _used_before(
    session: ScopedSession, reach: Reach, price: CallPrice, call: CallUsage
) -> int:
    """Return the seconds charged in the call's month before it; they decide about its tier."""
    if len(price.tiers) == 1:
        return 0
    return await session.value(
        text(
            "select coalesce(sum(first_s + (greatest(0, billable_ms - 1000 * first_s)"  # noqa: S608 - conditions from code
            " + 1000 * step_s - 1) / (1000 * step_s) * step_s), 0)::bigint from usage_calls,"
            " (select cast(:first_s as bigint) as first_s, cast(:step_s as bigint) as step_s) one"
            f" where {reach.condition()} and {BILLED} and {reach.ended()} and billable_ms > 0"
            " and direction = :direction and seq < :seq"
        ),
        **reach.values(),
        **reach.times(),
        first_s=price.first_s,
        step_s=price.step_s,
        direction=call.direction.value,
        seq=call.seq,
    )


def _document(
    call: Row,
    state: Any,
    exact: Fraction | None = None,
    charges: list[CallCharge] | None = None,
    *,
    rate_plan_id: str | None = None,
    currency: str | None = None,
    invoice_id: str | None = None,
    invoice_number: str | None = None,
    rounding: Rounding = Rounding.HALF_UP,
) -> CallCharges:
    amount = None
    if exact is not None and currency is not None:
        amount = rounded(exact, minor_units(currency), rounding)
    return CallCharges(
        call_id=call["call_id"],
        state=state,
        rate_plan_id=rate_plan_id,
        invoice_id=invoice_id,
        invoice_number=invoice_number,
        currency=currency,
        billable_s=call["billable_ms"] / 1000,
        amount=amount,
        charges=charges or [],
    )
