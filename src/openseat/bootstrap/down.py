"""``bin/down``: ends everything the installation runs, in the order that loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from openseat.bootstrap.console import Console, StepError
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import supervisor_process, tail

_TIMEOUT_S = 90.0
_POLL_S = 0.05


def down(settings: Settings, console: Console) -> int:
    """Stop the installation; it is no error when nothing runs.

    Raises:
        StepError: something did not end in time.
    """
    run = settings.paths.run
    begun = time.monotonic()
    supervisor = supervisor_process(run)
    if supervisor is not None:
        os.kill(supervisor.pid, signal.SIGTERM)
        while supervisor.alive():
            if time.monotonic() - begun > _TIMEOUT_S:
                raise StepError(
                    f"the supervisor (process {supervisor.pid}) did not end within "
                    f"{_TIMEOUT_S:.0f} s; its log:\n{tail(settings.paths.log / 'supervisor.log')}"
                )
            time.sleep(_POLL_S)
    elif _left_running(settings):
        console.say("The supervisor was killed; ending what it left running.")
        subprocess.run(
            [sys.executable, "-m", "openseat.installation.supervise", "--stop"],
            env={
                **os.environ,
                **settings.environment(),
                "PYTHONPATH": str(settings.paths.clone / "src"),
            },
            check=True,
            timeout=_TIMEOUT_S,
        )
    else:
        console.say("OpenSeat is not running here.")
        return 0
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
