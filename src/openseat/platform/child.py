"""One supervised process: how it is started, recognised, checked and ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from openseat.platform.processes import ProcessRecord
from openseat.platform.spare import TURN, VARIABLE
from openseat.platform.status import child_record

_LARGEST_LOG = 32 * 1024 * 1024


def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What the supervisor has to know about one child.

    Attributes:
        name: unique; names its process record and its log.
        command: the command line; it must not put itself into the background.
        ready: tells whether the child does its work; called often, must answer within moments.
        requires: children that must be ready before this one is started for the first time.
        once: it does one job and ends (code 0 means done), like a migration.
        stop_signal: asks it to end.
        stop_timeout_s: after which it is killed.
        start_timeout_s: after which a child that is not ready counts as crashed.
        environment: variables for this child alone.
        spare: a second copy is kept waiting; the program calls
            :func:`~openseat.platform.spare.wait_for_turn`.
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool] = _at_once
    requires: frozenset[str] = frozenset()
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0
    start_timeout_s: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)
    spare: bool = False


class ChildProcess:
    """A running child, started by this supervisor or taken over from an earlier one.

    ``descriptor`` is a pidfd: it becomes readable the moment the process ends, whether or not the
    process is this one's own child.
    """

    def __init__(self, record: ProcessRecord, own: subprocess.Popen[bytes] | None) -> None:
        self.record = record
        self.descriptor = os.pidfd_open(record.pid)
        self._own = own

    @classmethod
    def start(
        cls, spec: ChildSpec, run: Path, log: Path, environment: Mapping[str, str]
    ) -> ChildProcess:
        """Start ``spec`` in a session of its own, with its output appended to its log.

        Raises:
            OSError: the program cannot be started.
        """
        process = cls._open(spec, log, {**environment, **spec.environment}, subprocess.DEVNULL)
        process.keep_record(spec, run)
        return process

    def keep_record(self, spec: ChildSpec, run: Path) -> None:
        """Let a later supervisor find this process; on a full disk it runs without that."""
        with suppress(OSError):
            self.record.write(child_record(run, spec.name))

    @classmethod
    def start_spare(
        cls, spec: ChildSpec, log: Path, environment: Mapping[str, str]
    ) -> ChildProcess:
        """Start a second copy of ``spec`` that waits for its turn (see :meth:`take_turn`).

        Raises:
            OSError: the program cannot be started.
        """
        marked = {**environment, **spec.environment, VARIABLE: "1"}
        return cls._open(spec, log, marked, subprocess.PIPE)

    @classmethod
    def _open(
        cls, spec: ChildSpec, log: Path, environment: Mapping[str, str], stdin: int
    ) -> ChildProcess:
        path = log / f"{spec.name}.log"
        _rotate(path)
        with path.open("ab") as output:
            process = subprocess.Popen(
                spec.command,
                stdin=stdin,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        record = ProcessRecord.of(process.pid)
        if record is None:
            code = process.wait()
            raise ChildProcessError(f"{spec.name} ended at once ({ending(code)})")
        return cls(record, process)

    def take_turn(self, spec: ChildSpec, run: Path) -> None:
        """Let a spare go to work in place of the process that ended.

        Raises:
            OSError: the spare has ended meanwhile.
        """
        self._tell(TURN)
        self.keep_record(spec, run)

    def dismiss(self) -> None:
        """Let a spare end; it has done nothing that would need time to finish."""
        self.signal(signal.SIGKILL)
        self.close()

    def _tell(self, words: bytes) -> None:
        if self._own is not None and self._own.stdin is not None:
            with self._own.stdin as pipe:
                pipe.write(words)

    @classmethod
    def adopt(cls, spec: ChildSpec, run: Path) -> ChildProcess | None:
        """Take over the child an earlier supervisor left running, if it still runs."""
        record = ProcessRecord.read(child_record(run, spec.name))
        if record is None or not record.alive():
            return None
        try:
            return cls(record, None)
        except ProcessLookupError:
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a process that has ended meanwhile is no error."""
        try:
            signal.pidfd_send_signal(self.descriptor, number)
        except ProcessLookupError:
            return

    def close(self) -> str:
        """Clean up after the process has ended; return how it ended in words."""
        os.close(self.descriptor)
        if self._own is None:
            # Only its parent, the earlier supervisor, could have learnt more.
            return "cause unknown"
        self._kill_group()
        if self._own.stdin is not None:
            with suppress(OSError):
                self._own.stdin.close()
        return ending(self._own.wait())

    def _kill_group(self) -> None:
        # Helpers the child started and did not take with it.  Its process id cannot have been
        # reused: it is not reaped yet.
        try:
            os.killpg(self.record.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def ending(code: int) -> str:
    """Say in words how a process with return code ``code`` ended."""
    if code < 0:
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
    return f"exit code {code}"


def _rotate(path: Path) -> None:
    try:
        if path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
    except FileNotFoundError:
        return
