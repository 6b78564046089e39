"""Where finished files are kept: a port, and the local folder that implements it.

Keys are relative paths of plain names. What a key holds is whole or not there, and is not changed
afterwards except by the same content again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_CHUNK = 256 * 1024


class InvalidKey(ValueError):
    """A key has a part that is not a plain name; nothing was touched."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was stored: `sha256` in hex over all `size` bytes."""

    key: str
    sha256: str
    size: int


class RecordingStore(Protocol):
    """A place for finished recordings. Methods block: call them in a thread."""

    def put(self, key: str, content: Iterable[bytes]) -> StoredFile:
        """Keep `content` under `key`; it is on disk when this returns.

        Raises:
            InvalidKey: as the class says.
            OSError: there is no room, or the place cannot be reached; the key is as it was.
        """
        ...

    def size(self, key: str) -> int:
        """Return how many bytes the key holds.

        Raises:
            InvalidKey, FileNotFoundError: nothing is there.
        """
        ...

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes [start, end) in pieces.

        Raises as `size`, before the first piece.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Return the whole as a seekable file, to be closed by the caller.

        Raises as `size`.
        """
        ...


class LocalStore:
    """Recordings in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: Iterable[bytes]) -> StoredFile:
        """See `RecordingStore.put`. Written aside, synced, renamed."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in content:
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        _sync_folders(path.parent, self._folder)
        return StoredFile(key, digest.hexdigest(), size)

    def size(self, key: str) -> int:
        """See `RecordingStore.size`."""
        return self._path(key).stat().st_size

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """See `RecordingStore.read`."""
        path = self._path(key)
        path.stat()
        return _pieces(path, start, end)

    def open(self, key: str) -> BinaryIO:
        """See `RecordingStore.open`."""
        return self._path(key).open("rb")

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(_NAME.fullmatch(part) for part in parts):
            raise InvalidKey(key)
        return self._folder.joinpath(*parts)


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    # Opened only when the first piece is asked for: a listener may be gone before that.
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            piece = file.read(min(_CHUNK, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece


def _sync_folders(folder: Path, root: Path) -> None:
    """Sync the entries of `folder` and of its new parents up to `root`."""
    for path in (folder, *folder.parents):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == root:
            return
