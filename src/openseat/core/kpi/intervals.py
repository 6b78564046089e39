"""Half-open intervals of a client's day, right across daylight-saving changes.

Intervals shorter than a day follow the local clock and begin anew where the clock is put forward
or back: on the autumn change the hour from two to three exists twice, as two intervals; on the
spring change it does not exist. A day runs from the first local midnight to the next, whatever
its length. Every width parts time without gap or overlap, and every interval lies within one of
each greater width (weeks and months excepted, which cross each other).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from openseat.core.identity import Instant, Milliseconds

MINUTE: Final = 60_000
QUARTER: Final = 15 * MINUTE
"""Figures are kept by quarter hours of UTC: every zone in use differs from it by whole quarters."""


class Width(StrEnum):
    """How long an interval is."""

    QUARTER_HOUR = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "day"
    WEEK = "week"
    """Monday to Sunday."""
    MONTH = "month"


_CLOCK: Final[dict[Width, Milliseconds]] = {
    Width.QUARTER_HOUR: QUARTER,
    Width.HALF_HOUR: 2 * QUARTER,
    Width.HOUR: 4 * QUARTER,
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open: `start` is inside, `end` is not."""

    start: Instant
    end: Instant

    def __contains__(self, at: Instant) -> bool:
        """Tell whether an instant lies in the interval."""
        return self.start <= at < self.end


class Calendar:
    """Finds the interval of a width that an instant belongs to, in one time zone."""

    __slots__ = ("_last", "width", "zone")

    def __init__(self, zone: tzinfo | str, width: Width) -> None:
        self.zone: tzinfo = ZoneInfo(zone) if isinstance(zone, str) else zone
        self.width = width
        self._last = Interval(0, 0)

    def interval(self, at: Instant) -> Interval:
        """Return the interval that holds `at`."""
        if at not in self._last:
            step = _CLOCK.get(self.width)
            self._last = self._by_date(at) if step is None else self._by_clock(at, step)
        return self._last

    def start(self, at: Instant) -> Instant:
        """Return where the interval that holds `at` begins."""
        return self.interval(at).start

    def between(self, start: Instant, end: Instant) -> tuple[Interval, ...]:
        """Return the intervals that touch [start, end), in order."""
        found: list[Interval] = []
        at = start
        while at < end:
            found.append(self.interval(at))
            at = found[-1].end
        return tuple(found)

    def label(self, at: Instant) -> str:
        """Return an instant as ISO 8601 in this zone, to the second."""
        return datetime.fromtimestamp(at // 1000, self.zone).isoformat()

    def _by_clock(self, at: Instant, step: Milliseconds) -> Interval:
        offset = _offset(self.zone, at)
        start = at - (at + offset) % step
        return Interval(
            _change_before(self.zone, start, at), _change_after(self.zone, at, start + step)
        )

    def _by_date(self, at: Instant) -> Interval:
        first = self._first_date(datetime.fromtimestamp(at // 1000, self.zone).date())
        start, end = self._midnight(first), self._midnight(self._next_date(first))
        # A clock put back across midnight shows a date again that is already over.
        while at >= end:
            first = self._next_date(first)
            start, end = end, self._midnight(self._next_date(first))
        # A clock put forward across midnight shows a date before its midnight was due.
        while at < start:
            first = self._first_date(first - timedelta(days=1))
            start, end = self._midnight(first), start
        return Interval(start, end)

    def _first_date(self, day: date) -> date:
        if self.width is Width.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.width is Width.MONTH else day

    def _next_date(self, first: date) -> date:
        if self.width is Width.MONTH:
            return (first + timedelta(days=31)).replace(day=1)
        return first + timedelta(days=7 if self.width is Width.WEEK else 1)

    def _midnight(self, day: date) -> Instant:
        return midnight(day, self.zone)


def midnight(day: date, zone: tzinfo) -> Instant:
    """Return when a date begins: its first midnight, or where the clock jumped over it."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def quarter(at: Instant) -> Instant:
    """Return the start of the quarter hour of UTC that holds `at`."""
    return at - at % QUARTER


def split(start: Instant, end: Instant) -> tuple[tuple[Instant, Milliseconds], ...]:
    """Part [start, end) at the borders of UTC quarter hours.

    Returns the quarters touched with the time spent in each; the times add up to `end - start`.
    Nothing for an empty or reversed span.
    """
    parts: list[tuple[Instant, Milliseconds]] = []
    at = start
    while at < end:
        here = quarter(at)
        until = min(end, here + QUARTER)
        parts.append((here, until - at))
        at = until
    return tuple(parts)


def _offset(zone: tzinfo, at: Instant) -> Milliseconds:
    span = datetime.fromtimestamp(at // 1000, zone).utcoffset()
    assert span is not None  # noqa: S101  # an aware datetime always has one
    return span // timedelta(milliseconds=1)


def _change_before(zone: tzinfo, start: Instant, at: Instant) -> Instant:
    """Return the last change of the clock in (start, at], or `start`."""
    return start if _offset(zone, start) == _offset(zone, at) else _change(zone, start, at)


def _change_after(zone: tzinfo, at: Instant, end: Instant) -> Instant:
    """Return the first change of the clock in (at, end), or `end`."""
    return end if _offset(zone, at) == _offset(zone, end - 1) else _change(zone, at, end - 1)


def _change(zone: tzinfo, before: Instant, after: Instant) -> Instant:
    """Return where in (before, after] the clock changes, which it does once."""
    late = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == late:
            after = middle
        else:
            before = middle
    return after
