"""The course of the floor over the last hours, of what the caller may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from openseat.core.identity import Instant
from openseat.core.kpi.course import MINUTE, SERVICE_LEVEL_OF, GroupSample, QueueSample, course
from openseat.figures.course_sampling import KEPT
from openseat.figures.course_tables import group_samples, queue_samples
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Strict
from openseat.platform.reach import Reach

FINE_FOR = 4 * 60 * MINUTE
"""Up to so long a point stands for a minute, beyond for five."""


class CourseQuery(Strict):
    """Since when, and of what: all in sight, a queue, a client's queues, an agent group."""

    since: AwareDatetime = Field(description="At most a day ago")
    queue_id: Annotated[Id | None, Field(default=None)]
    client_id: Annotated[Id | None, Field(default=None)]
    group_id: Annotated[Id | None, Field(default=None)]


class CoursePoint(BaseModel):
    """A step of the course; null where nothing is known."""

    at: datetime
    waiting: int | None = Field(description="Most contacts that waited at once")
    offered: int
    answered: int
    abandoned: int = Field(description="Short abandons too")
    service_level: float | None = Field(description="Of the quarter of an hour before")
    occupancy: float | None = Field(description="Talk and hold ÷ (talk, hold and idle)")
    states: dict[str, int] = Field(description="Agents by state; clients are not told")


class Course(BaseModel):
    """The course of the floor."""

    step_s: int
    points: list[CoursePoint]


async def read(
    session: ScopedSession, query: CourseQuery, now: Instant, reach: Reach | None
) -> Course:
    """Return the course of what the caller may see."""
    since = max(round(query.since.timestamp() * 1000), now - KEPT)
    step = MINUTE if now - since <= FINE_FOR else 5 * MINUTE
    start = since // step * step
    # A sample before the first, so that its step has something to be counted from.
    queues = select(queue_samples).where(
        queue_samples.c.at >= start - SERVICE_LEVEL_OF, queue_samples.c.at <= now
    )
    groups = select(group_samples).where(group_samples.c.at >= start, group_samples.c.at <= now)
    if reach is not None:
        queues = queues.where(queue_samples.c.queue_id.in_(sorted(reach.queue_ids)))
        groups = groups.where(group_samples.c.group_id.in_(sorted(reach.group_ids)))
    if query.queue_id is not None:
        queues = queues.where(queue_samples.c.queue_id == query.queue_id)
    if query.client_id is not None:
        queues = queues.where(queue_samples.c.client_id == query.client_id)
    if query.group_id is not None:
        groups = groups.where(group_samples.c.group_id == query.group_id)
    counted = [
        QueueSample(**{name: value for name, value in row.items() if name != "client_id"})
        for row in await session.rows(queues)
    ]
    # Of one queue or client alone, the agents of all groups tell nothing.
    of_groups = query.group_id is not None or (query.queue_id is None and query.client_id is None)
    people = [GroupSample(**row) for row in await session.rows(groups)] if of_groups else []
    points = course(counted, people, start, step)
    return Course(
        step_s=step // 1000,
        points=[
            CoursePoint(
                at=datetime.fromtimestamp(one.at / 1000, UTC),
                waiting=one.waiting,
                offered=one.offered,
                answered=one.answered,
                abandoned=one.abandoned,
                service_level=one.service_level,
                occupancy=one.occupancy,
                states=one.states,
            )
            for one in points
        ],
    )
