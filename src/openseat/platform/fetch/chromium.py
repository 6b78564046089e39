"""A Chromium for the tests that open pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from openseat.platform.fetch.errors import FetchError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ATTEMPTS = 3
_TIMEOUT_S = 900

Report = Callable[[str], None]


def find_chromium() -> Path | None:
    """Return the machine's Chromium or Chrome, or None."""
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return None


def fetch_chromium(report: Report = lambda _: None) -> Path:
    """Return the machine's Chromium; as root, install the distribution's if there is none.

    A browser is a system program with its own sandbox and helpers: unlike Asterisk it does not run
    from a private prefix.

    Raises:
        FetchError: there is none and it cannot be installed; the message says what to do.
    """
    found = find_chromium()
    if found is not None:
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise FetchError(
            "the browser tests need Chromium and this machine has none: "
            "as root, `apt-get install chromium`"
        )
    report("installing the distribution's Chromium")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    said = ""
    for _ in range(_ATTEMPTS):
        for command in (
            ["apt-get", "update"],
            ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"],
        ):
            done = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=_TIMEOUT_S,
            )
            said = done.stderr.strip()
        found = find_chromium()
        if found is not None:
            return found
    raise FetchError(f"Chromium could not be installed: {said[-500:]}")
