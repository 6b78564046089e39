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

LOCK = "requirements-speech.lock"
"""What the environment is made of, in the clone."""

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
        install = [str(self._python), "-m", "pip", "install", "--disable-pip-version-check"]
        for line in self._run([*install, "--require-hashes", "-r", str(self._lock)]):
            if line.startswith("Collecting "):
                report(f"  {line.partition(' (')[0]}")
        (self._folder / "complete").touch()

    def speak(self, wanted: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str, bytes]]:
        """Yield (language, name, prompt file) for (language, name) → text, each once it is made.

        Raises `PromptError` `prompt.speech_failed` if the voices cannot be used.
        """
        with tempfile.TemporaryDirectory() as folder:
            keys = {str(Path(folder) / f"{n}.wav"): key for n, key in enumerate(wanted)}
            jobs = Path(folder) / "jobs.json"
            jobs.write_text(
                json.dumps([{"text": wanted[key], "path": path} for path, key in keys.items()]),
                encoding="utf-8",
            )
            for path in self._run([str(self._python), str(_SPEAKER), str(jobs)]):
                samples, rate = audio.decode(Path(path).read_bytes())
                narrow = audio.level(audio.resample(samples, rate, audio.RATE))
                tight = audio.tighten(audio.trim(narrow, audio.RATE), audio.RATE)
                yield *keys[path], audio.encode(tight)

    @property
    def _python(self) -> Path:
        return self._folder / "bin" / "python"

    def _run(self, command: list[str]) -> Iterator[str]:
        """Run a program of the environment and yield what it prints, line by line.

        Raises `PromptError` `prompt.speech_failed` if it fails.
        """
        scratch = self._folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        # The voices' libraries keep files in the home folder unless told otherwise.
        environment = os.environ | {
            "KOKORO_JA_CACHE": str(self._folder / "model"),
            "TMPDIR": str(scratch),
        }
        with (
            tempfile.TemporaryFile("w+", dir=scratch) as errors,
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
            ) as program,
        ):
            try:
                for line in program.stdout or ():
                    yield line.rstrip("\n")
                if program.wait():
                    errors.seek(0)
                    raise PromptError("prompt.speech_failed", reason=errors.read().strip()[-500:])
            finally:
                program.kill()
