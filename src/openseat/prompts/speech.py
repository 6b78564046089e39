"""The speech environment: voices that need far more packages than OpenSeat itself.

They live in a virtual environment of their own in the user's cache, installed
when first needed from a hashed lock, and are driven as a child process. What
is spoken is prompts rendered ahead, never a live call.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from openseat.prompts import audio
from openseat.prompts.errors import PromptError

_SPEAKER = Path(__file__).with_name("speaker.py")


class SpeechEnvironment:
    """The virtual environment with the voices, made from `lock` below `cache`."""

    def __init__(self, cache: Path, lock: Path) -> None:
        self._lock = lock
        made_of = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
        self._folder = cache / "speech" / f"{made_of}-py{sys.version_info[0]}{sys.version_info[1]}"

    @property
    def ready(self) -> bool:
        """Whether it is installed."""
        return (self._folder / "complete").is_file()

    def install(self, report: Callable[[str], None]) -> None:
        """Install it unless it is there (about 600 MB).

        Raises `PromptError` `prompt.speech_failed` if a package cannot be had.
        """
        if self.ready:
            return
        report("installing the speech environment; this happens once and takes a few minutes")
        venv.create(self._folder, with_pip=True, clear=True)
        self._run(
            [str(self._python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--require-hashes", "-r", str(self._lock)],
        )  # fmt: skip
        (self._folder / "complete").touch()

    def speak(self, wanted: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str, bytes]]:
        """Yield (language, name, prompt file) for (language, name) → text.

        Raises `PromptError` `prompt.speech_failed` if the voices cannot be used.
        """
        with tempfile.TemporaryDirectory() as folder:
            paths = {key: Path(folder) / f"{n}.wav" for n, key in enumerate(wanted)}
            jobs = [
                {"text": text, "path": str(paths[key])} for key, text in wanted.items()
            ]
            self._run([str(self._python), str(_SPEAKER)], json.dumps(jobs))
            for (language, name), path in paths.items():
                samples, rate = audio.decode(path.read_bytes())
                narrow = audio.resample(audio.trim(samples, rate), rate, audio.RATE)
                yield language, name, audio.encode(audio.level(narrow))

    @property
    def _python(self) -> Path:
        return self._folder / "bin" / "python"

    def _run(self, command: list[str], given: str = "") -> None:
        scratch = self._folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        # The voices' libraries keep files in the home folder unless told otherwise.
        environment = os.environ | {
            "KOKORO_JA_CACHE": str(self._folder / "model"),
            "TMPDIR": str(scratch),
        }
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, env=environment
        )
        if done.returncode:
            raise PromptError("prompt.speech_failed", reason=done.stderr.strip()[-500:])
