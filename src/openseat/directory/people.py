"""Skills, agent groups and agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, any_, cast, delete, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from openseat.core.pin import digest
from openseat.directory.noun import Noun, Row, Use, document, used_in, wrong
from openseat.directory.organisation import Language
from openseat.directory.tables import (
    agent_groups,
    agent_queues,
    agent_skills,
    agents,
    phones,
    queue_skills,
    queues,
    skills,
    users,
)
from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession
from openseat.platform.fields import E164, Day, Id, Label, Level, Strict
from openseat.platform.reach import Reach

TELEPHONES = "agents.telephone"
"""The permission to know agents' own numbers."""
Pin = Annotated[str, StringConstraints(pattern=r"^([0-9]{4,10})?$")]


class SkillFields(Strict):
    """A named ability that contacts require and agents hold at a level."""

    name: Label


class AgentGroupFields(Strict):
    """A group of agents; supervisors manage groups."""

    name: Label
    branch_id: Id | None = None


class AgentFields(Strict):
    """A person who handles interactions."""

    number: Annotated[str, Field(pattern="^[0-9]{2,10}$", description="Agent number (工号)")]
    name: Label
    group_id: Id
    client_id: Id | None = Field(
        default=None, description="Whose own person; empty for the operator's"
    )
    skills: Annotated[
        dict[Id, Level], Field(max_length=100, description="Skill to level, 1 to 10")
    ] = {}
    queues: Annotated[
        list[Id], Field(max_length=200, description="Queues served, preferred ones first")
    ] = []
    min_busy_s: Day = Field(default=0, description="A shorter busy spell is not counted")
    grace_s: Day = Field(default=30, description="How long a disconnected agent is kept")
    auto_answer: bool = False
    language: Language = Field(default="zh-CN", description="Spoken to the agent on the telephone")
    telephone: E164 | Literal[""] = Field(
        default="", description="A number outside at which the agent may work; empty for none"
    )
    caller_number: E164 | Literal[""] = Field(
        default="",
        description="Shown on calls they place, except for clients whose number it is not",
    )
    pin: Pin = Field(
        default="", description="Known by it at any telephone; written, never shown; empty: none"
    )
    active: bool = True


class _AgentGroup(Noun):
    def within(self, reach: Reach) -> ColumnElement[bool]:
        own = select(agents.c.group_id).where(agents.c.id == reach.agent_id)
        return or_(agent_groups.c.id.in_(sorted(reach.group_ids)), agent_groups.c.id.in_(own))


class _Agent(Noun):
    def within(self, reach: Reach) -> ColumnElement[bool]:
        return or_(agents.c.group_id.in_(sorted(reach.group_ids)), agents.c.id == reach.agent_id)

    def hidden(self, who: Principal) -> Mapping[str, str]:
        """The number outside at which an agent works may be a private one."""
        return {} if TELEPHONES in who.permissions else {"telephone": TELEPHONES}

    def columns(self, values: Row) -> Row:
        return {name: value for name, value in super().columns(values).items() if name != "pin"}

    async def complete(self, session: ScopedSession, rows: Sequence[Row]) -> None:
        ids = [row["id"] for row in rows]
        held = await session.rows(
            select(agent_skills)
            .where(agent_skills.c.agent_id.in_(ids))
            .order_by(agent_skills.c.skill_id)
        )
        served = await session.rows(
            select(agent_queues)
            .where(agent_queues.c.agent_id.in_(ids))
            .order_by(agent_queues.c.position)
        )
        for row in rows:
            mine = [one for one in held if one["agent_id"] == row["id"]]
            row["skills"] = {one["skill_id"]: one["level"] for one in mine}
            row["queues"] = [one["queue_id"] for one in served if one["agent_id"] == row["id"]]
            row["has_pin"] = bool(row.pop("pin"))

    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        if len(set(row["queues"])) != len(row["queues"]):
            raise wrong("queues", "invalid")
        await known(session, skills, row["skills"], "skills")
        await known(session, queues, row["queues"], "queues")
        if "pin" not in row:
            return {}
        return {"pin": digest(row["id"], row["pin"]) if row["pin"] else ""}

    async def spread(self, session: ScopedSession, subject: str, values: Row) -> None:
        held, served = values.get("skills"), values.get("queues")
        if held is not None:
            await session.run(delete(agent_skills).where(agent_skills.c.agent_id == subject))
            for skill_id, level in held.items():
                await session.run(
                    insert(agent_skills).values(agent_id=subject, skill_id=skill_id, level=level)
                )
        if served is not None:
            await session.run(delete(agent_queues).where(agent_queues.c.agent_id == subject))
            for position, queue_id in enumerate(served):
                await session.run(
                    insert(agent_queues).values(
                        agent_id=subject, queue_id=queue_id, position=position
                    )
                )


async def known(session: ScopedSession, table: Any, ids: Any, field: str) -> None:
    """Refuse ids that the caller cannot see in ``table``."""
    wanted = set(ids)
    if not wanted:
        return
    found = await session.value(
        select(func.count()).select_from(table).where(table.c.id.in_(wanted))
    )
    if found != len(wanted):
        raise wrong(field, "unknown")


def _holders(subject: str) -> Any:
    return (
        select(agents.c.id, agents.c.name)
        .join(agent_skills, agent_skills.c.agent_id == agents.c.id)
        .where(agent_skills.c.skill_id == subject)
    )


def _requirers(subject: str) -> Any:
    return select(queues.c.id, queues.c.name).where(
        queues.c.id.in_(select(queue_skills.c.queue_id).where(queue_skills.c.skill_id == subject))
        | func.jsonb_path_exists(
            queues.c.relaxations,
            cast("$[*].skills.keyvalue() ? (@.key == $id)", JSONPATH),
            cast({"id": subject}, JSONB),
        )
    )


SKILL = Noun(
    kind="skill",
    path="skills",
    table=skills,
    fields=SkillFields,
    document=document("Skill", SkillFields),
    permission="skills",
    uses=(Use("agent", _holders), Use("queue", _requirers)),
)
AGENT_GROUP = _AgentGroup(
    kind="agent-group",
    path="agent-groups",
    table=agent_groups,
    fields=AgentGroupFields,
    document=document("AgentGroup", AgentGroupFields),
    permission="agents",
    filters=("branch_id",),
    uses=(
        used_in("agent", agents, "group_id"),
        Use(
            "user",
            lambda subject: select(users.c.id, users.c.name).where(
                literal(subject) == any_(users.c.group_ids)
            ),
        ),
    ),
)
AGENT = _Agent(
    kind="agent",
    path="agents",
    table=agents,
    fields=AgentFields,
    document=document(
        "Agent",
        AgentFields,
        without={"pin"},
        has_pin=(bool, Field(description="Whether a PIN is set")),
    ),
    permission="agents",
    sort="number",
    secret=frozenset({"pin"}),
    filters=("group_id", "client_id"),
    uses=(used_in("phone", phones, "agent_id", "id"), used_in("user", users, "agent_id")),
)
