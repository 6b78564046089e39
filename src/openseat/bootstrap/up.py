"""``bin/up``: from whatever state the clone and the machine are in to a running installation."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from openseat.bootstrap.console import Background, Console, StepError
from openseat.bootstrap.down import down
from openseat.bootstrap.environment import make_environment
from openseat.bootstrap.pages import build_pages
from openseat.bootstrap.welcome import welcome
from openseat.platform.fetch import fetch_engine
from openseat.platform.port_holders import taken_ports
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import SETTLED, ChildState, Status, supervisor_process, tail

#: A child that ends this often before it was ever ready will not come up by itself.
_CRASHES_TOLERATED = 3
_START_TIMEOUT_S = 180.0
_POLL_S = 0.05
_LEAST_FREE_BYTES = 2 * 1024**3


def up(settings: Settings, console: Console, *, detach: bool) -> int:
    """Bring the installation up; without ``detach``, stay until told to stop and then end it.

    Raises:
        StepError: something is in the way; the message says what to do.
    """
    begun = time.monotonic()
    if supervisor_process(settings.paths.run) is None:
        python = _prepare(settings, console)
        supervisor = _start(settings, python)
    else:
        console.say("OpenSeat is already running here.")
        supervisor = None
    _follow(settings, console)
    console.say(f"Ready after {time.monotonic() - begun:.1f} s.")
    console.say(welcome(settings))
    if detach:
        return 0
    return _stay(settings, console, supervisor)


def _prepare(settings: Settings, console: Console) -> Path:
    paths = settings.paths
    _check_disk(paths.home)
    _check_disk(paths.cache)
    paths.create()
    settings.secrets.ensure()
    _check_ports(settings)
    python: list[Path] = []

    def environment() -> None:
        with console.step("Python packages") as note:
            python.append(make_environment(paths.clone / "requirements.lock", paths.cache, note))

    def engine() -> None:
        with console.step("Asterisk and SIPp") as note:
            fetch_engine(paths.cache, note)

    def pages() -> None:
        with console.step("Web pages") as note:
            built = build_pages(paths.clone, paths.cache, note)
            _link(paths.web, built)

    for step in [Background(work) for work in (environment, engine, pages)]:
        step.result()
    return python[0]


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    aside = link.with_name(f".{link.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def _check_disk(folder: Path) -> None:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < _LEAST_FREE_BYTES:
        raise StepError(
            f"only {free / 1024**3:.1f} GiB are free under {existing}; OpenSeat needs "
            f"{_LEAST_FREE_BYTES / 1024**3:.0f}. Make room, or set OPENSEAT_HOME and "
            "OPENSEAT_CACHE to folders elsewhere"
        )


def _check_ports(settings: Settings) -> None:
    # After a kill of the supervisor its children still hold their ports, and will be adopted.
    ours = frozenset(
        record.pid
        for path in settings.paths.run.glob("*.pid")
        if (record := ProcessRecord.read(path)) is not None and record.alive()
    )
    taken = taken_ports(settings.ports.listening(), ours)
    if taken:
        raise StepError(
            "\n".join(str(port) for port in taken)
            + "\nEnd that, or choose other ports with OPENSEAT_BASE_PORT "
            f"(now {settings.ports.base}; every port is counted from it)"
        )


def _start(settings: Settings, python: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        **settings.environment(),
        "PYTHONPATH": str(settings.paths.clone / "src"),
    }
    # The old report must not be taken for the new supervisor's.
    (settings.paths.run / "status.json").unlink(missing_ok=True)
    with (settings.paths.log / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            [str(python), "-m", "openseat.installation.supervise"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=settings.paths.home,
            start_new_session=True,
        )


def _follow(settings: Settings, console: Console) -> None:
    """Print every child's way to readiness; give up, and stop all, when one will not come up."""
    limit = time.monotonic() + _START_TIMEOUT_S
    begun: dict[str, float] = {}
    shown: set[str] = set()
    appeared = time.monotonic() + 10.0
    while time.monotonic() < limit:
        if supervisor_process(settings.paths.run) is None and time.monotonic() > appeared:
            raise StepError(
                "the supervisor ended; its last words:\n"
                + tail(settings.paths.log / "supervisor.log")
            )
        status = Status.read(settings.paths.run)
        for child in status.children if status else ():
            if child.state is not ChildState.WAITING:
                begun.setdefault(child.name, time.monotonic())
            if child.state in SETTLED and child.name not in shown:
                shown.add(child.name)
                console.say(f" ✓ {child.name}  {time.monotonic() - begun[child.name]:.1f} s")
            if child.state is ChildState.BACKING_OFF and child.crashes >= _CRASHES_TOLERATED:
                _give_up(settings, child.name)
        if status is not None and status.state == "ready":
            return
        time.sleep(_POLL_S)
    waiting = (
        [child.name for child in status.children if child.state not in SETTLED] if status else []
    )
    _give_up(settings, waiting[0] if waiting else "supervisor")


def _give_up(settings: Settings, name: str) -> None:
    log = settings.paths.log / f"{name}.log"
    said = tail(log)
    supervisor = supervisor_process(settings.paths.run)
    if supervisor is not None:
        os.kill(supervisor.pid, signal.SIGTERM)
    raise StepError(
        f"{name} does not start; the end of {log}:\n{said}\n"
        "`bin/openseat doctor` tells what this machine lacks"
    )


def _stay(settings: Settings, console: Console, supervisor: subprocess.Popen[bytes] | None) -> int:
    """Report crashes until a signal comes or the supervisor ends; restart a killed supervisor."""
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: asked.append(number))
    console.say("Press Ctrl-C to stop.")
    status = Status.read(settings.paths.run)
    reported = len(status.crashes) if status else 0
    while not asked:
        if supervisor is not None:
            supervisor.poll()  # so that it does not stay behind as a zombie
        status = Status.read(settings.paths.run)
        if supervisor_process(settings.paths.run) is None:
            if status is not None and status.state in {"stopping", "stopped"}:
                console.say("OpenSeat was stopped.")
                return 0
            console.say("The supervisor was killed; starting it again.")
            python = make_environment(
                settings.paths.clone / "requirements.lock", settings.paths.cache, console.say
            )
            supervisor = _start(settings, python)
            _follow(settings, console)
            reported = 0
        crashes = status.crashes if status else []
        for crash in crashes[reported:]:
            console.say(f"{crash.at} {crash.child} ended unexpectedly ({crash.how}); restarted")
        reported = max(reported, len(crashes))
        time.sleep(0.2)
    console.say("Stopping.")
    return down(settings, console)
