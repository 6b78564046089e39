"""The local store of recordings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from openseat.recordings.store import InvalidKey, LocalStore

KEY = "main/2026/01/01/r.wav"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "recordings")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


def test_what_is_put_is_read_back_with_its_checksum(store: LocalStore):
    stored = store.put(KEY, [b"one", b"two"])
    assert stored.sha256 == hashlib.sha256(b"onetwo").hexdigest()
    assert stored.size == store.size(KEY) == 6
    assert b"".join(store.read(KEY, 2, 5)) == b"etw"


def test_putting_again_replaces_the_whole(store: LocalStore):
    store.put(KEY, [b"longer content"])
    store.put(KEY, [b"short"])
    assert b"".join(store.read(KEY, 0, 99)) == b"short"


def test_a_failure_in_the_middle_leaves_what_was_there(store: LocalStore, folder: Path):
    store.put(KEY, [b"old"])

    def failing() -> Iterator[bytes]:
        yield b"new"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.put(KEY, failing())
    assert b"".join(store.read(KEY, 0, 9)) == b"old"
    assert [path.name for path in (folder / KEY).parent.iterdir()] == ["r.wav"]


@pytest.mark.parametrize(
    "key",
    [
        "", "/etc/passwd", "../secret", "main/../../secret", "main//r.wav", "main/.hidden",
        "main/r.wav/", "main\\r.wav", "main/\0", "main/r\n.wav", "./r.wav", "main/" + "x" * 300,
    ],
)  # fmt: skip
def test_no_key_leads_out_of_the_folder(store: LocalStore, folder: Path, key: str):
    for attempt in (
        lambda: store.put(key, [b"x"]),
        lambda: store.size(key),
        lambda: store.read(key, 0, 1),
        lambda: store.open(key),
    ):
        with pytest.raises(InvalidKey):
            attempt()
    assert list(folder.iterdir()) == []


def test_what_was_never_put_is_not_found(store: LocalStore):
    with pytest.raises(FileNotFoundError):
        store.read(KEY, 0, 1)
