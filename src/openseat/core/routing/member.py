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
    from openseat.core.routing.pool import Entry, Pool


class Member:
    """One agent: what they can do, and whether they are ready."""

    __slots__ = (
        "agent_id",
        "circles",
        "entries",
        "fresh",
        "handled",
        "idle_since",
        "kept",
        "occupancy",
        "order",
        "pools",
        "present",
        "queues",
        "ready",
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
        self.circles: list[LineUp] = []
        """Those of them that go round."""
        self.pools: list[Pool] = []
        """Pools that the agent is able for."""
        self.entries: list[Entry] = []
        """What stands for the agent in each of `pools`; empty while contacts cannot find them."""
        self.share: Share | None = None
        """None for an agent who serves one client only."""
        self.kept: list[Waiting] = []
        """Contacts that wait for this agent alone."""
        self.present = False
        self.ready = False
        self.fresh = False
        """Became ready, and no match was made since."""
        self.idle_since: Instant = 0
        self.handled = 0
        self.occupancy: float = 0
        self.turns: dict[LineUp, tuple[int, int]] = {}
        """Turn drawn in each round-robin queue, for this spell of readiness."""

    def show(self) -> None:
        """Let contacts find the agent."""
        for queue in self.circles:
            queue.turn_of(self)
        self.entries = [pool.put(self) for pool in self.pools]

    def hide(self) -> None:
        """End the spell of readiness."""
        self.ready = False
        if self.entries:
            for pool, entry in zip(self.pools, self.entries, strict=True):
                pool.take(entry)
            self.entries = []
        if self.turns:
            self.turns = {}

    def join(self, pool: Pool) -> None:
        """Become part of a new pool."""
        if self.ready and not self.fresh:
            self.entries.append(pool.put(self))
        self.pools.append(pool)

    def leave(self, dropped: set[Pool]) -> None:
        """Forget pools that are no longer kept."""
        if self.entries:
            pairs = zip(self.pools, self.entries, strict=True)
            self.entries = [entry for pool, entry in pairs if pool not in dropped]
        self.pools = [pool for pool in self.pools if pool not in dropped]
