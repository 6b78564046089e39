"""Business hours and holiday calendars."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from openseat.directory.noun import Noun, Row, Use, document, exists, used_in, wrong
from openseat.directory.queues import named_in_flows
from openseat.directory.tables import calendars, hours
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Label, Strict, Zone

_MIDNIGHT = "24:00"
Clock = Annotated[str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndClock = Annotated[str, StringConstraints(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Span(Strict):
    """An open stretch of a day, local time; `24:00` is midnight at the day's end."""

    start: Clock
    end: EndClock


def _in_order(spans: list[Span]) -> list[Span]:
    clocks = [clock for span in spans for clock in (span.start, span.end)]
    touching = any(a.end > b.start for a, b in pairwise(spans))
    if touching or clocks != sorted(clocks) or any(span.start == span.end for span in spans):
        raise PydanticCustomError("spans", "spans must be ascending and not overlap")
    return spans


Spans = Annotated[list[Span], Field(max_length=10), AfterValidator(_in_order)]
Weekday = Annotated[str, StringConstraints(pattern="^[0-6]$")]


class HoursFields(Strict):
    """When a service is open: a normal week, and a calendar of other days."""

    client_id: Id | None = Field(default=None, description="Empty: for every client")
    name: Label
    time_zone: Zone = "Asia/Shanghai"
    weekly: Annotated[
        dict[Weekday, Spans], Field(max_length=7, description="Weekday, Monday 0, to spans")
    ] = {}
    calendar_id: Id | None = Field(default=None, description="Days that are not like the week")


class CalendarDay(Strict):
    """A day with spans of its own: none for a holiday, a normal day's for a make-up workday."""

    date: dt.date
    name: Label
    spans: Spans = []


class CalendarFields(Strict):
    """Holidays and make-up workdays."""

    client_id: Id | None = Field(default=None, description="Empty: for every client")
    name: Label
    days: Annotated[list[CalendarDay], Field(max_length=1000)] = []


class _Hours(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        if row["calendar_id"] is not None and not await exists(
            session, calendars, row["calendar_id"]
        ):
            raise wrong("calendar_id", "unknown")
        return {}


class _Calendar(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        dates = [str(day["date"]) for day in row["days"]]
        if len(set(dates)) != len(dates):
            raise wrong("days", "invalid")
        return {}

    def columns(self, values: Row) -> Row:
        stored = super().columns(values)
        if "days" in stored:
            days: list[dict[str, Any]] = [
                {**day, "date": str(day["date"])} for day in stored["days"]
            ]
            stored["days"] = sorted(days, key=lambda day: day["date"])
        return stored


HOURS = _Hours(
    kind="hours",
    path="hours",
    table=hours,
    fields=HoursFields,
    document=document("Hours", HoursFields),
    permission="hours",
    fixed=frozenset({"client_id"}),
    filters=("client_id",),
    uses=(Use("flow", named_in_flows),),
)
CALENDAR = _Calendar(
    kind="calendar",
    path="calendars",
    table=calendars,
    fields=CalendarFields,
    document=document("Calendar", CalendarFields),
    permission="hours",
    fixed=frozenset({"client_id"}),
    filters=("client_id",),
    uses=(used_in("hours", hours, "calendar_id"), Use("flow", named_in_flows)),
)
