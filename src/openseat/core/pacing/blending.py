"""Blending: how many idle agents outbound leaves to inbound."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Inbound:
    """The inbound queues that the campaign's agents serve as well, at present."""

    waiting: int
    service_level: float | None
    """Share of the last half hour's contacts answered in time; None: there were none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendRules:
    """When inbound comes first.

    Args:
        kept_idle: agents that are always left to inbound.
        target: the service level below which more are left.
        share: of the agents, how many more are left at a service level of nothing.
    """

    kept_idle: int = 0
    target: float = 0.8
    share: float = 0.5

    def reserve(self, inbound: Inbound, agents: int) -> int:
        """Return how many of the idle agents outbound may not count on.

        Every waiting contact takes one. Below the target the reserve grows in proportion to what
        is missing, so that outbound gives way before inbound is lost and comes back by steps.
        """
        reserve = self.kept_idle + inbound.waiting
        level = inbound.service_level
        if level is not None and level < self.target:
            reserve += ceil(agents * self.share * (self.target - level) / self.target)
        return min(agents, reserve)
