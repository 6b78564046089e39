"""Niceness of a process and of what it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openseat.platform import priority

_BEFORE = 3
_AUTOGROUP = Path("/proc/self/autogroup")
_START = f"""
import os, sys
from openseat.platform import priority
os.setpriority(os.PRIO_PROCESS, 0, {_BEFORE})
"""
# Without the right to go before others, as everybody but root is.
_AS_NOBODY = "os.setuid(65534)\n" if os.getuid() == 0 else ""
_TELL = "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"


def _said(code: str) -> int:
    command = [sys.executable, "-c", _START + code]
    # A session of its own: the kernel's group by session is given the niceness as well, and that
    # of whoever runs the tests must not go behind everything else for good.
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, start_new_session=True
    )
    return int(done.stdout)


def test_whoever_runs_the_tests_keeps_their_own() -> None:
    own = _AUTOGROUP.read_text(encoding="ascii") if _AUTOGROUP.exists() else ""
    _said(f"priority.take({priority.WORKER})\n{_TELL}")
    assert (_AUTOGROUP.read_text(encoding="ascii") if _AUTOGROUP.exists() else "") == own


def test_it_holds_for_what_the_process_becomes() -> None:
    become = f"os.execv(sys.executable, [sys.executable, '-c', {_TELL!r}])"
    assert _said(f"priority.take({priority.WORKER})\n{become}") == priority.WORKER


@pytest.mark.parametrize("niceness", [priority.SWITCH, priority.FLOOR, priority.POSTGRES])
def test_a_user_who_may_not_go_first_runs_all_the_same(niceness: int) -> None:
    assert _said(f"{_AS_NOBODY}priority.take({niceness})\n{_TELL}") == _BEFORE


def test_calls_go_before_what_follows_them() -> None:
    assert priority.SWITCH < priority.FLOOR < priority.POSTGRES < 0 < priority.WORKER
