"""From a plan and usage to the lines of an invoice.

The same plan and usage give the same lines, always. An amount is rounded once, on its line; the
total is the sum of the lines, so that whoever adds them up finds the total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from openseat.core.rating.calls import Charge, all_charges, discounted
from openseat.core.rating.money import minor_units, rounded
from openseat.core.rating.plan import DiscountOn, FeeTerm, ProRata, RatePlan, SeatPrice
from openseat.core.rating.usage import (
    NumberLease,
    Period,
    SeatLease,
    Usage,
    anniversary,
    next_month,
)

VERSION: Final = 1
"""Rises when the same plan and usage would give other lines; kept with every invoice."""

DAYS_OF_A_STORAGE_YEAR: Final = 365
MEGABYTE: Final = 1_000_000


class LineKind(StrEnum):
    """What a line is for."""

    SEATS = "seats"
    MINUTES = "minutes"
    CALLS = "calls"
    NUMBERS = "numbers"
    STORAGE = "storage"
    MINIMUM = "minimum"
    """Tops the sum of the other lines up to the least agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an invoice."""

    kind: LineKind
    item: str = ""
    """A seat type, a direction, a number; empty where the kind says all."""
    period: Period
    quantity: Fraction
    """Seat-months, seconds, calls, fees, 100 MB-years."""
    price: Decimal
    """Of a seat-month, a minute, a call, a fee, a 100 MB-year; discounts are taken off."""
    amount: Decimal
    tier: int | None = None
    calls: int = 0
    """How many calls are behind the line."""
    first_seq: int | None = None
    last_seq: int | None = None
    """Journal numbers of the first and last call's end."""
    charges: tuple[Charge, ...] = ()
    """The trail: what every single call adds to the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """The lines of a period and their sum."""

    currency: str
    period: Period
    lines: tuple[Line, ...]
    total: Decimal


def invoice(plan: RatePlan, usage: Usage) -> Invoice:
    """Apply prices to usage. No line and no total is ever negative."""
    lines = [
        *_seat_lines(plan, usage),
        *_call_lines(plan, usage),
        *_number_lines(plan, usage),
        *_storage_lines(plan, usage),
    ]
    zero = Decimal(0).scaleb(-minor_units(plan.currency))
    subtotal = sum((line.amount for line in lines), zero)
    lines += _minimum_lines(plan, usage, subtotal)
    return Invoice(
        currency=plan.currency,
        period=usage.period,
        lines=tuple(lines),
        total=sum((line.amount for line in lines), zero),
    )


def _amount(plan: RatePlan, exact: Fraction) -> Decimal:
    return rounded(exact, minor_units(plan.currency), plan.rounding)


def _seat_lines(plan: RatePlan, usage: Usage) -> Iterator[Line]:
    prices = {price.seat_type: price for price in plan.seats}
    for lease in sorted(usage.seats, key=lambda lease: (lease.seat_type, lease.lease_id)):
        price = prices.get(lease.seat_type)
        if price is None:
            continue
        for month in usage.period.months():
            share = _month_share(price, lease, month)
            if share:
                monthly = discounted(price.monthly, plan.discount(DiscountOn.SEATS))
                yield Line(
                    kind=LineKind.SEATS,
                    item=lease.seat_type,
                    period=month,
                    quantity=share * lease.seats,
                    price=monthly,
                    amount=_amount(plan, Fraction(monthly) * share * lease.seats),
                )


def _month_share(price: SeatPrice, lease: SeatLease, part: Period) -> Fraction:
    """Return which share of its calendar month's price a part of that month costs."""
    used = part.overlap(lease.first, lease.end)
    first = part.first.replace(day=1)
    of_month = (next_month(first) - first).days
    if price.pro_rata is ProRata.BY_DAY:
        return Fraction(used, of_month)
    if not used:
        return Fraction(0)
    if price.pro_rata is ProRata.FULL_MONTH:
        return Fraction(1)
    return Fraction(1, 2) if used <= 15 else Fraction(1)


def _call_lines(plan: RatePlan, usage: Usage) -> Iterator[Line]:
    behind: dict[tuple[str, bool, int], list[Charge]] = {}
    for charge in all_charges(plan, usage.calls):
        key = (charge.direction, charge.tier is None, charge.tier or 0)
        behind.setdefault(key, []).append(charge)
    for key in sorted(behind):
        charges = behind[key]
        one = charges[0]
        per_call = one.tier is None
        quantity = len(charges) if per_call else sum(charge.seconds for charge in charges)
        yield Line(
            kind=LineKind.CALLS if per_call else LineKind.MINUTES,
            item=one.direction,
            period=usage.period,
            quantity=Fraction(quantity),
            price=one.price,
            amount=_amount(plan, sum((charge.amount for charge in charges), Fraction(0))),
            tier=one.tier,
            calls=len(charges),
            first_seq=one.seq,
            last_seq=charges[-1].seq,
            charges=tuple(charges),
        )


def _number_lines(plan: RatePlan, usage: Usage) -> Iterator[Line]:
    fees = {fee.number_class: fee for fee in plan.numbers}
    for lease in sorted(usage.numbers, key=lambda lease: (lease.number, lease.first)):
        fee = fees.get(lease.number_class)
        due = _times_due(fee.term, lease, usage.period) if fee is not None else 0
        if fee is not None and due:
            price = discounted(fee.amount, plan.discount(DiscountOn.NUMBERS))
            yield Line(
                kind=LineKind.NUMBERS,
                item=lease.number,
                period=usage.period,
                quantity=Fraction(due),
                price=price,
                amount=_amount(plan, Fraction(price) * due),
            )


def _times_due(term: FeeTerm, lease: NumberLease, period: Period) -> int:
    """Return how often a fee falls due in a period: at the start of the lease, and of each term.

    A month's fee is due on the first of the month, and on the first day of the lease.
    """
    if term is FeeTerm.MONTHLY:
        return sum(
            1
            for month in period.months()
            if month.overlap(lease.first, lease.end)
            and max(lease.first, month.first.replace(day=1)) >= month.first
        )
    due = [lease.first]
    if term is FeeTerm.YEARLY:
        years = range(1, max(1, period.end.year - lease.first.year + 1))
        due += [anniversary(lease.first, year) for year in years]
    return sum(
        1
        for day in due
        if period.first <= day < period.end and (lease.end is None or day < lease.end)
    )


def _storage_lines(plan: RatePlan, usage: Usage) -> Iterator[Line]:
    price, kept = plan.storage, usage.storage
    if price is None or kept.period_ms <= 0:
        return
    megabytes = Fraction(kept.byte_ms, kept.period_ms * MEGABYTE)
    hundreds = max(Fraction(0), megabytes - price.quota_mb) / 100
    years = Fraction(usage.period.days, DAYS_OF_A_STORAGE_YEAR)
    if hundreds:
        per_year = discounted(price.per_100_mb_year, plan.discount(DiscountOn.STORAGE))
        yield Line(
            kind=LineKind.STORAGE,
            period=usage.period,
            quantity=hundreds * years,
            price=per_year,
            amount=_amount(plan, Fraction(per_year) * hundreds * years),
        )


def _minimum_lines(plan: RatePlan, usage: Usage, subtotal: Decimal) -> Iterator[Line]:
    whole_months = sum(
        1
        for month in usage.period.months()
        if month.first.day == 1 and month.end == next_month(month.first)
    )
    least = _amount(plan, Fraction(plan.minimum) * whole_months)
    if least > subtotal:
        yield Line(
            kind=LineKind.MINIMUM,
            period=usage.period,
            quantity=Fraction(whole_months),
            price=plan.minimum,
            amount=least - subtotal,
        )
