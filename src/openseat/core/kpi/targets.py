"""What agents are asked to reach in a day, and whether they do.

A target is a figure of `openseat.core.kpi.ratios` with a wanted value: nothing is counted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openseat.core.identity import Milliseconds
from openseat.core.kpi import ratios as r
from openseat.core.kpi.tally import Tally

NEAR: Final = 0.1
"""Short of the target by at most this share of it is near."""


class TargetMeasure(StrEnum):
    """Figures that can have a target; the names are those of the API's KPIs where it has them."""

    HANDLED = "handled"
    CALLS_PER_HOUR = "calls_per_hour"
    AVERAGE_HANDLE = "average_handle_s"
    AVERAGE_AFTER_CALL_WORK = "average_after_call_work_s"
    OCCUPANCY = "occupancy"
    OFFERS_TAKEN = "offers_taken"
    """Accepted ÷ (accepted + missed)."""
    SATISFACTION = "satisfaction"
    BUSY_WITHIN_LIMITS = "busy_within_limits"
    """Busy spells that kept to the limit of their reason ÷ those whose reason has one."""


class Judgement(StrEnum):
    """How a figure stands to its target."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"
    OPEN = "open"
    """Short of it, with the day not over: what is only counted up can still get there."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of being busy; one that goes on is as long as it is by now."""

    reason: str
    ms: Milliseconds


LOWER_IS_BETTER: Final = frozenset(
    {TargetMeasure.AVERAGE_HANDLE, TargetMeasure.AVERAGE_AFTER_CALL_WORK}
)
"""The target is the most it may be; of all others it is the least."""

COUNTED: Final = frozenset({TargetMeasure.HANDLED})
"""Only grow while the day goes on."""

OF_TIME: Final = frozenset(
    {TargetMeasure.CALLS_PER_HOUR, TargetMeasure.OCCUPANCY, TargetMeasure.BUSY_WITHIN_LIMITS}
)
"""Made of agents' time, which belongs to no project."""

SHARES: Final = frozenset(
    {
        TargetMeasure.OCCUPANCY,
        TargetMeasure.OFFERS_TAKEN,
        TargetMeasure.SATISFACTION,
        TargetMeasure.BUSY_WITHIN_LIMITS,
    }
)
"""In 0..1."""


def value_of(measure: TargetMeasure, tally: Tally) -> float | None:
    """Return a figure of a tally; None over nothing, and for what is not made of a tally."""
    made = _MADE.get(measure)
    return None if made is None else made(tally)


def within_limits(spells: Iterable[Spell], limits: Mapping[str, Milliseconds]) -> float | None:
    """Return busy spells that kept to their reason's limit ÷ those whose reason has one."""
    bound = [spell for spell in spells if spell.reason in limits]
    kept = sum(1 for spell in bound if spell.ms <= limits[spell.reason])
    return r.share(kept, len(bound))


def judge(
    measure: TargetMeasure, value: float | None, target: float, *, day_over: bool
) -> Judgement | None:
    """Return how a figure stands to its target; None while there is no figure.

    Before the day is over a count that is short of its target is open, never near or missed.
    """
    if value is None:
        return None
    short = value - target if measure in LOWER_IS_BETTER else target - value
    if short <= 0:
        return Judgement.MET
    if measure in COUNTED and not day_over:
        return Judgement.OPEN
    return Judgement.NEAR if short <= NEAR * target else Judgement.MISSED


def _handled(tally: Tally) -> float | None:
    return float(tally.handled) if tally else None


def _offers_taken(tally: Tally) -> float | None:
    return r.share(tally.offers_accepted, tally.offers_accepted + tally.offers_missed)


_MADE: Mapping[TargetMeasure, Callable[[Tally], float | None]] = {
    TargetMeasure.HANDLED: _handled,
    TargetMeasure.CALLS_PER_HOUR: r.calls_per_hour,
    TargetMeasure.AVERAGE_HANDLE: r.average_handle_time,
    TargetMeasure.AVERAGE_AFTER_CALL_WORK: r.average_after_call_work,
    TargetMeasure.OCCUPANCY: r.occupancy,
    TargetMeasure.OFFERS_TAKEN: _offers_taken,
    TargetMeasure.SATISFACTION: r.satisfaction,
}
