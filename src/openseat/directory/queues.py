"""Queues: everything that `openseat.core.config.QueueConfig` knows, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, any_, cast, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from openseat.core.config import Strategy, TargetKind
from openseat.directory import tables
from openseat.directory.noun import Noun, Row, Use, document, exists, wrong
from openseat.directory.people import known
from openseat.directory.tables import agent_queues, agents, flows, queue_skills, queues, users
from openseat.platform.database import ScopedSession
from openseat.platform.fields import E164, Count, Day, Id, Label, Level, Strict, Word
from openseat.platform.reach import Reach


class RelaxationFields(Strict):
    """From `after_s` of waiting on, these levels replace the queue's; 0 drops a skill."""

    after_s: Annotated[int, Field(ge=1, le=86_400)]
    skills: Annotated[dict[Id, Annotated[int, Field(ge=0, le=10)]], Field(max_length=100)]


class TargetFields(Strict):
    """Where a call can be sent: an id of `kind`, or a telephone number for `outside`."""

    kind: TargetKind
    id: E164 | Id | str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9_.+-]*$")


def _ascending(steps: list[RelaxationFields]) -> list[RelaxationFields]:
    if any(a.after_s >= b.after_s for a, b in pairwise(steps)):
        raise PydanticCustomError("relaxations", "steps must be in ascending order")
    return steps


class QueueFields(Strict):
    """Contacts waiting for agents, with a routing policy."""

    client_id: Id
    project_id: Id
    name: Label
    strategy: Strategy = Strategy.LONGEST_IDLE
    skills: Annotated[
        dict[Id, Level], Field(max_length=100, description="Skill to the lowest level accepted")
    ] = {}
    relaxations: Annotated[
        list[RelaxationFields], Field(max_length=20), AfterValidator(_ascending)
    ] = []
    priority: Annotated[int, Field(ge=0, le=1000)] = 0
    ageing_per_minute: Annotated[int, Field(ge=0, le=1000)] = 0
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    max_wait_s: Day | None = None
    max_length: Count | None = None
    overflow: TargetFields | None = None
    overflow_when_unstaffed: bool = False
    offer_timeout_s: Annotated[int, Field(ge=3, le=300)] = 20
    preferred_wait_s: Day = 15
    prefer_last_agent: bool = False
    keep_place_s: Day = 300
    service_level_s: Annotated[int, Field(ge=1, le=3600)] = 20
    short_abandon_s: Annotated[int, Field(ge=0, le=3600)] = 5
    after_call_work_limit_s: Annotated[int, Field(ge=0, le=3600)] = 30
    music: Word = "default"
    announce_first_s: Day | None = None
    announce_every_s: Annotated[int, Field(ge=5, le=3600)] | None = None
    announce_position: bool = False
    announce_wait: bool = False
    record_percent: Annotated[int, Field(ge=0, le=100)] = 100
    callback_on_switch_loss: bool = True
    auto_answer: bool = Field(
        default=False,
        description="Agents' phones answer the queue's calls by themselves, after a short tone",
    )
    active: bool = True


_TARGET_TABLES = {
    TargetKind.AGENT: tables.agents,
    TargetKind.GROUP: tables.agent_groups,
    TargetKind.QUEUE: tables.queues,
    TargetKind.FLOW: tables.flows,
}


class _Queue(Noun):
    def within(self, reach: Reach) -> ColumnElement[bool]:
        return queues.c.id.in_(sorted(reach.queue_ids))

    async def complete(self, session: ScopedSession, rows: Sequence[Row]) -> None:
        required = await session.rows(
            select(queue_skills)
            .where(queue_skills.c.queue_id.in_([row["id"] for row in rows]))
            .order_by(queue_skills.c.skill_id)
        )
        for row in rows:
            mine = [one for one in required if one["queue_id"] == row["id"]]
            row["skills"] = {one["skill_id"]: one["level"] for one in mine}
            kind = row.get("overflow_kind")
            row["overflow"] = None if kind is None else {"kind": kind, "id": row["overflow_id"]}

    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        await known(session, tables.skills, row["skills"], "skills")
        for step in row["relaxations"]:
            await known(session, tables.skills, step["skills"], "relaxations")
        if before is None or row["overflow"] != before["overflow"]:
            await self._check_overflow(session, row)
        return {}

    async def spread(self, session: ScopedSession, subject: str, values: Row) -> None:
        if values.get("skills") is None:
            return
        await session.run(delete(queue_skills).where(queue_skills.c.queue_id == subject))
        for skill_id, level in values["skills"].items():
            await session.run(
                insert(queue_skills).values(queue_id=subject, skill_id=skill_id, level=level)
            )

    def columns(self, values: Row) -> Row:
        stored = super().columns(values)
        if "overflow" in values:
            target = values["overflow"]
            stored["overflow_kind"] = None if target is None else str(target["kind"])
            stored["overflow_id"] = "" if target is None else target["id"]
        return stored

    async def _check_overflow(self, session: ScopedSession, row: Row) -> None:
        target = row["overflow"]
        if target is None:
            return
        kind, subject = TargetKind(target["kind"]), target["id"]
        table = _TARGET_TABLES.get(kind)
        if table is not None and not await exists(session, table, subject):
            raise wrong("overflow.id", "unknown")
        # Into itself, a contact would overflow for ever.
        if kind is TargetKind.QUEUE and subject == row.get("id"):
            raise wrong("overflow.id", "overflow")
        if kind is TargetKind.OUTSIDE and not subject:
            raise wrong("overflow.id", "overflow")


def named_in_flows(subject: str) -> Any:
    """Select the flows whose draft or published version names ``subject`` anywhere."""
    anywhere = cast("$.** ? (@ == $id)", JSONPATH)
    wanted = cast({"id": subject}, JSONB)
    versions = tables.flow_versions
    published = select(versions.c.flow_id).where(
        versions.c.flow_id == flows.c.id,
        versions.c.number == flows.c.published_number,
        func.jsonb_path_exists(versions.c.definition, anywhere, wanted),
    )
    return select(flows.c.id, flows.c.name).where(
        func.jsonb_path_exists(flows.c.draft, anywhere, wanted) | published.exists()
    )


def overflowing_into(kind: TargetKind) -> Use:
    """Return the use of a row as some queue's overflow."""
    return Use(
        "queue",
        lambda subject: select(queues.c.id, queues.c.name).where(
            queues.c.overflow_kind == kind, queues.c.overflow_id == subject
        ),
    )


QUEUE = _Queue(
    kind="queue",
    path="queues",
    table=queues,
    fields=QueueFields,
    document=document("Queue", QueueFields),
    permission="queues",
    fixed=frozenset({"client_id"}),
    filters=("client_id", "project_id"),
    uses=(
        overflowing_into(TargetKind.QUEUE),
        Use("flow", named_in_flows),
        Use(
            "agent",
            lambda subject: (
                select(agents.c.id, agents.c.name)
                .join(agent_queues, agent_queues.c.agent_id == agents.c.id)
                .where(agent_queues.c.queue_id == subject)
            ),
        ),
        Use(
            "user",
            lambda subject: select(users.c.id, users.c.name).where(
                literal(subject) == any_(users.c.queue_ids)
            ),
        ),
    ),
)
