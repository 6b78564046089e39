"""Deadlines of waiting contacts, of one kind."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Final

from openseat.core.identity import Instant
from openseat.core.routing.waiting import Waiting

_SLACK: Final = 64


class Timers:
    """A heap of instants; an entry counts while its contact still waits in the same spell."""

    __slots__ = ("_added", "heap")

    def __init__(self) -> None:
        self.heap: list[tuple[Instant, int, Waiting, int]] = []
        self._added = 0

    def add(self, at: Instant, waiting: Waiting, live: int) -> None:
        """Look at the contact at `at`; `live` is how many contacts there are at most."""
        heap = self.heap
        self._added += 1
        heappush(heap, (at, self._added, waiting, waiting.spell))
        if len(heap) > 2 * live + _SLACK:
            heap[:] = [entry for entry in heap if entry[3] == entry[2].spell]
            heapify(heap)

    def first(self) -> Instant | None:
        """The earliest that counts."""
        heap = self.heap
        while heap:
            at, _, waiting, spell = heap[0]
            if waiting.spell == spell:
                return at
            heappop(heap)
        return None

    def pop(self, now: Instant) -> tuple[Instant, Waiting] | None:
        """Take out the next contact that is due, with the instant it named; None if none is."""
        heap = self.heap
        while heap and heap[0][0] <= now:
            at, _, waiting, spell = heappop(heap)
            if waiting.spell == spell:
                return at, waiting
        return None
