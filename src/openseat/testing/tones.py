"""Which tones are in a sound, and how loud: what tests mean by hearing."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

AUDIBLE = 0.02
"""Amplitude, as a share of full scale, from which a tone counts as heard."""


def channels(path: Path) -> list[NDArray[np.float64]]:
    """Return a WAV file's channels as samples from -1 to 1."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        count = file.getnchannels()
    return [samples[n::count].astype(np.float64) / 32768 for n in range(count)]


def loudest(sound: NDArray[np.float64], hertz: float, rate: int = 8000) -> float:
    """Return the amplitude of a tone in the half second in which it is loudest."""
    size = rate // 2
    if len(sound) < size:
        return 0.0
    wave_of = np.exp(-2j * np.pi * hertz * np.arange(size) / rate) * np.hanning(size)
    blocks = sound[: len(sound) // size * size].reshape(-1, size)
    return float((np.abs(blocks @ wave_of) * 2 / np.hanning(size).sum()).max())


def hears(sound: NDArray[np.float64], hertz: float) -> bool:
    """Whether a tone is heard somewhere in the sound."""
    return loudest(sound, hertz) >= AUDIBLE
