"""``bin/openseat doctor``: one line for each thing that has to be right, and what to do if not."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from openseat.installation.checks.machine import check_machine
from openseat.installation.checks.result import Result, Verdict
from openseat.installation.checks.running import check_running
from openseat.platform.settings import Settings


def main(arguments: list[str]) -> int:
    """Print every check; return 0 when none failed, 1 otherwise."""
    parser = argparse.ArgumentParser(
        "bin/openseat doctor", description="Say in one line each what is wrong with this machine."
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--machine", action="store_true", help="only what needs nothing running")
    options = parser.parse_args(arguments)
    settings = Settings.load()
    results: list[Result] = []
    for checks in (check_machine, *([] if options.machine else [check_running])):
        for result in checks(settings):
            results.append(result)
            if not options.json:
                sys.stdout.write(result.line() + "\n")
                sys.stdout.flush()
    failures = sum(result.verdict is Verdict.FAILED for result in results)
    if options.json:
        report = {"ok": failures == 0, "checks": [asdict(result) for result in results]}
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    elif failures:
        sys.stdout.write(f"{failures} of {len(results)} checks failed.\n")
    return 1 if failures else 0
