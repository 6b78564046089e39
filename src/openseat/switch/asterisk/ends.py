"""The true ends of legs, read from the switch's channel event log.

While no floor listens, channels end unheard. Asterisk writes the time and cause of every end to
a file; this reads what was written since somebody last listened.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from openseat.core.inputs import LegEnded

#: Ends reported twice do no harm, ends missed do: so much before the last position is read again.
_OVERLAP_BYTES = 64 * 1024
_NORMAL_CLEARING = 16


class Position(msgspec.Struct):
    """How far somebody has listened: which run of the switch, and how long the log was then."""

    startup: str = ""
    offset: int = 0


class _Extra(msgspec.Struct):
    hangupcause: int = 0


@dataclass(slots=True)
class EndLog:
    """The log, and the place where the last listener's position is kept."""

    log: Path
    mark: Path

    def position(self) -> Position:
        """Return the last position noted; an empty one if there never was any."""
        try:
            return msgspec.json.decode(self.mark.read_bytes(), type=Position)
        except (FileNotFoundError, msgspec.DecodeError):
            return Position()

    def note(self, startup: str) -> None:
        """Note that everything written up to now was heard live."""
        position = Position(startup, self._size())
        aside = self.mark.with_name(f".{self.mark.name}.{os.getpid()}")
        aside.write_bytes(msgspec.json.encode(position))
        aside.replace(self.mark)

    def since(self, position: Position) -> dict[str, LegEnded]:
        """Return the ends written since `position`, by leg."""
        return {end.leg_id: end for end in self._read(position.offset)}

    def _size(self) -> int:
        try:
            return self.log.stat().st_size
        except FileNotFoundError:
            return 0

    def _read(self, offset: int) -> Iterator[LegEnded]:
        # A log shorter than the position was rotated: all of it is new.
        start = 0 if offset > self._size() else max(0, offset - _OVERLAP_BYTES)
        try:
            with self.log.open("rb") as file:
                file.seek(start)
                data = file.read()
        except FileNotFoundError:
            return
        text = data.decode("utf-8", "replace")
        lines = text.splitlines()
        if start:
            # Reading began in the middle of a line.
            del lines[:1]
        if not text.endswith("\n"):
            del lines[-1:]
        for row in csv.reader(lines):
            end = _end(row)
            if end is not None:
                yield end


def _end(row: list[str]) -> LegEnded | None:
    if len(row) != 3:
        return None
    when, leg_id, extra = row
    seconds, _, fraction = when.partition(".")
    if not seconds.isdecimal() or not fraction.isdecimal():
        return None
    at = int(seconds) * 1000 + int(fraction[:3].ljust(3, "0"))
    try:
        cause = msgspec.json.decode(extra, type=_Extra).hangupcause
    except msgspec.DecodeError:
        cause = 0
    return LegEnded(leg_id=leg_id, cause=cause or _NORMAL_CLEARING, at=at)
