"""Everything ``bin/test`` runs, in an order that suits two cores, with one summary.

Parts that only compute run two at a time; parts with real calls or a real browser run alone, for
their media must be on time, save for calls that mostly wait for people to talk: those run side by
side.  Nothing is skipped: a part that cannot run fails and says why, and a skipped test counts as
failed.

Where media or a browser are real, the machine itself has a say.  A few failed tests of such a part
are run a second time; what then passes counts, and is named in the summary, so that nobody takes an
unsteady test for a steady one.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from leftovers import end_leftovers

CLONE = Path(__file__).resolve().parents[1]
#: Below the kernel's range of ports for outgoing connections, and apart from the default base.
BASE_PORT = 11000
#: The next installation's, for a part that runs beside another.
_SECOND = 20000
#: Settings of the caller that also hold for the tests.
_KEPT = ("OPENSEAT_CACHE", "OPENSEAT_BANK_DATA")
_PART_TIMEOUT_S = 1500.0
_SHOWN_LINES = 60
#: So many failed tests of a part may be the machine's doing. More are the program's.
_TRIED_AGAIN = 4
#: In the environment of everything a run starts. Its name must not begin with OPENSEAT_, as the
#: supervisor hands only its own settings of that kind to its children.
_MARK = "TEST_RUN_OF_OPENSEAT"
_TROUBLES = "tests/acceptance/test_troubles.py"
#: Telephones in the page, by the asynchronous interface of Playwright.
_PHONE = ("tests/browser/test_browser_phone.py",)
_PHONE_TROUBLES = (
    "tests/browser/test_contact_travels.py",
    "tests/browser/test_page_reloads.py",
    "tests/browser/test_network_lost.py",
    "tests/browser/test_double_clicks.py",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One command of the test run.

    Attributes:
        name: shown, and accepted by ``--only``.
        command: the command line.
        alone: nothing else may run beside it, but for parts with the same ``beside``.
        beside: a name that parts have in common which may run side by side, on ports of their own.
        tests: it is a pytest run, whose tests are counted one by one. Where it also runs alone, a
            few failed ones are tried a second time.
    """

    name: str
    command: tuple[str, ...]
    alone: bool = False
    beside: str = ""
    tests: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a part."""

    part: Part
    passed: int
    failed: int
    seconds: float
    log: Path
    unsteady: tuple[str, ...] = ()
    """Tests that passed only the second time."""


def parts(python: str) -> list[Part]:
    """Return every part, the long ones first within their kind."""

    def module(*words: str) -> tuple[str, ...]:
        return (python, "-m", *words)

    def tests(
        name: str,
        marks: str,
        *words: str,
        alone: bool = False,
        beside: str = "",
        base_port: int = BASE_PORT,
    ) -> Part:
        command = module("pytest", "-q", "-m", marks, *words)
        environment = {"OPENSEAT_BASE_PORT": str(base_port)}
        return Part(
            name, command, alone or bool(beside), beside, tests=True, environment=environment
        )

    def without(*files: str) -> tuple[str, ...]:
        return tuple(f"--ignore={one}" for one in files)

    plain = "not switch and not browser and not acceptance"
    calls = "acceptance and not browser"
    two_at_once = ("-n", "2", "--dist", "loadfile")
    return [
        tests("tests", plain, *two_at_once),
        Part("web", (python, str(CLONE / "tools/web_checks.py"))),
        Part("types", module("pyright", "--pythonpath", python)),
        Part("lint", module("ruff", "check", "--no-cache", ".")),
        Part("format", module("ruff", "format", "--no-cache", "--check", ".")),
        Part("imports", (python, str(CLONE / "tools/import_contracts.py"))),
        Part("core purity", (python, str(CLONE / "tools/core_purity.py"))),
        Part("contract drift", (python, str(CLONE / "tools/contract_drift.py"))),
        tests("acceptance", calls, *without(_TROUBLES), beside="calls"),
        tests("acceptance of troubles", calls, _TROUBLES, beside="calls", base_port=_SECOND),
        # Playwright's two interfaces do not share a process.
        tests("browser phone", "browser", *_PHONE, beside="phones"),
        tests(
            "browser phone in trouble",
            "browser",
            *_PHONE_TROUBLES,
            beside="phones",
            base_port=_SECOND,
        ),
        tests("switch", "switch and not acceptance and not browser", beside="lines"),
        tests(
            "browser product",
            "browser and acceptance",
            *without(*_PHONE, *_PHONE_TROUBLES),
            beside="lines",
            base_port=_SECOND,
        ),
        tests(
            "browser",
            "browser and not acceptance",
            *without(*_PHONE, *_PHONE_TROUBLES),
            *two_at_once,
            alone=True,
        ),
    ]


class Run:
    """One run of chosen parts in a folder of its own."""

    def __init__(self, folder: Path, mark: str) -> None:
        self.folder = folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OPENSEAT_")},
            **{key: os.environ[key] for key in _KEPT if key in os.environ},
            "PYTHONPATH": str(CLONE / "src"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "OPENSEAT_HOME": str(folder / "home"),
            "OPENSEAT_BASE_PORT": str(BASE_PORT),
            "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
            "NO_COLOR": "1",
            _MARK: mark,
        }

    def carry_out(self, part: Part) -> Outcome:
        """Run one part and say what came of it."""
        slug = part.name.replace(" ", "-")
        log = self.folder / f"{slug}.log"
        report = self.folder / f"{slug}.xml"
        command = list(part.command)
        if part.tests:
            command += [
                f"--junitxml={report}",
                f"--basetemp={self.folder / slug}",
                "-o",
                f"cache_dir={self.folder / f'{slug}-cache'}",
            ]
        begun = time.monotonic()
        code = self._finish(part, command, log)
        if part.tests and report.is_file():
            good, bad = _count(report)
            unsteady = self._again(part, command, bad) if part.alone else ()
            passed, failed = len(good) + len(unsteady), len(bad) - len(unsteady)
            # A run can fail without a failed test: an error at its end, or nothing collected.
            if code and not bad:
                failed = 1
        else:
            unsteady = ()
            passed, failed = (1, 0) if code == 0 and not part.tests else (0, 1)
        seconds = time.monotonic() - begun
        outcome = Outcome(part, passed, failed, seconds, log, unsteady)
        _say(outcome)
        return outcome

    def _again(self, part: Part, command: Sequence[str], bad: Sequence[str]) -> tuple[str, ...]:
        """Run a few failed tests a second time; return those that passed."""
        if not 0 < len(bad) <= _TRIED_AGAIN:
            return ()
        slug = f"{part.name.replace(' ', '-')}-again"
        report = self.folder / f"{slug}.xml"
        again = [
            *command,
            "--last-failed",
            "--last-failed-no-failures=none",
            f"--junitxml={report}",
            f"--basetemp={self.folder / slug}",
        ]
        self._finish(part, again, self.folder / f"{slug}.log")
        if not report.is_file():
            return ()
        passed, _ = _count(report)
        return tuple(name for name in bad if name in passed)

    def _finish(self, part: Part, command: Sequence[str], log: Path) -> int:
        """Run a command to its end, or to the end of its time; return its code."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=CLONE,
                env={**self.environment, **part.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                return process.wait(_PART_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                output.write(f"\nended after {_PART_TIMEOUT_S:.0f} s\n".encode())
                return process.wait()


def _count(report: Path) -> tuple[set[str], list[str]]:
    """Return the tests of a report that passed, and the others: failed, broken or skipped."""
    root = ET.parse(report).getroot()  # noqa: S314 - pytest's own report, written a moment ago
    bad: dict[str, None] = {}
    every: set[str] = set()
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        every.add(name)
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped")):
            bad[name] = None
    return every - bad.keys(), list(bad)


def _say(outcome: Outcome) -> None:
    mark = "✗" if outcome.failed else "✓"
    counted = f"{outcome.passed} passed, {outcome.failed} failed" if outcome.part.tests else ""
    lines = [f" {mark} {outcome.part.name}  {outcome.seconds:.1f} s  {counted}".rstrip()]
    lines += [f"   passed only the second time: {name}" for name in outcome.unsteady]
    if outcome.failed or outcome.unsteady:
        text = outcome.log.read_text(encoding="utf-8", errors="replace").splitlines()
        lines += [f"     {line}" for line in text[-_SHOWN_LINES:]]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def run(chosen: Sequence[Part], folder: Path, *, keep: bool = True) -> list[Outcome]:
    """Run the parts, end whatever they left running, and return what came of each.

    Interrupted, it takes its processes along, and the folder unless it is to be kept.
    """
    mark = f"{os.getpid()}-{time.time_ns()}"
    this = Run(folder, mark)
    outcomes = []

    def give_up(number: int, _: object) -> None:
        end_leftovers(_MARK, mark, patience_s=0)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(128 + number)

    before = {it: signal.signal(it, give_up) for it in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ThreadPoolExecutor(max_workers=2) as pool:
            outcomes += pool.map(this.carry_out, [part for part in chosen if not part.alone])
        alone = [part for part in chosen if part.alone]
        for _, beside in groupby(alone, lambda part: part.beside or part.name):
            together = list(beside)
            with ThreadPoolExecutor(max_workers=len(together)) as pool:
                outcomes += pool.map(this.carry_out, together)
    finally:
        left = end_leftovers(_MARK, mark)
        for number, handler in before.items():
            signal.signal(number, handler)
    log = folder / "leftovers.log"
    log.write_text("\n".join(left) + "\n", encoding="utf-8")
    part = Part("no process left behind", ())
    outcomes.append(Outcome(part, 0 if left else 1, len(left), 0.0, log))
    _say(outcomes[-1])
    return outcomes


def _turn() -> int:
    """Wait until no other run of this machine uses the same ports; return the lock to close."""
    path = Path(tempfile.gettempdir()) / f"openseat-test-{os.getuid()}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stdout.write("another test run is under way on this machine; waiting for it\n")
        sys.stdout.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def main(arguments: list[str]) -> int:
    """Run all parts, or those named; the last line is ``N passed, N failed``."""
    known = parts(sys.executable)
    parser = argparse.ArgumentParser("bin/test", description="Run every check and test.")
    parser.add_argument(
        "--only",
        action="append",
        metavar="PART",
        choices=[part.name for part in known],
        help=f"one of: {', '.join(part.name for part in known)}; may be given again",
    )
    parser.add_argument("--keep", action="store_true", help="keep logs and data of the run")
    options = parser.parse_args(arguments)
    chosen = [part for part in known if not options.only or part.name in options.only]
    lock = _turn()
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="openseat-test-"))
    try:
        outcomes = run(chosen, folder, keep=options.keep)
    finally:
        os.close(lock)
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    bad = [outcome.part.name for outcome in outcomes if outcome.failed]
    kept = f"; logs in {folder}" if options.keep else ""
    sys.stdout.write(f"\n{time.monotonic() - begun:.0f} s{kept}\n")
    unsteady = [name for outcome in outcomes for name in outcome.unsteady]
    if unsteady:
        sys.stdout.write(f"passed only the second time: {', '.join(unsteady)}\n")
    if bad:
        sys.stdout.write(f"failed parts: {', '.join(bad)}\n")
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
