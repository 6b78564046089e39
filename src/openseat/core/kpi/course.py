"""The course of a floor over some hours, folded from samples taken once a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from openseat.core.events import AgentState
from openseat.core.identity import Instant, Milliseconds

MINUTE: Final[Milliseconds] = 60_000
SERVICE_LEVEL_OF: Final[Milliseconds] = 15 * MINUTE
"""The service level at a moment is that of so long before: of a minute alone it jumps about."""

_WITH_CUSTOMERS: Final = (
    AgentState.TALKING,
    AgentState.HOLDING,
    AgentState.CONSULTING,
    AgentState.CONFERENCING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSample:
    """A queue at a minute: what is so now, and the day's counters."""

    at: Instant
    queue_id: str
    peak: int
    """Most that waited at once in the minute."""
    talking: int
    idle: int
    offered: int
    answered: int
    abandoned: int
    within: int
    """Answered within the threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """The agents of a group at a minute."""

    at: Instant
    group_id: str
    states: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Point:
    """A step of the course; what nothing is known of is None."""

    at: Instant
    waiting: int | None = None
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    service_level: float | None = None
    occupancy: float | None = None
    states: dict[str, int] = field(default_factory=dict[str, int])


def course(
    queues: Iterable[QueueSample], groups: Iterable[GroupSample], start: Instant, step: Milliseconds
) -> list[Point]:
    """Return a point for every step since `start` of which something is known, in order.

    Waiting is the highest minute of a step; contacts are those gained in it; agents are as at its
    last minute. Occupancy is talk and hold ÷ (talk, hold and idle): by the groups' agents where
    groups are known, else by the agents who serve the queues.
    """
    points: dict[Instant, Point] = {}

    def point(at: Instant) -> Point:
        place = at // step * step
        if place not in points:
            points[place] = Point(at=place)
        return points[place]

    minutes: dict[Instant, list[QueueSample]] = {}
    by_queue: dict[str, list[QueueSample]] = {}
    for sample in sorted(queues, key=lambda one: one.at):
        by_queue.setdefault(sample.queue_id, []).append(sample)
        if sample.at >= start:
            minutes.setdefault(sample.at, []).append(sample)
    for at, samples in minutes.items():
        now = point(at)
        now.waiting = max(now.waiting or 0, sum(one.peak for one in samples))
        now.occupancy = _share(
            sum(one.talking for one in samples), sum(one.idle for one in samples)
        )
    for samples in by_queue.values():
        for before, after in pairwise(samples):
            if after.at >= start:
                _gain(point(after.at), before, after)
    _agents(point, [one for one in groups if one.at >= start])
    found = [points[at] for at in sorted(points)]
    _service_levels(found)
    return found


def _gain(point: Point, before: QueueSample, after: QueueSample) -> None:
    point.offered += _more(before.offered, after.offered)
    point.answered += _more(before.answered, after.answered)
    point.abandoned += _more(before.abandoned, after.abandoned)
    point.within += _more(before.within, after.within)


def _more(before: int, after: int) -> int:
    """What a counter gained; one that is lower began anew at midnight."""
    return after - before if after >= before else after


def _agents(point: Callable[[Instant], Point], groups: Sequence[GroupSample]) -> None:
    minutes: dict[Instant, dict[str, int]] = {}
    for sample in groups:
        states = minutes.setdefault(sample.at, {})
        for state, count in sample.states.items():
            states[state] = states.get(state, 0) + count
    for at in sorted(minutes):
        states = minutes[at]
        now = point(at)
        now.states = states
        engaged = sum(states.get(state, 0) for state in _WITH_CUSTOMERS)
        now.occupancy = _share(engaged, states.get(AgentState.IDLE, 0))


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


def _service_levels(points: Sequence[Point]) -> None:
    first = 0
    offered = within = 0
    for one in points:
        offered += one.offered
        within += one.within
        while points[first].at <= one.at - SERVICE_LEVEL_OF:
            offered -= points[first].offered
            within -= points[first].within
            first += 1
        one.service_level = within / offered if offered else None
