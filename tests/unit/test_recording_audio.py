"""Formats of finished recordings, cutting, peaks."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from openseat.recordings.audio import FORMATS, RawSound, UnreadableSound, peaks


def stereo(path: Path, left: np.ndarray, right: np.ndarray) -> RawSound:
    path.write_bytes(np.column_stack([left, right]).astype("<i2").tobytes())
    return RawSound.stereo(path)


@pytest.fixture
def sound(tmp_path: Path) -> RawSound:
    """One second: customer rising, other side falling."""
    ramp = np.arange(8000) * 4
    return stereo(tmp_path / "r.raw", ramp, -ramp)


def encoded(sound: RawSound, name: str = "wav") -> bytes:
    return b"".join(FORMATS[name].encode(sound))


def samples(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_a_wav_holds_customer_left_and_the_other_side_right(sound: RawSound):
    found = samples(encoded(sound))
    assert len(found) == 8000
    assert found[100].tolist() == [400, -400]


def test_a_cut_begins_and_ends_at_its_milliseconds(sound: RawSound):
    found = samples(encoded(sound.cut(250, 500)))
    assert len(found) == 2000
    assert found[0].tolist() == [8000, -8000]


@pytest.mark.parametrize(
    ("start", "end", "frames"), [(900, 5000, 800), (5000, 9000, 0), (500, 500, 0)]
)
def test_a_cut_reaches_no_further_than_the_sound(
    sound: RawSound, start: int, end: int, frames: int
):
    assert sound.cut(start, end).frames == frames


def test_half_a_frame_that_a_crash_left_is_not_counted(sound: RawSound):
    with sound.path.open("ab") as file:
        file.write(b"\1\2\3")
    assert RawSound.stereo(sound.path).frames == 8000


def test_a_file_that_shrinks_while_it_is_read_is_an_error(sound: RawSound):
    sound.path.write_bytes(b"")
    with pytest.raises(UnreadableSound, match="shorter"):
        encoded(sound)


def test_a_voice_message_is_read_past_an_unfinished_header(tmp_path: Path):
    path = tmp_path / "v.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\0" * 800)
    data = bytearray(path.read_bytes())
    data[40:44] = bytes(4)  # what the switch leaves when it is killed
    path.write_bytes(data)
    assert RawSound.voice(path).duration_ms == 100


@pytest.mark.parametrize("content", [b"", b"RIFF", b"x" * 100])
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "v.wav"
    path.write_bytes(content)
    with pytest.raises(UnreadableSound):
        RawSound.voice(path)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_peaks_tell_the_channels_apart(tmp_path: Path, name: str):
    quiet, loud = np.full(8000, 328), np.zeros(8000)
    loud[6000] = -32768
    data = encoded(stereo(tmp_path / "r.raw", quiet, loud), name)
    found = peaks(io.BytesIO(data), 4)
    assert found.duration_ms == 1000
    assert found.channels[0] == pytest.approx((0.01,) * 4, abs=0.001)
    assert found.channels[1] == pytest.approx((0, 0, 0, 1), abs=0.02)


def test_there_are_no_more_peaks_than_frames(tmp_path: Path):
    data = encoded(stereo(tmp_path / "r.raw", np.ones(3), np.ones(3)))
    assert len(peaks(io.BytesIO(data), 1000).channels[0]) == 3


def test_peaks_of_silence_without_length_are_empty(tmp_path: Path):
    data = encoded(stereo(tmp_path / "r.raw", np.ones(0), np.ones(0)))
    assert peaks(io.BytesIO(data), 10).channels == ((), ())


@pytest.mark.parametrize("data", [b"", b"RIFF....WAVE", b"RIFF....WAVEjunk\4\0\0\0abcd"])
def test_peaks_of_what_is_no_wav_are_refused(data: bytes):
    with pytest.raises(UnreadableSound):
        peaks(io.BytesIO(data), 10)


def test_alaw_is_half_as_large_and_within_its_law_of_the_sound(tmp_path: Path):
    values = np.arange(-32768, 32768, 7)
    sound = stereo(tmp_path / "r.raw", values, values[::-1])
    data = encoded(sound, "alaw")
    assert len(data) == 58 + sound.frames * 2
    # Each sample's peak, read back one by one.
    found = np.array(peaks(io.BytesIO(data), sound.frames).channels[0]) * 32768
    error = np.abs(found - np.abs(values))
    assert (error <= np.maximum(np.abs(values) / 32 + 24, 24)).all()
