"""The forecast on a real day: half of its calls tell what to expect of the other half.

One day has no earlier one of its weekday. Its calls, dealt into two halves by tossing a coin, are
two days of the same shape that differ by chance alone: what is seen is the method's own error,
without that of days which differ.
"""

from __future__ import annotations

import os
from math import pi, sqrt
from pathlib import Path
from random import Random

import pytest

from openseat.core.staffing import History, forecast
from openseat.figures.bank.rows import read_day

SYNTHETIC = Path(__file__).parents[1] / "data" / "bank_day.csv"
GIVEN = os.environ.get("OPENSEAT_BANK_DATA", "")
FILES = {"synthetic": SYNTHETIC} | ({"OPENSEAT_BANK_DATA": Path(GIVEN)} if GIVEN else {})
HALF_HOUR, OPENS, CLOSES = 1800, 14, 47


def halves(path: Path) -> tuple[list[int], list[int]]:
    """Calls offered by half hour of the day, dealt by a coin."""
    offered = sorted(call.offered for call in read_day(path).calls if call.offered is not None)
    counts = ([0] * 50, [0] * 50)
    coin = Random(1999)
    for at in offered:
        counts[coin.randrange(2)][min(at // HALF_HOUR, 49)] += 1
    return counts


def errors(path: Path) -> tuple[float, float, float]:
    """Mean absolute error over the mean: of the forecast, of chance alone; share in the range."""
    past, today = halves(path)
    off = chance = 0.0
    inside = 0
    for slot in range(OPENS, CLOSES):
        made = forecast([History(sum(past[:slot]), past[slot])], sum(today[:slot]))
        assert made is not None
        off += abs(made.mean - today[slot])
        # The mean absolute difference of two Poisson counts of one mean m is about √(4m/π).
        chance += sqrt(4 * (past[slot] + today[slot]) / 2 / pi)
        inside += made.low <= today[slot] <= made.high
    whole = sum(today[OPENS:CLOSES])
    return off / whole, chance / whole, inside / (CLOSES - OPENS)


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_the_forecast_is_as_good_as_chance_allows(path: Path) -> None:
    mine, chance, inside = errors(path)
    said = f"error {mine:.1%}, chance {chance:.1%}, inside {inside:.0%}"
    assert mine < 1.35 * chance, said
    assert inside >= 0.6, said
