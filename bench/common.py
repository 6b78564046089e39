"""What every benchmark shares: options, the machine, the commit, one JSON object.

A benchmark is a function that measures and returns figures whose names carry
their units. It raises `NotMeasuredError` when it could not measure; a bad
figure is still a figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parent.parent

QUICK_S = 50.0
"""A reading with `--quick` is there within this."""

Figures = dict[str, Any]


class NotMeasuredError(RuntimeError):
    """The benchmark could not measure; the message says why."""


def main(name: str, measure: Callable[[bool], Figures]) -> None:
    """Run a benchmark as a command and exit: 0 with figures, 1 without.

    `measure` is given whether a quick reading is wanted. With `--json` one JSON
    object goes to standard output, else a line for each figure.
    """
    parser = argparse.ArgumentParser(f"bench/{name}", description=(measure.__doc__ or "").strip())
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--quick", action="store_true", help=f"a reading within {QUICK_S:.0f} seconds"
    )
    options = parser.parse_args()
    # What a benchmark started must end with it, also when it is told to stop half-way.
    signal.signal(signal.SIGTERM, _stop)
    begun = time.monotonic()
    try:
        figures = measure(options.quick)
    except NotMeasuredError as error:
        sys.stderr.write(f"bench/{name}: not measured: {error}\n")
        sys.exit(1)
    report: Figures = {
        "bench": name,
        **figures,
        "quick": options.quick,
        "took_s": round(time.monotonic() - begun, 1),
        "machine": machine(),
        "commit": commit(),
    }
    if options.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        width = max(map(len, report))
        for key, value in report.items():
            sys.stdout.write(f"{key:<{width}}  {json.dumps(value, ensure_ascii=False)}\n")
    sys.stdout.flush()
    sys.exit(0)


def _stop(*_: object) -> None:
    raise SystemExit(1)


def machine() -> Figures:
    """What the figures were taken on."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def commit() -> str:
    """The commit measured, with `+` when the tree differs from it; empty outside a clone."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", "src", "bench")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(CLONE), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
