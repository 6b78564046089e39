"""What the supervisor reports about its children, kept in one small file that anybody may read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from openseat.platform.processes import ProcessRecord, write_atomically

_FILE = "status.json"
_SUPERVISOR = "supervisor.pid"


class ChildState(StrEnum):
    """Where a child is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    BACKING_OFF = "backing off"
    STOPPING = "stopping"
    STOPPED = "stopped"


#: A child in one of these states does its work, or has done it.
SETTLED = frozenset({ChildState.READY, ChildState.DONE})


@dataclass(slots=True)
class ChildStatus:
    """One child as the supervisor sees it; times are ISO 8601 in UTC."""

    name: str
    state: ChildState = ChildState.WAITING
    pid: int | None = None
    since: str | None = None
    adopted: bool = False
    crashes: int = 0


@dataclass(slots=True)
class Crash:
    """One unexpected end of a child."""

    child: str
    at: str
    how: str
    #: From the end to being ready again, in milliseconds; None while it is not.
    back_after_ms: int | None = None


@dataclass(slots=True)
class Status:
    """The whole report."""

    state: str = "starting"
    children: list[ChildStatus] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)

    def write(self, run: Path) -> None:
        """Publish the report in the folder ``run``."""
        write_atomically(run / _FILE, json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, run: Path) -> Status | None:
        """Return the last report, or None when there is none."""
        try:
            raw = json.loads((run / _FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cls(
            state=raw["state"],
            children=[
                ChildStatus(**{**child, "state": ChildState(child["state"])})
                for child in raw["children"]
            ],
            crashes=[Crash(**crash) for crash in raw["crashes"]],
        )

    def child(self, name: str) -> ChildStatus | None:
        """Return the child called ``name``."""
        return next((child for child in self.children if child.name == name), None)


def supervisor_process(run: Path) -> ProcessRecord | None:
    """Return the living supervisor of the installation whose run folder is ``run``."""
    record = ProcessRecord.read(run / _SUPERVISOR)
    return record if record is not None and record.alive() else None


def announce_supervisor(run: Path, record: ProcessRecord) -> None:
    """Make this process known as the supervisor of ``run``."""
    record.write(run / _SUPERVISOR)


def forget_supervisor(run: Path) -> None:
    """Say that ``run`` has no supervisor any more."""
    (run / _SUPERVISOR).unlink(missing_ok=True)


def child_record(run: Path, name: str) -> Path:
    """Return where the process record of the child ``name`` is kept."""
    return run / f"{name}.pid"


def tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(nothing)"
