"""Deadlines of waiting contacts."""

from __future__ import annotations

from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import Final

from openseat.core.identity import Instant
from openseat.core.routing.waiting import Waiting

_SLACK: Final = 64


class Due(IntEnum):
    """What is to be done about a contact."""

    MOVE = 0
    """Who may take it changes."""
    EXPIRE = 1
    ANNOUNCE = 2


class Agenda:
    """One heap of instants; an entry counts while its contact still waits in the same spell."""

    __slots__ = ("_added", "_reached", "heap")

    def __init__(self) -> None:
        self.heap: list[tuple[Instant, int, Waiting, int, Due]] = []
        self._reached: tuple[list[tuple[Instant, Waiting, int]], ...] = tuple([] for _ in Due)
        """Entries that are due and not taken, by what is to be done."""
        self._added = 0

    def add(self, at: Instant, due: Due, waiting: Waiting, live: int) -> None:
        """Do something about the contact at `at`; `live` is how many contacts there are at most."""
        heap = self.heap
        self._added += 1
        heappush(heap, (at, self._added, waiting, waiting.spell, due))
        if len(heap) > 2 * len(Due) * live + _SLACK:
            heap[:] = [entry for entry in heap if entry[3] == entry[2].spell]
            heapify(heap)

    def take(self, due: Due, now: Instant) -> list[tuple[Instant, Waiting]]:
        """Take out what is due of one kind, with the instants named, the earliest first."""
        heap = self.heap
        while heap and heap[0][0] <= now:
            at, _, waiting, spell, kind = heappop(heap)
            self._reached[kind].append((at, waiting, spell))
        reached = self._reached[due]
        if not reached:
            return []
        found = [(at, waiting) for at, waiting, spell in reached if waiting.spell == spell]
        reached.clear()
        return found

    def first(self) -> Instant | None:
        """The earliest that counts."""
        if any(self._reached):
            late = [at for kind in self._reached for at, one, spell in kind if one.spell == spell]
            if late:
                return min(late)
        heap = self.heap
        while heap:
            at, _, waiting, spell, _ = heap[0]
            if waiting.spell == spell:
                return at
            heappop(heap)
        return None
