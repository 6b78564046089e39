"""What was used: the facts that prices are applied to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from openseat.core.events import Direction
from openseat.core.identity import Milliseconds
from openseat.core.rating.numbers import NumberClass, number_class
from openseat.core.rating.plan import SeatType


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days an invoice is for: `first` is inside, `end` is not; in the client's time zone."""

    first: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a period without a day."""
        if self.end <= self.first:
            raise ValueError(f"{self.first} to {self.end} is no period")

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.first).days

    def months(self) -> tuple[Period, ...]:
        """Part the period at the first of each month."""
        parts: list[Period] = []
        first = self.first
        while first < self.end:
            end = min(self.end, next_month(first))
            parts.append(Period(first=first, end=end))
            first = end
        return tuple(parts)

    def overlap(self, first: date, end: date | None) -> int:
        """Return how many days [first, end) has in common with the period; None is open."""
        until = self.end if end is None else min(self.end, end)
        return max(0, (until - max(self.first, first)).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUsage:
    """A call that ended in the period."""

    call_id: str
    seq: int
    """Where in the journal its end stands: calls are rated in this order."""
    direction: Direction
    billable_ms: Milliseconds
    """Answered to ended; 0 for a call that was never connected."""
    project_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLease:
    """Seats rented from `first` until before `end` (None: still rented)."""

    lease_id: str
    seat_type: SeatType
    seats: int
    first: date
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLease:
    """A number held from `first` until before `end` (None: still held)."""

    number: str
    first: date
    end: date | None = None

    @property
    def number_class(self) -> NumberClass:
        """The class that its fee goes by."""
        return number_class(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageUsage:
    """Recordings kept: bytes times the milliseconds each was kept, over a period's length."""

    byte_ms: int = 0
    period_ms: Milliseconds = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Everything a client used in a period."""

    period: Period
    calls: tuple[CallUsage, ...] = ()
    seats: tuple[SeatLease, ...] = ()
    numbers: tuple[NumberLease, ...] = ()
    storage: StorageUsage = StorageUsage()


def next_month(day: date) -> date:
    """Return the first day of the month after that of `day`."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def anniversary(first: date, years: int) -> date:
    """Return the same day `years` later; 29 February falls on 28 in other years."""
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return first.replace(year=first.year + years, day=28)
