"""The nuisance limit as a budget: what may be risked now.

Every live answer earns `limit` of a call that may be lost; every lost one spends a whole. The
balance is what the campaign can lose and still be within the limit *at that moment*, not only at
the end of the window: nothing is borrowed from answers that are yet to come.

The price a call may cost, in chance of losing somebody for each answer it brings, rises slowly
with the balance: by a factor of e for every *scale* more. Where the balance settles, what is spent
equals what is earned, whatever the model's error, so the controller needs no model of itself. The
scale grows with the root of what was earned, as the chance of a count does; were it small, the
price would jump to and fro, and the best price, for talk, is a steady one. It has a ceiling for
the same reason: losses come in clusters, and a balance spent at once is followed by a long time
without any.

Below a balance of one, a loss would bring the campaign over its limit. There next to nothing is
risked: a twentieth of the limit, at which the balance grows nearly as fast as without any loss. A
large team may still dial several numbers for each idle agent at that price, since so many agents
are not missed at once; a small one is progressive. A thirtieth of what is earned is never spent.
Once that is a whole loss, the price comes down to this with the balance, and not at a stroke.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import Final

FIRST: Final = 0.8
"""The price at a balance of one, in limits."""
DEAREST: Final = 4.0
"""The highest price, in limits."""
NEXT_TO_NOTHING: Final = 0.05
"""The lowest price, in limits."""
KEPT: Final = 0.97
"""The part of what is earned that is spent; the rest pays for a loss at the wrong moment."""
ROUTINE: Final = 33.0
"""Losses earned from which the rest is a whole one, so that the last one may be risked."""


@dataclass(slots=True)
class NuisanceBudget:
    """What one campaign has earned and spent in its day window."""

    limit: float
    answers: int = 0
    lost: int = 0

    def answered(self) -> None:
        """Count a live answer."""
        self.answers += 1

    def nuisance(self) -> None:
        """Count one who did not get an agent in time."""
        self.lost += 1

    def begin(self) -> None:
        """Begin a new window."""
        self.answers = self.lost = 0

    @property
    def rate(self) -> float:
        """Return the share of live answers that were lost, 0 to 1."""
        return self.lost / self.answers if self.answers else 0.0

    @property
    def balance(self) -> float:
        """Return how many more could be lost now within the limit."""
        return self.limit * self.answers - self.lost

    @property
    def least(self) -> float:
        """Return the price when there is nothing to spend."""
        return self.limit * NEXT_TO_NOTHING

    def price(self, pending: float) -> float:
        """Return the chance of a loss, for each answer, that a call may cost.

        Args:
            pending: losses to be expected of the calls that ring now.
        """
        earned = KEPT * self.limit * self.answers
        balance = earned - self.lost - pending
        if balance <= 0 or (balance < 1 and earned < ROUTINE):
            return self.least
        scale = 1.5 + 0.4 * sqrt(earned)
        price = FIRST * exp((max(balance, 1.0) - 1) / scale) * min(1.0, balance)
        return max(self.least, self.limit * min(DEAREST, price))
