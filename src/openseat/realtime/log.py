"""The agents' own log: the calls they took and placed, and the call-backs that are theirs to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from openseat.directory.standing import names
from openseat.history.documents import Callback, CallsQuery, CallSummary
from openseat.history.promises import owed
from openseat.history.service import find_calls
from openseat.platform.access import Access, Permitted, may
from openseat.platform.problems import Problem, responses

router = APIRouter(tags=["agent"])

SHOWN = 20


class OwnLog(BaseModel):
    """What the agent did lately, and has still to do."""

    calls: list[CallSummary] = Field(description="Taken or placed, newest first")
    callbacks: list[Callback] = Field(
        description="To be done, most urgent first: the agent's own promises, and their queues'"
    )
    names: dict[str, str] = Field(description="What the clients, projects … above are called")


@router.get("/me/agent/log", operation_id="read_own_log", responses=responses(401, 403, 404))
async def read_own_log(own: Annotated[Permitted, may("agents.self")]) -> OwnLog:
    """Tell the agent's own latest calls, and the call-backs they owe."""
    agent_id = own.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    async with own.services.database.tenant_session(own.principal.scope) as session:
        access = Access(own.principal, session, own.services, own.request_id)
        query = CallsQuery.model_validate({"agent_id": agent_id, "limit": SHOWN})
        calls = (await find_calls(access, query)).items
        callbacks = await owed(session, own.principal, agent_id, SHOWN)
        shown = (*calls, *callbacks)
        ids = {one.client_id for one in shown} | {one.project_id for one in shown}
        return OwnLog(calls=calls, callbacks=callbacks, names=await names(session, sorted(ids)))
