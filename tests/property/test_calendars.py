"""Business hours: the next change is where the answer changes, in every time zone."""

from __future__ import annotations

from datetime import date, time

from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core.calendars import is_open, next_change
from openseat.core.config import HoursConfig

ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC", "America/Sao_Paulo"]
QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
SPANS = st.lists(st.tuples(QUARTERS, QUARTERS), max_size=2).map(tuple)
HOURS = st.builds(
    HoursConfig,
    hours_id=st.just("h"),
    time_zone=st.sampled_from(ZONES),
    weekly=st.dictionaries(st.integers(0, 6), SPANS),
    exceptions=st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 4, 10)), SPANS, max_size=3),
)
# March and April: clocks change in both hemispheres.
MOMENTS = st.integers(1_772_300_000_000, 1_775_800_000_000)


@settings(max_examples=300, deadline=None)
@given(HOURS, MOMENTS, st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_nothing_changes_before_the_next_change_and_something_at_it(hours, now, places):
    opened = is_open(hours, now)
    change = next_change(hours, now)
    if change is None:
        assert all(is_open(hours, now + int(place * 3e10)) is opened for place in places)
        return
    assert change > now
    assert is_open(hours, change) is not opened
    assert is_open(hours, change - 1) is opened
    between = [now + int(place * (change - 1 - now)) for place in places]
    assert all(is_open(hours, moment) is opened for moment in between)
