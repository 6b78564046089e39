"""Moving agents between queues, for now or until a time, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select
from starlette.responses import Response

from openseat.directory import postings, tables
from openseat.directory.noun import wrong
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id, Strict
from openseat.platform.headers import Subject
from openseat.platform.problems import responses
from openseat.platform.reach import reach_of

router = APIRouter(tags=["floor"])

Controls = Annotated[Access, needs("floor.control")]
_ANSWERS = responses(401, 403, 404)


class PostingAsked(Strict):
    """Which of the queues within the caller's reach the agent shall serve."""

    queues: Annotated[list[Id], Field(max_length=200)]
    until: AwareDatetime | None = Field(
        default=None, description="When the agent goes back by itself; without it, when told to"
    )


class Posting(BaseModel):
    """One queue in which an agent's service differs from what is set up."""

    queue_id: str
    serves: bool = Field(description="Serves it though it is no own queue, or the other way about")
    until: datetime | None
    posted_by: str
    posted_at: datetime


class Postings(BaseModel):
    """What an agent serves now, and where that is not what is set up."""

    queues: list[str] = Field(description="Served now, preferred ones first")
    own_queues: list[str] = Field(description="Served without any posting")
    items: list[Posting]


@router.get("/floor/agents/{subject}/posting", operation_id="read_posting", responses=_ANSWERS)
async def read_posting(access: Controls, subject: Subject) -> Postings:
    """What an agent serves now."""
    await _managed(access, subject)
    own, now = tables.agent_queues, tables.agent_queues_now
    rows = await access.session.rows(
        select(now.c.queue_id)
        .where(now.c.agent_id == subject)
        .order_by(now.c.position, now.c.queue_id)
    )
    set_up = await access.session.rows(
        select(own.c.queue_id).where(own.c.agent_id == subject).order_by(own.c.position)
    )
    own_queues = [row["queue_id"] for row in set_up]
    found = await postings.find(access.session, subject)
    return Postings(
        queues=[row["queue_id"] for row in rows],
        own_queues=own_queues,
        items=[
            Posting.model_validate(row)
            for row in found
            if row["serves"] != (row["queue_id"] in own_queues)
        ],
    )


@router.put(
    "/floor/agents/{subject}/posting",
    operation_id="post_agent",
    status_code=204,
    responses=_ANSWERS,
)
async def post_agent(access: Controls, subject: Subject, body: PostingAsked) -> Response:
    """Move an agent to other queues, for now or until a time.

    Queues out of the caller's reach stay as they are.
    """
    await _managed(access, subject)
    among = await _queues(access)
    if not set(body.queues) <= among:
        raise wrong("queues", "unknown")
    if body.until is not None and body.until <= datetime.now(UTC):
        raise wrong("until", "invalid")
    by = access.principal.user_id
    await postings.post(access.session, subject, body.queues, among, body.until, by)
    detail = {"queues": sorted(body.queues), "until": body.until}
    await access.record("agent.posted", "agent", subject, detail)
    return Response(status_code=204)


@router.delete(
    "/floor/agents/{subject}/posting",
    operation_id="end_posting",
    status_code=204,
    responses=_ANSWERS,
)
async def end_posting(access: Controls, subject: Subject) -> Response:
    """Have an agent back at the own queues."""
    await _managed(access, subject)
    await postings.end(access.session, subject, await _queues(access))
    await access.record("agent.returned", "agent", subject)
    return Response(status_code=204)


async def _managed(access: Access, agent_id: str) -> None:
    """Refuse an agent whom the caller does not manage."""
    agents = tables.agents
    group = await access.session.value(select(agents.c.group_id).where(agents.c.id == agent_id))
    reach = reach_of(access.principal)
    if group is None or (reach is not None and group not in reach.group_ids):
        raise await access.missing(agents, "agent", agent_id)


async def _queues(access: Access) -> set[str]:
    """Return the queues that the caller may send agents to and take them from."""
    reach = reach_of(access.principal)
    rows = await access.session.rows(select(tables.queues.c.id))
    every = {row["id"] for row in rows}
    return every if reach is None else every & reach.queue_ids
