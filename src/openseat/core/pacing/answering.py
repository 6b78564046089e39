"""Whether and when a ringing number is answered by a person.

For every second of ringing two hazards are counted: that a person answers, and that the attempt
ends otherwise (busy, a machine, the time is out). A list's segment borrows from all segments as
much as it lacks of its own; an hour of a segment multiplies the segment's hazard by a factor, and
so does what happened lately, each of them a gamma-Poisson estimate: answers seen over answers
expected, with so many answers of a prior. The expectation of a call that was given up stops where
it was given up, so giving up early does not look like nobody answering.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import exp
from typing import Final

from openseat.core.pacing.availability import HORIZON_S, STEP_S, Curve, with_variance
from openseat.core.pacing.events import Cell

LONGEST_S: Final = 90
"""Ringing beyond this is counted with the last second."""
_LENT: Final = 40.0
"""Calls at risk that all segments lend to each second of one segment."""
_PRIOR_HAZARD: Final = 0.05
"""Answers a second assumed before anything is known: rather too many."""
_PRIOR_CALLS: Final = 10.0
_SHAPED: Final = 200
"""Calls that the shape is learnt from before factors are."""
_HOUR_PRIOR: Final = 25.0
_LATELY_PRIOR: Final = 12.0


@dataclass(slots=True)
class _Seconds:
    """Calls at risk, answered and ended otherwise, by second of ringing; older ones fade."""

    ended: list[float] = field(default_factory=lambda: [0.0] * (LONGEST_S + 1))
    answered: list[float] = field(default_factory=lambda: [0.0] * (LONGEST_S + 1))
    at_risk: list[float] = field(default_factory=lambda: [0.0] * (LONGEST_S + 1))
    weight: float = 1.0

    def add(self, second: int, *, answered: bool, ended: bool, growth: float) -> None:
        self.weight *= growth
        weight = self.weight
        risk = self.at_risk
        for index in range(second + 1):
            risk[index] += weight
        if answered:
            self.answered[second] += weight
        elif ended:
            self.ended[second] += weight

    def fade(self) -> None:
        scale = 1 / self.weight
        self.weight = 1.0
        self.ended = [value * scale for value in self.ended]
        self.answered = [value * scale for value in self.answered]
        self.at_risk = [value * scale for value in self.at_risk]


@dataclass(slots=True)
class _Factor:
    """Answers seen and expected, older ones fading."""

    prior: float
    seen: float = 0.0
    expected: float = 0.0

    def add(self, answers: float, expected: float, memory: float) -> None:
        keep = 1 - 1 / memory
        self.seen = self.seen * keep + answers
        self.expected = self.expected * keep + expected

    @property
    def value(self) -> float:
        return (self.prior + self.seen) / (self.prior + self.expected)


@dataclass(frozen=True, slots=True)
class Ringing:
    """The outlook of calls of one cell, by how long they ring already."""

    answered_by: tuple[float, ...]
    """Chance that a person has answered by each second after dialling."""
    open_at: tuple[float, ...]
    """Chance that the call still rings then."""
    curves: dict[int, Curve] = field(default_factory=dict[int, Curve])

    def within(self, rang_s: int, forced_s: int = LONGEST_S) -> Curve:
        """Return the chance that a person answers by each step's end.

        After the chances come their variances, and then the chances of an answer before the call
        has rung for `forced_s`.
        """
        key = rang_s * 256 + forced_s
        row = self.curves.get(key)
        if row is None:
            row = self.curves[key] = (
                *with_variance(self._until(rang_s, LONGEST_S + 1)),
                *self._until(rang_s, forced_s),
            )
        return row

    def _until(self, rang_s: int, last_s: int) -> Curve:
        begin = min(rang_s, LONGEST_S)
        still, so_far = self.open_at[begin], self.answered_by[begin]
        top = max(begin, last_s)
        return tuple(
            (self.answered_by[min(begin + ahead, top)] - so_far) / still if still > 0 else 0.0
            for ahead in range(STEP_S, HORIZON_S + 1, STEP_S)
        )


class Answering:
    """The answers of a campaign's lists, learnt as they come.

    Args:
        memory: calls after which a call counts for a third of a new one in the shape.
        lately: the same for the factor of what happened lately.
    """

    def __init__(self, memory: float = 6000.0, lately: float = 250.0) -> None:
        self._growth = exp(1 / memory)
        self._all = _Seconds()
        self._segments: defaultdict[str, _Seconds] = defaultdict(_Seconds)
        self._hours: defaultdict[Cell, _Factor] = defaultdict(lambda: _Factor(_HOUR_PRIOR))
        self._lately = _Factor(_LATELY_PRIOR)
        self._memory = lately
        self._hazards: dict[str, tuple[list[float], list[float]]] = {}
        self._outlooks: dict[Cell, Ringing] = {}
        self.calls = 0

    @property
    def evidence(self) -> float:
        """Answers that the present estimate rests on, about."""
        return _LATELY_PRIOR / 2 + self._lately.seen

    def ended(self, cell: Cell, rang_s: float, *, answered: bool, given_up: bool = False) -> None:
        """Learn how a call ended after ringing so long."""
        second = min(int(rang_s), LONGEST_S)
        live, _ = self._hazard(cell.segment)
        expected = sum(live[: second + 1])
        hour = self._hours[cell]
        if self.calls < _SHAPED:
            # What the first guess expected says nothing about the hour: the shape learns it all.
            self._lately.add(answered, answered, self._memory)
        else:
            self._lately.add(answered, expected * hour.value, self._memory)
            hour.add(answered, expected, 4 * self._memory)
        for seconds in (self._all, self._segments[cell.segment]):
            seconds.add(second, answered=answered, ended=not given_up, growth=self._growth)
        self.calls += 1
        if self.calls % 20 == 0 or self.calls < 20:
            self._refresh()

    def outlook(self, cell: Cell) -> Ringing:
        """Return when calls of the cell will be answered."""
        known = self._outlooks.get(cell)
        if known is None:
            known = self._outlooks[cell] = self._work_out(cell)
        return known

    def _refresh(self) -> None:
        self._outlooks.clear()
        self._hazards.clear()
        self._all.fade()
        for seconds in self._segments.values():
            seconds.fade()

    def _hazard(self, segment: str) -> tuple[list[float], list[float]]:
        """Return the hazards to be answered, and to end otherwise, in each second."""
        known = self._hazards.get(segment)
        if known is None:
            own, everyone = self._segments[segment], self._all
            weight, own_weight = 1 / everyone.weight, 1 / own.weight
            live: list[float] = []
            other: list[float] = []
            for second in range(LONGEST_S + 1):
                risk = everyone.at_risk[second] * weight + _PRIOR_CALLS
                shared = (everyone.answered[second] * weight + _PRIOR_CALLS * _PRIOR_HAZARD) / risk
                ending = everyone.ended[second] * weight / risk
                own_risk = own.at_risk[second] * own_weight + _LENT
                live.append((own.answered[second] * own_weight + _LENT * shared) / own_risk)
                other.append((own.ended[second] * own_weight + _LENT * ending) / own_risk)
            known = self._hazards[segment] = live, other
        return known

    def _work_out(self, cell: Cell) -> Ringing:
        live, other = self._hazard(cell.segment)
        factor = self._lately.value * (self._hours[cell].value if cell in self._hours else 1.0)
        still, so_far = 1.0, 0.0
        answered_by, open_at = [0.0], [1.0]
        for second in range(LONGEST_S + 1):
            answering = min(0.95, live[second] * factor)
            so_far += still * answering
            still *= max(0.0, 1 - answering - other[second])
            answered_by.append(so_far)
            open_at.append(still)
        return Ringing(tuple(answered_by), tuple(open_at))
