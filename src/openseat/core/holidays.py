"""Public holidays as ready calendars: facts, published by the authorities each year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta


def _off(month: int, first: int, days: int) -> Iterable[tuple[date, bool]]:
    begins = date(2026, month, first)
    return [(begins + timedelta(days=n), False) for n in range(days)]


CHINA_2026: Mapping[date, bool] = dict(
    [
        *_off(1, 1, 3),  # 元旦
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        *_off(2, 15, 9),  # 春节
        (date(2026, 2, 28), True),
        *_off(4, 4, 3),  # 清明节
        *_off(5, 1, 5),  # 劳动节
        (date(2026, 5, 9), True),
        *_off(6, 19, 3),  # 端午节
        (date(2026, 9, 20), True),
        *_off(9, 25, 3),  # 中秋节
        *_off(10, 1, 7),  # 国庆节
        (date(2026, 10, 10), True),
    ]
)
"""The days of 2026 on which China's week is not the usual one: date → worked.

From the State Council's notice on the holidays of 2026; days worked are the
make-up workdays (调休上班) on weekends.
"""


def exceptions(
    calendar: Mapping[date, bool], workday: tuple[tuple[time, time], ...]
) -> dict[date, tuple[tuple[time, time], ...]]:
    """Return a calendar as the exceptions of business hours whose workday has these spans."""
    return {day: workday if works else () for day, works in calendar.items()}
