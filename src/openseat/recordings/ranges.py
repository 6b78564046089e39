"""HTTP ranges (RFC 9110 §14) over one file: a single range of bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BYTES = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


class UnsatisfiableRange(Exception):
    """None of the file lies in the range asked for."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes [start, end) of a file of `size`; `partial` tells whether a range was asked for."""

    start: int
    end: int
    size: int
    partial: bool

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """Value of the Content-Range header."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def requested_range(header: str | None, size: int) -> ByteRange:
    """Return what a Range header asks for; the whole file for what is no single range of bytes.

    Raises:
        UnsatisfiableRange: the answer is 416.
    """
    whole = ByteRange(0, size, size, partial=False)
    asked = _BYTES.fullmatch(header.replace(" ", "")) if header else None
    if asked is None or asked[0] == "bytes=-":
        return whole
    first, last = asked.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise UnsatisfiableRange
        return ByteRange(size - length, size, size, partial=True)
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return whole
    if start >= size:
        raise UnsatisfiableRange
    return ByteRange(start, end, size, partial=True)
