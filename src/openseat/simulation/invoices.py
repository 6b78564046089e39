"""What the demonstration's clients would be invoiced, and whether it is for the seconds spoken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from openseat.billing.check import check_seconds
from openseat.billing.service import Rated, invoice_preview
from openseat.platform.database import Database, OperatorScope
from openseat.platform.settings import Settings
from openseat.simulation.audit import Told

ZONE = ZoneInfo("Asia/Shanghai")
PATIENCE_S = 30.0
"""How long the usage may take to follow the journal."""


async def invoiced(
    settings: Settings, calls: Iterable[Told], mismatches: list[str]
) -> list[dict[str, Any]]:
    """Return the current month's preview of each client with calls; add what does not agree.

    Every call must be in its client's usage with the journal's own milliseconds, and
    what is billed must be the journal's seconds whichever way they are added up.
    """
    ended = [call for call in calls if call.ended and call.client_id]
    if not ended:
        return []
    database = Database(settings.database_url("app"), pool_size=1)
    try:
        found: list[dict[str, Any]] = []
        for client_id in sorted({call.client_id for call in ended}):
            mine = {call.call_id: call for call in ended if call.client_id == client_id}
            rated = await _rated(database, client_id, mine)
            _compare(rated, mine, mismatches)
            found += [_lines(one) for one in rated]
        since = min(call.started_at for call in ended)
        await _check_sums(database, since, mismatches)
        return found
    finally:
        await database.close()


async def _rated(database: Database, client_id: str, calls: dict[str, Told]) -> list[Rated]:
    """The previews, once usage has every call or patience is over."""
    first, end = _month(datetime.now(ZONE).date())
    until = time.monotonic() + PATIENCE_S
    while True:
        async with database.tenant_session(OperatorScope()) as session:
            rated = await invoice_preview(session, client_id, first, end)
        known = {usage.call_id for one in rated for usage in one.calls}
        if calls.keys() <= known or time.monotonic() > until:
            return rated
        await asyncio.sleep(0.5)


def _month(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _compare(rated: list[Rated], calls: dict[str, Told], mismatches: list[str]) -> None:
    billed = {usage.call_id: usage.billable_ms for one in rated for usage in one.calls}
    for call_id, call in calls.items():
        if call_id not in billed:
            mismatches.append(f"{call.caller} ({call_id}): on no invoice")
        elif billed[call_id] != call.billable_ms:
            mismatches.append(
                f"{call.caller} ({call_id}): {billed[call_id]} ms billed, {call.billable_ms} ms"
                " journaled"
            )
    for one in rated:
        total = sum(line.amount for line in one.invoice.lines)
        if total != one.invoice.total:
            mismatches.append(f"invoice of {one.plan['id']}: lines add up to {total}")


async def _check_sums(database: Database, since: int, mismatches: list[str]) -> None:
    async with database.tenant_session(OperatorScope()) as session:
        check = await check_seconds(session, since, since + 86_400_000)
    if not check.agrees:
        mismatches.append(f"billed seconds are not the journal's: {check}")


def _lines(rated: Rated) -> dict[str, Any]:
    return {
        "client_id": rated.plan["client_id"],
        "plan": rated.plan["name"],
        "currency": rated.invoice.currency,
        "total": str(rated.invoice.total),
        "lines": [{"what": line.kind, "amount": str(line.amount)} for line in rated.invoice.lines],
    }
