"""What is agreed with a client: rate plans, leased seats, leased numbers.

All three begin on a day and may be given an end; nothing else of them ever changes, because
invoices were, or will be, made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, insert, select, tuple_, update

from openseat.billing.tables import invoices, number_leases, rate_plans, seat_leases
from openseat.platform.access import Access
from openseat.platform.identifiers import new_id
from openseat.platform.paging import cut_page, read_cursor
from openseat.platform.problems import Problem

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Agreed:
    """One kind of agreement."""

    kind: str
    table: Table
    begins: str
    ends: str


RATE_PLAN = Agreed("rate_plan", rate_plans, "valid_from", "valid_until")
SEAT_LEASE = Agreed("seat_lease", seat_leases, "first_day", "end_day")
NUMBER_LEASE = Agreed("number_lease", number_leases, "first_day", "end_day")


async def find_page(
    access: Access, agreed: Agreed, *, limit: int, cursor: str | None, client_id: str | None
) -> tuple[list[Row], str | None]:
    """Return one page by id, and the next page's cursor."""
    table = agreed.table
    statement = select(table).order_by(table.c.id).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(tuple_(table.c.id) > tuple_(*read_cursor(cursor, str)))
    if client_id is not None:
        statement = statement.where(table.c.client_id == client_id)
    return cut_page(await access.session.rows(statement), limit, "id")


async def find(access: Access, agreed: Agreed, subject: str) -> Row:
    """Return one row.

    Raises:
        Problem: ``not_found``.
    """
    row = await access.session.row(select(agreed.table).where(agreed.table.c.id == subject))
    if row is None:
        raise await access.missing(agreed.table, agreed.kind, subject)
    return row


async def create(access: Access, agreed: Agreed, values: Mapping[str, Any]) -> Row:
    """Make a row and put it on record.

    Raises:
        Problem: ``value.invalid``: it would end before it begins.
    """
    _check_end(agreed, values[agreed.begins], values[agreed.ends])
    subject = new_id(agreed.kind.replace("_", "-"))
    await access.session.run(insert(agreed.table).values(id=subject, **values))
    row = await find(access, agreed, subject)
    await access.record(
        f"{agreed.kind}.created", agreed.kind, subject, _plain(values), row["client_id"]
    )
    return row


async def end(access: Access, agreed: Agreed, subject: str, day: date | None, version: int) -> Row:
    """Give a row another end, or none, if it still has ``version``.

    Raises:
        Problem: ``not_found``, ``precondition.failed``, ``value.invalid``; ``in_use``: a plan was
            invoiced beyond the day.
    """
    before = await find(access, agreed, subject)
    if before["version"] != version:
        raise Problem("precondition.failed")
    _check_end(agreed, before[agreed.begins], day)
    if agreed is RATE_PLAN and day is not None:
        await _check_invoices(access, subject, day)
    touched = await access.session.run(
        update(agreed.table)
        .where(agreed.table.c.id == subject, agreed.table.c.version == version)
        .values({agreed.ends: day, "version": version + 1})
    )
    if not touched:
        raise Problem("precondition.failed")
    await access.record(
        f"{agreed.kind}.changed",
        agreed.kind,
        subject,
        _plain({"before": before[agreed.ends], "after": day}),
        before["client_id"],
    )
    return await find(access, agreed, subject)


def _check_end(agreed: Agreed, begins: date, ends: date | None) -> None:
    if ends is not None and ends <= begins:
        raise Problem("value.invalid", field=agreed.ends)


async def _check_invoices(access: Access, plan_id: str, day: date) -> None:
    number = await access.session.value(
        select(invoices.c.number)
        .where(invoices.c.rate_plan_id == plan_id, invoices.c.end_day > day)
        .limit(1)
    )
    if number is not None:
        raise Problem("in_use")


def _plain(values: Mapping[str, Any]) -> Row:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
