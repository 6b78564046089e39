"""Checkpoints: the floor's memory written down now and then, so that a restart reads little.

What is kept is a fold over the journal and could be rebuilt from its beginning;
a checkpoint that this build cannot read is therefore simply not used.
"""

from __future__ import annotations

import msgspec

from openseat.core.cell import STATE_VERSION, CellState
from openseat.core.kpi import VERSION as KPI_VERSION
from openseat.core.kpi import Fold, Interval, Tally
from openseat.core.kpi.open import Open

VERSION = STATE_VERSION * 1000 + KPI_VERSION
"""Changes whenever a part's shape or meaning does."""


class Memory(msgspec.Struct):
    """What a floor remembers after some fact of the journal."""

    state: CellState
    open: Open
    today: dict[str, tuple[Interval, Tally]]


def empty() -> Memory:
    """The memory of a cell whose journal is empty."""
    return Memory(state=CellState(), open=Fold().open, today={})


def encode(memory: Memory) -> bytes:
    """Return a memory's bytes."""
    return msgspec.msgpack.encode(memory)


def decode(data: bytes) -> Memory | None:
    """Return the memory in `data`, or None when this build cannot read it."""
    try:
        return msgspec.msgpack.decode(data, type=Memory)
    except msgspec.DecodeError:
        return None
