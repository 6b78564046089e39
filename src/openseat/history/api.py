"""The part of the API that shows calls."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from openseat.history import own_api, promises, service, timeline
from openseat.history.documents import (
    CallbacksQuery,
    CallDetail,
    CallEvent,
    CallsQuery,
    CallSummary,
    PromisedCallback,
)
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id
from openseat.platform.paging import Page
from openseat.platform.problems import responses

router = APIRouter(tags=["calls"])
router.include_router(own_api.router)

Reads = Annotated[Access, needs("history.read")]
CallId = Annotated[Id, Path(description="A call's identifier")]


@router.get("/calls", operation_id="list_calls", responses=responses(401, 403))
async def list_calls(access: Reads, query: Annotated[CallsQuery, Query()]) -> Page[CallSummary]:
    """Calls past and present, newest first unless asked otherwise, page by page."""
    return await service.find_calls(access, query)


@router.get("/calls/{call_id}", operation_id="read_call", responses=responses(401, 403, 404))
async def read_call(access: Reads, call_id: CallId) -> CallDetail:
    """One call with its agents' stretches."""
    return await service.find_call(access, call_id)


@router.get(
    "/calls/{call_id}/events", operation_id="list_call_events", responses=responses(401, 403, 404)
)
async def list_call_events(access: Reads, call_id: CallId) -> Page[CallEvent]:
    """Everything that happened to a call, in one page."""
    return await timeline.find_events(access, call_id)


@router.get("/callbacks", operation_id="list_callbacks", responses=responses(401, 403))
async def list_callbacks(
    access: Reads, query: Annotated[CallbacksQuery, Query()]
) -> Page[PromisedCallback]:
    """Promises to call back, the first due first unless asked otherwise, page by page."""
    return await promises.find_callbacks(access, query)
