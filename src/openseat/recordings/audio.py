"""Sound: the switch's raw stereo, the formats files are kept in, cutting and peaks.

Raw sound is 16-bit little-endian at 8 kHz; of a call's two channels the left is what the customer
says and the right what the customer hears.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

RATE = 8000
_SAMPLE_BYTES = 2
_CHUNK_FRAMES = 64 * 1024
_PCM, _ALAW = 1, 6


class UnreadableSound(Exception):
    """A file is not sound in the way it should be."""


@dataclass(frozen=True, slots=True)
class RawSound:
    """A file with `channels` × 16-bit samples at 8 kHz from byte `offset` on."""

    path: Path
    channels: int
    offset: int
    frames: int

    @classmethod
    def stereo(cls, path: Path) -> RawSound:
        """Return a call's raw file. A half frame that a crash left at its end is not counted.

        Raises:
            FileNotFoundError: it is not there.
        """
        return cls(path, 2, 0, path.stat().st_size // (2 * _SAMPLE_BYTES))

    @classmethod
    def voice(cls, path: Path) -> RawSound:
        """Return a WAV file that the switch wrote; a header that was never finished is forgiven.

        Raises:
            FileNotFoundError: it is not there.
            UnreadableSound: it is not 16-bit mono at 8 kHz.
        """
        with path.open("rb") as file:
            head = file.read(44)
        if len(head) < 44 or head[:4] != b"RIFF" or head[8:16] != b"WAVEfmt ":
            raise UnreadableSound(f"{path.name} is not a WAV file")
        kind, channels, rate = struct.unpack_from("<HHI", head, 20)
        if (kind, channels, rate, head[34:40]) != (_PCM, 1, RATE, b"\x10\0data"):
            raise UnreadableSound(f"{path.name} is not 16-bit mono at 8 kHz")
        return cls(path, 1, 44, (path.stat().st_size - 44) // _SAMPLE_BYTES)

    @property
    def duration_ms(self) -> int:
        """Length, rounded down."""
        return self.frames * 1000 // RATE

    def cut(self, start_ms: int, end_ms: int) -> RawSound:
        """Return the part [start, end), as far as there is any."""
        width = self.channels * _SAMPLE_BYTES
        first = min(start_ms * RATE // 1000, self.frames)
        last = min(max(end_ms * RATE // 1000, first), self.frames)
        return RawSound(self.path, self.channels, self.offset + first * width, last - first)

    def pieces(self) -> Iterator[bytes]:
        """Yield the samples."""
        width = self.channels * _SAMPLE_BYTES
        left = self.frames * width
        with self.path.open("rb") as file:
            file.seek(self.offset)
            while left > 0:
                piece = file.read(min(left, _CHUNK_FRAMES * width))
                if not piece:
                    raise UnreadableSound(f"{self.path.name} became shorter while it was read")
                left -= len(piece)
                yield piece


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How finished files are written: `encode` yields a whole file."""

    name: str
    extension: str
    media_type: str
    encode: Callable[[RawSound], Iterator[bytes]]


def _wav(sound: RawSound) -> Iterator[bytes]:
    yield _header(_PCM, sound.channels, _SAMPLE_BYTES, sound.frames)
    yield from sound.pieces()


def _alaw_wav(sound: RawSound) -> Iterator[bytes]:
    yield _header(_ALAW, sound.channels, 1, sound.frames)
    for piece in sound.pieces():
        samples = np.frombuffer(piece, "<i2").astype(np.int32)
        yield _ALAW_OF[(samples >> 3) + 4096].tobytes()
    if sound.frames * sound.channels % 2:
        yield b"\0"  # RIFF chunks have an even length


FORMATS: dict[str, AudioFormat] = {
    "wav": AudioFormat("wav", "wav", "audio/wav", _wav),
    "alaw": AudioFormat("alaw", "wav", "audio/wav", _alaw_wav),
}
"""By the setting's name: 16-bit linear, and A-law in half the space, which is what most trunks
carry anyway."""


def _header(kind: int, channels: int, sample_bytes: int, frames: int) -> bytes:
    size = frames * channels * sample_bytes
    format_chunk = struct.pack(
        "<HHIIHH",
        kind,
        channels,
        RATE,
        RATE * channels * sample_bytes,
        channels * sample_bytes,
        8 * sample_bytes,
    )
    if kind == _PCM:
        chunks = _chunk(b"fmt ", format_chunk)
    else:
        chunks = _chunk(b"fmt ", format_chunk + b"\0\0") + _chunk(
            b"fact", struct.pack("<I", frames)
        )
    data = b"data" + struct.pack("<I", size)
    return (
        b"RIFF" + struct.pack("<I", 4 + len(chunks) + 8 + size + size % 2) + b"WAVE" + chunks + data
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def _alaw_levels() -> np.ndarray:
    """Return the linear value, 16 bits, of each A-law byte (ITU-T G.711)."""
    levels = np.empty(256, np.int32)
    for byte in range(256):
        code = byte ^ 0x55
        exponent, mantissa = (code >> 4) & 7, code & 15
        level = (mantissa << 4) + 8
        if exponent:
            level = (level + 0x100) << (exponent - 1)
        levels[byte] = level if code & 0x80 else -level
    return levels


_LINEAR_OF = _alaw_levels()


def _alaw_nearest() -> np.ndarray:
    """Return the A-law byte of each 13-bit value -4096..4095, by its index plus 4096."""
    order = np.argsort(_LINEAR_OF, kind="stable")
    levels = _LINEAR_OF[order]
    wanted = np.arange(-4096, 4096) * 8 + 4
    borders = (levels[1:] + levels[:-1]) / 2
    return order[np.searchsorted(borders, wanted, side="right")].astype(np.uint8)


_ALAW_OF = _alaw_nearest()


@dataclass(frozen=True, slots=True)
class Peaks:
    """The loudest sample of each of equal stretches, 0..1, a list for each channel."""

    duration_ms: int
    channels: tuple[tuple[float, ...], ...]


def peaks(file: BinaryIO, points: int) -> Peaks:
    """Return at most `points` peaks of a finished file.

    Raises:
        UnreadableSound: it is not one of `FORMATS`.
    """
    kind, channels, offset, frames = _layout(file)
    count = min(points, frames)
    if count == 0:
        return Peaks(0, ((),) * channels)
    file.seek(offset)
    width = channels * (_SAMPLE_BYTES if kind == _PCM else 1)
    borders = np.linspace(0, frames, count + 1).astype(np.int64)
    found = np.empty((count, channels))
    for at in range(count):
        data = file.read(int(borders[at + 1] - borders[at]) * width)
        samples = (
            np.frombuffer(data, "<i2").astype(np.int32)
            if kind == _PCM
            else _LINEAR_OF[np.frombuffer(data, np.uint8)]
        )
        found[at] = np.abs(samples.reshape(-1, channels)).max(axis=0) / 32768
    rounded = np.round(found, 3)
    return Peaks(
        frames * 1000 // RATE,
        tuple(tuple(float(value) for value in rounded[:, channel]) for channel in range(channels)),
    )


def _layout(file: BinaryIO) -> tuple[int, int, int, int]:
    """Return kind, channels, where the samples begin, and how many frames there are."""
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise UnreadableSound("not a WAV file")
    kind = channels = bits = 0
    while True:
        chunk = file.read(8)
        if len(chunk) < 8:
            raise UnreadableSound("no samples in the WAV file")
        name, size = chunk[:4], struct.unpack_from("<I", chunk, 4)[0]
        if name == b"data":
            break
        content = file.read(size + size % 2)
        if name == b"fmt " and len(content) >= 16:
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content)
            if rate != RATE:
                raise UnreadableSound(f"{rate} Hz instead of {RATE}")
    if (kind, bits) not in {(_PCM, 16), (_ALAW, 8)} or channels not in {1, 2}:
        raise UnreadableSound(f"WAV kind {kind} with {bits} bits and {channels} channels")
    return kind, channels, file.tell(), size // (channels * bits // 8)
