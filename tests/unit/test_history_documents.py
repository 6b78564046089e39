"""What the API makes of the core's times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openseat.history.documents import CallSort, instant, moment, seconds


def test_instants_survive_the_way_through_the_api():
    start = 1_767_225_600_001
    assert moment(start) == datetime(2026, 1, 1, microsecond=1000, tzinfo=UTC)
    assert instant(datetime(2026, 1, 1, microsecond=1000, tzinfo=UTC)) == start


def test_what_is_not_known_stays_unknown():
    assert moment(None) is None
    assert seconds(None) is None


@pytest.mark.parametrize("sort", CallSort)
def test_every_order_names_a_column(sort: CallSort):
    from openseat.history.tables import calls

    assert sort.column in calls.c
