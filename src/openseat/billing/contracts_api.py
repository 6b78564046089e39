"""The part of the API for what is agreed: rate plans, leases of seats and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from openseat.billing import contracts
from openseat.billing.contracts import NUMBER_LEASE, RATE_PLAN, SEAT_LEASE, Agreed
from openseat.billing.documents import (
    LeaseEnd,
    NumberLease,
    NumberLeaseFields,
    PlanEnd,
    RatePlan,
    RatePlanFields,
    SeatLease,
    SeatLeaseFields,
)
from openseat.billing.prices import plan_of
from openseat.billing.queries import ClientPageQuery, Reads, Writes
from openseat.core.rating import number_class
from openseat.platform.access import Access
from openseat.platform.fields import Strict
from openseat.platform.headers import IdempotencyKey, IfMatch, Subject, version_needed
from openseat.platform.idempotency import claim, fingerprint, keep
from openseat.platform.paging import Page
from openseat.platform.problems import responses

router = APIRouter(tags=["billing"])

_ETAG: dict[str, Any] = {
    "headers": {"ETag": {"description": "Version of the row", "schema": {"type": "string"}}}
}


@router.get("/rate-plans", operation_id="list_rate_plans", responses=responses(401, 403))
async def list_rate_plans(
    access: Reads, query: Annotated[ClientPageQuery, Query()]
) -> Page[RatePlan]:
    """List rate plans, page by page."""
    rows, following = await _page(access, RATE_PLAN, query)
    return Page[RatePlan](
        items=[RatePlan.model_validate(row) for row in rows], next_cursor=following
    )


@router.post(
    "/rate-plans",
    operation_id="create_rate_plan",
    status_code=201,
    response_model=RatePlan,
    responses={201: _ETAG, **responses(401, 403, 409)},
)
async def create_rate_plan(
    request: Request, access: Writes, body: RatePlanFields, key: IdempotencyKey = None
) -> Any:
    """Agree on prices. They never change: other prices are another plan."""
    plan_of("", body.currency, body.prices)
    values = body.model_dump() | {"prices": body.prices.model_dump(mode="json")}
    return await _create(request, access, RATE_PLAN, RatePlan, body, values, key)


@router.get(
    "/rate-plans/{subject}",
    operation_id="read_rate_plan",
    response_model=RatePlan,
    responses={200: _ETAG, **responses(401, 403, 404)},
)
async def read_rate_plan(access: Reads, subject: Subject) -> Any:
    """Read one rate plan."""
    return _answer(RatePlan, await contracts.find(access, RATE_PLAN, subject))


@router.patch(
    "/rate-plans/{subject}",
    operation_id="end_rate_plan",
    response_model=RatePlan,
    responses={200: _ETAG, **responses(401, 403, 404, 409, 412, 428)},
)
async def end_rate_plan(
    access: Writes, subject: Subject, body: PlanEnd, if_match: IfMatch = None
) -> Any:
    """Say until when a plan is in force; needs If-Match."""
    return _answer(RatePlan, await _end(access, RATE_PLAN, subject, body.valid_until, if_match))


@router.get("/seat-leases", operation_id="list_seat_leases", responses=responses(401, 403))
async def list_seat_leases(
    access: Reads, query: Annotated[ClientPageQuery, Query()]
) -> Page[SeatLease]:
    """List leases of seats, page by page."""
    rows, following = await _page(access, SEAT_LEASE, query)
    return Page[SeatLease](
        items=[SeatLease.model_validate(row) for row in rows], next_cursor=following
    )


@router.post(
    "/seat-leases",
    operation_id="create_seat_lease",
    status_code=201,
    response_model=SeatLease,
    responses={201: _ETAG, **responses(401, 403, 409)},
)
async def create_seat_lease(
    request: Request, access: Writes, body: SeatLeaseFields, key: IdempotencyKey = None
) -> Any:
    """Rent out seats."""
    return await _create(request, access, SEAT_LEASE, SeatLease, body, body.model_dump(), key)


@router.patch(
    "/seat-leases/{subject}",
    operation_id="end_seat_lease",
    response_model=SeatLease,
    responses={200: _ETAG, **responses(401, 403, 404, 412, 428)},
)
async def end_seat_lease(
    access: Writes, subject: Subject, body: LeaseEnd, if_match: IfMatch = None
) -> Any:
    """Say when a lease of seats ends; needs If-Match."""
    return _answer(SeatLease, await _end(access, SEAT_LEASE, subject, body.end_day, if_match))


@router.get("/number-leases", operation_id="list_number_leases", responses=responses(401, 403))
async def list_number_leases(
    access: Reads, query: Annotated[ClientPageQuery, Query()]
) -> Page[NumberLease]:
    """List leases of numbers, page by page."""
    rows, following = await _page(access, NUMBER_LEASE, query)
    return Page[NumberLease](
        items=[NumberLease.model_validate(_classed(row)) for row in rows], next_cursor=following
    )


@router.post(
    "/number-leases",
    operation_id="create_number_lease",
    status_code=201,
    response_model=NumberLease,
    responses={201: _ETAG, **responses(401, 403, 409)},
)
async def create_number_lease(
    request: Request, access: Writes, body: NumberLeaseFields, key: IdempotencyKey = None
) -> Any:
    """Hold a number for a client."""
    return await _create(request, access, NUMBER_LEASE, NumberLease, body, body.model_dump(), key)


@router.patch(
    "/number-leases/{subject}",
    operation_id="end_number_lease",
    response_model=NumberLease,
    responses={200: _ETAG, **responses(401, 403, 404, 412, 428)},
)
async def end_number_lease(
    access: Writes, subject: Subject, body: LeaseEnd, if_match: IfMatch = None
) -> Any:
    """Say when a lease of a number ends; needs If-Match."""
    return _answer(NumberLease, await _end(access, NUMBER_LEASE, subject, body.end_day, if_match))


async def _page(
    access: Access, agreed: Agreed, query: ClientPageQuery
) -> tuple[list[dict[str, Any]], str | None]:
    return await contracts.find_page(
        access, agreed, limit=query.limit, cursor=query.cursor, client_id=query.client_id
    )


def _classed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "number_class": number_class(row["number"])} if "number" in row else dict(row)


def _answer(document: type[Any], row: Mapping[str, Any], status: int = 200) -> JSONResponse:
    body = document.model_validate(_classed(row)).model_dump(mode="json")
    return JSONResponse(body, status_code=status, headers={"ETag": f'"{row["version"]}"'})


async def _create(
    request: Request,
    access: Access,
    agreed: Agreed,
    document: type[Any],
    body: Strict,
    values: Mapping[str, Any],
    key: str | None,
) -> JSONResponse:
    who = access.principal
    if key is not None:
        mark = fingerprint(request.method, request.url.path, body.model_dump_json().encode())
        replay = await claim(access.session, who.user_id, who.client_id, key, mark)
        if replay is not None:
            headers = {"Idempotent-Replayed": "true"}
            return JSONResponse(replay.body, status_code=replay.status, headers=headers)
    row = await contracts.create(access, agreed, values)
    if key is not None:
        kept = document.model_validate(_classed(row)).model_dump(mode="json")
        await keep(access.session, who.user_id, key, 201, kept)
    return _answer(document, row, 201)


async def _end(
    access: Access, agreed: Agreed, subject: str, day: date | None, if_match: str | None
) -> dict[str, Any]:
    return await contracts.end(access, agreed, subject, day, version_needed(if_match))
