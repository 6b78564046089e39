"""Free ports for tests that start real servers."""

from __future__ import annotations

import socket

from openseat.platform.ports import HIGHEST_BASE

_SERVICES = 20
"""An installation's own services lie on its first ports; calls and media come after them."""

_TRIES = 200


def free_port() -> int:
    """Return a TCP port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_base() -> int:
    """Return a base for an installation whose first ports were all free a moment ago.

    Raises:
        OSError: none is found.
    """
    for _ in range(_TRIES):
        base = free_port()
        if base <= HIGHEST_BASE and all(_is_free(base + n) for n in range(_SERVICES)):
            return base
    raise OSError("no free ports for an installation")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
