"""Finds and ends processes that a test run started and did not end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

#: A process that is just ending may take this long.
_PATIENCE_S = 5.0
_POLL_S = 0.1


def end_leftovers(variable: str, value: str, patience_s: float = _PATIENCE_S) -> list[str]:
    """Kill every process whose environment has ``variable`` = ``value``; describe each.

    A process inherits its environment, so the mark is on every descendant, however deep and in
    whatever session it hides.
    """
    limit = time.monotonic() + patience_s
    while time.monotonic() < limit and any(_marked(variable, value)):
        time.sleep(_POLL_S)
    found = list(_marked(variable, value))
    for pid, _ in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return [f"process {pid} was left behind: {command}" for pid, command in found]


def _marked(variable: str, value: str) -> Iterator[tuple[int, str]]:
    mark = f"{variable}={value}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                if command:  # a zombie has none, and is gone already
                    yield int(folder.name), command[:200]
        except OSError:
            continue
