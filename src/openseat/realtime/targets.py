"""Whom an agent can bring into a call, send it to, or call out for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from openseat.directory.standing import Place, reachable
from openseat.platform.access import Permitted, may
from openseat.platform.problems import responses
from openseat.realtime.desk import own_seat
from openseat.realtime.gateway import Gateway

router = APIRouter(tags=["agent"])


class Colleague(BaseModel):
    """Another agent who is signed in."""

    agent_id: str
    number: str
    name: str
    group_id: str
    state: str
    ready: bool = Field(description="Can be called now")
    own_group: bool


class Destination(BaseModel):
    """A queue, flow, group or project."""

    id: str
    name: str
    client_id: str
    client_name: str = Field(description="Given for projects")


class Destinations(BaseModel):
    """What can be chosen for the contact at hand; queues and flows are those of its client."""

    colleagues: list[Colleague]
    groups: list[Destination]
    queues: list[Destination]
    flows: list[Destination]
    projects: list[Destination] = Field(description="Projects that the agent may call out for")


@router.get(
    "/me/agent/destinations",
    operation_id="list_destinations",
    responses=responses(401, 403, 404),
)
async def list_destinations(
    request: Request, own: Annotated[Permitted, may("agents.self")]
) -> Destinations:
    """Tell whom and what the agent can send the call at hand to, or call out for."""
    place = await own_seat(own)
    gateway: Gateway = request.app.state.gateway
    seat = gateway.row("agents", place.agent_id)
    call = gateway.row("calls", seat["call_id"]) if seat and seat["call_id"] else None
    client_id = call["client_id"] if call else ""
    async with own.services.database.tenant_session(own.principal.scope) as session:
        found = await reachable(session, place.agent_id, client_id)
    colleagues = [
        Colleague(
            agent_id=row["agent_id"],
            number=row["number"],
            name=row["name"],
            group_id=row["group_id"],
            state=row["state"],
            ready=row["state"] == "idle" and row["reachable"],
            own_group=row["group_id"] == place.group_id,
        )
        for row in gateway.rows("agents")
        if row["state"] != "signed_out" and row["agent_id"] != place.agent_id
    ]
    return Destinations(
        colleagues=sorted(colleagues, key=lambda one: (not one.ready, one.number)),
        groups=_destinations(found.groups),
        queues=_destinations(found.queues),
        flows=_destinations(found.flows),
        projects=_destinations(found.projects),
    )


def _destinations(places: tuple[Place, ...]) -> list[Destination]:
    return [
        Destination(id=one.id, name=one.name, client_id=one.client_id, client_name=one.client_name)
        for one in places
    ]
