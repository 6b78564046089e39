"""The screen pop: who is calling, for whom, and what was before."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from openseat.directory.standing import names, outcomes
from openseat.history.documents import CallsQuery, CallSummary
from openseat.history.service import find_calls
from openseat.platform.access import Access, Permitted, may
from openseat.platform.database import ClientScope
from openseat.platform.problems import Problem, responses
from openseat.realtime.gateway import Gateway
from openseat.realtime.state import Row

router = APIRouter(tags=["agent"])

SHOWN = 10
_DIALLABLE = re.compile(r"\+?[0-9]{2,20}")


class Outcome(BaseModel):
    """A disposition that can be chosen."""

    code: str
    name: str


class ScreenPop(BaseModel):
    """The contact at hand and the customer's history with the same client."""

    call_id: str
    segment_id: str = Field(description="Empty until the agent talks")
    direction: str
    caller: str
    called: str
    client_id: str
    project_id: str
    queue_id: str
    state: str
    started_at: datetime
    dispositions: list[Outcome] = Field(
        description="The project's own; empty where it has none, and the common ones apply"
    )
    history: list[CallSummary] = Field(description="Earlier calls of this customer, newest first")
    names: dict[str, str] = Field(description="What the clients, projects … above are called")


@router.get(
    "/me/agent/screen-pop",
    operation_id="read_screen_pop",
    response_model=ScreenPop,
    responses={204: {"description": "No contact at hand"}, **responses(401, 403, 404)},
)
async def read_screen_pop(
    request: Request, own: Annotated[Permitted, may("agents.self")]
) -> ScreenPop | Response:
    """Tell who is calling, from the first ring on."""
    agent_id = own.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    gateway: Gateway = request.app.state.gateway
    place = gateway.row("agents", agent_id)
    call = gateway.row("calls", place["call_id"]) if place and place["call_id"] else None
    if place is None or call is None:
        return Response(status_code=204)
    history = await _history(own, call)
    return ScreenPop(
        call_id=call["call_id"],
        segment_id=place["segment_id"],
        direction=call["direction"],
        caller=call["caller"],
        called=call["called"],
        client_id=call["client_id"],
        project_id=call["project_id"],
        queue_id=call["queue_id"],
        state=call["state"],
        started_at=datetime.fromtimestamp(call["started_at"] / 1000, UTC),
        dispositions=await _outcomes(own, call),
        history=history,
        names=await _names(own, call, history),
    )


async def _outcomes(own: Permitted, call: Row) -> list[Outcome]:
    async with own.services.database.tenant_session(own.principal.scope) as session:
        found = await outcomes(session, call["client_id"], call["project_id"])
    return [Outcome(code=code, name=name) for code, name in found]


async def _names(own: Permitted, call: Row, history: list[CallSummary]) -> dict[str, str]:
    """Return the names of what the pop speaks of: agents may not list the directory."""
    ids = {call["client_id"], call["project_id"], call["queue_id"]}
    for one in history:
        ids.update(one.queue_ids, one.agent_ids)
    async with own.services.database.tenant_session(own.principal.scope) as session:
        return await names(session, sorted(ids))


async def _history(own: Permitted, call: Row) -> list[CallSummary]:
    """Return the customer's earlier calls with the client of this one, and with no other.

    Read in that client's own scope: the agent serves several clients, and the database sees to it
    that nothing of another is shown.
    """
    customer = call["called"] if call["direction"] == "outbound" else call["caller"]
    if not call["client_id"] or not _DIALLABLE.fullmatch(customer):
        return []
    scope = ClientScope(call["client_id"])
    async with own.services.database.tenant_session(scope) as session:
        access = Access(own.principal, session, own.services, own.request_id)
        page = await find_calls(
            access, CallsQuery.model_validate({"number": customer, "limit": SHOWN + 1})
        )
    return [one for one in page.items if one.call_id != call["call_id"]][:SHOWN]
