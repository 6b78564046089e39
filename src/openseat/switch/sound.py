"""Recordings of the in-memory switch: what was on a leg, written as the real switch would."""

from __future__ import annotations

import math
import wave
from array import array
from dataclasses import dataclass, field
from pathlib import Path

from openseat.core.identity import Instant

RATE = 8000
_PEAK = 9000


@dataclass(slots=True)
class Track:
    """One recording under way: from each instant on, the tones (Hz; 0 silent) on its two sides."""

    recording_id: str
    started: Instant
    stereo: bool
    paused: bool = False
    marks: list[tuple[Instant, int, int]] = field(default_factory=list[tuple[Instant, int, int]])

    def mark(self, now: Instant, left: int, right: int) -> None:
        """Note what is on the leg from `now` on."""
        if self.paused:
            left, right = 0, 0
        if not self.marks or self.marks[-1][1:] != (left, right):
            self.marks.append((now, left, right))

    def write(self, path: Path, ended: Instant) -> None:
        """Write the file: raw stereo, or a mono WAV of the left side."""
        left, right = array("h"), array("h")
        ends = [mark[0] for mark in self.marks[1:]] + [ended]
        for (_, hz_left, hz_right), end in zip(self.marks, ends, strict=True):
            count = (end - self.started) * RATE // 1000 - len(left)
            left.extend(_tone(hz_left, count))
            right.extend(_tone(hz_right, count))
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.stereo:
            both = array("h", bytes(4 * len(left)))
            both[0::2], both[1::2] = left, right
            path.write_bytes(both.tobytes())
            return
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(left.tobytes())


def _tone(hertz: int, count: int) -> array[int]:
    if hertz == 0:
        return array("h", bytes(2 * max(0, count)))
    step = 2 * math.pi * hertz / RATE
    return array("h", (int(_PEAK * math.sin(step * n)) for n in range(count)))
