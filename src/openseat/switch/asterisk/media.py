"""From the core's media names to files that Asterisk can play."""

from __future__ import annotations

import array
import math
import re
import wave
from collections.abc import Iterable
from pathlib import Path

from openseat.core.flows.say import KINDS, expand
from openseat.prompts import SHIPPED

RATE = 8000
_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*")
_TONE = re.compile(r"(\d{1,5})/(\d{1,6})")
_LOUDNESS = 0.3
_EXTENSIONS = (".wav", ".sln", ".ulaw", ".alaw")


class MediaMissingError(LookupError):
    """A name for which there is no sound."""


class MediaLibrary:
    """Finds prompts by language, and makes tones and silences when they are first asked for.

    `folders` are searched in order for `<language>/<name>.wav`, the prompts shipped with OpenSeat
    after them; `generated` takes what is made.
    Numbers, digits, times and the like are said with prompts, by the core's grammar.
    """

    def __init__(self, folders: Iterable[Path], generated: Path) -> None:
        self._folders = (*folders, SHIPPED)
        self._generated = generated

    def resolve(self, media: Iterable[str], language: str) -> list[str]:
        """Return Asterisk media addresses for `media`.

        Raises:
            MediaMissingError: one of them does not exist; nothing should be played then.
        """
        found: list[str] = []
        for item in media:
            found += self._one(item, language)
        return found

    def _one(self, item: str, language: str) -> list[str]:
        kind, _, value = item.partition(":")
        if kind == "file":
            return [_sound(Path(value))]
        if kind == "silence":
            return [self._silence(value)]
        if kind == "tone":
            return [self._tone(value)]
        if kind in KINDS:
            return [self._prompt(name, language) for name in expand(item, language)]
        raise MediaMissingError(item)

    def _prompt(self, name: str, language: str) -> str:
        if not _NAME.fullmatch(name) or not _NAME.fullmatch(language):
            raise MediaMissingError(name)
        for folder in self._folders:
            path = folder / language / name
            if path.with_name(path.name + ".wav").is_file():
                return f"sound:{path}"
        raise MediaMissingError(f"{language}/{name}")

    def _silence(self, value: str) -> str:
        if not value.isdecimal():
            raise MediaMissingError(f"silence:{value}")
        return self._made(f"silence-{value}", 0, int(value))

    def _tone(self, value: str) -> str:
        match = _TONE.fullmatch(value)
        if match is None:
            raise MediaMissingError(f"tone:{value}")
        hertz, milliseconds = int(match[1]), int(match[2])
        return self._made(f"tone-{hertz}-{milliseconds}", hertz, milliseconds)

    def _made(self, name: str, hertz: int, milliseconds: int) -> str:
        path = self._generated / name
        file = path.with_suffix(".wav")
        if not file.is_file():
            self._generated.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(".partial")
            write_tone(aside, hertz, milliseconds)
            aside.replace(file)
        return f"sound:{path}"


def write_tone(path: Path, hertz: int, milliseconds: int, loudness: float = _LOUDNESS) -> None:
    """Write a sine (hertz 0: silence) as a 16-bit mono WAV file at 8 kHz.

    `loudness` is its peak as a share of full scale.
    """
    count = RATE * milliseconds // 1000
    step = 2 * math.pi * hertz / RATE
    peak = int(loudness * 32767)
    samples = array.array("h", (int(peak * math.sin(step * n)) for n in range(count)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def _sound(path: Path) -> str:
    if any(path.with_name(path.name + extension).is_file() for extension in _EXTENSIONS):
        return f"sound:{path}"
    raise MediaMissingError(f"file:{path}")
