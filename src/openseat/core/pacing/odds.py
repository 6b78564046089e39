"""Chances that more people answer than agents are free.

Both numbers are sums of many independent chances (Poisson-binomial). Exact convolution costs
their product; a distribution with the same mean and variance is as good for what is asked here.
One recursion covers the three that are needed: with d = variance ÷ mean,

    p(k) = p(k-1) · (a + b/k),   a = 1 - 1/d,   b = mean/d - a,   p(0) = d^(-mean/(d-1)),

is binomial for d < 1, Poisson for d = 1, negative binomial for d > 1 (the class of H. H. Panjer,
"Recursive evaluation of a family of compound distributions", ASTIN Bulletin 12, 1981). Large
numbers are taken as normal.
"""

from __future__ import annotations

from math import ceil, erf, exp, log, sqrt
from typing import Final

LARGE: Final = 5.0
"""Variance of the difference from which it is taken as normal."""
_ROOT_2: Final = sqrt(2.0)


def counts(mean: float, variance: float) -> list[float]:
    """Return the chances of 0, 1, 2 … of a count with this mean and about this variance.

    Below the mean, the variance is that of a whole number of equal chances.
    """
    if mean <= 1e-9:
        return [1.0]
    if variance < mean:
        trials = max(ceil(mean), round(mean * mean / (mean - variance)))
        if mean >= trials - 1e-9:
            return [*[0.0] * trials, 1.0]
        ratio = 1 - mean / trials
    else:
        ratio = variance / mean
    near_poisson = abs(ratio - 1) < 1e-6
    chance = exp(-mean) if near_poisson else exp(-mean * log(ratio) / (ratio - 1))
    a = 0.0 if near_poisson else 1 - 1 / ratio
    b = mean / ratio - a
    chances = [chance]
    total = chance
    top = int(mean + 6 * sqrt(mean * ratio) + 3)
    for k in range(1, top + 1):
        factor = a + b / k
        if factor <= 1e-12:
            break
        chance *= factor
        chances.append(chance)
        total += chance
    return [value / total for value in chances]


def short(
    free: int, supply: tuple[float, float], demand: tuple[float, float]
) -> tuple[float, float]:
    """Return the chances that nobody is left, and that exactly one is left.

    Args:
        free: agents free now less people who wait for one.
        supply: mean and variance of the number of agents who become free.
        demand: mean and variance of the number of people who answer.
    """
    supply_mean, supply_variance = supply
    demand_mean, demand_variance = demand
    variance = supply_variance + demand_variance
    if variance >= LARGE:
        left = free + supply_mean - demand_mean
        scale = sqrt(variance) * _ROOT_2
        none = 0.5 * (1 + erf((0.5 - left) / scale))
        return none, 0.5 * (1 + erf((1.5 - left) / scale)) - none
    return short_of(
        free, counts(supply_mean, supply_variance), counts(demand_mean, demand_variance)
    )


def short_of(free: int, supply: list[float], demand: list[float]) -> tuple[float, float]:
    """Return the same from the chances of each count."""
    at_least = [0.0] * (len(demand) + 1)
    for k in reversed(range(len(demand))):
        at_least[k] = at_least[k + 1] + demand[k]
    none = one = 0.0
    for k, chance in enumerate(supply):
        have = free + k
        if have <= 0:
            none += chance
        elif have < len(at_least):
            none += chance * at_least[have]
        if 1 <= have <= len(demand):
            one += chance * demand[have - 1]
    return none, one
