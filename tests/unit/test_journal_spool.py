"""The spool file: whole batches or nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from openseat.journal.codec import Row
from openseat.journal.errors import SpoolCorrupt, SpoolFull
from openseat.journal.spool import MAGIC, Spool


def row(seq: int) -> Row:
    return Row("main", seq, "call:a", seq, 1000 + seq, "c", "call.answered", 1, '{"leg_id":"l"}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "main.spool"


def filled(path: Path) -> Spool:
    spool = Spool.create(path, "main", 5)
    spool.append([row(1), row(2)])
    spool.append([row(3)])
    return spool


def test_rows_come_back_in_order_with_cell_and_token(path: Path):
    filled(path).close()
    spool = Spool.load(path)
    assert spool is not None
    assert (spool.cell_id, spool.token, spool.rows, spool.last_seq) == ("main", 5, 3, 3)
    assert spool.next(100) == [row(1), row(2), row(3)]
    spool.done()
    assert spool.drained
    spool.remove()
    assert not path.exists()


def test_next_gives_the_same_rows_until_they_are_done(path: Path):
    spool = filled(path)
    assert spool.next(1) == spool.next(1) == [row(1), row(2)]
    spool.done()
    spool.append([row(4)])
    assert spool.next(9) == [row(3), row(4)]
    assert not spool.drained
    spool.close()


def test_a_missing_file_is_no_spool(path: Path):
    assert Spool.load(path) is None


def test_a_spool_is_not_written_over(path: Path):
    filled(path).close()
    with pytest.raises(FileExistsError):
        Spool.create(path, "main", 6)


def test_a_foreign_file_is_refused(path: Path):
    path.write_bytes(b"something else entirely")
    with pytest.raises(SpoolCorrupt):
        Spool.load(path)


def test_damage_before_whole_records_is_refused_and_the_file_kept(path: Path):
    filled(path).close()
    data = bytearray(path.read_bytes())
    at = data.index(b"call.answered")
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(SpoolCorrupt):
        Spool.load(path)
    assert path.read_bytes() == data


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    spool = filled(path)
    before = path.read_bytes()
    write = os.pwrite

    def half(descriptor: int, data: bytes, at: int) -> int:
        if at > len(before):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, bytes(data)[:7], at)

    monkeypatch.setattr(os, "pwrite", half)
    with pytest.raises(SpoolFull):
        spool.append([row(4)])
    monkeypatch.undo()
    assert path.read_bytes() == before
    spool.append([row(4)])
    assert spool.last_seq == 4
    spool.close()


def test_no_spool_is_left_when_the_disk_is_full_from_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(SpoolFull):
        Spool.create(path, "main", 5)
    assert not path.exists()


def test_an_orphan_is_renamed_after_its_token(path: Path):
    aside = filled(path).set_aside()
    assert aside.name == "main-5.orphan"
    assert aside.read_bytes().startswith(MAGIC)
    assert not path.exists()
