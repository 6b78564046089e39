"""Preview: an agent sees the record first, then it is dialled or skipped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Due(StrEnum):
    """What happens to a previewed record."""

    WAIT = "wait"
    DIAL = "dial"
    TAKE_BACK = "take_back"
    """The agent did not act in time: the record goes to somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRules:
    """How long an agent may look, and how often pass on.

    Args:
        within_ms: the time to decide; None: as long as it takes.
        dials_by_itself: whether the time's end dials, or takes the record back.
        skips_in_a_row: how many records an agent may pass on before one has to be dialled; None:
            any number.
    """

    within_ms: int | None = 30_000
    dials_by_itself: bool = True
    skips_in_a_row: int | None = 3

    def may_skip(self, skipped: int) -> bool:
        """Tell whether an agent who passed on so many in a row may pass on one more."""
        return self.skips_in_a_row is None or skipped < self.skips_in_a_row

    def deadline(self, shown_at: int) -> int | None:
        """Return when the time to decide is over."""
        return None if self.within_ms is None else shown_at + self.within_ms

    def due(self, shown_at: int, now: int) -> Due:
        """Return what is to happen to a record shown since then."""
        deadline = self.deadline(shown_at)
        if deadline is None or now < deadline:
            return Due.WAIT
        return Due.DIAL if self.dials_by_itself else Due.TAKE_BACK
