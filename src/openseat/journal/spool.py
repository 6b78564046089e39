"""The spool: a fsynced file that holds facts while PostgreSQL is away.

File: an 8-byte magic, then records. Record: length (4 bytes, big-endian), CRC-32 of the payload (4
bytes), payload (msgpack). The first record is the header (cell, fencing token); every other is one
batch of rows. A batch is whole or not there: what a crash or a full disk left half written at the
end is cut off, and nothing was promised about it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from openseat.journal.codec import Row
from openseat.journal.errors import SpoolCorrupt, SpoolFull

MAGIC = b"OSSPOOL1"
_FRAME = struct.Struct(">II")
_LARGEST = 1 << 30
"""A longer record was never written: its length is damage."""


class Spool:
    """One spool file of one cell, written under one fencing token.

    Not thread-safe: one call at a time. Attributes: `last_seq`, the highest sequence number held (0
    when empty); `rows`, how many rows it holds.
    """

    def __init__(self, path: Path, descriptor: int, end: int, cell_id: str, token: int) -> None:
        self.path = path
        self.cell_id = cell_id
        self.token = token
        self.last_seq = 0
        self.rows = 0
        self._descriptor = descriptor
        self._start = end
        self._end = end
        self._read_at = end

    @classmethod
    def create(cls, path: Path, cell_id: str, token: int) -> Spool:
        """Make a new spool; it is on disk when this returns.

        Raises:
            SpoolFull: the disk takes no more.
            FileExistsError: a spool that was not caught up yet lies there.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise
        except OSError as error:
            raise SpoolFull(f"{path}: {error.strerror}") from error
        head = MAGIC + _framed({"cell_id": cell_id, "token": token})
        try:
            _write_all(descriptor, head, 0)
            os.fsync(descriptor)
            _sync_folder(path.parent)
        except OSError as error:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise SpoolFull(f"{path}: {error.strerror}") from error
        return cls(path, descriptor, len(head), cell_id, token)

    @classmethod
    def load(cls, path: Path) -> Spool | None:
        """Open what an earlier process left, cutting off a torn end; None when nothing is there.

        Raises:
            SpoolCorrupt: it is damaged elsewhere than at its end.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            spool = cls._scan(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        if spool is None:
            # Torn while it was made: no batch was ever in it.
            os.close(descriptor)
            path.unlink()
        return spool

    @classmethod
    def _scan(cls, path: Path, descriptor: int) -> Spool | None:
        size = os.fstat(descriptor).st_size
        magic = os.pread(descriptor, len(MAGIC), 0)
        if magic != MAGIC:
            if MAGIC.startswith(magic) or not magic.strip(b"\0"):
                return None
            raise SpoolCorrupt(f"{path}: not a spool")
        header, end = _record(descriptor, len(MAGIC), size)
        if header is None:
            _refuse_damage(path, descriptor, len(MAGIC), size)
            return None
        spool = cls(path, descriptor, end, header["cell_id"], header["token"])
        while True:
            batch, after = _record(descriptor, end, size)
            if batch is None:
                break
            end = after
            spool.rows += len(batch)
            spool.last_seq = batch[-1][0]
        if end < size:
            _refuse_damage(path, descriptor, end, size)
            os.ftruncate(descriptor, end)
            os.fsync(descriptor)
        spool._end = end
        return spool

    def append(self, rows: Sequence[Row]) -> None:
        """Keep a batch; it is on disk when this returns.

        Raises:
            SpoolFull: the disk takes no more; the file is as it was before.
        """
        record = _framed([row[1:] for row in rows])
        try:
            _write_all(self._descriptor, record, self._end)
            os.fdatasync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, self._end)
            raise SpoolFull(f"{self.path}: {error.strerror}") from error
        self._end += len(record)
        self.last_seq = rows[-1].seq
        self.rows += len(rows)

    def next(self, limit: int) -> list[Row]:
        """Return the oldest rows that `done` has not passed: whole batches, about `limit` rows."""
        rows: list[Row] = []
        self._next_at = self._read_at
        while len(rows) < limit and self._next_at < self._end:
            batch, after = _record(self._descriptor, self._next_at, self._end)
            if batch is None:
                raise SpoolCorrupt(f"{self.path}: unreadable at {self._next_at}")
            rows.extend(Row(self.cell_id, *values) for values in batch)
            self._next_at = after
        return rows

    def done(self) -> None:
        """Pass over the rows that `next` gave: they are in the database."""
        self._read_at = self._next_at

    @property
    def drained(self) -> bool:
        """Whether every row was passed over."""
        return self._read_at == self._end

    def remove(self) -> None:
        """Delete the file: all of it is in the database."""
        self.close()
        self.path.unlink(missing_ok=True)
        _sync_folder(self.path.parent)

    def set_aside(self) -> Path:
        """Rename the file so that nobody reads it by mistake; return where it lies now."""
        self.close()
        aside = self.path.with_name(f"{self.path.stem}-{self.token}.orphan")
        self.path.rename(aside)
        _sync_folder(self.path.parent)
        return aside

    def close(self) -> None:
        """Close the file and leave it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _framed(value: Any) -> bytes:
    payload = msgspec.msgpack.encode(value)
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def _record(descriptor: int, at: int, size: int) -> tuple[Any, int]:
    """Return the record at `at` and where the next begins, or (None, at) when it is not whole."""
    frame = os.pread(descriptor, _FRAME.size, at)
    if len(frame) < _FRAME.size:
        return None, at
    length, checksum = _FRAME.unpack(frame)
    end = at + _FRAME.size + length
    if length == 0 or length > _LARGEST or end > size:
        return None, at
    payload = os.pread(descriptor, length, at + _FRAME.size)
    if len(payload) < length or zlib.crc32(payload) != checksum:
        return None, at
    return msgspec.msgpack.decode(payload), end


def _refuse_damage(path: Path, descriptor: int, at: int, size: int) -> None:
    """Raise when a whole record follows the broken one at `at`: then this is no torn end."""
    frame = os.pread(descriptor, _FRAME.size, at)
    if len(frame) == _FRAME.size:
        after = at + _FRAME.size + _FRAME.unpack(frame)[0]
        if after < size and _record(descriptor, after, size)[0] is not None:
            raise SpoolCorrupt(f"{path}: damaged at byte {at}")


def _write_all(descriptor: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, at)
        view = view[written:]
        at += written


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
