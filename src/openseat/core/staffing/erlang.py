"""Queues with several agents: Erlang B, C and A.

Erlang A (M/M/n+M) adds callers' patience to Erlang C: who waits leaves at a constant rate. Its
offered wait, what a caller of endless patience would wait, has an atom at 0 and for v > 0 the
density

    w(v) = λ π exp(-nμv + λ/θ (1 - exp(-θv))),

π being the probability that n - 1 are busy (F. Baccelli, G. Hebuterne, "On queues with impatient
customers", Performance '81; A. Mandelbaum, S. Zeltyn, "Service engineering in action: the
Palm/Erlang-A queue", 2007). Everything here is an integral over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, inf, isfinite, log
from typing import Final

MOST_AGENTS: Final = 2000
_POINTS: Final = 800
_NEGLIGIBLE: Final = 40.0
"""Natural logarithm of how small a part of an integrand is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What comes to a queue: contacts a second, seconds to handle one, seconds of patience.

    Raises:
        ValueError: a negative rate, or no time to handle.
    """

    rate: float
    handle_s: float
    patience_s: float = inf

    def __post_init__(self) -> None:
        """Refuse what is no load."""
        if self.rate < 0 or self.handle_s <= 0 or self.patience_s <= 0:
            raise ValueError("a load needs a rate, a handle time and patience")

    @property
    def erlangs(self) -> float:
        """How many agents would be busy if there were enough."""
        return self.rate * self.handle_s

    def service_level(self, agents: int, within_s: float) -> float:
        """Return the share of all contacts that are answered within a time, 0 to 1.

        Abandoned contacts are not answered. With endless patience and too few agents it is 0:
        the queue grows for ever.
        """
        if self.rate == 0:
            return 1.0
        if agents <= 0 or (self.patience_s == inf and agents <= self.erlangs):
            return 0.0
        at_once, waits = self._weights(agents, within_s, self._end(agents))
        return (at_once + waits[0]) / (at_once + waits[1])

    def abandoned(self, agents: int) -> float:
        """Return the share of contacts that are abandoned, 0 to 1; 0 with endless patience."""
        if self.patience_s == inf or self.rate == 0:
            return 0.0
        if agents <= 0:
            return 1.0
        end = self._end(agents)
        at_once, waits = self._weights(agents, end, end)
        return 1 - (at_once + waits[0]) / (at_once + waits[1])

    def _weights(
        self, agents: int, within_s: float, end_s: float
    ) -> tuple[float, tuple[float, float]]:
        """Return unnormalised weights: no wait; waits answered in time, and all waits."""
        top = self._exponent(agents, self._peak(agents))
        # Times Erlang's B, which is 0 to the machine where agents are plenty.
        busy = erlang_b(agents - 1, self.erlangs)
        at_once = exp(-top)
        answered = self._integral(agents, min(within_s, end_s), top, stays=True)
        everyone = self._integral(agents, end_s, top, stays=False)
        return at_once, (busy * answered, busy * everyone)

    def _integral(self, agents: int, end_s: float, top: float, *, stays: bool) -> float:
        """Return λ ∫ exp(exponent - top) dv up to `end_s` by Simpson; `stays`: patience lasts."""
        if end_s <= 0:
            return 0.0
        step = end_s / _POINTS
        leaving = 1 / self.patience_s if stays and isfinite(self.patience_s) else 0.0
        total = 0.0
        for index in range(_POINTS + 1):
            v = index * step
            weight = 1 if index in {0, _POINTS} else 4 if index % 2 else 2
            total += weight * exp(self._exponent(agents, v) - top - leaving * v)
        return self.rate * total * step / 3

    def _exponent(self, agents: int, v: float) -> float:
        if not isfinite(self.patience_s):
            return (self.rate - agents / self.handle_s) * v
        leaving = 1 / self.patience_s
        return -agents / self.handle_s * v - self.rate / leaving * expm1(-leaving * v)

    def _peak(self, agents: int) -> float:
        """Return the wait where the density is greatest."""
        busy = self.erlangs / agents
        return self.patience_s * log(busy) if busy > 1 and isfinite(self.patience_s) else 0.0

    def _end(self, agents: int) -> float:
        """Return a wait beyond which nothing that matters is left."""
        peak = self._peak(agents)
        top = self._exponent(agents, peak)
        reach = self.handle_s / agents
        while self._exponent(agents, peak + reach) > top - _NEGLIGIBLE:
            reach *= 1.5
        return peak + reach


def erlang_b(agents: int, erlangs: float) -> float:
    """Return the probability that all are busy where nobody waits (Erlang B), by its recursion."""
    blocked = 1.0
    for count in range(1, agents + 1):
        blocked = erlangs * blocked / (count + erlangs * blocked)
    return blocked


def erlang_c(agents: int, erlangs: float) -> float:
    """Return the probability of waiting where nobody gives up (Erlang C); 1 with too few agents."""
    if agents <= erlangs:
        return 1.0
    blocked = erlang_b(agents, erlangs)
    return blocked / (1 - erlangs / agents * (1 - blocked))


def agents_for(load: Load, within_s: float, target: float) -> int | None:
    """Return the fewest agents who reach a service level; None: not even `MOST_AGENTS`.

    0 where nobody comes. More agents never lower the service level, so it is searched by halves.
    """
    if load.rate == 0:
        return 0
    low, high = 0, MOST_AGENTS
    if load.service_level(high, within_s) < target:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if load.service_level(middle, within_s) >= target:
            high = middle
        else:
            low = middle
    return high
