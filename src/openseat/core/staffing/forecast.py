"""The next half hour's contacts, from the same weekdays before and from how busy today is.

Each earlier day of the same weekday says how many contacts came in a stretch of the day; their
mean is the shape. How busy today is compared with that shape is unknown in the morning and known
in the evening: as a factor with a gamma prior of mean 1, met by Poisson counts (the model of
A. N. Avramidis, A. Deslauriers, P. L'Ecuyer, "Modeling daily arrivals to a telephone call center",
Management Science 50, 2004), its posterior mean is

    (PRIOR + came so far) / (PRIOR + expected so far),

and the count to come is negative binomial. Without an earlier day nothing is known, and nothing
is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

PRIOR: Final = 25.0
"""Contacts that move the factor half way: days that differ by a fifth are usual."""
RANGE: Final = 1.2816
"""Standard deviations to either side that hold four fifths of a normal distribution."""


@dataclass(frozen=True, slots=True)
class History:
    """Contacts of one earlier day: up to this time of the day, and in the stretch to come."""

    so_far: float
    ahead: float


@dataclass(frozen=True, slots=True)
class Expected:
    """How many are expected, and between which numbers four times in five."""

    mean: float
    low: float
    high: float
    factor: float
    """How busy today is; 1 is as usual."""


def forecast(days: Sequence[History], came: float) -> Expected | None:
    """Return what the earlier days and today's `came` so far let expect; None without any day."""
    if not days:
        return None
    so_far = sum(day.so_far for day in days) / len(days)
    ahead = sum(day.ahead for day in days) / len(days)
    factor = (PRIOR + came) / (PRIOR + so_far)
    mean = factor * ahead
    # Poisson, about a factor that is not known exactly, about a shape that is a mean of days.
    deviation = sqrt(mean * (1 + ahead / (PRIOR + so_far)) + factor**2 * ahead / len(days))
    return Expected(mean, max(0.0, mean - RANGE * deviation), mean + RANGE * deviation, factor)


def patience_s(waited_s: float, abandoned: int) -> float:
    """Return the mean patience: all waiting ÷ all who gave up, endless where nobody did.

    It is the maximum-likelihood estimate for exponential patience when those who were answered
    are censored (L. Brown et al., "Statistical analysis of a telephone call center", JASA 100,
    2005).
    """
    return waited_s / abandoned if abandoned and waited_s > 0 else inf
