"""Giving, changing and taking agents' skills, for now or until a time, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select
from starlette.responses import Response

from openseat.directory import skill_postings, tables
from openseat.directory.noun import wrong
from openseat.directory.people import known
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id, Strict
from openseat.platform.headers import Subject
from openseat.platform.problems import responses
from openseat.platform.reach import reach_of

router = APIRouter(tags=["floor"])

Controls = Annotated[Access, needs("floor.control")]
_ANSWERS = responses(401, 403, 404)

PostedLevel = Annotated[int, Field(ge=0, le=10)]
"""How well an agent knows a skill; 0 is not at all."""
Agents = Annotated[list[Id], Field(min_length=1, max_length=500)]


class SkillsAsked(Strict):
    """What the agent shall be routed by; skills that are not named stay as they are."""

    skills: Annotated[dict[Id, PostedLevel], Field(min_length=1, max_length=50)]
    until: AwareDatetime | None = Field(
        default=None, description="When the own levels are back by themselves; empty: when told to"
    )


class SkillsOfSeveral(SkillsAsked):
    """The same for several agents: for all of them or for none."""

    agents: Agents


class Several(Strict):
    """Several agents."""

    agents: Agents


class SkillPosting(BaseModel):
    """One skill whose level differs from what is set up."""

    skill_id: str
    level: int = Field(description="0: taken away")
    until: datetime | None
    posted_by: str
    posted_at: datetime


class SkillPostings(BaseModel):
    """What an agent is routed by now, and where that is not what is set up."""

    skills: dict[str, int] = Field(description="Skill → level now")
    own_skills: dict[str, int] = Field(description="Skill → level without any posting")
    items: list[SkillPosting]


@router.get("/floor/agents/{subject}/skills", operation_id="read_skills_now", responses=_ANSWERS)
async def read_skills_now(access: Controls, subject: Subject) -> SkillPostings:
    """What an agent is routed by now."""
    await _managed(access, [subject])
    own = (await skill_postings.own_levels(access.session, [subject])).get(subject, {})
    now = (await skill_postings.levels_now(access.session, [subject])).get(subject, {})
    return SkillPostings(
        skills=now,
        own_skills=own,
        items=[
            SkillPosting.model_validate(row)
            for row in await skill_postings.find(access.session, subject)
            if row["level"] != own.get(row["skill_id"], 0)
        ],
    )


@router.put(
    "/floor/agents/{subject}/skills",
    operation_id="post_skills",
    status_code=204,
    responses=_ANSWERS,
)
async def post_skills(access: Controls, subject: Subject, body: SkillsAsked) -> Response:
    """Give, change or take skills of an agent at once, for now or until a time."""
    await _post(access, [subject], body)
    return Response(status_code=204)


@router.delete(
    "/floor/agents/{subject}/skills",
    operation_id="return_skills",
    status_code=204,
    responses=_ANSWERS,
)
async def return_skills(access: Controls, subject: Subject) -> Response:
    """Have an agent back at the own skills."""
    await _return(access, [subject])
    return Response(status_code=204)


@router.post(
    "/floor/skills", operation_id="post_skills_of_several", status_code=204, responses=_ANSWERS
)
async def post_skills_of_several(access: Controls, body: SkillsOfSeveral) -> Response:
    """Give, change or take skills of several agents at once, for now or until a time."""
    await _post(access, body.agents, body)
    return Response(status_code=204)


@router.post(
    "/floor/skills/return",
    operation_id="return_skills_of_several",
    status_code=204,
    responses=_ANSWERS,
)
async def return_skills_of_several(access: Controls, body: Several) -> Response:
    """Have several agents back at their own skills."""
    await _return(access, body.agents)
    return Response(status_code=204)


async def _post(access: Access, agent_ids: Sequence[str], body: SkillsAsked) -> None:
    await _managed(access, agent_ids)
    await known(access.session, tables.skills, body.skills, "skills")
    if body.until is not None and body.until <= datetime.now(UTC):
        raise wrong("until", "invalid")
    by = access.principal.user_id
    await skill_postings.post(access.session, agent_ids, body.skills, body.until, by)
    detail = {"skills": body.skills, "until": body.until}
    for agent_id in sorted({*agent_ids}):
        await access.record("agent.skills_posted", "agent", agent_id, detail)


async def _return(access: Access, agent_ids: Sequence[str]) -> None:
    await _managed(access, agent_ids)
    await skill_postings.end(access.session, agent_ids)
    for agent_id in sorted({*agent_ids}):
        await access.record("agent.skills_returned", "agent", agent_id)


async def _managed(access: Access, agent_ids: Sequence[str]) -> None:
    """Refuse agents whom the caller does not manage: one of them is enough."""
    agents = tables.agents
    rows = await access.session.rows(
        select(agents.c.id, agents.c.group_id).where(agents.c.id.in_(sorted({*agent_ids})))
    )
    groups = {row["id"]: row["group_id"] for row in rows}
    reach = reach_of(access.principal)
    for agent_id in agent_ids:
        group = groups.get(agent_id)
        if group is None or (reach is not None and group not in reach.group_ids):
            raise await access.missing(agents, "agent", agent_id)
