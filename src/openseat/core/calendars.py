"""Business hours: are they open at a moment, and when does that change next.

Hours are written in local time. A span whose end is not after its start runs
over midnight into the next day. Where clocks are put forward a local time that
does not exist counts as the moment of the change; where they are put back, an
hour that comes twice is open both times if it is open at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from openseat.core.config import HoursConfig
from openseat.core.errors import CoreError
from openseat.core.identity import Instant

SEARCH_DAYS = 400
"""How far ahead a change is looked for: a little over a year."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return an IANA time zone. Raises `CoreError` `hours.unknown_zone`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as missing:
        raise CoreError("hours.unknown_zone", zone=name[:60]) from missing


def local(at: Instant, zone_name: str) -> datetime:
    """Return the local wall-clock time of an instant. Raises as `zone` does."""
    return _at(at).astimezone(zone(zone_name))


def is_open(hours: HoursConfig, at: Instant) -> bool:
    """Tell whether `at` is within business hours."""
    day = local(at, hours.time_zone).date()
    return any(
        start <= at < end
        for near in (day - timedelta(days=1), day)
        for start, end in _spans(hours, near)
    )


def next_change(hours: HoursConfig, at: Instant) -> Instant | None:
    """Return when, after `at`, open turns to closed or closed to open.

    None if nothing changes within `SEARCH_DAYS` days (never open, or round the clock).
    """
    day = local(at, hours.time_zone).date()
    until: Instant | None = None
    for n in range(-1, SEARCH_DAYS):
        for start, end in _spans(hours, day + timedelta(days=n)):
            if until is not None:
                if start > until:
                    return until
                until = max(until, end)
            elif start > at:
                return start
            elif end > at:
                until = end
    return None


def next_open(hours: HoursConfig, at: Instant) -> Instant | None:
    """Return `at` if it is open then, else the next opening within `SEARCH_DAYS` days, or None."""
    return at if is_open(hours, at) else next_change(hours, at)


def is_holiday(hours: HoursConfig, at: Instant) -> bool:
    """Tell whether the local date of `at` is an exception without any hours."""
    spans = hours.exceptions.get(local(at, hours.time_zone).date())
    return spans is not None and not spans


def _spans(hours: HoursConfig, day: date) -> Iterator[tuple[Instant, Instant]]:
    """Yield the non-empty half-open spans that begin on a local day, in order of their start."""
    listed = hours.exceptions.get(day)
    if listed is None:
        listed = hours.weekly.get(day.weekday(), ())
    for start, end in sorted(listed):
        last = day if end > start else day + timedelta(days=1)
        begins = _instant(day, start, hours.time_zone, later=False)
        ends = _instant(last, end, hours.time_zone, later=True)
        if ends > begins:
            yield begins, ends


def _instant(day: date, at: time, zone_name: str, *, later: bool) -> Instant:
    """Return the instant of a local time; of one that comes twice, the first or the `later`."""
    there = zone(zone_name)
    wall = datetime.combine(day, at, tzinfo=there)
    first = _to_ms(wall.replace(fold=0))
    second = _to_ms(wall.replace(fold=1))
    if first > second:
        # The clock skips this wall time. Read with the offset before the change (fold 0) it lies
        # after the change, read with the one behind it (fold 1) before: the change is between.
        return _change_between(second, first, there)
    return second if later else first


def _change_between(low: Instant, high: Instant, there: ZoneInfo) -> Instant:
    """Return the instant in (low, high] at which the zone's offset from UTC changes."""
    before = _at(low).astimezone(there).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if _at(middle).astimezone(there).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _at(at: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def _to_ms(at: datetime) -> Instant:
    return (at - _EPOCH) // timedelta(milliseconds=1)
