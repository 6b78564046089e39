"""Supervisors' power over the floor: other people's states, their conversations, whole calls.

Whoever sees a row of the live floor, and holds the permission, may act on it, and nobody else;
an attempt on anything else is answered like an unknown id and put on record. Every deed is in the
audit trail before it is done.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import Field
from starlette.responses import Response

from openseat.core.events import SupervisionMode
from openseat.core.inputs import (
    Command,
    EndCall,
    EndSupervision,
    SetBusy,
    SetIdle,
    SignOut,
    Supervise,
)
from openseat.platform.access import Permitted, may, refused
from openseat.platform.audit import AuditEntry
from openseat.platform.database import OperatorScope
from openseat.platform.fields import Id, Strict, Word
from openseat.platform.problems import Problem, responses
from openseat.platform.reach import reach_of
from openseat.realtime.gateway import Gateway
from openseat.realtime.socket import sight_of
from openseat.realtime.state import Row

router = APIRouter(tags=["floor"])

Controls = Annotated[Permitted, may("floor.control")]
AgentId = Annotated[Id, Path(description="An agent's identifier")]
CallId = Annotated[Id, Path(description="A call's identifier")]
_ANSWERS = responses(401, 403, 404, 409, 503)

FORCED = "forced"
"""The reason shown for a busy state that somebody else asked for without giving one."""


class ForcedState(StrEnum):
    """What can be made of somebody else."""

    IDLE = "idle"
    BUSY = "busy"


class ForcedChange(Strict):
    """The state asked for; during a contact it takes effect after it."""

    state: ForcedState
    reason: Word | None = Field(default=None, description="For busy; without one: forced")


class SupervisionAsked(Strict):
    """How to be at the agent's conversation."""

    mode: SupervisionMode
    call_id: Id = Field(description="The conversation that is meant, lest it be another by now")


@router.post(
    "/floor/agents/{agent_id}/state",
    operation_id="force_state",
    status_code=204,
    responses=_ANSWERS,
)
async def force_state(
    request: Request, own: Controls, agent_id: AgentId, body: ForcedChange
) -> Response:
    """Make an agent idle or busy."""
    await _agent(request, own, agent_id)
    by = own.principal.user_id
    if body.state is ForcedState.IDLE:
        command: Command = SetIdle(agent_id=agent_id, by=by)
    else:
        command = SetBusy(agent_id=agent_id, reason=body.reason or FORCED, by=by)
    detail = {"reason": body.reason} if body.reason else {}
    return await _do(own, command, f"agent.forced_{body.state}", "agent", agent_id, detail)


@router.post(
    "/floor/agents/{agent_id}/sign-out",
    operation_id="force_sign_out",
    status_code=204,
    responses=_ANSWERS,
)
async def force_sign_out(request: Request, own: Controls, agent_id: AgentId) -> Response:
    """End an agent's session on the floor; during a contact, after it."""
    await _agent(request, own, agent_id)
    command = SignOut(agent_id=agent_id, by=own.principal.user_id)
    return await _do(own, command, "agent.forced_out", "agent", agent_id)


@router.post(
    "/floor/agents/{agent_id}/supervision",
    operation_id="supervise",
    status_code=204,
    responses=_ANSWERS,
)
async def supervise(
    request: Request, own: Controls, agent_id: AgentId, body: SupervisionAsked
) -> Response:
    """Listen to, whisper to, barge into or take over an agent's conversation.

    The caller's own phone rings; who is at the conversation already goes on in the new mode.
    """
    place = own.principal.agent_id
    if place is None:
        raise Problem("agent.not_linked")
    call = await _conversation(request, own, agent_id, body.call_id)
    command = Supervise(
        supervisor_id=place,
        agent_id=agent_id,
        call_id=body.call_id,
        mode=body.mode,
        by=own.principal.user_id,
        group_ids=await _followed(request, own),
    )
    detail = {"mode": body.mode.value, "call_id": body.call_id}
    client_id = call["client_id"] or None
    return await _do(own, command, "supervision.asked", "agent", agent_id, detail, client_id)


@router.delete(
    "/me/supervision", operation_id="end_supervision", status_code=204, responses=_ANSWERS
)
async def end_supervision(own: Controls) -> Response:
    """Leave the conversation that the caller is at."""
    place = own.principal.agent_id
    if place is None:
        raise Problem("agent.not_linked")
    command = EndSupervision(supervisor_id=place, by=own.principal.user_id)
    return await _do(own, command, "supervision.left", "agent", place)


@router.post(
    "/floor/calls/{call_id}/end", operation_id="cut_off_call", status_code=204, responses=_ANSWERS
)
async def cut_off(request: Request, own: Controls, call_id: CallId) -> Response:
    """End a call, whoever is in it."""
    call = await _visible(request, own, "calls", "call", call_id)
    command = EndCall(call_id=call_id, by=own.principal.user_id)
    client_id = call["client_id"] or None
    return await _do(own, command, "call.cut_off", "call", call_id, {}, client_id)


async def _do(
    own: Permitted,
    command: Command,
    action: str,
    kind: str,
    subject_id: str,
    detail: dict[str, Any] | None = None,
    client_id: str | None = None,
) -> Response:
    """Put the deed on record, then have the floor do it."""
    entry = AuditEntry(
        action=action,
        actor_id=own.principal.user_id,
        kind=kind,
        subject_id=subject_id,
        client_id=client_id,
        detail=detail or {},
        request_id=own.request_id,
    )
    async with own.services.database.tenant_session(own.principal.scope) as session:
        await own.services.audit.record(session, entry)
    await own.services.floor.send(command)
    return Response(status_code=204)


async def _agent(request: Request, own: Permitted, agent_id: str) -> Row:
    return await _visible(request, own, "agents", "agent", agent_id)


async def _conversation(request: Request, own: Permitted, agent_id: str, call_id: str) -> Row:
    """Return the call that an agent is in, if the caller manages the agent or the call's queue."""
    gateway = _gateway(request)
    call, agent = gateway.row("calls", call_id), gateway.row("agents", agent_id)
    if call is None or agent is None or agent["call_id"] != call_id:
        await _visible(request, own, "agents", "agent", agent_id)
        raise Problem("agent.no_call", agent_id=agent_id)
    sight = await sight_of(own.services, own.principal)
    if sight.see("agents", agent) is None:
        return await _visible(request, own, "calls", "call", call_id)
    return call


async def _visible(request: Request, own: Permitted, table: str, kind: str, subject: str) -> Row:
    """Return a row that the caller sees.

    Raises `floor.unavailable`, or `not_found` for one that is not there or not theirs to see; the
    latter is put on record.
    """
    gateway = _gateway(request)
    if not gateway.connected:
        raise Problem("floor.unavailable")
    row = gateway.row(table, subject)
    sight = await sight_of(own.services, own.principal)
    if row is not None and sight.see(table, row) is not None:
        return row
    if row is not None:
        async with own.services.database.tenant_session(OperatorScope()) as session:
            await refused(
                own.services, session, own.principal, kind, subject, "not managed", own.request_id
            )
    raise Problem("not_found", kind=kind, id=subject)


async def _followed(request: Request, own: Permitted) -> tuple[str, ...]:
    """Return the groups whose agents the caller may be with: the managed ones, or all in sight."""
    reach = reach_of(own.principal)
    if reach is not None:
        return tuple(sorted(reach.group_ids))
    sight = await sight_of(own.services, own.principal)
    rows = _gateway(request).rows("agents")
    seen = {row["group_id"] for row in rows if sight.see("agents", row) is not None}
    return tuple(sorted(seen))


def _gateway(request: Request) -> Gateway:
    return request.app.state.gateway
