"""The agents of a queue who hold certain skill levels, and the ready ones in the queue's order."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from openseat.core.config import Strategy
from openseat.core.routing.member import Member

if TYPE_CHECKING:
    from openseat.core.routing.line_up import LineUp

Levels = tuple[tuple[str, int], ...]
"""Skills with the lowest levels asked for, by name; none of them 0, which would ask for nothing."""

Entry = tuple[float, float, int, int, Member]
"""Two values that the strategy compares, the tie-breaker, the agent's order, the agent."""


def _by_idle(_: Pool, member: Member) -> tuple[float, float]:
    return member.idle_since, 0


def _by_calls(_: Pool, member: Member) -> tuple[float, float]:
    return member.handled, member.idle_since


def _by_occupancy(_: Pool, member: Member) -> tuple[float, float]:
    return member.occupancy, member.idle_since


def _by_skill(pool: Pool, member: Member) -> tuple[float, float]:
    return -pool.members[member.agent_id], member.idle_since


def _by_turn(pool: Pool, member: Member) -> tuple[float, float]:
    return pool.queue.turn_of(member)


def _by_order(_: Pool, member: Member) -> tuple[float, float]:
    return member.order, 0


_COMPARED: Final[Mapping[Strategy, Callable[[Pool, Member], tuple[float, float]]]] = {
    Strategy.RING_ALL: _by_idle,
    Strategy.LINEAR: _by_order,
    Strategy.ROUND_ROBIN: _by_turn,
    Strategy.LONGEST_IDLE: _by_idle,
    Strategy.FEWEST_CALLS: _by_calls,
    Strategy.LEAST_OCCUPIED: _by_occupancy,
    Strategy.SKILL_LEVEL: _by_skill,
}
"""What each strategy compares of ready agents; the smallest is first."""


class Pool:
    """Able agents, and those of them who are ready, sorted by the strategy.

    A sorted list beats a heap here: agents leave from anywhere, at once, and
    moving a few thousand pointers costs less than sifting out dead entries.
    """

    __slots__ = ("compared", "levels", "members", "number", "queue", "ready", "rings_all")

    def __init__(self, queue: LineUp, levels: Levels, number: int) -> None:
        self.queue = queue
        self.levels = levels
        self.number = number
        self.rings_all = queue.config.strategy is Strategy.RING_ALL
        self.compared = _COMPARED[queue.config.strategy]
        self.members: dict[str, int] = {}
        """Able agents → sum of their levels in the skills asked for."""
        self.ready: list[Entry] = []
        for member in queue.members:
            held = [member.skills.get(skill, 0) for skill, _ in levels]
            if all(has >= least for has, (_, least) in zip(held, levels, strict=True)):
                self.members[member.agent_id] = sum(held)
                member.join(self)

    def put(self, member: Member) -> Entry:
        """Put a ready agent in; returns what `take` needs."""
        first, second = self.compared(self, member)
        entry = (first, second, member.tie, member.order, member)
        ready = self.ready
        if ready and entry < ready[-1]:
            insort(ready, entry)
        else:
            ready.append(entry)
        return entry

    def take(self, entry: Entry) -> None:
        """Take an agent out."""
        ready = self.ready
        del ready[bisect_left(ready, entry)]

    def others(self, agent_id: str) -> bool:
        """Whether anybody else who is able has a session."""
        return any(
            member.present and member.agent_id != agent_id and member.agent_id in self.members
            for member in self.queue.members
        )

    def first(self, barred: Collection[str] | None) -> list[Member]:
        """Who is offered a contact now: the first, all where all ring, or nobody."""
        ready = self.ready
        if not barred and not self.rings_all:
            return [ready[0][4]] if ready else []
        free = [entry[4] for entry in ready if not barred or entry[4].agent_id not in barred]
        return free if self.rings_all else free[:1]
