"""Uploaded sound files become prompts, or are refused with the reason."""

from __future__ import annotations

import io
import math
import struct
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.prompts import audio
from openseat.prompts.audio import RATE, convert, decode, level, loudness, measure, resample, trim
from openseat.prompts.errors import PromptError

SECOND = 0.5


def tone(rate, hertz=440.0, seconds=SECOND, peak=0.5):
    at = np.arange(int(rate * seconds)) / rate
    return (peak * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def riff(tag, channels, rate, bits, body, extra=b""):
    form = struct.pack(
        "<HHIIHH", tag, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    form += extra
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def pcm16(samples, rate, channels=1):
    whole = np.repeat((samples * 32767).astype("<i2"), channels)
    return riff(1, channels, rate, 16, whole.tobytes())


def hertz_of(samples, rate):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate / len(samples)


def mu_law(samples):
    """Encode by the formula of G.711, to have something of its own to compare with."""
    size = np.minimum(np.abs(samples) * 32768 + 132, 32635).astype(np.int32)
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 0x80, 0)
    return (~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8)


def a_law(samples):
    size = np.minimum(np.abs(samples) * 32768, 32767).astype(np.int32) >> 4
    exponent = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 3, 0)
    exponent = np.where(size < 16, 0, np.maximum(np.floor(np.log2(np.maximum(size, 1))) - 3, 1))
    exponent = exponent.astype(np.int32)
    mantissa = np.where(exponent == 0, size, size >> np.maximum(exponent - 1, 0)) & 15
    sign = np.where(samples < 0, 0, 0x80)
    return ((sign | exponent << 4 | mantissa) ^ 0x55).astype(np.uint8)


WAVE = tone(16_000)
FORMATS = {
    "8 bits": riff(1, 1, 16_000, 8, (WAVE * 127 + 128).astype(np.uint8).tobytes()),
    "16 bits": pcm16(WAVE, 16_000),
    "24 bits": riff(1, 1, 16_000, 24, (WAVE * (2**31 - 1)).astype("<i4").view(np.uint8)
                    .reshape(-1, 4)[:, 1:].tobytes()),
    "32 bits": riff(1, 1, 16_000, 32, (WAVE * (2**31 - 1)).astype("<i4").tobytes()),
    "float": riff(3, 1, 16_000, 32, WAVE.astype("<f4").tobytes()),
    "double": riff(3, 1, 16_000, 64, WAVE.astype("<f8").tobytes()),
    "mu-law": riff(7, 1, 16_000, 8, mu_law(WAVE).tobytes()),
    "A-law": riff(6, 1, 16_000, 8, a_law(WAVE).tobytes()),
    "stereo": pcm16(WAVE, 16_000, channels=2),
    "extensible": riff(0xFFFE, 1, 16_000, 16, (WAVE * 32767).astype("<i2").tobytes(),
                       struct.pack("<HHI", 22, 16, 4) + struct.pack("<H", 1) + bytes(14)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(name):
    samples, rate = decode(FORMATS[name])
    assert rate == 16_000
    assert len(samples) == len(WAVE)
    assert np.abs(samples - WAVE).max() < 0.02


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_becomes_a_prompt_with_the_same_tone(rate):
    made = convert(pcm16(tone(rate), rate))
    with wave.open(io.BytesIO(made)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
    samples, _ = decode(made)
    assert len(samples) / RATE == pytest.approx(SECOND, abs=0.01)
    assert hertz_of(samples, RATE) == pytest.approx(440, abs=4)
    assert measure(made).loudness_dbfs == pytest.approx(audio.LOUDNESS_DBFS, abs=0.5)


def test_what_a_telephone_cannot_carry_is_filtered_out():
    high = resample(tone(48_000, hertz=6_000), 48_000, RATE)
    assert np.abs(high[200:-200]).max() < 0.005
    kept = resample(tone(48_000, hertz=3_000), 48_000, RATE)
    assert np.abs(kept[200:-200]).max() == pytest.approx(0.5, abs=0.02)


def test_going_up_in_rate_keeps_the_tone():
    assert hertz_of(resample(tone(4_000), 4_000, RATE), RATE) == pytest.approx(440, abs=4)


def test_the_ends_of_a_recorder_that_died_are_read():
    whole = pcm16(WAVE, 16_000)
    at = whole.index(b"data") + 4
    for size in (0, 0xFFFFFFFF):
        cut = whole[:at] + struct.pack("<I", size) + whole[at + 4 :]
        assert len(decode(cut)[0]) == len(WAVE)


def test_a_peak_that_would_clip_keeps_the_prompt_softer():
    spiky = np.zeros(RATE, np.float32)
    spiky[::400] = 1.0
    assert np.abs(level(spiky)).max() == pytest.approx(10 ** (audio.PEAK_DBFS / 20), abs=1e-3)


def test_silence_around_speech_is_cut_off_and_edges_faded():
    samples = np.concatenate([np.zeros(RATE), tone(RATE), np.zeros(RATE)]).astype(np.float32)
    cut = trim(samples, RATE)
    assert len(cut) / RATE == pytest.approx(SECOND + 0.08, abs=0.05)
    assert cut[0] == cut[-1] == 0
    silent = np.zeros(100, np.float32)
    assert trim(silent, RATE) is silent


def test_long_pauses_are_shortened_and_short_ones_kept():
    spoken, long, short = tone(RATE), np.zeros(RATE), np.zeros(RATE // 5)
    samples = np.concatenate([spoken, long, spoken, short, spoken]).astype(np.float32)
    cut = audio.tighten(samples, RATE)
    assert len(cut) / RATE == pytest.approx(3 * SECOND + 0.35 + 0.2, abs=0.05)
    assert np.abs(cut).max() == pytest.approx(0.5, abs=0.01)
    assert np.array_equal(audio.tighten(spoken, RATE), spoken)


def test_a_beep_is_heard():
    made = measure(audio.beep())
    assert (made.duration_ms, made.clipped) == (400, 0)
    assert made.loudness_dbfs == pytest.approx(-17.3, abs=1)


def test_nothing_is_as_loud_as_silence():
    assert loudness(np.zeros(RATE, np.float32)) == -120


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "prompt.not_audio"),
        (b"hello, this is a text file", "prompt.not_audio"),
        (b"ID3\x04" + bytes(2_000), "prompt.not_audio"),
        (b"RIFF\x00\x00\x00\x00AVI " + bytes(100), "prompt.not_audio"),
        (b"RIFF\x00\x00\x00\x00WAVE", "prompt.not_audio"),
        (b"RIFF____WAVEfmt " + struct.pack("<IH", 2, 1) + b"data" + bytes(4), "prompt.not_audio"),
        (riff(1, 1, 8_000, 16, b""), "prompt.too_short"),
        (riff(1, 1, 8_000, 16, bytes(100)), "prompt.too_short"),
        (riff(1, 1, 8_000, 16, bytes(16_000)), "prompt.silent"),
        (riff(1, 0, 8_000, 16, bytes(16_000)), "prompt.unsupported_format"),
        (riff(1, 9, 8_000, 16, bytes(16_000)), "prompt.unsupported_format"),
        (riff(1, 1, 0, 16, bytes(16_000)), "prompt.unsupported_format"),
        (riff(1, 1, 400_000, 16, bytes(16_000)), "prompt.unsupported_format"),
        (riff(1, 1, 8_000, 0, bytes(16_000)), "prompt.unsupported_format"),
        (riff(1, 1, 8_000, 12, bytes(16_000)), "prompt.unsupported_format"),
        (riff(85, 1, 8_000, 16, bytes(16_000)), "prompt.unsupported_format"),
        (riff(1, 1, 4_000, 8, b"\x90" * 1_300_000), "prompt.too_long"),
        (bytes(audio.MAX_BYTES + 1), "prompt.too_large"),
        (riff(3, 1, 8_000, 32, struct.pack("<f", math.nan) * 8_000), "prompt.silent"),
        (riff(3, 1, 8_000, 32, struct.pack("<f", math.inf) * 8_000), "prompt.silent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "data",
)  # fmt: skip
def test_what_is_no_prompt_is_refused_with_the_reason(data, code):
    with pytest.raises(PromptError) as refused:
        convert(data)
    assert refused.value.code == code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 60), st.binary(max_size=4))
def test_whatever_is_uploaded_it_is_converted_or_refused(junk, at, patch):
    whole = bytearray(pcm16(tone(8_000, seconds=0.1), 8_000))
    whole[at : at + len(patch)] = patch
    for data in (junk, b"RIFF____WAVE" + junk, bytes(whole)):
        try:
            made = convert(data)
        except PromptError:
            continue
        assert measure(made).duration_ms > 0
