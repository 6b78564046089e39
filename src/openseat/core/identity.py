"""Identifiers and instants: the vocabulary every core module shares."""

from __future__ import annotations

from typing import Protocol

Instant = int
"""A point in time: milliseconds since the Unix epoch, UTC; never a float: sums are exact."""

Milliseconds = int
"""A span of time in milliseconds."""


class IdSource(Protocol):
    """Where the core takes new identifiers from; injected, so that histories can be replayed."""

    def __call__(self, kind: str) -> str:
        """Return a fresh identifier, unique in the cell for ever.

        `kind` is a short noun ("call", "leg", "offer" …) that may be used as a prefix.
        """
        ...


class CountingIds:
    """An `IdSource` that counts: `kind-epoch-n`.

    `epoch` is the writer's fencing token, which no two writers of a cell ever
    share, so identifiers stay unique across restarts without any randomness.
    """

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._next = 0

    def __call__(self, kind: str) -> str:
        """Return `kind-epoch-n` with the next n."""
        self._next += 1
        return f"{kind}-{self._epoch}-{self._next}"
