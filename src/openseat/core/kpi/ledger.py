"""Where a fold enters its counts: by quarter hours for history, by day for the live floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from openseat.core.identity import Instant
from openseat.core.kpi.intervals import Calendar, Interval, Width, quarter
from openseat.core.kpi.place import Dimension, Place
from openseat.core.kpi.tally import Tally


class Ledger(Protocol):
    """Hands out the tally to which something that happened is added."""

    def tally(self, place: Place, at: Instant) -> Tally:
        """Return the tally of a place for the stretch of time that holds `at`, to be added to."""
        ...


class QuarterLedger:
    """Tallies by place and quarter hour of UTC: from these every longer interval is summed.

    Places keep the calls apart; `shared` puts them together.
    """

    __slots__ = ("_tallies",)

    def __init__(self) -> None:
        self._tallies: dict[tuple[Place, Instant], Tally] = {}

    def tally(self, place: Place, at: Instant) -> Tally:
        """Return the tally of a place and the quarter hour of `at`."""
        key = (place, quarter(at))
        found = self._tallies.get(key)
        if found is None:
            found = self._tallies[key] = Tally()
        return found

    def __iter__(self) -> Iterator[tuple[Place, Instant, Tally]]:
        """Go through the tallies in which something happened: place, start of quarter, tally."""
        for (place, start), tally in self._tallies.items():
            if tally:
                yield place, start, tally

    def drain(self) -> tuple[tuple[Place, Instant, Tally], ...]:
        """Return what `__iter__` gives and start empty again."""
        taken = tuple(self)
        self._tallies.clear()
        return taken

    def shared(self) -> QuarterLedger:
        """Return the same counts with the calls put together."""
        together = QuarterLedger()
        for place, start, tally in self:
            together.tally(place.without_call(), start).add(tally)
        return together

    def sums(self, dimension: Dimension, calendar: Calendar) -> dict[tuple[str, Interval], Tally]:
        """Return the tallies by the names of a dimension and the intervals of a calendar.

        The calendar's zone must differ from UTC by whole quarter hours.
        """
        found: dict[tuple[str, Interval], Tally] = {}
        for place, start, tally in self:
            name = place.key(dimension)
            if name:
                found.setdefault((name, calendar.interval(start)), Tally()).add(tally)
        return found


class Today:
    """Tallies of every queue for its current local day, for the live floor.

    Give it to `Fold.apply` as ledger; a day ends with the first count of the next. What belongs
    to an earlier day (a call offered before midnight and answered after) is not shown here.
    """

    __slots__ = ("_days", "_default", "_queues", "_unread", "_zones")

    def __init__(self, zones: Mapping[str, str], default: str = "Asia/Shanghai") -> None:
        """`zones` maps project ids to IANA time zones; other projects use `default`."""
        self._default = default
        self._zones = dict(zones)
        self._days: dict[str, Calendar] = {}
        self._queues: dict[str, tuple[Interval, Tally]] = {}
        self._unread = Tally()

    def tally(self, place: Place, at: Instant) -> Tally:
        """Return the queue's tally of the day of `at`; one that nobody reads for other places."""
        if not place.queue_id:
            return self._unread
        day, tally = self._queues.get(place.queue_id, _NEVER)
        if at >= day.end:
            tally = Tally()
            self._queues[place.queue_id] = (self._calendar(place.project_id).interval(at), tally)
        elif at < day.start:
            return self._unread
        return tally

    def queue(self, queue_id: str, now: Instant) -> Tally:
        """Return today's tally of a queue, empty where nothing happened since midnight."""
        day, tally = self._queues.get(queue_id, _NEVER)
        return tally if now < day.end else Tally()

    def save(self) -> dict[str, tuple[Interval, Tally]]:
        """Return what `restore` takes: plain dataclasses, ready for a checkpoint."""
        return dict(self._queues)

    def restore(self, saved: Mapping[str, tuple[Interval, Tally]]) -> None:
        """Go on from what `save` returned."""
        self._queues = dict(saved)

    def _calendar(self, project_id: str) -> Calendar:
        zone = self._zones.get(project_id, self._default)
        calendar = self._days.get(zone)
        if calendar is None:
            calendar = self._days[zone] = Calendar(zone, Width.DAY)
        return calendar


_NEVER = (Interval(0, 0), Tally())
