"""Listening to recordings: which of two sides carries a tone."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
_WINDOW = RATE // 10
#: Part of a window's energy that lies in the tone, from which on the tone counts as heard: three
#: voices may speak at once, and music or noise has a few per cent in any one bin.
_CLEAR = 0.2
_QUIET = 50.0

Samples = NDArray[np.float64]


def stereo(path: Path) -> tuple[Samples, Samples]:
    """Return left and right of a raw 16-bit stereo recording."""
    both = np.frombuffer(path.read_bytes(), dtype="<i2").astype(np.float64)
    both = both[: len(both) // 2 * 2]
    return both[0::2], both[1::2]


def mono(path: Path) -> Samples:
    """Return the samples of a 16-bit mono WAV file."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)


def tone_share(samples: Samples, hertz: int) -> float:
    """Return the share (0..1) of tenths of a second in which a tone of `hertz` is clearly heard."""
    windows = [
        samples[start : start + _WINDOW] for start in range(0, len(samples) - _WINDOW + 1, _WINDOW)
    ]
    if not windows:
        return 0.0
    return sum(_carries(window, hertz) for window in windows) / len(windows)


def silence_share(samples: Samples) -> float:
    """Return the share (0..1) of tenths of a second in which nothing is heard."""
    count = len(samples) // _WINDOW
    if count == 0:
        return 1.0
    windows = samples[: count * _WINDOW].reshape(count, _WINDOW)
    return float(np.mean(np.sqrt(np.mean(windows**2, axis=1)) < _QUIET))


def _carries(window: Samples, hertz: int) -> bool:
    if np.sqrt(np.mean(window**2)) < _QUIET:
        return False
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)))) ** 2
    bin_of_tone = round(hertz * len(window) / RATE)
    near = spectrum[max(0, bin_of_tone - 2) : bin_of_tone + 3].sum()
    return bool(near > _CLEAR * spectrum.sum())
