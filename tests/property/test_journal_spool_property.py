"""A spool cut off at any byte gives back exactly the batches that were whole before the cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.journal.codec import Row
from openseat.journal.spool import Spool

sizes = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def write(path: Path, batches: list[int]) -> tuple[list[list[Row]], list[int]]:
    """Return the batches written and the file's length after each, header first."""
    path.unlink(missing_ok=True)
    spool = Spool.create(path, "main", 3)
    lengths, written, seq = [path.stat().st_size], [], 0
    for size in batches:
        rows = [
            Row("main", seq + n, "call:a", seq + n, n, "", "call.answered", 1, "{}")
            for n in range(1, size + 1)
        ]
        seq += size
        spool.append(rows)
        written.append(rows)
        lengths.append(path.stat().st_size)
    spool.close()
    return written, lengths


def load(path: Path) -> list[Row]:
    spool = Spool.load(path)
    if spool is None:
        return []
    rows = spool.next(10_000)
    spool.close()
    return rows


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool") / "main.spool"


def test_torn_at_every_byte_it_keeps_every_whole_batch(path: Path):
    written, lengths = write(path, [1, 3, 2])
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        expected = [
            row
            for rows, end in zip(written, lengths[1:], strict=True)
            if end <= cut
            for row in rows
        ]
        assert load(path) == expected


def test_after_a_torn_end_the_next_batch_is_kept(path: Path):
    written, lengths = write(path, [2, 2])
    path.write_bytes(path.read_bytes()[: lengths[1] + 9])
    spool = Spool.load(path)
    assert spool is not None
    spool.append(written[1])
    spool.close()
    assert load(path) == [*written[0], *written[1]]


@given(batches=sizes, data=st.data())
def test_an_end_that_reads_as_zeros_is_cut_off(path: Path, batches: list[int], data: st.DataObject):
    # A file system may have noted the new length and not the bytes when the power went.
    written, lengths = write(path, batches)
    whole = path.read_bytes()
    cut = data.draw(st.integers(lengths[-2], len(whole) - 1))
    path.write_bytes(whole[:cut] + bytes(len(whole) - cut))
    assert load(path) == [row for rows in written[:-1] for row in rows]


@given(batches=sizes, data=st.data())
def test_no_flipped_bit_is_ever_taken_for_a_fact(
    path: Path, batches: list[int], data: st.DataObject
):
    written, lengths = write(path, batches)
    changed = bytearray(path.read_bytes())
    at = data.draw(st.integers(lengths[-2], len(changed) - 1))
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(changed)
    assert load(path) == [row for rows in written[:-1] for row in rows]
