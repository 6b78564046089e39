"""The part of the API for invoices: previews, making them, and the calls behind them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import select, tuple_
from starlette.responses import Response

from openseat.billing import contracts, service
from openseat.billing.call_price import call_price
from openseat.billing.contracts import RATE_PLAN
from openseat.billing.documents import (
    CallCharges,
    ChargeDocument,
    InvoiceCheck,
    InvoiceDocument,
    InvoiceHead,
    InvoiceRequest,
    LineDocument,
    Preview,
)
from openseat.billing.queries import (
    ClientPageQuery,
    PeriodQuery,
    Reads,
    Writes,
)
from openseat.billing.tables import invoice_charges, invoices
from openseat.core.rating import Period
from openseat.core.rating.usage import next_month
from openseat.platform.access import Access
from openseat.platform.headers import Subject
from openseat.platform.paging import Page, PageQuery, cut_page, read_cursor
from openseat.platform.problems import Problem, responses

router = APIRouter(tags=["billing"])

_EPOCH = datetime.fromtimestamp(0, UTC)
_LATEST_MS = 4_102_444_800_000
"""The year 2100: a cursor that points beyond it was not written here."""


@router.get(
    "/rate-plans/{subject}/preview",
    operation_id="preview_invoice",
    responses=responses(401, 403, 404, 409),
)
async def preview_invoice(
    access: Reads, subject: Subject, query: Annotated[PeriodQuery, Query()]
) -> Preview:
    """What an invoice would be from what was used so far; of the running month by default."""
    plan = await contracts.find(access, RATE_PLAN, subject)
    first, end = _period(query)
    rated = await service.rate(access.session, plan, Period(first=first, end=end))
    return Preview(
        client_id=plan["client_id"],
        rate_plan_id=plan["id"],
        first_day=first,
        end_day=end,
        currency=plan["currency"],
        total=rated.invoice.total,
        call_seconds=service.seconds(rated.call_ms),
        lines=[
            LineDocument.model_validate(line)
            for line in service.lines_of("", plan["client_id"], rated.invoice)
        ],
    )


@router.get("/invoices", operation_id="list_invoices", responses=responses(401, 403))
async def list_invoices(
    access: Reads, query: Annotated[ClientPageQuery, Query()]
) -> Page[InvoiceHead]:
    """List invoices, the newest first, page by page."""
    statement = (
        select(invoices)
        .order_by(invoices.c.created_at.desc(), invoices.c.id.desc())
        .limit(query.limit + 1)
    )
    if query.client_id is not None:
        statement = statement.where(invoices.c.client_id == query.client_id)
    if query.cursor is not None:
        after_ms, after_id = read_cursor(query.cursor, int, str)
        statement = statement.where(
            tuple_(invoices.c.created_at, invoices.c.id) < tuple_(_moment(after_ms), after_id)
        )
    rows = await access.session.rows(statement)
    for row in rows:
        row["created_ms"] = (row["created_at"] - _EPOCH) // timedelta(milliseconds=1)
    page, following = cut_page(rows, query.limit, "created_ms", "id")
    return Page[InvoiceHead](items=[_head(row) for row in page], next_cursor=following)


@router.post(
    "/invoices",
    operation_id="make_invoice",
    status_code=201,
    response_model=InvoiceDocument,
    responses={
        200: {"model": InvoiceDocument, "description": "Made before"},
        **responses(401, 403, 404, 409),
    },
)
async def make_invoice(access: Writes, body: InvoiceRequest, response: Response) -> InvoiceDocument:
    """Make the invoice of a plan for days that are over; the same days give the same invoice."""
    row, new = await service.make_invoice(
        access, body.rate_plan_id, body.first_day, body.end_day, _now()
    )
    if not new:
        response.status_code = 200
    return await _invoice(access, row)


@router.get("/invoices/{subject}", operation_id="read_invoice", responses=responses(401, 403, 404))
async def read_invoice(access: Reads, subject: Subject) -> InvoiceDocument:
    """Read an invoice with its lines."""
    return await _invoice(access, await service.find_invoice(access, subject))


@router.get(
    "/invoices/{subject}/lines/{number}/charges",
    operation_id="list_invoice_charges",
    responses=responses(401, 403, 404),
)
async def list_invoice_charges(
    access: Reads,
    subject: Subject,
    number: Annotated[int, Path(ge=1, le=1_000_000, description="Number of the line")],
    query: Annotated[PageQuery, Query()],
) -> Page[ChargeDocument]:
    """The calls behind a line of an invoice, in the order of the journal, page by page."""
    await service.find_invoice(access, subject)
    table = invoice_charges
    statement = (
        select(table)
        .where(table.c.invoice_id == subject, table.c.line_no == number)
        .order_by(table.c.seq, table.c.call_id)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        after = read_cursor(query.cursor, int, str)
        statement = statement.where(tuple_(table.c.seq, table.c.call_id) > tuple_(*after))
    page, following = cut_page(await access.session.rows(statement), query.limit, "seq", "call_id")
    return Page[ChargeDocument](
        items=[ChargeDocument.model_validate(row) for row in page], next_cursor=following
    )


@router.get(
    "/invoices/{subject}/check",
    operation_id="check_invoice",
    responses=responses(401, 403, 404),
)
async def check_invoice(access: Reads, subject: Subject) -> InvoiceCheck:
    """Make an invoice again from the journal's calls, and tell what differs."""
    row = await service.find_invoice(access, subject)
    differences = await service.check_invoice(access.session, row)
    return InvoiceCheck(reproduced=not differences, differences=differences)


@router.get(
    "/calls/{subject}/charges", operation_id="read_call_charges", responses=responses(401, 403, 404)
)
async def read_call_charges(access: Reads, subject: Subject) -> CallCharges:
    """What a call costs: as invoiced, or as its month stands so far."""
    found = await call_price(access.session, subject)
    if found is None:
        raise Problem("not_found", kind="call", id=subject)
    return found


def _now() -> int:
    return time.time_ns() // 1_000_000


def _moment(at_ms: int) -> datetime:
    if not 0 <= at_ms <= _LATEST_MS:
        raise Problem("cursor.invalid")
    return _EPOCH + timedelta(milliseconds=at_ms)


def _period(query: PeriodQuery) -> tuple[date, date]:
    first = query.first_day or datetime.now(UTC).date().replace(day=1)
    end = query.end_day or next_month(first)
    if end <= first:
        raise Problem("value.invalid", field="end_day")
    return first, end


def _head(row: Mapping[str, Any]) -> InvoiceHead:
    return InvoiceHead.model_validate({**row, "call_seconds": service.seconds(row["call_ms"])})


async def _invoice(access: Access, row: Mapping[str, Any]) -> InvoiceDocument:
    lines = await service.find_lines(access.session, row["id"])
    return InvoiceDocument.model_validate({**_head(row).model_dump(), "lines": lines})
