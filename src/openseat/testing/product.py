"""The whole product, started by its own commands in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openseat.platform.settings import Settings

#: Below the kernel's range of ports for outgoing connections, and apart from the default base.
TEST_BASE_PORT = 11000
_TIMEOUT_S = 900


class ProductError(RuntimeError):
    """``bin/up`` or ``bin/down`` failed; the message carries what it printed."""


@contextmanager
def running_product(home: Path, base_port: int | None = None) -> Iterator[Settings]:
    """Run OpenSeat with its data in ``home`` for the length of the context.

    Args:
        home: an empty or earlier used data folder.
        base_port: first port; by default ``OPENSEAT_BASE_PORT`` or :data:`TEST_BASE_PORT`.

    Raises:
        ProductError: it does not come up or does not go down.
    """
    base = base_port or int(os.environ.get("OPENSEAT_BASE_PORT", TEST_BASE_PORT))
    settings = Settings.load(
        {**os.environ, "OPENSEAT_HOME": str(home), "OPENSEAT_BASE_PORT": str(base)}
    )
    command("up", "--detach", settings=settings)
    try:
        yield settings
    finally:
        command("down", settings=settings)


def command(*words: str, settings: Settings) -> str:
    """Run a ``bin/`` command against an installation and return what it printed.

    Args:
        words: ``up``, ``down``, or ``run`` followed by a command of ``bin/openseat``.
        settings: the installation.

    Raises:
        ProductError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "openseat.bootstrap", *words],
        env={
            **os.environ,
            **settings.environment(),
            "PYTHONPATH": str(settings.paths.clone / "src"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    if done.returncode:
        raise ProductError(f"{' '.join(words)} failed ({done.returncode}):\n{done.stdout}")
    return done.stdout
