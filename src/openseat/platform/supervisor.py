"""Keeps the processes of one installation running.

Children live in sessions of their own and outlive the supervisor: a new supervisor finds them by
their process records and goes on watching them, so even ``kill -9`` of the supervisor ends no
call.  One of the children may be the next supervisor itself, waiting for the lock that the kernel
takes from a dead one: it is at work within moments and needs nobody to start it.

A child that ends unexpectedly is started again at once; if it keeps ending, with growing pauses.
Everything the supervisor knows is in :class:`~openseat.platform.status.Status`.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from openseat.platform.child import ChildProcess, ChildSpec
from openseat.platform.processes import ProcessRecord
from openseat.platform.status import (
    SETTLED,
    ChildState,
    ChildStatus,
    Crash,
    Status,
    announce_supervisor,
    child_record,
    forget_supervisor,
)

#: Pauses before the 1st, 2nd, … restart of a child that keeps ending; the last one repeats.
_PAUSES_S = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
#: A child that worked this long is forgiven its earlier crashes.
_FORGIVEN_AFTER_S = 30.0
_READY_POLL_S = 0.02
_CRASHES_KEPT = 50


class AlreadyRunningError(RuntimeError):
    """Another supervisor looks after this installation."""


class _Child:
    """A child's place in its life; only :class:`Supervisor` moves it."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.status = ChildStatus(spec.name)
        self.process: ChildProcess | None = None
        #: A copy that waits to take the process's place.
        self.spare: ChildProcess | None = None
        #: When the supervisor has to look again, on the monotonic clock; None: not by itself.
        self.deadline: float | None = None
        self.started = 0.0
        self.ended = 0.0
        self.recent_crashes = 0
        self.crash: Crash | None = None


class Supervisor:
    """Runs ``specs`` until told to stop.

    Args:
        specs: the children; each may require others of the list.
        run: folder of process records and the status report.
        log: folder of the children's logs.
        environment: of every child.

    Raises:
        ValueError: a child requires one that is not in the list.
    """

    def __init__(
        self, specs: Sequence[ChildSpec], run: Path, log: Path, environment: Mapping[str, str]
    ) -> None:
        self._children = {spec.name: _Child(spec) for spec in specs}
        for spec in specs:
            unknown = spec.requires - self._children.keys()
            if unknown:
                raise ValueError(f"{spec.name} requires unknown children: {sorted(unknown)}")
        self._run = run
        self._log = log
        self._environment = dict(environment)
        self._selector = selectors.DefaultSelector()
        self._status = Status(children=[child.status for child in self._children.values()])
        self._stopping = False
        self._changed = True
        #: The death of the supervisor before this one, until everything is looked after again.
        self._succeeding: tuple[Crash, float] | None = None

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT, then end every child, dependents first.

        Raises:
            AlreadyRunningError: another supervisor looks after this installation.
        """
        lock = self._lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise AlreadyRunningError("OpenSeat is already running here") from None
        self._supervise(lock)

    def stand_by(self, name: str) -> None:
        """Wait until the acting supervisor dies, then supervise in its place.

        Args:
            name: of the child that this process has been to the acting supervisor.
        """
        lock = self._lock()
        fcntl.flock(lock, fcntl.LOCK_EX)
        died = time.monotonic()
        before = Status.read(self._run)
        if before is not None and before.state in {"stopping", "stopped"}:
            # It was told to end everything; whatever is left is `bin/down`'s to end.
            os.close(lock)
            return
        with suppress(FileNotFoundError):
            # This process is nobody's child any more, least of all its own.
            child_record(self._run, name).unlink()
        crash = Crash("supervisor", _now(), "cause unknown")
        earlier = before.crashes if before is not None else []
        self._status.crashes = [*earlier, crash][-_CRASHES_KEPT:]
        self._succeeding = (crash, died)
        for child in self._children.values():
            known = before.child(child.spec.name) if before is not None else None
            if child.spec.once and known is not None and known.state is ChildState.DONE:
                self._move(child, ChildState.DONE)
        self._say(f"the supervisor is gone; {name} (process {os.getpid()}) takes over")
        self._supervise(lock)

    def _lock(self) -> int:
        return os.open(self._run / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def _supervise(self, lock: int) -> None:
        record = ProcessRecord.of(os.getpid())
        assert record is not None  # noqa: S101 - this very process is alive
        announce_supervisor(self._run, record)
        try:
            with self._stop_signals():
                self._adopt()
                self._advance()
                while not self._finished():
                    self._wait()
                    self._advance()
        finally:
            forget_supervisor(self._run)
            self._selector.close()
            os.close(lock)

    @contextmanager
    def _stop_signals(self) -> Iterator[None]:
        # The signal only wakes the selector, and the loop acts on it: a handler would run in the
        # middle of whatever is being done or written.
        receiver, sender = socket.socketpair()
        receiver.setblocking(False)
        sender.setblocking(False)
        self._selector.register(receiver, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            receiver.close()
            sender.close()

    def request_stop(self) -> None:
        """Begin to end everything; :meth:`run` returns when that is done."""
        if not self._stopping:
            self._say("stopping")
        self._stopping = True
        self._status.state = "stopping"
        self._changed = True

    def _finished(self) -> bool:
        return self._stopping and all(child.process is None for child in self._children.values())

    def _adopt(self) -> None:
        for child in self._children.values():
            process = ChildProcess.adopt(child.spec, self._run)
            if process is not None:
                child.status.adopted = True
                self._started(child, process)
                self._say(f"{child.spec.name}: still running (process {process.record.pid})")

    def _advance(self) -> None:
        # One child's step may allow another's, so steps are taken until none changes anything.
        while True:
            now = time.monotonic()
            for child in self._children.values():
                if self._stopping:
                    self._advance_stop(child, now)
                else:
                    self._advance_start(child, now)
            if not self._stopping:
                settled = all(child.status.state in SETTLED for child in self._children.values())
                self._status.state = "ready" if settled else "starting"
                if settled and self._succeeding is not None:
                    crash, died = self._succeeding
                    crash.back_after_ms = round((now - died) * 1000)
                    self._succeeding = None
            elif self._finished():
                self._status.state = "stopped"
            if not self._changed:
                return
            self._changed = False
            # A full disk must not keep processes from being looked after.
            with suppress(OSError):
                self._status.write(self._run)

    def _advance_start(self, child: _Child, now: float) -> None:
        match child.status.state:
            case ChildState.WAITING:
                # While others get ready it can do its slow part already.
                self._keep_spare(child)
                required = (self._children[name] for name in child.spec.requires)
                if all(other.status.state in SETTLED for other in required):
                    self._start(child)
            case ChildState.BACKING_OFF:
                if child.deadline is not None and now >= child.deadline:
                    self._start(child)
            case ChildState.STARTING:
                if child.deadline is not None and now >= child.deadline:
                    self._check_ready(child, now)
            case _:
                pass

    def _advance_stop(self, child: _Child, now: float) -> None:
        if child.spare is not None:
            child.spare.dismiss()
            child.spare = None
        if child.process is None:
            if child.status.state is not ChildState.STOPPED:
                self._move(child, ChildState.STOPPED)
                child.deadline = None
            return
        if child.status.state is not ChildState.STOPPING:
            dependents = (
                other for other in self._children.values() if child.spec.name in other.spec.requires
            )
            if all(other.process is None for other in dependents):
                child.process.signal(child.spec.stop_signal)
                child.deadline = now + child.spec.stop_timeout_s
                self._move(child, ChildState.STOPPING)
        elif child.deadline is not None and now >= child.deadline:
            self._say(f"{child.spec.name}: did not stop within {child.spec.stop_timeout_s:g} s")
            child.process.signal(signal.SIGKILL)
            child.deadline = None

    def _start(self, child: _Child) -> None:
        if self._promote(child):
            return
        try:
            process = ChildProcess.start(child.spec, self._run, self._log, self._environment)
        except OSError as error:
            self._say(f"{child.spec.name}: cannot be started: {error}")
            child.ended = time.monotonic()
            self._crashed(child, str(error))
            return
        child.status.adopted = False
        self._started(child, process)

    def _promote(self, child: _Child) -> bool:
        """Let the child's spare take its place; False when it has none that can."""
        spare, child.spare = child.spare, None
        if spare is None:
            return False
        try:
            spare.take_turn(child.spec, self._run)
        except OSError:
            spare.dismiss()
            return False
        child.status.adopted = False
        self._started(child, spare)
        return True

    def _keep_spare(self, child: _Child) -> None:
        if not child.spec.spare or child.spare is not None:
            return
        try:
            child.spare = ChildProcess.start_spare(child.spec, self._log, self._environment)
        except OSError as error:
            self._say(f"{child.spec.name}: no spare: {error}")

    def _started(self, child: _Child, process: ChildProcess) -> None:
        child.process = process
        child.status.pid = process.record.pid
        child.started = time.monotonic()
        child.deadline = child.started
        self._selector.register(process.descriptor, selectors.EVENT_READ, child)
        self._move(child, ChildState.STARTING)

    def _check_ready(self, child: _Child, now: float) -> None:
        if child.spec.once:
            child.deadline = None
            return
        if child.spec.ready():
            child.deadline = None
            self._move(child, ChildState.READY)
            took = f"after {now - child.started:.2f} s"
            if child.crash is not None:
                child.crash.back_after_ms = round((time.monotonic() - child.ended) * 1000)
                took += f", {child.crash.back_after_ms} ms after its end"
                child.crash = None
            self._say(f"{child.spec.name}: ready {took}")
            self._keep_spare(child)
        elif now - child.started > child.spec.start_timeout_s and child.process is not None:
            self._say(f"{child.spec.name}: not ready within {child.spec.start_timeout_s:g} s")
            child.process.signal(signal.SIGKILL)
            child.deadline = None
        else:
            child.deadline = now + _READY_POLL_S

    def _ended(self, child: _Child) -> None:
        assert child.process is not None  # noqa: S101 - only running children are watched
        self._selector.unregister(child.process.descriptor)
        how = child.process.close()
        child.process = None
        child.status.pid = None
        child.ended = time.monotonic()
        with suppress(FileNotFoundError):
            child_record(self._run, child.spec.name).unlink()
        if child.spec.once and how == "exit code 0":
            child.deadline = None
            self._say(f"{child.spec.name}: done after {child.ended - child.started:.2f} s")
            self._move(child, ChildState.DONE)
        elif self._stopping:
            self._say(f"{child.spec.name}: stopped")
        else:
            self._crashed(child, how)

    def _crashed(self, child: _Child, how: str) -> None:
        if child.ended - child.started > _FORGIVEN_AFTER_S:
            child.recent_crashes = 0
        pause = _PAUSES_S[min(child.recent_crashes, len(_PAUSES_S) - 1)]
        child.recent_crashes += 1
        child.status.crashes += 1
        child.crash = Crash(child.spec.name, _now(), how)
        self._status.crashes = [*self._status.crashes, child.crash][-_CRASHES_KEPT:]
        when = f"in {pause:g} s" if pause else "now"
        self._say(f"{child.spec.name}: ended unexpectedly ({how}); starting it again {when}")
        child.deadline = child.ended + pause
        self._move(child, ChildState.BACKING_OFF)

    def _move(self, child: _Child, state: ChildState) -> None:
        child.status.state = state
        child.status.since = _now()
        self._changed = True

    def _wait(self) -> None:
        deadlines = [
            child.deadline for child in self._children.values() if child.deadline is not None
        ]
        timeout = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, _Child):
                self._ended(key.data)
            elif isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(64)
                self.request_stop()

    def _say(self, text: str) -> None:
        with suppress(OSError):
            sys.stdout.write(f"{_now()} {text}\n")
            sys.stdout.flush()
        self._changed = True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
