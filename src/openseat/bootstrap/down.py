"""``bin/down``: ends everything the installation runs, in the order that loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from openseat.bootstrap.console import Console, StepError
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import supervisor_process, tail

_TIMEOUT_S = 90.0
_POLL_S = 0.05
_APPEARS_S = 10.0


def down(settings: Settings, console: Console) -> int:
    """Stop the installation; it is no error when nothing runs.

    Raises:
        StepError: something did not end in time.
    """
    run = settings.paths.run
    begun = time.monotonic()
    supervisor = supervisor_process(run)
    if supervisor is None and _left_running(settings):
        console.say("The supervisor was killed; ending what it left running.")
        # Refused where the dead one's standby has taken over meanwhile: that is then told to stop.
        if _end_orphans(settings):
            return _report(settings, console, begun)
        supervisor = _appeared(run)
        if supervisor is None:
            return _report(settings, console, begun)
    if supervisor is None:
        console.say("OpenSeat is not running here.")
        return 0
    os.kill(supervisor.pid, signal.SIGTERM)
    while supervisor.alive():
        if time.monotonic() - begun > _TIMEOUT_S:
            raise StepError(
                f"the supervisor (process {supervisor.pid}) did not end within "
                f"{_TIMEOUT_S:.0f} s; its log:\n{tail(settings.paths.log / 'supervisor.log')}"
            )
        time.sleep(_POLL_S)
    return _report(settings, console, begun)


def _end_orphans(settings: Settings) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "openseat.installation.supervise", "--stop"],
        env={
            **os.environ,
            **settings.environment(),
            "PYTHONPATH": str(settings.paths.clone / "src"),
        },
        check=False,
        capture_output=True,
        timeout=_TIMEOUT_S,
    )
    return done.returncode == 0


def _appeared(run: Path) -> ProcessRecord | None:
    until = time.monotonic() + _APPEARS_S
    while time.monotonic() < until:
        supervisor = supervisor_process(run)
        if supervisor is not None:
            return supervisor
        time.sleep(_POLL_S)
    return None


def _report(settings: Settings, console: Console, begun: float) -> int:
    left = _left_running(settings)
    if left:
        raise StepError(f"still running: {', '.join(left)}")
    console.say(f"Stopped after {time.monotonic() - begun:.1f} s.")
    return 0


def _left_running(settings: Settings) -> list[str]:
    return [
        f"{path.stem} (process {record.pid})"
        for path in sorted(settings.paths.run.glob("*.pid"))
        if (record := ProcessRecord.read(path)) is not None and record.alive()
    ]
