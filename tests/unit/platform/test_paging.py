"""Cursors: what was written is read, everything else is refused."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.platform.paging import cut_page, read_cursor, write_cursor
from openseat.platform.problems import Problem

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)


@given(storable, storable)
def test_a_cursor_of_texts_is_read_as_it_was_written(sort: str, key: str) -> None:
    assert read_cursor(write_cursor(sort, key), str, str) == (sort, key)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_of_a_number_is_read_as_it_was_written(number: int) -> None:
    assert read_cursor(write_cursor(number), int) == (number,)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(base64.urlsafe_b64encode)))
def test_no_other_text_is_taken_for_a_cursor_or_breaks_anything(given_: str | bytes) -> None:
    cursor = given_ if isinstance(given_, str) else given_.decode()
    # Any other error would come through.
    with contextlib.suppress(Problem):
        assert all(isinstance(part, str) for part in read_cursor(cursor, str, str))


@pytest.mark.parametrize(
    "raw",
    [
        b'["a"]',
        b'["a", 1]',
        b'["a\\u0000", "b"]',
        b'["\\ud800", "b"]',
        b"[1e999, 2]",
        b"[[]]",
        b"[" * 900,
        b'{"a": "b"}',
        b"[true, true]",
    ],
)
def test_a_forged_cursor_is_refused(raw: bytes) -> None:
    cursor = base64.urlsafe_b64encode(raw).decode()
    with pytest.raises(Problem, match=r"cursor\.invalid"):
        read_cursor(cursor, str, str)


def test_a_number_no_column_holds_is_refused() -> None:
    with pytest.raises(Problem, match=r"cursor\.invalid"):
        read_cursor(write_cursor(2**63), int)


@given(st.lists(st.text("abc", max_size=2), max_size=20), st.integers(1, 7))
def test_walking_page_by_page_shows_every_row_once(names: list[str], limit: int) -> None:
    rows = sorted(
        ({"name": name, "id": str(n)} for n, name in enumerate(names)),
        key=lambda row: (row["name"], row["id"]),
    )
    seen: list[dict[str, str]] = []
    cursor: str | None = None
    while True:
        after = () if cursor is None else read_cursor(cursor, str, str)
        following = [row for row in rows if (row["name"], row["id"]) > after]
        page, cursor = cut_page(following[: limit + 1], limit, "name", "id")
        seen += page
        if cursor is None:
            break
    assert seen == rows
