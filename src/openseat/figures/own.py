"""An agent's day so far: the figures everybody else sees of them, held against targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from openseat.core.identity import Instant
from openseat.core.kpi import Dimension, Tally, Width
from openseat.core.kpi.targets import (
    LOWER_IS_BETTER,
    OF_TIME,
    Judgement,
    Spell,
    TargetMeasure,
    judge,
    value_of,
    within_limits,
)
from openseat.directory.standing import reason_limits, seat
from openseat.figures import service
from openseat.figures.documents import FiguresQuery, Row
from openseat.figures.targets import TargetScope, project_targets, targets_of
from openseat.history.busy_time import BusySpell, busy_spells
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.problems import Problem


class Held(BaseModel):
    """A figure, and how it stands to its target."""

    measure: TargetMeasure
    value: float | None = Field(description="Null over nothing; shares in 0..1, times in seconds")
    target: float | None = Field(description="Null: nobody set one")
    lower_is_better: bool
    judgement: Judgement | None


class OwnProject(BaseModel):
    """What the agent does for one project, against that project's targets."""

    project_id: str
    name: str
    held: list[Held]


class OwnBusy(BaseModel):
    """Time busy for one reason."""

    reason: str
    spent_s: float
    spells: int
    limit_s: float | None = Field(description="Of a spell; null: as long as it likes")
    over: int = Field(description="Spells that lasted longer")


class OwnDay(BaseModel):
    """The agent's day, from midnight on by the clock of their projects."""

    at: datetime
    time_zone: str
    version: int = Field(description="Of the definitions")
    day: Row | None = Field(description="The row of `/figures`; null: nothing happened yet")
    halves: list[Row] = Field(description="The same by half hour; without those of nothing")
    starts: list[datetime] = Field(description="Where every half hour begins")
    held: list[Held] = Field(description="Against the targets of the agent's group")
    projects: list[OwnProject] = Field(description="Projects with targets that the agent served")
    busy: list[OwnBusy] = Field(description="By reason, the longest first")


async def own_day(access: Access, now: Instant) -> OwnDay:
    """Return the caller's day up to `now`.

    Raises:
        Problem: `agent.not_linked`.
    """
    agent_id = access.principal.agent_id
    place = None if agent_id is None else await seat(access.session, agent_id)
    if place is None or agent_id is None:
        raise Problem("agent.not_linked")
    query = FiguresQuery(by=Dimension.AGENT, agent_id=agent_id, interval=Width.HALF_HOUR)
    window = await service.window_of(access.session, query, now)
    found = await service.tallied(access.session, query, window, now)
    shown = await service.shown_figures(access.session, query, window, found)
    whole = Tally()
    for tally in found.values():
        whole.add(tally)
    spells = await busy_spells(access.session, window.start, window.end, now, agent_id)
    limits = await reason_limits(access.session)
    kept = within_limits([Spell(one.reason, one.whole_ms) for one in spells], limits)
    wanted = await targets_of(access.session, TargetScope.GROUP, place.group_id)
    held = [
        _held(
            one, kept if one is TargetMeasure.BUSY_WITHIN_LIMITS else value_of(one, whole), wanted
        )
        for one in TargetMeasure
    ]
    return OwnDay(
        at=window.shown(now),
        time_zone=shown.time_zone,
        version=shown.version,
        day=next(iter(shown.totals), None),
        halves=shown.items,
        starts=shown.starts,
        held=held,
        projects=await _projects(access.session, agent_id, now),
        busy=_busy(spells, limits),
    )


async def _projects(session: ScopedSession, agent_id: str, now: Instant) -> list[OwnProject]:
    wanted = await project_targets(session)
    if not wanted:
        return []
    query = FiguresQuery(by=Dimension.PROJECT, agent_id=agent_id)
    window = await service.window_of(session, query, now)
    found = await service.tallied(session, query, window, now)
    shown = await service.shown_figures(session, query, window, found)
    tallies = {key: tally for (key, _), tally in found.items()}
    return [
        OwnProject(
            project_id=row.key,
            name=row.name,
            held=[
                _held(one, value_of(one, tallies[row.key]), wanted[row.key])
                for one in TargetMeasure
                if one in wanted[row.key] and one not in OF_TIME
            ],
        )
        for row in shown.totals
        if row.key in wanted
    ]


def _held(
    measure: TargetMeasure, value: float | None, wanted: Mapping[TargetMeasure, float]
) -> Held:
    target = wanted.get(measure)
    return Held(
        measure=measure,
        value=value,
        target=target,
        lower_is_better=measure in LOWER_IS_BETTER,
        judgement=None if target is None else judge(measure, value, target, day_over=False),
    )


def _busy(spells: Iterable[BusySpell], limits: Mapping[str, int]) -> list[OwnBusy]:
    by_reason: dict[str, list[BusySpell]] = {}
    for one in spells:
        by_reason.setdefault(one.reason, []).append(one)
    found = [
        OwnBusy(
            reason=reason,
            spent_s=sum(one.end - one.start for one in some) / 1000,
            spells=len(some),
            limit_s=limits[reason] / 1000 if reason in limits else None,
            over=sum(1 for one in some if one.whole_ms > limits.get(reason, one.whole_ms)),
        )
        for reason, some in by_reason.items()
    ]
    return sorted(found, key=lambda one: (-one.spent_s, one.reason))
