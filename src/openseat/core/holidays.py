"""Public holidays as ready calendars: facts, published by the authorities each year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A day on which the week is not the usual one; `works` on a make-up workday."""

    date: date
    name: str
    works: bool = False


def _off(month: int, first: int, days: int, name: str) -> Iterable[PublicDay]:
    begins = date(2026, month, first)
    return [PublicDay(begins + timedelta(days=n), name) for n in range(days)]


def _worked(month: int, day: int, name: str) -> PublicDay:
    return PublicDay(date(2026, month, day), f"{name}调休上班", works=True)


CHINA_2026_DAYS: tuple[PublicDay, ...] = (
    *_off(1, 1, 3, "元旦"),
    _worked(1, 4, "元旦"),
    _worked(2, 14, "春节"),
    *_off(2, 15, 9, "春节"),
    _worked(2, 28, "春节"),
    *_off(4, 4, 3, "清明节"),
    *_off(5, 1, 5, "劳动节"),
    _worked(5, 9, "劳动节"),
    *_off(6, 19, 3, "端午节"),
    _worked(9, 20, "国庆节"),
    *_off(9, 25, 3, "中秋节"),
    *_off(10, 1, 7, "国庆节"),
    _worked(10, 10, "国庆节"),
)
"""The days of 2026 on which China's week is not the usual one, in their order.

From the State Council's notice on the holidays of 2026; days worked are the
make-up workdays (调休上班) on weekends.
"""

CHINA_2026: Mapping[date, bool] = {day.date: day.works for day in CHINA_2026_DAYS}
"""The same days: date → worked."""


def exceptions(
    calendar: Mapping[date, bool], workday: tuple[tuple[time, time], ...]
) -> dict[date, tuple[tuple[time, time], ...]]:
    """Return a calendar as the exceptions of business hours whose workday has these spans."""
    return {day: workday if works else () for day, works in calendar.items()}
