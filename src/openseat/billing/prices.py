"""Between the documents of prices and the plans of the core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openseat.billing.documents import PricesDocument
from openseat.core.events import Direction
from openseat.core.rating import (
    CallPrice,
    NumberFee,
    NumberLease,
    RatePlan,
    SeatLease,
    SeatPrice,
    SeatType,
    StoragePrice,
    StorageUsage,
    Tier,
)


def plan_of(plan_id: str, currency: str, prices: PricesDocument) -> RatePlan:
    """Return the plan that prices describe.

    Raises:
        CoreError: `rate_plan.invalid` or `currency.unknown`.
    """
    return RatePlan(
        plan_id=plan_id,
        currency=currency,
        rounding=prices.rounding,
        seats=tuple(
            SeatPrice(seat_type=one.seat_type, monthly=one.monthly, pro_rata=one.pro_rata)
            for one in prices.seats
        ),
        calls=tuple(
            CallPrice(
                direction=Direction(one.direction),
                tiers=tuple(
                    Tier(from_seconds=tier.from_seconds, per_minute=tier.per_minute)
                    for tier in one.tiers
                ),
                per_call=one.per_call,
                floor_per_minute=one.floor_per_minute,
                first_s=one.first_s,
                step_s=one.step_s,
            )
            for one in prices.calls
        ),
        numbers=tuple(
            NumberFee(number_class=one.number_class, term=one.term, amount=one.amount)
            for one in prices.numbers
        ),
        storage=None
        if prices.storage is None
        else StoragePrice(
            quota_mb=prices.storage.quota_mb, per_100_mb_year=prices.storage.per_100_mb_year
        ),
        minimum=prices.minimum,
        discounts=dict(prices.discounts),
    )


def plan_of_row(row: Mapping[str, Any]) -> RatePlan:
    """Return the plan that a row of `rate_plans`, or of `invoices`, holds."""
    plan_id = row.get("rate_plan_id") or row["id"]
    return plan_of(plan_id, row["currency"], PricesDocument.model_validate(row["prices"]))


Leases = tuple[tuple[SeatLease, ...], tuple[NumberLease, ...], StorageUsage]
"""What a client used besides calls."""


def save_leases(leases: Leases) -> dict[str, Any]:
    """Return what `load_leases` takes: kept with an invoice."""
    seats, numbers, storage = leases
    return {
        "seats": [
            [one.lease_id, one.seat_type, one.seats, *_days(one.first, one.end)] for one in seats
        ],
        "numbers": [[one.number, *_days(one.first, one.end)] for one in numbers],
        # Text: byte-milliseconds of a month pass what JSON readers take for a number.
        "storage": [str(storage.byte_ms), storage.period_ms],
    }


def load_leases(saved: Mapping[str, Any]) -> Leases:
    """Return what was given to `save_leases`."""
    return (
        tuple(
            SeatLease(
                lease_id=lease_id,
                seat_type=SeatType(seat_type),
                seats=seats,
                first=date.fromisoformat(first),
                end=None if end is None else date.fromisoformat(end),
            )
            for lease_id, seat_type, seats, first, end in saved["seats"]
        ),
        tuple(
            NumberLease(
                number=number,
                first=date.fromisoformat(first),
                end=None if end is None else date.fromisoformat(end),
            )
            for number, first, end in saved["numbers"]
        ),
        StorageUsage(byte_ms=int(saved["storage"][0]), period_ms=saved["storage"][1]),
    )


def _days(first: date, end: date | None) -> tuple[str, str | None]:
    return first.isoformat(), None if end is None else end.isoformat()
