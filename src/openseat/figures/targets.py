"""Setting and reading the targets of groups and projects, inside the caller's managed range."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, FiniteFloat
from sqlalchemy import Column, Integer, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from openseat.core.kpi.targets import OF_TIME, SHARES, TargetMeasure
from openseat.directory.standing import managed_projects, names, subject_exists
from openseat.platform.access import Access, refused
from openseat.platform.database import OperatorScope, ScopedSession, metadata
from openseat.platform.fields import Strict
from openseat.platform.problems import Problem, Wrong
from openseat.platform.reach import reach_of

figure_targets = Table(
    "figure_targets",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("targets", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)

LARGEST = 100_000.0


class TargetScope(StrEnum):
    """Whose agents a target is for."""

    GROUP = "group"
    """The agents of a group, with all they do."""
    PROJECT = "project"
    """Whoever works for a project, with what they do for it."""


Value = Annotated[FiniteFloat, Field(gt=0, le=LARGEST)]
Targets = dict[TargetMeasure, Value]


def _shares(targets: Targets) -> Targets:
    for measure, value in targets.items():
        if measure in SHARES and value > 1:
            raise ValueError("a share is at most 1")
    return targets


class TargetsBody(Strict):
    """What agents are asked to reach; a measure that is left out has no target."""

    targets: Annotated[
        Targets,
        AfterValidator(_shares),
        Field(description="Shares in 0..1, times in seconds, `handled` a day"),
    ]


class TargetsDocument(BaseModel):
    """The targets of a group or a project."""

    scope: TargetScope
    subject_id: str
    name: str = Field(description="Of the group or project")
    targets: dict[TargetMeasure, float]
    version: int = Field(description="0: there never were any; sent back as If-Match")


async def list_targets(access: Access) -> list[TargetsDocument]:
    """Return the targets of what the caller manages, groups first, by name."""
    rows = await access.session.rows(select(figure_targets))
    seen = [row for row in rows if await _manages(access, row["scope"], row["subject_id"])]
    known = await names(access.session, [row["subject_id"] for row in seen])
    found = [
        TargetsDocument(**row, name=known.get(row["subject_id"], ""))
        for row in seen
        if row["targets"] and row["subject_id"] in known
    ]
    return sorted(found, key=lambda one: (one.scope, one.name, one.subject_id))


async def read_targets(access: Access, scope: TargetScope, subject_id: str) -> TargetsDocument:
    """Return the targets of a group or a project.

    Raises:
        Problem: `not_found`: there is no such one for the caller to manage.
    """
    await _check(access, scope, subject_id)
    row = await _row(access.session, scope, subject_id)
    known = await names(access.session, [subject_id])
    return TargetsDocument(
        scope=scope,
        subject_id=subject_id,
        name=known.get(subject_id, ""),
        targets=row["targets"] if row else {},
        version=row["version"] if row else 0,
    )


async def set_targets(
    access: Access, scope: TargetScope, subject_id: str, asked: Targets, version: int
) -> TargetsDocument:
    """Set all targets of a group or a project.

    Raises:
        Problem: `not_found`; `request.invalid`: a project has no such figure;
            `precondition.failed`: somebody else was faster.
    """
    before = await read_targets(access, scope, subject_id)
    if scope is TargetScope.PROJECT and (wrong := OF_TIME & asked.keys()):
        raise Problem(
            "request.invalid",
            errors=[
                Wrong(f"targets.{measure}", "not_of_projects", "field.not_of_projects", {})
                for measure in sorted(wrong)
            ],
        )
    values = {measure.value: value for measure, value in sorted(asked.items())}
    statement = insert(figure_targets).values(
        scope=scope.value, subject_id=subject_id, targets=values, version=version + 1
    )
    written = await access.session.run(
        statement.on_conflict_do_update(
            index_elements=["scope", "subject_id"],
            set_={"targets": values, "version": version + 1},
            where=figure_targets.c.version == version,
        )
    )
    if not written or before.version != version:
        raise Problem("precondition.failed")
    await access.record(
        "targets.changed",
        scope.value,
        subject_id,
        {"before": {str(key): value for key, value in before.targets.items()}, "after": values},
    )
    return await read_targets(access, scope, subject_id)


async def targets_of(
    session: ScopedSession, scope: TargetScope, subject_id: str
) -> Mapping[TargetMeasure, float]:
    """Return the targets of a group or a project; none where nobody set any."""
    row = await _row(session, scope, subject_id)
    return (
        {} if row is None else {TargetMeasure(key): value for key, value in row["targets"].items()}
    )


async def project_targets(session: ScopedSession) -> dict[str, Mapping[TargetMeasure, float]]:
    """Return the targets of every project that has some."""
    table = figure_targets
    rows = await session.rows(select(table).where(table.c.scope == TargetScope.PROJECT.value))
    return {
        row["subject_id"]: {TargetMeasure(key): value for key, value in row["targets"].items()}
        for row in rows
        if row["targets"]
    }


async def _row(
    session: ScopedSession, scope: TargetScope, subject_id: str
) -> dict[str, Any] | None:
    table = figure_targets
    return await session.row(
        select(table).where(table.c.scope == scope.value, table.c.subject_id == subject_id)
    )


async def _check(access: Access, scope: TargetScope, subject_id: str) -> None:
    if await _manages(access, scope, subject_id):
        return
    if reach_of(access.principal) is not None:
        async with access.services.database.tenant_session(OperatorScope()) as session:
            await refused(
                access.services, session, access.principal, scope.value, subject_id,
                "not managed", access.request_id,
            )  # fmt: skip
    raise Problem("not_found", kind=scope.value, id=subject_id)


async def _manages(access: Access, scope: str, subject_id: str) -> bool:
    if not await subject_exists(access.session, scope, subject_id):
        return False
    reach = reach_of(access.principal)
    if reach is None:
        return True
    if scope == TargetScope.GROUP.value:
        return subject_id in reach.group_ids
    return subject_id in await managed_projects(access.session, reach)
