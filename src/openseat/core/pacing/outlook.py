"""The forward look: what one more call would bring, and what it would cost.

The next half minute is cut into steps. For each step's end the mean and variance of two counts
are known: agents who become free, people who answer. From them follow the chance that an answer
in this step finds nobody (`none`), and the chance that exactly one agent is left (`one`). A
further call brings an answer with the chance of its curve. Its cost has two parts: it may find
nobody itself, and it may take the last agent from somebody who answers in a later step.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import Final

from openseat.core.pacing.availability import NEVER, STEPS, Curve
from openseat.core.pacing.odds import LARGE, counts, short, short_of

MOST_A_DECISION: Final = 500
"""Calls one decision places at most."""
NEGLIGIBLE: Final = 1e-4
"""Answers in a step that are not worth a look at its odds."""


class Outlook:
    """Supply and demand of the next steps.

    Args:
        free: agents free now less people who wait for one.
        agents: for each busy agent the chance to be free by each step, and its variance.
        calls: for each ringing call the chance of an answer by each step, its variance, and
            the chance of an answer that cannot be avoided any more by giving the call up.
        doubts: squared relative errors of the supply's and the demand's mean, for want of
            evidence.
    """

    def __init__(
        self,
        free: int,
        agents: Sequence[Curve],
        calls: Sequence[Curve],
        doubts: tuple[float, float],
    ) -> None:
        self._free = free
        self._doubt_supply, self._doubt_demand = doubts
        self._supply = [sum(column) for column in zip(*agents, (*NEVER, *NEVER), strict=True)]
        nobody = (*NEVER, *NEVER, *NEVER)
        self._demand = [sum(column) for column in zip(*calls, nobody, strict=True)]
        self._small: list[list[float] | None] = [None] * STEPS
        self._odds: list[tuple[float, float] | None] = [None] * STEPS

    def add_call(self, call: Curve) -> None:
        """Count one more call."""
        self._demand = list(map(add, self._demand, call))
        self._odds = [None] * STEPS

    def pending(self) -> float:
        """Return how many of those who will answer are expected to find nobody."""
        before = lost = 0.0
        for step, answered in enumerate(self._demand[2 * STEPS :]):
            if answered - before > NEGLIGIBLE:
                lost += (answered - before) * self._at(step)[0]
            before = answered
        return lost

    def cost(self, call: Curve) -> tuple[float, float]:
        """Return what one more call brings: losses to expect, answers to expect."""
        own_before = others_before = lost = earlier = 0.0
        for step in range(STEPS):
            own, others = call[2 * STEPS + step], self._demand[2 * STEPS + step]
            if own - own_before + others - others_before > NEGLIGIBLE:
                none, one = self._at(step)
                lost += (own - own_before) * none + (others - others_before) * earlier * one
            own_before, others_before, earlier = own, others, call[step]
        return lost, call[STEPS - 1]

    def none_free(self) -> float:
        """Return the chance that an answer in the first step finds nobody."""
        return self._at(0)[0]

    def _at(self, step: int) -> tuple[float, float]:
        known = self._odds[step]
        if known is None:
            known = self._odds[step] = self._chance(step)
        return known

    def _chance(self, step: int) -> tuple[float, float]:
        # Whether nobody is left is asked at the step's end, after all who answer in it: one call
        # more loses somebody exactly then, itself or another of the same step. Agents who become
        # free until then come in time for most of them.
        mean, variance = self._demand[step], self._demand[STEPS + step]
        variance += self._doubt_demand * mean * mean
        supply = self._supply[step]
        spread = self._supply[STEPS + step] + self._doubt_supply * supply * supply
        if variance + spread >= LARGE:
            return short(self._free, (supply, spread), (mean, variance))
        known = self._small[step]
        if known is None:
            known = self._small[step] = counts(supply, spread)
        return short_of(self._free, known, counts(mean, variance))
