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


def speaks(sound: NDArray[np.float64], words: NDArray[np.float64]) -> float:
    """Return how surely a sound holds other words, sample for sample: 0 for not, 1 for certain.

    Both at one rate. It is the greatest normalised cross-correlation.
    """
    if len(words) == 0:
        return 0.0
    # Who begins to listen a moment late has missed the first of the words.
    missed = np.zeros(len(words) // 4)
    sound = np.concatenate((missed, sound, missed))
    if len(sound) < len(words):
        return 0.0
    size = 1 << (len(sound) + len(words)).bit_length()
    product = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(words, size))
    places = len(sound) - len(words) + 1
    match = np.fft.irfft(product, size)[:places]
    power = np.concatenate(([0.0], np.cumsum(sound**2)))
    loud = np.sqrt(np.maximum(power[len(words) :] - power[: -len(words)], 1e-9))
    return float((match / (loud * np.linalg.norm(words))).max())
