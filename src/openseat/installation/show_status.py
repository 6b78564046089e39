"""``bin/openseat status``: what runs, since when, and what crashed."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from openseat.platform.settings import Settings
from openseat.platform.status import Status, supervisor_process

_CRASHES_SHOWN = 5


def main(arguments: list[str]) -> int:
    """Print the status; return 0 when everything runs, 3 when not (as service scripts do)."""
    parser = argparse.ArgumentParser("bin/openseat status")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    settings = Settings.load()
    supervisor = supervisor_process(settings.paths.run)
    status = Status.read(settings.paths.run) or Status(state="stopped")
    if supervisor is None and status.state != "stopped":
        status.state = "supervisor killed"
    if options.json:
        report = {**asdict(status), "supervisor_pid": supervisor.pid if supervisor else None}
        sys.stdout.write(json.dumps(report, indent=1) + "\n")
    else:
        sys.stdout.write(_text(status, supervisor.pid if supervisor else None))
    return 0 if supervisor is not None and status.state == "ready" else 3


def _text(status: Status, supervisor: int | None) -> str:
    lines = [f"OpenSeat: {status.state}" + (f" (supervisor {supervisor})" if supervisor else "")]
    for child in status.children:
        process = f"process {child.pid}" if child.pid else ""
        crashes = f"crashed {child.crashes} times" if child.crashes else ""
        fields = (process, f"since {child.since}" if child.since else "", crashes)
        lines.append(
            f"  {child.name:<10} {child.state:<12} {', '.join(field for field in fields if field)}"
        )
    for crash in status.crashes[-_CRASHES_SHOWN:]:
        back = f"back after {crash.back_after_ms} ms" if crash.back_after_ms else "not back yet"
        lines.append(f"  {crash.at} {crash.child} ended unexpectedly ({crash.how}), {back}")
    return "\n".join(lines) + "\n"
