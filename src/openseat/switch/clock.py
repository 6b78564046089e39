"""Clocks for the in-memory switch: a virtual one for simulation and tests, and the real one."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from typing import Protocol

from openseat.core.identity import Instant, Milliseconds


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


class Clock(Protocol):
    """Tells the time and calls back."""

    def now(self) -> Instant:
        """Return the present instant."""
        ...

    def call_later(self, delay: Milliseconds, work: Callable[[], None]) -> Timer:
        """Call `work` after `delay`; what is due at the same instant keeps its order."""
        ...


class _Due:
    __slots__ = ("at", "cancelled", "number", "work")

    def __init__(self, at: Instant, number: int, work: Callable[[], None]) -> None:
        self.at = at
        self.number = number
        self.work = work
        self.cancelled = False

    def cancel(self) -> None:
        """Let it not happen."""
        self.cancelled = True

    def __lt__(self, other: _Due) -> bool:
        return (self.at, self.number) < (other.at, other.number)


class VirtualClock:
    """Time that passes only when told to."""

    def __init__(self, start: Instant = 0) -> None:
        self._now = start
        self._number = 0
        self._due: list[_Due] = []

    def now(self) -> Instant:
        """Return the present instant."""
        return self._now

    def call_later(self, delay: Milliseconds, work: Callable[[], None]) -> Timer:
        """Call `work` after `delay` of virtual time."""
        self._number += 1
        due = _Due(self._now + max(0, delay), self._number, work)
        heapq.heappush(self._due, due)
        return due

    def next_due(self) -> Instant | None:
        """Return when the next thing happens; None if nothing is planned."""
        while self._due and self._due[0].cancelled:
            heapq.heappop(self._due)
        return self._due[0].at if self._due else None

    def advance(self, span: Milliseconds) -> None:
        """Let `span` pass, and everything in it happen at its instant."""
        self.advance_to(self._now + span)

    def advance_to(self, instant: Instant) -> None:
        """Let time pass until `instant`."""
        while (due := self.next_due()) is not None and due <= instant:
            first = heapq.heappop(self._due)
            self._now = max(self._now, first.at)
            first.work()
        self._now = max(self._now, instant)


class LoopClock:
    """Real time on the running event loop."""

    def now(self) -> Instant:
        """Return the present instant."""
        return time.time_ns() // 1_000_000

    def call_later(self, delay: Milliseconds, work: Callable[[], None]) -> Timer:
        """Call `work` after `delay` of real time."""
        loop = asyncio.get_running_loop()
        if delay <= 0:
            return loop.call_soon(work)
        return loop.call_later(delay / 1000, work)
