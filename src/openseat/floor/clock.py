"""The floor's clock: wall time that never jumps.

Durations are billed and shown, so a wall clock that is set while calls are up
must not stretch or shrink them. The clock runs on the machine's monotonic
counter and drifts slowly towards the wall.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SLEW = 0.005
"""At most this share of the time gone by is corrected: 5 ms a second, as NTP daemons do it."""


class FloorClock:
    """Milliseconds since the epoch that only go forward."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._ticked = monotonic()
        self._now = wall()
        self._shown = int(self._now * 1000)

    def now(self) -> int:
        """The present instant; never less than one it gave before."""
        ticked = self._monotonic()
        gone = max(0.0, ticked - self._ticked)
        self._ticked = ticked
        self._now += gone
        error = self._wall() - self._now
        most = gone * SLEW
        self._now += max(-most, min(most, error))
        self._shown = max(self._shown, int(self._now * 1000))
        return self._shown

    def error_s(self) -> float:
        """How far the wall clock is ahead (negative: behind), in seconds."""
        self.now()
        return self._wall() - self._now
