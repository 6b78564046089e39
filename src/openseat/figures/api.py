"""The part of the API that shows figures."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Query

from openseat.core.kpi import Dimension
from openseat.figures import busy, course, own, service, targets
from openseat.figures.busy import BusyQuery, BusyTimes
from openseat.figures.course import Course, CourseQuery
from openseat.figures.course_sampling import sampling
from openseat.figures.documents import CallBehind, CallsQuery, Figures, FiguresQuery
from openseat.figures.forecast import Forecasts, next_half_hour
from openseat.figures.own import OwnDay
from openseat.figures.targets import TargetsBody, TargetScope, TargetsDocument
from openseat.platform.access import Access, Services, needs
from openseat.platform.headers import IfMatch, Subject, version_needed
from openseat.platform.paging import Page
from openseat.platform.problems import Problem, responses
from openseat.platform.reach import reach_of

router = APIRouter(tags=["figures"])

Reads = Annotated[Access, needs("figures.read")]
Own = Annotated[Access, needs("agents.self")]
TargetsRead = Annotated[Access, needs("targets.read")]
TargetsWrite = Annotated[Access, needs("targets.write")]
Scope = Annotated[TargetScope, Path(description="What the targets are of")]


def _now() -> int:
    return time.time_ns() // 1_000_000


@router.get("/figures", operation_id="read_figures", responses=responses(401, 403))
async def read_figures(access: Reads, query: Annotated[FiguresQuery, Query()]) -> Figures:
    """Figures by queue, project, client, agent, group or line, for every interval of a time.

    Without `from` and `to` they are of today. A call counts in the interval in which it was
    offered; agents' time is split at the borders, and counts up to this moment.
    """
    return await service.figures(access.session, query, _now(), reach_of(access.principal))


@router.get("/figures/calls", operation_id="list_calls_behind", responses=responses(401, 403))
async def list_calls_behind(
    access: Reads, query: Annotated[CallsQuery, Query()]
) -> Page[CallBehind]:
    """The calls behind one number of the figures, page by page."""
    return await service.calls_behind(access.session, query, _now(), reach_of(access.principal))


@router.get("/figures/busy", operation_id="read_busy_times", responses=responses(401, 403))
async def read_busy_times(access: Reads, query: Annotated[BusyQuery, Query()]) -> BusyTimes:
    """Busy time by reason of a day, by agent or group, up to this moment.

    Agents' time is the operator's: clients see none.
    """
    return await busy.busy_times(access.session, query, _now(), reach_of(access.principal))


@router.get("/floor/forecast", operation_id="read_forecast", responses=responses(401, 403))
async def read_forecast(access: Reads) -> Forecasts:
    """The next half hour of every queue in sight: contacts to expect, and agents they need."""
    return await next_half_hour(access.session, _now(), reach_of(access.principal))


@router.get("/floor/course", operation_id="read_course", responses=responses(401, 403))
async def read_course(access: Reads, query: Annotated[CourseQuery, Query()]) -> Course:
    """The floor over the last hours: waiting, contacts, service level, occupancy, agents."""
    return await course.read(access.session, query, _now(), reach_of(access.principal))


@router.get("/me/figures", operation_id="read_own_figures", responses=responses(401, 403, 404))
async def read_own_figures(access: Own) -> Figures:
    """The signed-in agent's own figures of today; no totals when nothing happened yet."""
    agent_id = access.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    query = FiguresQuery(by=Dimension.AGENT, agent_id=agent_id)
    return await service.figures(access.session, query, _now())


@router.get("/me/day", operation_id="read_own_day", responses=responses(401, 403, 404))
async def read_own_day(access: Own) -> OwnDay:
    """The signed-in agent's day so far: figures against targets, by half hour, and busy time."""
    return await own.own_day(access, _now())


@router.get("/targets", operation_id="list_targets", responses=responses(401, 403))
async def list_targets(access: TargetsRead) -> list[TargetsDocument]:
    """What the agents of groups and projects that the caller manages are asked to reach."""
    return await targets.list_targets(access)


@router.get(
    "/targets/{scope}/{subject}", operation_id="read_targets", responses=responses(401, 403, 404)
)
async def read_targets(access: TargetsRead, scope: Scope, subject: Subject) -> TargetsDocument:
    """The targets of a group or a project; empty, with version 0, where nobody set any."""
    return await targets.read_targets(access, scope, subject)


@router.put(
    "/targets/{scope}/{subject}",
    operation_id="set_targets",
    responses=responses(401, 403, 404, 412, 428),
)
async def set_targets(
    access: TargetsWrite,
    scope: Scope,
    subject: Subject,
    body: TargetsBody,
    if_match: IfMatch = None,
) -> TargetsDocument:
    """Set all targets of a group or a project at once; needs If-Match."""
    return await targets.set_targets(access, scope, subject, body.targets, version_needed(if_match))


@asynccontextmanager
async def lifespan(app: FastAPI, shared: Services) -> AsyncIterator[None]:
    """Take samples of the floor while the API runs."""
    async with sampling(shared, app.state.gateway):
        yield
