"""What is watched, of what, and from which value on it is an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openseat.core.identity import Milliseconds


class Scope(StrEnum):
    """What a threshold is set on."""

    QUEUE = "queue"
    PROJECT = "project"
    """Its queues together."""
    GROUP = "group"
    """An agent group."""


class Measure(StrEnum):
    """A figure of the live floor."""

    WAITING = "waiting"
    """Contacts that wait."""
    LONGEST_WAIT = "longest_wait"
    """Seconds that the first of them has waited."""
    SERVICE_LEVEL = "service_level"
    """Today: answered in time ÷ offered, 0 to 1."""
    ABANDON_RATE = "abandon_rate"
    """Today: abandoned ÷ offered, short abandons apart, 0 to 1."""
    IDLE = "idle"
    """Agents who are idle."""
    SIGNED_IN = "signed_in"
    """Agents who are signed in."""
    STATE_COUNT = "state_count"
    """Agents who are in a given state."""
    STATE_TIME = "state_time"
    """Seconds that one agent has been in a given state; each agent is watched apart."""


_LINES: Final = frozenset({Scope.QUEUE, Scope.PROJECT})
FITS: Final[Mapping[Measure, frozenset[Scope]]] = {
    Measure.WAITING: _LINES,
    Measure.LONGEST_WAIT: _LINES,
    Measure.SERVICE_LEVEL: _LINES,
    Measure.ABANDON_RATE: _LINES,
    Measure.IDLE: frozenset(Scope),
    Measure.SIGNED_IN: frozenset(Scope),
    Measure.STATE_COUNT: frozenset({Scope.GROUP}),
    Measure.STATE_TIME: frozenset({Scope.GROUP}),
}
"""On what each measure can be watched."""

BELOW: Final = frozenset({Measure.SERVICE_LEVEL, Measure.IDLE, Measure.SIGNED_IN})
"""Measures of which too little is the alarm; of the others it is too much."""
SHARES: Final = frozenset({Measure.SERVICE_LEVEL, Measure.ABANDON_RATE})
"""Measures from 0 to 1."""
OF_A_STATE: Final = frozenset({Measure.STATE_COUNT, Measure.STATE_TIME})
"""Measures that are about one agent state."""


class Zone(StrEnum):
    """Where a value lies."""

    BEYOND = "beyond"
    """At the limit or past it (of what is watched from below: under it)."""
    BETWEEN = "between"
    """Not past the limit, not yet back where an alarm ends."""
    WITHIN = "within"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A limit on a figure; an alarm ends at `clear`, which is on the good side of `limit`.

    A value must be beyond for `hold_ms` before it is an alarm, and within for `clear_hold_ms`
    before that is over. Shares count from `at_least` offered contacts of the day on.
    """

    threshold_id: str
    scope: Scope
    subject_id: str
    measure: Measure
    limit: float
    clear: float
    hold_ms: Milliseconds = 0
    clear_hold_ms: Milliseconds = 0
    at_least: int = 1
    state: str = ""

    @property
    def sound(self) -> bool:
        """Whether the threshold means anything: measure, scope, state and limits go together."""
        below = self.measure in BELOW
        ordered = self.clear >= self.limit if below else self.clear <= self.limit
        return (
            self.scope in FITS[self.measure]
            and ordered
            and (self.state != "") == (self.measure in OF_A_STATE)
            and (self.measure not in SHARES or min(self.limit, self.clear) >= 0)
            and (self.measure not in SHARES or max(self.limit, self.clear) <= 1)
        )

    def zone(self, value: float | None) -> Zone:
        """Tell where a value lies; what is undefined is no alarm."""
        if value is None:
            return Zone.WITHIN
        if self.measure in BELOW:
            if value < self.limit:
                return Zone.BEYOND
            return Zone.WITHIN if value >= self.clear else Zone.BETWEEN
        if value >= self.limit:
            return Zone.BEYOND
        return Zone.WITHIN if value <= self.clear or self.clear == self.limit else Zone.BETWEEN

    def worse(self, one: float, other: float) -> float:
        """Return the worse of two values."""
        return min(one, other) if self.measure in BELOW else max(one, other)
