"""Ranges of bytes, as browsers and attackers ask for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.recordings.ranges import UnsatisfiableRange, requested_range


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-", 0, 100),
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=90-500", 90, 100),
        ("bytes=-10", 90, 100),
        ("bytes=-500", 0, 100),
        ("bytes = 1 - 2", 1, 3),
    ],
)
def test_a_range_is_answered_in_part(header: str, start: int, end: int):
    found = requested_range(header, 100)
    assert (found.start, found.end, found.partial) == (start, end, True)
    assert found.content_range == f"bytes {start}-{end - 1}/100"


@pytest.mark.parametrize(
    "header", [None, "", "bytes=-", "bytes=5-4", "items=0-1", "bytes=0-1,5-6", "bytes=a-b"]
)
def test_what_is_no_single_range_is_answered_whole(header: str | None):
    found = requested_range(header, 100)
    assert (found.length, found.partial) == (100, False)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(header: str):
    with pytest.raises(UnsatisfiableRange):
        requested_range(header, 100)


@given(header=st.from_regex(r"bytes=\d{0,30}-\d{0,30}", fullmatch=True), size=st.integers(0, 999))
def test_no_range_reaches_out_of_the_file(header: str, size: int):
    try:
        found = requested_range(header, size)
    except UnsatisfiableRange:
        return
    assert 0 <= found.start <= found.end <= size
