"""How long a state lasts, from how long it lasted: an empirical hazard.

Time is cut into bins; in each the rate of leaving is the number who left in it divided by the
time spent in it. Who has not left yet counts as time spent (censored), so long conversations are
in the figures while they last, which is what the estimator of Kaplan and Meier does for a
survival curve. Neighbouring bins lend each other evidence, and the overall rate lends a little
to bins that have none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from math import exp
from typing import Final

EDGES: Final = (
    *range(20), *range(20, 60, 2), *range(60, 180, 5), *range(180, 600, 20), *range(600, 3600, 200),
)  # fmt: skip
"""Beginnings of the bins in seconds: fine where states are short."""
_WIDTHS: Final = (*(after - before for before, after in pairwise(EDGES)), 3600)
_LENT: Final = 2.0
"""Departures that the overall rate lends to every bin."""
_TABLE_S: Final = 600
"""Up to here the chance to stay is kept for every second."""
_NEIGHBOUR: Final = 0.5
"""What a departure in the next bin counts."""


class Durations:
    """Durations of one state, older ones fading.

    Args:
        prior_s: the mean that is assumed before anything is known, counted as two departures.
        memory: departures after which a departure counts for a third of a new one.
    """

    def __init__(self, prior_s: float, memory: float = 1500.0) -> None:
        self._left = [0.0] * len(EDGES)
        self._stayed = [0.0] * len(EDGES)
        """Who ended in the bin, whether they left or were censored."""
        self._part = [0.0] * len(EDGES)
        """Seconds they spent in it."""
        self._prior_s = prior_s
        self._weight = 1.0
        self._growth = exp(1 / memory)
        self.departures = 0.0
        """Departures known, faded: the evidence."""
        self._edge_hazard = [0.0] * (len(EDGES) + 1)
        self._rates: list[float] = []
        self._staying: list[float] = []
        self.refresh(())

    def add(self, seconds: float, *, left: bool) -> None:
        """Count one stay; without `left` it was cut short by something that is not the state's."""
        index = bisect_right(EDGES, seconds) - 1 if seconds > 0 else 0
        # Rather than let the old fade, new ones weigh more; `refresh` brings that back to one.
        self._weight *= self._growth
        if left:
            self._left[index] += self._weight
        self._stayed[index] += self._weight
        self._part[index] += self._weight * max(0.0, seconds - EDGES[index])

    def refresh(self, running: Iterable[float]) -> None:
        """Work the rates out anew, counting also those who are in the state now, for so long."""
        scale = 1 / self._weight
        self._weight = 1.0
        left = self._left = [value * scale for value in self._left]
        self._stayed = [value * scale for value in self._stayed]
        self._part = [value * scale for value in self._part]
        stayed, part = self._stayed.copy(), self._part.copy()
        for seconds in running:
            index = bisect_right(EDGES, seconds) - 1 if seconds > 0 else 0
            stayed[index] += 1
            part[index] += max(0.0, seconds - EDGES[index])
        spent = [0.0] * len(EDGES)
        beyond = 0.0
        for index in reversed(range(len(EDGES))):
            spent[index] = beyond * _WIDTHS[index] + part[index]
            beyond += stayed[index]
        self.departures = sum(left)
        overall = (self.departures + 2) / (sum(spent) + 2 * self._prior_s)
        self._rates = []
        hazard = 0.0
        for index, width in enumerate(_WIDTHS):
            low, high = max(0, index - 1), index + 2
            departed = left[index] + _NEIGHBOUR * (sum(left[low:high]) - left[index])
            time = spent[index] + _NEIGHBOUR * (sum(spent[low:high]) - spent[index])
            rate = (departed + _LENT) / (time + _LENT / overall)
            self._rates.append(rate)
            hazard += rate * width
            self._edge_hazard[index + 1] = hazard
        self._staying = [1.0]
        for index, width in enumerate(_WIDTHS):
            if EDGES[index] >= _TABLE_S:
                break
            each = exp(-self._rates[index])
            for _ in range(width):
                self._staying.append(self._staying[-1] * each)

    def left_within(self, elapsed_s: float, horizon_s: int) -> list[float]:
        """Return the chance to have left 0, 1 … `horizon_s` seconds from now."""
        begin = int(elapsed_s)
        if begin + horizon_s < len(self._staying):
            staying = self._staying[begin : begin + horizon_s + 1]
        else:
            staying = [self._stays(begin + ahead) for ahead in range(horizon_s + 1)]
        still = staying[0]
        return [1 - later / still for later in staying] if still else [1.0] * (horizon_s + 1)

    def _stays(self, seconds: int) -> float:
        """Return the chance to stay at least so long."""
        if seconds < len(self._staying):
            return self._staying[seconds]
        index = bisect_right(EDGES, seconds) - 1
        hazard = self._edge_hazard[index] + self._rates[index] * (seconds - EDGES[index])
        return exp(-hazard)
