"""Flows and their versions: drafted, checked, published, and taken back in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Select, func, insert, select, update

from openseat.core.config import TargetKind
from openseat.core.flows import Flow, FlowInvalid, parse
from openseat.core.flows.check import Environment, examine, publishable
from openseat.core.flows.problems import Problem as Finding
from openseat.directory import tables
from openseat.directory.noun import Noun, Row, Use, document, used_in, wrong
from openseat.directory.queues import named_in_flows, overflowing_into
from openseat.directory.tables import flow_versions, flows, numbers
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, JsonObject, Label, Strict
from openseat.platform.problems import Problem, Wrong
from openseat.prompts.catalogue import LANGUAGES, texts


class FlowFields(Strict):
    """A graph of steps that a call walks through."""

    client_id: Id | None = Field(default=None, description="Empty: the operator's own")
    project_id: Id | None = None
    name: Label
    draft: JsonObject = Field(default={}, description="See contracts/flow.schema.json")


class _Flow(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        if row["project_id"] is not None and row["client_id"] is None:
            raise wrong("project_id", "project")
        return {}


FLOW = _Flow(
    kind="flow",
    path="flows",
    table=flows,
    fields=FlowFields,
    document=document(
        "Flow",
        FlowFields,
        # Read as it is: what was stored may be written differently (1e300 as an integer).
        draft=(dict[str, Any], Field(description="See contracts/flow.schema.json")),
        published_number=(
            int | None,
            Field(description="Version that calls go through; empty before the first"),
        ),
    ),
    permission="flows",
    fixed=frozenset({"client_id"}),
    filters=("client_id", "project_id"),
    uses=(
        used_in("number", numbers, "flow_id", "e164"),
        overflowing_into(TargetKind.FLOW),
        Use("flow", named_in_flows),
    ),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A published state of a flow; never changes."""

    number: int
    note: str
    published_at: datetime
    published_by: str


async def environment(session: ScopedSession, client_id: str | None) -> Environment:
    """Return what a flow of a client may refer to; the operator's own may refer to everything."""

    async def ids(table: Any) -> frozenset[str]:
        rows = await session.rows(_visible(table, client_id))
        return frozenset(row["id"] for row in rows)

    projects = await session.rows(_visible(tables.projects, client_id))
    named = await session.rows(_visible(tables.prompts, client_id, shared=True))
    spoken = {language: set(texts(language)) for language in LANGUAGES}
    for prompt in named:
        spoken.setdefault(prompt["language"], set()).add(prompt["name"])
    people = client_id is None
    return Environment(
        queues=await ids(tables.queues),
        hours=frozenset(
            row["id"] for row in await session.rows(_visible(tables.hours, client_id, shared=True))
        ),
        agents=await ids(tables.agents),
        groups=await ids(tables.agent_groups) if people else (),
        projects={row["id"]: row["client_id"] for row in projects},
        flows=await _published(session, client_id),
        prompts=spoken,
    )


async def findings(session: ScopedSession, flow: Row) -> tuple[Finding, ...]:
    """Return all that is wrong with the draft of ``flow``."""
    around = await environment(session, flow["client_id"])
    return examine(flow["draft"], around, flow_id=flow["id"])


async def publish(access: Access, flow: Row, note: str) -> Row:
    """Make the draft the flow's next version, and let calls go through it from now on.

    Raises:
        Problem: ``flow.invalid``, with what is wrong and where.
    """
    found = await findings(access.session, flow)
    if not publishable(found):
        raise refuse(found)
    last = await access.session.value(
        select(func.max(flow_versions.c.number)).where(flow_versions.c.flow_id == flow["id"])
    )
    number = (last or 0) + 1
    await access.session.run(
        insert(flow_versions).values(
            flow_id=flow["id"],
            number=number,
            client_id=flow["client_id"],
            definition=flow["draft"],
            note=note,
            published_by=access.principal.user_id,
        )
    )
    return await _point(access, flow, number, "flow.published")


async def roll_back(access: Access, flow: Row, number: int) -> Row:
    """Let calls go through an earlier version again; it is checked anew, since much may be gone.

    Raises:
        Problem: ``flow.no_version`` or ``flow.invalid``.
    """
    version = await find_version(access.session, flow["id"], number)
    around = await environment(access.session, flow["client_id"])
    found = examine(version["definition"], around, flow_id=flow["id"])
    if not publishable(found):
        raise refuse(found)
    return await _point(access, flow, number, "flow.rolled_back")


async def find_version(session: ScopedSession, flow_id: str, number: int) -> Row:
    """Return one version with its definition.

    Raises:
        Problem: ``flow.no_version``.
    """
    found = await session.row(
        select(flow_versions).where(
            flow_versions.c.flow_id == flow_id, flow_versions.c.number == number
        )
    )
    if found is None:
        raise Problem("flow.no_version", number=number)
    return found


async def versions(session: ScopedSession, flow_id: str) -> list[Version]:
    """Return a flow's versions, newest first."""
    columns = flow_versions.c
    rows = await session.rows(
        select(columns.number, columns.note, columns.published_at, columns.published_by)
        .where(columns.flow_id == flow_id)
        .order_by(columns.number.desc())
    )
    return [Version(**row) for row in rows]


async def _point(access: Access, flow: Row, number: int, action: str) -> Row:
    touched = await access.session.run(
        update(flows)
        .where(flows.c.id == flow["id"], flows.c.version == flow["version"])
        .values(published_number=number, version=flow["version"] + 1)
    )
    if not touched:
        raise Problem("precondition.failed")
    await access.record(action, "flow", flow["id"], {"number": number}, flow["client_id"])
    return {**flow, "published_number": number, "version": flow["version"] + 1}


async def _published(session: ScopedSession, client_id: str | None) -> dict[str, Flow]:
    statement = select(flows.c.id, flow_versions.c.number, flow_versions.c.definition).join(
        flow_versions,
        (flow_versions.c.flow_id == flows.c.id)
        & (flow_versions.c.number == flows.c.published_number),
    )
    if client_id is not None:
        statement = statement.where(flows.c.client_id == client_id)
    found: dict[str, Flow] = {}
    for row in await session.rows(statement):
        try:
            found[row["id"]] = parse(row["definition"], flow_id=row["id"], version=row["number"])
        except FlowInvalid:
            # Published by an older program whose steps are gone: not to be referred to any more.
            continue
    return found


def _visible(
    table: Any, client_id: str | None, *, shared: bool = False
) -> Select[*tuple[Any, ...]]:
    statement = select(table)
    if client_id is None:
        return statement
    own = table.c.client_id == client_id if "client_id" in table.c else table.c.id.is_(None)
    return statement.where(own | table.c.client_id.is_(None) if shared else own)


def refuse(problems: Iterable[Finding]) -> Problem:
    """Return the refusal of a flow, which says what is wrong and where."""
    errors = [
        Wrong(finding.step_id, finding.code, finding.code, finding.arguments)
        for finding in problems
    ]
    return Problem("flow.invalid", errors=errors, count=len(errors))
