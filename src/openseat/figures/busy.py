"""Busy time by reason, of agents or groups, in the intervals of the figures page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from openseat.core.identity import Instant
from openseat.directory.standing import names, reason_limits
from openseat.figures import service
from openseat.figures.documents import FiguresQuery
from openseat.history.busy_time import BusySpell, busy_spells
from openseat.history.documents import CalendarDay
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Strict
from openseat.platform.problems import Problem
from openseat.platform.reach import Reach


class BusyQuery(Strict):
    """Whose busy time, and of which day."""

    by: Literal["agent", "group"] = "agent"
    day: CalendarDay | None = Field(None, description="Of the projects' calendar; else today")
    agent_id: Id | None = None
    group_id: Id | None = None


class BusyTime(BaseModel):
    """Busy time of an agent or a group for one reason."""

    key: str
    name: str
    reason: str
    spent_s: float
    spells: int
    longest_s: float = Field(description="The longest spell, however much of it was on that day")
    over: int = Field(description="Spells longer than the reason's limit")


class BusyTimes(BaseModel):
    """Busy time by reason; with the same key they add up to `busy_s` of `/figures`."""

    start: datetime
    end: datetime
    items: list[BusyTime] = Field(description="By name, the longest time first")


@dataclass(slots=True)
class _Sum:
    spent_ms: int = 0
    spells: int = 0
    longest_ms: int = 0
    over: int = 0

    def add(self, spell: BusySpell, limit_ms: int | None) -> None:
        self.spent_ms += spell.end - spell.start
        self.spells += 1
        self.longest_ms = max(self.longest_ms, spell.whole_ms)
        self.over += limit_ms is not None and spell.whole_ms > limit_ms


async def busy_times(
    session: ScopedSession, query: BusyQuery, now: Instant, reach: Reach | None
) -> BusyTimes:
    """Return busy time by key and reason, as far as `reach` goes.

    Raises:
        Problem: `figures.too_many`.
    """
    window = await service.window_of(session, FiguresQuery(day=query.day), now)
    spells = await busy_spells(session, window.start, window.end, now, query.agent_id)
    limits = await reason_limits(session)
    sums: dict[tuple[str, str], _Sum] = {}
    for spell in _seen(spells, query, reach):
        key = spell.agent_id if query.by == "agent" else spell.group_id
        sums.setdefault((key, spell.reason), _Sum()).add(spell, limits.get(spell.reason))
    if len(sums) > service.MOST_ROWS:
        raise Problem("figures.too_many", most=service.MOST_ROWS)
    known = await names(session, sorted({key for key, _ in sums}))
    items = [
        BusyTime(
            key=key,
            name=known.get(key, ""),
            reason=reason,
            spent_s=one.spent_ms / 1000,
            spells=one.spells,
            longest_s=one.longest_ms / 1000,
            over=one.over,
        )
        for (key, reason), one in sums.items()
    ]
    items.sort(key=lambda one: (one.name, one.key, -one.spent_s, one.reason))
    return BusyTimes(start=window.shown(window.start), end=window.shown(window.end), items=items)


def _seen(
    spells: Sequence[BusySpell], query: BusyQuery, reach: Reach | None
) -> Sequence[BusySpell]:
    """Return the spells of those asked about whom the caller manages, or is."""
    return [
        one
        for one in spells
        if query.group_id in {None, one.group_id}
        and (
            reach is None
            or one.group_id in reach.group_ids
            or (query.by == "agent" and one.agent_id == reach.agent_id)
        )
    ]
