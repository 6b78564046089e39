"""An agent as the router sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from openseat.core.config import AgentConfig
from openseat.core.identity import Instant
from openseat.core.routing.share import Share
from openseat.core.routing.waiting import Waiting

if TYPE_CHECKING:
    from openseat.core.routing.line_up import LineUp
    from openseat.core.routing.pool import Pool


class Member:
    """One agent: what they can do, and whether they are ready.

    `serial` numbers spells of readiness and is 0 outside them; what an index
    holds about an agent counts only while it carries the present serial.
    """

    __slots__ = (
        "agent_id",
        "fresh",
        "handled",
        "idle_since",
        "kept",
        "occupancy",
        "order",
        "pools",
        "present",
        "queues",
        "serial",
        "share",
        "skills",
        "tie",
        "turns",
    )

    def __init__(self, config: AgentConfig, order: int, seed: int) -> None:
        self.agent_id = config.agent_id
        self.skills = config.skills
        self.order = order
        """Place in the order of agent numbers, for linear and round robin."""
        self.tie = crc32(f"{seed}:{config.agent_id}".encode())
        """Decides between agents that are equal in everything, without favouring low numbers."""
        self.queues: dict[LineUp, int] = {}
        """Queues served → the agent's preference, 0 first."""
        self.pools: list[Pool] = []
        self.share: Share | None = None
        """None for an agent who serves one client only."""
        self.kept: list[Waiting] = []
        """Contacts that wait for this agent alone."""
        self.present = False
        self.fresh = False
        """Became ready, and no match was made since."""
        self.serial = 0
        self.idle_since: Instant = 0
        self.handled = 0
        self.occupancy: float = 0
        self.turns: dict[LineUp, tuple[int, int]] = {}
        """Turn drawn in each round-robin queue, for this spell of readiness."""
