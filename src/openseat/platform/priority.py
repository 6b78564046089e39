"""How much a process goes before others when processors are scarce."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

SWITCH: Final = -10
"""Nicenesses of what a call waits for: media first, then decisions, then their record."""
FLOOR: Final = -8
POSTGRES: Final = -5
WORKER: Final = 10
"""What comes after the call can wait."""

_AUTOGROUP = Path("/proc/self/autogroup")


def take(niceness: int) -> None:
    """Give this process, and what it becomes or starts from now on, a niceness.

    Only root may go below 0; for others this does nothing then. Where the kernel groups processes
    by session, as Linux does by default, niceness counts inside a session only, and the group is
    what has to be given one.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    with suppress(OSError):
        _AUTOGROUP.write_text(str(niceness), encoding="ascii")
