"""Business hours through nights, holidays and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from openseat.core.calendars import is_holiday, is_open, local, next_change, next_open, zone
from openseat.core.config import HoursConfig
from openseat.core.errors import CoreError
from openseat.core.holidays import CHINA_2026, exceptions

NINE_TO_SIX = ((time(9), time(12)), (time(13), time(18)))
WORKDAYS = dict.fromkeys(range(5), NINE_TO_SIX)


def hours(weekly, zone_name="Asia/Shanghai", **dated):
    return HoursConfig(
        hours_id="h", time_zone=zone_name, weekly=weekly,
        exceptions={date.fromisoformat(day[1:].replace("_", "-")): spans
                    for day, spans in dated.items()},
    )  # fmt: skip


def at(text, zone_name="Asia/Shanghai", fold=0):
    there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone_name), fold=fold)
    return int(there.timestamp()) * 1000


def text_of(instant, zone_name="Asia/Shanghai"):
    return None if instant is None else local(instant, zone_name).strftime("%Y-%m-%d %H:%M")


OFFICE = hours(WORKDAYS)


@pytest.mark.parametrize(
    ("when", "opened"),
    [
        ("2026-11-20 08:59:59", False), ("2026-11-20 09:00", True),
        ("2026-11-20 11:59:59", True), ("2026-11-20 12:00", False),
        ("2026-11-20 13:00", True), ("2026-11-20 18:00", False),
        ("2026-11-21 10:00", False), ("2026-11-23 10:00", True),
    ],
)  # fmt: skip
def test_spans_are_half_open(when, opened):
    assert is_open(OFFICE, at(when)) is opened


def test_hours_are_those_of_the_clients_time_zone():
    assert is_open(OFFICE, at("2026-11-20 02:00", "UTC"))
    assert not is_open(hours(WORKDAYS, "UTC"), at("2026-11-20 02:00", "UTC"))


@pytest.mark.parametrize(
    ("when", "changed"),
    [
        ("2026-11-20 08:00", "2026-11-20 09:00"),
        ("2026-11-20 09:00", "2026-11-20 12:00"),
        ("2026-11-20 12:00", "2026-11-20 13:00"),
        ("2026-11-20 18:00", "2026-11-23 09:00"),
    ],
)
def test_the_next_change(when, changed):
    assert text_of(next_change(OFFICE, at(when))) == changed


def test_a_span_over_midnight_belongs_to_the_evening():
    night = hours({4: ((time(22), time(6)),)})
    assert not is_open(night, at("2026-11-20 21:59"))
    assert is_open(night, at("2026-11-20 23:00"))
    assert is_open(night, at("2026-11-21 05:59"))
    assert not is_open(night, at("2026-11-21 06:00"))
    assert not is_open(night, at("2026-11-20 05:00"))
    assert text_of(next_change(night, at("2026-11-21 01:00"))) == "2026-11-21 06:00"


def test_a_span_to_midnight_and_one_from_midnight_are_one():
    through = hours({4: ((time(22), time(0)),), 5: ((time(0), time(2)),)})
    assert is_open(through, at("2026-11-21 00:00"))
    assert text_of(next_change(through, at("2026-11-20 23:00"))) == "2026-11-21 02:00"


def test_round_the_clock_never_changes():
    always = hours(dict.fromkeys(range(7), ((time(0), time(0)),)))
    assert is_open(always, at("2026-11-20 00:00"))
    assert next_change(always, at("2026-11-20 00:00")) is None
    assert next_open(always, at("2026-11-20 00:00")) == at("2026-11-20 00:00")


def test_never_open_never_changes():
    never = hours({})
    assert not is_open(never, at("2026-11-20 10:00"))
    assert next_change(never, at("2026-11-20 10:00")) is None
    assert next_open(never, at("2026-11-20 10:00")) is None


def test_overlapping_spans_are_one():
    made = hours({4: ((time(9), time(12)), (time(11), time(15)), (time(10), time(11)))})
    assert text_of(next_change(made, at("2026-11-20 09:30"))) == "2026-11-20 15:00"


def test_a_holiday_and_a_make_up_workday():
    made = hours(WORKDAYS, d2026_10_01=(), d2026_10_10=NINE_TO_SIX)
    assert not is_open(made, at("2026-10-01 10:00"))
    assert is_open(made, at("2026-10-10 10:00"))
    assert is_holiday(made, at("2026-10-01 00:00"))
    assert not is_holiday(made, at("2026-10-10 10:00"))
    assert not is_holiday(made, at("2026-10-11 10:00"))
    assert text_of(next_open(made, at("2026-10-01 10:00"))) == "2026-10-02 09:00"


def test_a_night_before_a_holiday_runs_into_it():
    made = hours(dict.fromkeys(range(7), ((time(22), time(2)),)), d2026_10_01=())
    assert is_open(made, at("2026-10-01 01:00"))
    assert not is_open(made, at("2026-10-01 23:00"))


class TestChangesOfTheClock:
    """New York, 2026: no 02:00 to 03:00 on 8 March, 01:00 to 02:00 twice on 1 November."""

    ZONE = "America/New_York"

    def test_a_span_that_begins_in_the_gap_begins_at_its_end(self):
        made = hours({6: ((time(2, 30), time(5)),)}, self.ZONE)
        opening = at("2026-03-08 03:00", self.ZONE)
        assert not is_open(made, opening - 1)
        assert is_open(made, opening)
        assert next_change(made, opening - 60_000) == opening

    def test_a_span_that_ends_in_the_gap_ends_at_its_end(self):
        made = hours({6: ((time(1), time(2, 30)),)}, self.ZONE)
        closing = at("2026-03-08 03:00", self.ZONE)
        assert is_open(made, closing - 1)
        assert not is_open(made, closing)

    def test_a_span_inside_the_gap_is_empty(self):
        made = hours({6: ((time(2, 10), time(2, 50)),)}, self.ZONE)
        assert text_of(next_change(made, at("2026-03-08 00:00", self.ZONE)), self.ZONE) == (
            "2026-03-15 02:10"
        )

    def test_an_hour_that_comes_twice_is_open_both_times(self):
        made = hours({6: ((time(1), time(2)),)}, self.ZONE)
        first = at("2026-11-01 01:00", self.ZONE)
        assert not is_open(made, first - 1)
        assert is_open(made, first + 90 * 60_000)
        assert next_change(made, first) == first + 2 * 3_600_000

    def test_a_working_day_over_the_change_has_an_hour_less(self):
        made = hours({5: ((time(22), time(6)),)}, self.ZONE)
        opening = at("2026-03-07 22:00", self.ZONE)
        assert next_change(made, opening) == opening + 7 * 3_600_000


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "a\0b", "x" * 5_000])
def test_a_time_zone_that_is_none(name):
    with pytest.raises(CoreError, match=r"hours\.unknown_zone"):
        zone(name)


def test_local_time_of_instants_far_away():
    assert local(0, "UTC") == datetime(1970, 1, 1, tzinfo=UTC)
    assert local(-1, "UTC").microsecond == 999_000


class TestChinaIn2026:
    def test_every_make_up_workday_is_on_a_weekend(self):
        worked = [day for day, works in CHINA_2026.items() if works]
        assert len(worked) == 6
        assert all(day.weekday() >= 5 for day in worked)

    def test_days_off(self):
        off = {day for day, works in CHINA_2026.items() if not works}
        assert len(off) == 33
        assert date(2026, 2, 17) in off
        assert all(date(2026, 10, 1) + timedelta(days=n) in off for n in range(7))

    def test_as_exceptions_of_business_hours(self):
        made = HoursConfig(
            hours_id="h", time_zone="Asia/Shanghai", weekly=WORKDAYS,
            exceptions=exceptions(CHINA_2026, NINE_TO_SIX),
        )  # fmt: skip
        assert not is_open(made, at("2026-02-17 10:00"))
        assert is_open(made, at("2026-02-14 10:00"))
        assert text_of(next_open(made, at("2026-02-14 18:00"))) == "2026-02-24 09:00"
