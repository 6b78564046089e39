"""Contracts of the demonstration floor: what its two clients pay."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Table, insert, select, text

from openseat.billing.documents import PricesDocument
from openseat.billing.prices import plan_of
from openseat.billing.tables import number_leases, rate_plans, seat_leases
from openseat.platform.database import Database, OperatorScope, ScopedSession
from openseat.platform.settings import Settings

Row = dict[str, Any]

BEGINS = date(2026, 1, 1)

JINCHENG_PRICES: Row = {
    "seats": [
        {"seat_type": "exclusive_operator_staff", "monthly": "5800"},
        {"seat_type": "exclusive_own_staff", "monthly": "1500"},
    ],
    "calls": [
        {
            "direction": "inbound",
            "tiers": [
                {"from_seconds": 0, "per_minute": "0.30"},
                {"from_seconds": 600_000, "per_minute": "0.24"},
                {"from_seconds": 3_000_000, "per_minute": "0.20"},
            ],
            "floor_per_minute": "0.18",
            "first_s": 60,
            "step_s": 6,
        },
        {
            "direction": "outbound",
            "tiers": [{"from_seconds": 0, "per_minute": "0.42"}],
            "floor_per_minute": "0.25",
        },
    ],
    "numbers": [
        {"number_class": "AAB", "term": "yearly", "amount": "2400"},
        {"number_class": "ordinary", "term": "yearly", "amount": "600"},
    ],
    "storage": {"quota_mb": 2048, "per_100_mb_year": "12"},
    "minimum": "3000",
    "discounts": {"minutes": "5"},
}
BEIDOU_PRICES: Row = {
    "seats": [{"seat_type": "shared", "monthly": "1980", "pro_rata": "half_months"}],
    "calls": [
        {
            "direction": "inbound",
            "tiers": [{"from_seconds": 0, "per_minute": "0.36"}],
            "per_call": "0.50",
            "first_s": 0,
            "step_s": 1,
        },
    ],
    "numbers": [{"number_class": "AAB", "term": "monthly", "amount": "90"}],
}
PLANS: tuple[Row, ...] = (
    {"id": "jincheng-2026", "client_id": "jincheng", "name": "2026 年度合同"},
    {"id": "beidou-2026", "client_id": "beidou", "name": "2026 按量合同"},
)
PRICES = {"jincheng-2026": JINCHENG_PRICES, "beidou-2026": BEIDOU_PRICES}
SEATS: tuple[Row, ...] = (
    {
        "id": "jincheng-seats",
        "client_id": "jincheng",
        "seat_type": "exclusive_operator_staff",
        "seats": 8,
    },
    {"id": "beidou-seats", "client_id": "beidou", "seat_type": "shared", "seats": 4},
)


async def seed(settings: Settings) -> bool:
    """Make the contracts of the demonstration's clients, unless there is a contract already.

    Returns whether they were made. The clients must be there.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the server refuses; nothing was made.
    """
    database = Database(settings.database_url("app"), pool_size=1)
    try:
        async with database.tenant_session(OperatorScope()) as session:
            if await session.value(select(rate_plans.c.id).limit(1)) is not None:
                return False
            await _make(session)
    finally:
        await database.close()
    return True


async def _make(session: ScopedSession) -> None:
    for plan in PLANS:
        prices = PricesDocument.model_validate(PRICES[plan["id"]])
        plan_of(plan["id"], "CNY", prices)
        await _add(
            session,
            rate_plans,
            {
                **plan,
                "currency": "CNY",
                "time_zone": "Asia/Shanghai",
                "prices": prices.model_dump(mode="json"),
                "valid_from": BEGINS,
            },
        )
    for lease in SEATS:
        await _add(session, seat_leases, {**lease, "first_day": BEGINS})
    numbers = await session.rows(
        text("select id, client_id, e164 from numbers where client_id is not null order by id")
    )
    for number in numbers:
        await _add(
            session,
            number_leases,
            {
                "id": f"lease-{number['id']}",
                "client_id": number["client_id"],
                "number": number["e164"],
                "first_day": BEGINS,
            },
        )


async def _add(session: ScopedSession, table: Table, row: Row) -> None:
    await session.run(insert(table).values(**row))
