"""The part of the API that shows agents their own calls."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from openseat.history import own_calls
from openseat.history.own_documents import OwnCallDetail, OwnCalls, OwnCallsQuery
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id
from openseat.platform.problems import responses

router = APIRouter(tags=["agent"])

Own = Annotated[Access, needs("agents.self")]


@router.get("/me/calls", operation_id="list_own_calls", responses=responses(401, 403, 404))
async def list_own_calls(access: Own, query: Annotated[OwnCallsQuery, Query()]) -> OwnCalls:
    """The signed-in agent's own calls, the missed ones among them, page by page."""
    return await own_calls.find_own_calls(access, query)


@router.get("/me/calls/{call_id}", operation_id="read_own_call", responses=responses(401, 403, 404))
async def read_own_call(
    access: Own, call_id: Annotated[Id, Path(description="A call's identifier")]
) -> OwnCallDetail:
    """One of the own calls: what was written, and what happened in the agent's part of it."""
    return await own_calls.find_own_call(access, call_id)
