"""Processes that are known again later: a process id together with what makes it unmistakable.

A process id alone is reused by the kernel.  With the start time and the boot it belongs to, a
record written by one program tells another, later one exactly which process is meant.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """One process of this boot.

    Attributes:
        pid: its process id.
        start_time: kernel clock ticks from boot to its start.
        boot: identifier of the boot it was started in.
    """

    pid: int
    start_time: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> ProcessRecord | None:
        """Return the record of the living process ``pid``, or None when there is none."""
        stat = _stat(pid)
        if stat is None:
            return None
        return cls(pid, int(stat[19]), _boot())

    @classmethod
    def read(cls, path: Path) -> ProcessRecord | None:
        """Return the record kept in ``path``, or None when there is none that can be used."""
        try:
            fields = json.loads(path.read_text(encoding="ascii"))
            return cls(int(fields["pid"]), int(fields["start_time"]), str(fields["boot"]))
        except (OSError, ValueError, KeyError, TypeError):
            # A record cut off by a crash says nothing, like a missing one.
            return None

    def write(self, path: Path) -> None:
        """Keep the record in ``path``; a reader sees the old one or the new one, never half."""
        write_atomically(path, json.dumps(asdict(self)))

    def alive(self) -> bool:
        """Tell whether exactly this process still runs (a zombie does not)."""
        stat = _stat(self.pid)
        return stat is not None and int(stat[19]) == self.start_time and self.boot == _boot()


def write_atomically(path: Path, text: str) -> None:
    """Replace the file ``path`` in one step."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _stat(pid: int) -> list[str] | None:
    # Fields from the third on (state); the second, the name, may hold spaces and parentheses.
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else fields


def _boot() -> str:
    return _BOOT.read_text(encoding="ascii").strip()
