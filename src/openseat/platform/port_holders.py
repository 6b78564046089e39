"""Which of the ports OpenSeat needs are taken, and by whom."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class TakenPort:
    """A port somebody else holds.

    Attributes:
        name: what OpenSeat wants it for.
        pid: the holder, or None when it belongs to another user.
        command: the holder's command line, shortened; empty when unknown.
    """

    name: str
    port: int
    pid: int | None
    command: str

    def __str__(self) -> str:
        """Say it in one line."""
        holder = f"process {self.pid} ({self.command})" if self.pid else "a process of another user"
        return f"port {self.port} ({self.name}) is taken by {holder}"


def taken_ports(ports: dict[str, int], ours: frozenset[int] = frozenset()) -> list[TakenPort]:
    """Return those of ``ports`` that cannot be opened.

    Args:
        ports: what each is for, and its number.
        ours: process ids of the running installation; what they hold is not taken.
    """
    busy = {name: port for name, port in ports.items() if not _free(port)}
    if not busy:
        return []
    holders = _holders(frozenset(busy.values()))
    return [
        TakenPort(name, port, holders.get(port), _command(holders.get(port)))
        for name, port in busy.items()
        if holders.get(port) not in ours
    ]


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _holders(ports: frozenset[int]) -> dict[int, int]:
    sockets: dict[str, int] = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            port = int(fields[1].rpartition(":")[2], 16)
            if fields[3] == _LISTEN and port in ports:
                sockets[f"socket:[{fields[9]}]"] = port
    found: dict[int, int] = {}
    # Ascending: of a server and its helpers with the same socket, the server is the oldest.
    for process in sorted(int(entry.name) for entry in Path("/proc").glob("[0-9]*")):
        try:
            for descriptor in Path(f"/proc/{process}/fd").iterdir():
                port = sockets.get(str(descriptor.readlink()))
                if port is not None:
                    found.setdefault(port, process)
        except OSError:
            continue
    return found


def _command(pid: int | None) -> str:
    if pid is None:
        return ""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()[:80]
