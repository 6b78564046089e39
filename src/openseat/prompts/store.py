"""Where prompts lie: those of the installation over those shipped with OpenSeat."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from openseat.prompts import SHIPPED
from openseat.prompts.audio import RATE, convert
from openseat.prompts.catalogue import LANGUAGES
from openseat.prompts.errors import PromptError

_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_HEADER = 44


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt in one language."""

    language: str
    name: str
    path: Path
    shipped: bool

    @property
    def duration_ms(self) -> int:
        """How long it lasts, by the size of its file."""
        return max(0, self.path.stat().st_size - _HEADER) * 1000 // (RATE * 2)


class PromptStore:
    """Finds, takes and removes prompts: `<folder>/<language>/<name>.wav`."""

    def __init__(self, folder: Path, shipped: Path = SHIPPED) -> None:
        self._folder = folder
        self._shipped = shipped

    @property
    def folders(self) -> tuple[Path, Path]:
        """Where to look for `<language>/<name>.wav`, first match first."""
        return self._folder, self._shipped

    def find(self, language: str, name: str) -> Prompt:
        """Return a prompt. Raises `PromptError` `prompt.not_found`, or as `check_place` does."""
        check_place(language, name)
        for folder in self.folders:
            path = folder / language / f"{name}.wav"
            if path.is_file():
                return Prompt(language, name, path, shipped=folder == self._shipped)
        raise PromptError("prompt.not_found", language=language, name=name)

    def listed(self, language: str) -> list[Prompt]:
        """Return every prompt of a language, by name."""
        found: dict[str, Prompt] = {}
        for folder in reversed(self.folders):
            for path in (folder / language).glob("*.wav"):
                own = folder == self._shipped
                found[path.stem] = Prompt(language, path.stem, path, shipped=own)
        return [found[name] for name in sorted(found)]

    def names(self) -> dict[str, frozenset[str]]:
        """Return language → the names of its prompts, for the checks of flows."""
        return {
            language: frozenset(prompt.name for prompt in self.listed(language))
            for language in LANGUAGES
        }

    def add(self, language: str, name: str, data: bytes) -> Prompt:
        """Take an uploaded sound file as a prompt, in the place of one with its name.

        Raises `PromptError` if it is no sound file, is silent, or is outside the limits.
        """
        check_place(language, name)
        return self.put(language, name, convert(data))

    def put(self, language: str, name: str, made: bytes) -> Prompt:
        """Keep a converted sound as a prompt, in the place of one with its name.

        A call that plays the old one hears it to its end.
        """
        folder = self._folder / language
        folder.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=folder, suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(made)
                file.flush()
                os.fsync(file.fileno())
            # The switch, perhaps another user, must be able to read it.
            Path(aside).chmod(0o644)
            Path(aside).replace(folder / f"{name}.wav")
        finally:
            Path(aside).unlink(missing_ok=True)
        return self.find(language, name)

    def remove(self, language: str, name: str) -> None:
        """Remove a prompt of the installation; the shipped one of that name is heard again.

        Raises `PromptError` `prompt.not_found` if the installation has none.
        """
        check_place(language, name)
        try:
            (self._folder / language / f"{name}.wav").unlink()
        except FileNotFoundError:
            raise PromptError("prompt.not_found", language=language, name=name) from None


def check_place(language: str, name: str) -> None:
    """Raise `PromptError` for a language or a name that no prompt can have."""
    if language not in LANGUAGES:
        raise PromptError("prompt.unknown_language", language=language[:40])
    if not _NAME.fullmatch(name):
        raise PromptError("prompt.bad_name", name=name[:80])
