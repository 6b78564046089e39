"""The floor as rows, kept by numbered changes; each change remembers what it replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Rows = dict[str, Row]

TABLES = ("agents", "queues", "calls", "trunks", "phones")


class FeedBroken(Exception):
    """The floor's feed skipped a number or spoke out of turn; it must be asked for again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One numbered change of the floor.

    ``old`` and ``new`` hold, by table and id, the touched rows before and after; None is no row.
    With both, what a viewer must be told follows from the change alone.
    """

    no: int
    at: int
    old: Mapping[str, Mapping[str, Row | None]]
    new: Mapping[str, Mapping[str, Row | None]]
    cell: Row
    was: Row
    """The cell's own row before the change."""


@dataclass(slots=True)
class FloorState:
    """The rows after change ``no`` of the writer ``epoch``."""

    epoch: int = 0
    no: int = 0
    at: int = 0
    tables: dict[str, Rows] = field(default_factory=lambda: {name: {} for name in TABLES})
    cell: Row = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, frame: Mapping[str, Any]) -> FloorState:
        """Return the state that a snapshot frame of the floor tells."""
        return cls(
            epoch=int(frame.get("epoch", 0)),
            no=int(frame["no"]),
            at=int(frame["at"]),
            tables={name: dict(frame.get(name, {})) for name in TABLES},
            cell=dict(frame.get("cell", {})),
        )

    def apply(self, frame: Mapping[str, Any]) -> Change:
        """Apply a delta frame of the floor.

        Raises:
            FeedBroken: it is not the next one; the state is as before.
        """
        number, epoch = int(frame["no"]), int(frame.get("epoch", 0))
        if number != self.no + 1 or epoch != self.epoch:
            raise FeedBroken(f"have {self.epoch}:{self.no}, got {epoch}:{number}")
        old: dict[str, dict[str, Row | None]] = {}
        new: dict[str, dict[str, Row | None]] = {}
        for name in TABLES:
            table = self.tables[name]
            after: dict[str, Row | None] = dict.fromkeys(frame.get("gone", {}).get(name, ()))
            after |= frame.get("set", {}).get(name, {})
            if not after:
                continue
            old[name] = {key: table.get(key) for key in after}
            new[name] = after
            for key, row in after.items():
                if row is None:
                    table.pop(key, None)
                else:
                    table[key] = row
        self.no, self.at = number, int(frame["at"])
        was, self.cell = self.cell, dict(frame.get("cell", self.cell))
        return Change(number, self.at, old, new, self.cell, was)
