"""What the directory stores, as the core knows it."""

from __future__ import annotations

from datetime import date, time

from openseat.directory.picture import hours_config


def test_a_holiday_may_be_stored_without_spans():
    days = [
        {"date": "2026-10-01", "name": "国庆节"},
        {"date": "2026-10-10", "spans": [{"start": "09:00", "end": "24:00"}]},
    ]
    hours = hours_config("office", "Asia/Shanghai", {"1": []}, days)
    assert hours.exceptions == {
        date(2026, 10, 1): (),
        date(2026, 10, 10): ((time(9), time(0)),),
    }
