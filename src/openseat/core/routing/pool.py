"""The agents of a queue who hold certain skill levels, and the ready ones in the queue's order."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Final

from openseat.core.config import Strategy
from openseat.core.routing.member import Member

if TYPE_CHECKING:
    from openseat.core.routing.line_up import LineUp

Levels = tuple[tuple[str, int], ...]
"""Skills with the lowest levels asked for, by name; none of them 0, which would ask for nothing."""

Entry = tuple[float, float, int, int, Member]
"""Two values the strategy compares, the tie-breaker, the serial, the agent."""

BY_IDLE: Final = frozenset({Strategy.LONGEST_IDLE, Strategy.RING_ALL})

_SLACK: Final = 16


class Pool:
    """Ready agents in a heap; entries of ended spells are dropped when they come up."""

    __slots__ = ("heap", "levels", "limit", "members", "number", "queue", "strategy")

    def __init__(self, queue: LineUp, levels: Levels, number: int) -> None:
        self.queue = queue
        self.levels = levels
        self.number = number
        self.strategy = queue.config.strategy
        self.members: dict[str, int] = {}
        """Able agents → sum of their levels in the skills asked for."""
        self.heap: list[Entry] = []
        for member in queue.members:
            held = [member.skills.get(skill, 0) for skill, _ in levels]
            if all(has >= least for has, (_, least) in zip(held, levels, strict=True)):
                self.members[member.agent_id] = sum(held)
                member.pools.append(self)
                if member.serial and not member.fresh:
                    self.heap.append(self.entry(member))
        heapify(self.heap)
        self.limit = 2 * len(self.members) + _SLACK
        """Longer than this, the heap holds more dead entries than live ones."""

    def entry(self, member: Member) -> Entry:
        """What stands in the heap for a ready agent."""
        strategy = self.strategy
        first: float
        second: float = member.idle_since
        if strategy in BY_IDLE:
            first, second = second, 0
        elif strategy is Strategy.FEWEST_CALLS:
            first = member.handled
        elif strategy is Strategy.LEAST_OCCUPIED:
            first = member.occupancy
        elif strategy is Strategy.SKILL_LEVEL:
            first = -self.members[member.agent_id]
        elif strategy is Strategy.ROUND_ROBIN:
            first, second = self.queue.turn_of(member)
        else:
            first, second = member.order, 0
        return (first, second, member.tie, member.serial, member)

    def push(self, entry: Entry) -> None:
        """Put a ready agent in."""
        heap = self.heap
        heappush(heap, entry)
        if len(heap) > self.limit:
            heap[:] = [item for item in heap if item[3] == item[4].serial]
            heapify(heap)

    def best(self, barred: dict[str, int] | None) -> Member | None:
        """The ready agent whom the strategy puts first, leaving out barred ones."""
        heap = self.heap
        passed: list[Entry] = []
        found: Member | None = None
        while heap:
            entry = heap[0]
            member = entry[4]
            if entry[3] != member.serial:
                heappop(heap)
            elif barred is not None and member.agent_id in barred:
                passed.append(heappop(heap))
            else:
                found = member
                break
        for entry in passed:
            heappush(heap, entry)
        return found

    def everybody(self, barred: dict[str, int] | None) -> list[Member]:
        """All ready agents, the longest idle first, leaving out barred ones."""
        live = sorted(item for item in self.heap if item[3] == item[4].serial)
        return [item[4] for item in live if barred is None or item[4].agent_id not in barred]
