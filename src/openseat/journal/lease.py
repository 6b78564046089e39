"""Who may write: the cell's lease, and a lock that keeps a node to one writer.

The lease's `token` grows by one with every change of writer, and each writing transaction locks
the lease's row and compares tokens: a deposed writer cannot commit, however late it wakes up. Time
only decides when a *standby on another node* may take over: after it has seen the same token and
beat for a whole lease on its own clock. No two clocks are ever compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease's row as it was read."""

    token: int
    holder: str
    beat: int


def node_name(folder: Path) -> str:
    """Return this node's name: host name and a random part kept in `folder`, made at first use."""
    path = folder / "node"
    with contextlib.suppress(FileExistsError), path.open("x", encoding="ascii") as file:
        file.write(secrets.token_hex(4))
    return f"{socket.gethostname()}-{path.read_text(encoding='ascii')}"


@contextlib.asynccontextmanager
async def node_lock(folder: Path, cell_id: str, poll_s: float = 0.05) -> AsyncGenerator[None]:
    """Hold the node's lock on writing for `cell_id`; wait while another process has it.

    The kernel lets go of it when the process dies, however it dies.
    """
    path = folder / f"{quote(cell_id, safe='')}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(poll_s)
        yield
    finally:
        os.close(descriptor)
