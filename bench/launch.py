"""Runs bench/measure_NAME.py in the environment of the locked packages, making it if need be.

A benchmark that needs the standard library only is started without this.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from openseat.bootstrap.environment import make_environment
from openseat.platform.settings import Settings


def say(text: str) -> None:
    """Tell what is being prepared, beside the figures."""
    sys.stderr.write(f"{text}\n")


def launch(name: str, arguments: list[str]) -> None:
    """Become the benchmark `name`."""
    settings = Settings.load()
    python = make_environment(
        settings.paths.clone / "requirements.lock",
        settings.paths.cache,
        say,
    )
    script = Path(__file__).with_name(f"measure_{name}.py")
    environment = {**os.environ, "PYTHONPATH": str(settings.paths.clone / "src")}
    os.execve(python, [str(python), str(script), *arguments], environment)  # noqa: S606 - becoming another program is the point


if __name__ == "__main__":
    launch(sys.argv[1], sys.argv[2:])
