"""Deadlines of waiting contacts, of one kind."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Final

from openseat.core.identity import Instant
from openseat.core.routing.waiting import Phase, Waiting

_SLACK: Final = 64


class Timers:
    """A heap of instants; an entry counts while its contact waits and still names that instant."""

    def __init__(self, named: Callable[[Waiting], Instant | None]) -> None:
        self._named = named
        self._heap: list[tuple[Instant, int, Waiting]] = []
        self._added = 0

    def add(self, at: Instant, waiting: Waiting, live: int) -> None:
        """Look at the contact at `at`; `live` is how many contacts there are at most."""
        heap = self._heap
        self._added += 1
        heappush(heap, (at, self._added, waiting))
        if len(heap) > 2 * live + _SLACK:
            heap[:] = {
                entry[2]: entry for entry in heap if self._counts(entry[0], entry[2])
            }.values()
            heapify(heap)

    def _counts(self, at: Instant, waiting: Waiting) -> bool:
        return waiting.phase is Phase.WAITING and self._named(waiting) == at

    def first(self) -> Instant | None:
        """The earliest that counts."""
        heap = self._heap
        while heap and not self._counts(heap[0][0], heap[0][2]):
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, now: Instant) -> tuple[Instant, Waiting] | None:
        """Take out the next contact that is due, with the instant it named; None if none is."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, _, waiting = heappop(heap)
            if self._counts(at, waiting):
                return at, waiting
        return None
