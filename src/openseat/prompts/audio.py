"""Sound files in, prompts out: 8 kHz, one channel, 16 bits, even loudness.

Reads WAV files of any rate with whole-number, floating-point, µ-law or A-law
samples. Everything comes from untrusted uploads: sizes are bounded before
anything is unpacked.
"""

from __future__ import annotations

import io
import math
import struct
import wave
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openseat.prompts.errors import PromptError

Samples = NDArray[np.float32]
"""One channel, full scale ±1."""

RATE = 8_000
"""Samples a second of every prompt: what a telephone line carries."""

MAX_BYTES = 20_000_000
MAX_S = 300
MIN_S = 0.05

LOUDNESS_DBFS = -20.0
"""Loudness of speech in a prompt: root mean square over the parts that are not silence."""

PEAK_DBFS = -1.5
"""No sample is above this."""

SILENT_DBFS = -55.0
"""A frame below this is silence; a file without any louder frame is refused."""

_FRAME_S = 0.02
_PAUSE_DBFS = -45.0
_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE


@dataclass(frozen=True, slots=True)
class Measure:
    """What a prompt sounds like, in numbers."""

    duration_ms: int
    loudness_dbfs: float
    """Root mean square over the frames that are not silence."""
    peak_dbfs: float
    clipped: int
    """Samples at full scale."""


def convert(data: bytes) -> bytes:
    """Return the prompt file made of an uploaded one. Raises `PromptError`."""
    samples, rate = decode(data)
    return encode(level(resample(samples, rate, RATE)))


def decode(data: bytes) -> tuple[Samples, int]:
    """Return the sound in a WAV file, its channels mixed, with its rate. Raises `PromptError`."""
    if len(data) > MAX_BYTES:
        raise PromptError("prompt.too_large", most=MAX_BYTES)
    chunks = _chunks(data)
    form, body = chunks.get(b"fmt "), chunks.get(b"data")
    if form is None or body is None or len(form) < 16:
        raise PromptError("prompt.not_audio")
    tag, channels, rate, _, width, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) >= 26:
        (tag,) = struct.unpack_from("<H", form, 24)
    if not 1 <= channels <= 8 or not 4_000 <= rate <= 192_000 or width != channels * bits // 8:
        raise PromptError("prompt.unsupported_format", channels=channels, rate=rate, bits=bits)
    whole = np.frombuffer(body[: len(body) // width * width], np.uint8) if width else None
    flat = None if whole is None else _unpack(whole, tag, bits)
    if flat is None:
        raise PromptError("prompt.unsupported_format", format=tag, bits=bits)
    seconds = len(flat) / channels / rate
    if seconds < MIN_S:
        raise PromptError("prompt.too_short", least_ms=int(MIN_S * 1000))
    if seconds > MAX_S:
        raise PromptError("prompt.too_long", most_s=MAX_S)
    mixed = flat.reshape(-1, channels).mean(axis=1).astype(np.float32)
    return np.nan_to_num(mixed, posinf=0.0, neginf=0.0), rate


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a RIFF file; of several with one name, the first."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise PromptError("prompt.not_audio")
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data) and len(found) < 100:
        name = data[at : at + 4]
        (size,) = struct.unpack_from("<I", data, at + 4)
        # A recorder that died leaves a size of 0 or of all ones: the rest of the file is meant.
        if name == b"data" and size in {0, 0xFFFFFFFF}:
            size = len(data)
        found.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return found


def _unpack(raw: NDArray[np.uint8], tag: int, bits: int) -> Samples | None:
    """Return samples of full scale ±1, or None for a format that is not read."""
    if tag == _PCM and bits == 8:
        return (raw.astype(np.float32) - 128) / np.float32(128)
    if tag == _PCM and bits == 16:
        return raw.view("<i2").astype(np.float32) / np.float32(2**15)
    if tag == _PCM and bits == 24:
        wide = np.zeros((len(raw) // 3, 4), np.uint8)
        wide[:, 1:] = raw.reshape(-1, 3)
        return (wide.reshape(-1).view("<i4") / 2**31).astype(np.float32)
    if tag == _PCM and bits == 32:
        return (raw.view("<i4") / 2**31).astype(np.float32)
    if tag == _FLOAT and bits in {32, 64}:
        return raw.view(f"<f{bits // 8}").astype(np.float32)
    if tag == _MU_LAW and bits == 8:
        return _MU_TABLE[raw]
    if tag == _A_LAW and bits == 8:
        return _A_TABLE[raw]
    return None


def _mu_table() -> Samples:
    """Return the 256 levels of µ-law (ITU-T G.711, table 2a)."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, code & 15
    level_ = (((mantissa.astype(np.int32) << 3) + 0x84) << exponent) - 0x84
    return (np.where(code & 0x80, -level_, level_) / 2**15).astype(np.float32)


def _a_table() -> Samples:
    """Return the 256 levels of A-law (ITU-T G.711, table 1a)."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = ((code >> 4) & 7).astype(np.int32), (code & 15).astype(np.int32)
    low = (mantissa << 4) + 8
    level_ = np.where(exponent == 0, low, (low + 0x100) << np.maximum(exponent - 1, 0))
    return (np.where(code & 0x80, level_, -level_) / 2**15).astype(np.float32)


_MU_TABLE = _mu_table()
_A_TABLE = _a_table()

_ZERO_CROSSINGS = 24
_BLOCK = 20_000


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """Return the sound at another rate, low-pass filtered below both halves.

    Each output sample is a sum of inputs weighted by a sinc of the narrower
    band under a Hann window.
    """
    if rate == wanted:
        return samples
    cutoff = 0.94 * min(1.0, wanted / rate)
    half = math.ceil(_ZERO_CROSSINGS / cutoff)
    padded = np.pad(samples, half + 1)
    offsets = np.arange(-half, half + 1)
    count = int(len(samples) * wanted / rate)
    made = np.empty(count, np.float32)
    for begin in range(0, count, _BLOCK):
        at = np.arange(begin, min(begin + _BLOCK, count)) * (rate / wanted)
        middle = np.floor(at).astype(np.int64)
        distance = (at - middle)[:, None] - offsets
        window = np.cos(np.clip(distance / (half + 1), -1, 1) * (np.pi / 2)) ** 2
        weights = cutoff * np.sinc(cutoff * distance) * window
        inputs = padded[middle[:, None] + offsets + half + 1]
        made[begin : begin + len(at)] = (inputs * weights).sum(axis=1)
    return made


def _frames(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Return the mean square of each frame of 20 ms."""
    length = int(rate * _FRAME_S)
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % length))
    return (padded.reshape(-1, length) ** 2).mean(axis=1)


def _decibels(power: float) -> float:
    return 10 * math.log10(max(power, 1e-12))


def loudness(samples: Samples, rate: int = RATE) -> float:
    """Return the root mean square, in dBFS, over the frames that are not silence.

    The value of digital silence (-120) where there are none.
    """
    frames = _frames(samples, rate)
    loud = frames[frames > 10 ** (SILENT_DBFS / 10)]
    return _decibels(float(loud.mean())) if len(loud) else -120.0


def level(samples: Samples) -> Samples:
    """Return the sound at the loudness of prompts, its peaks kept below full scale.

    Raises `PromptError` `prompt.silent` if there is nothing to hear.
    """
    now = loudness(samples)
    if now <= SILENT_DBFS:
        raise PromptError("prompt.silent")
    gained = samples * np.float32(10 ** ((LOUDNESS_DBFS - now) / 20))
    peak = float(np.abs(gained).max())
    most = 10 ** (PEAK_DBFS / 20)
    return gained * np.float32(most / peak) if peak > most else gained


def trim(samples: Samples, rate: int, keep_s: float = 0.04) -> Samples:
    """Return the sound without the silence around it, faded in and out over 5 ms."""
    frames = np.flatnonzero(_frames(samples, rate) > 10 ** (_PAUSE_DBFS / 10))
    if not len(frames):
        return samples
    length = int(rate * _FRAME_S)
    first = max(0, int(frames[0]) * length - int(keep_s * rate))
    last = min(len(samples), (int(frames[-1]) + 1) * length + int(keep_s * rate))
    cut = samples[first:last].copy()
    ramp = np.linspace(0, 1, min(int(rate * 0.005), len(cut)), dtype=np.float32)
    cut[: len(ramp)] *= ramp
    cut[len(cut) - len(ramp) :] *= ramp[::-1]
    return cut


def tighten(samples: Samples, rate: int, most_s: float = 0.35) -> Samples:
    """Return the sound with every pause in it cut to at most `most_s`."""
    length = int(rate * _FRAME_S)
    silent = _frames(samples, rate) <= 10 ** (_PAUSE_DBFS / 10)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8)))
    keep = int(most_s * rate)
    kept: list[Samples] = []
    at = 0
    for first, last in zip(edges[::2] * length, edges[1::2] * length, strict=True):
        if last - first > keep:
            kept.append(samples[at : first + keep // 2])
            at = int(last) - (keep - keep // 2)
    return np.concatenate([*kept, samples[at:]])


def encode(samples: Samples) -> bytes:
    """Return a WAV file of 8 kHz samples."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        whole = np.clip(np.round(samples * 2**15), -(2**15), 2**15 - 1)
        file.writeframes(whole.astype("<i2").tobytes())
    return out.getvalue()


def measure(data: bytes) -> Measure:
    """Return what a prompt file sounds like. Raises `PromptError`."""
    samples, rate = decode(data)
    size = np.abs(samples)
    return Measure(
        duration_ms=round(len(samples) * 1000 / rate),
        loudness_dbfs=round(loudness(samples, rate), 1),
        peak_dbfs=round(20 * math.log10(max(float(size.max()), 1e-6)), 1),
        clipped=int((size >= 1 - 2**-15).sum()),
    )


def beep(hertz: int = 1_000, duration_s: float = 0.4) -> bytes:
    """Return the tone played before a recording."""
    at = np.arange(int(RATE * duration_s)) / RATE
    tone = (0.2 * np.sin(2 * np.pi * hertz * at)).astype(np.float32)
    ramp = np.linspace(0, 1, RATE // 100, dtype=np.float32)
    tone[: len(ramp)] *= ramp
    tone[-len(ramp) :] *= ramp[::-1]
    return encode(tone)
