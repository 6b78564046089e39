"""The processes that make up an installation on one machine, and how each tells it is ready."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import sys
from collections.abc import Callable

from openseat.installation.cluster import cluster
from openseat.platform.child import ChildSpec
from openseat.platform.settings import LOOPBACK, Settings

STANDBY = "standby"
"""The child that becomes the supervisor when the acting one dies."""

_PROBE_TIMEOUT_S = 0.5


def children(settings: Settings, python: str = sys.executable) -> list[ChildSpec]:
    """Return every process of the installation, those others need first.

    Args:
        settings: the installation.
        python: interpreter of the environment with the locked dependencies.
    """
    ports = settings.ports

    def run(module: str, *arguments: str) -> tuple[str, ...]:
        return (python, "-m", module, *arguments)

    specs = []
    if settings.database.embedded:
        specs.append(
            ChildSpec(
                name="postgres",
                command=run("openseat.installation.engines", "postgres"),
                ready=cluster(settings).ready,
                stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
                stop_timeout_s=30.0,
            )
        )
    specs += [
        ChildSpec(
            name="database",
            command=run("openseat.installation.database"),
            requires=frozenset({"postgres"} if settings.database.embedded else ()),
            once=True,
        ),
        ChildSpec(
            name="switch",
            command=run("openseat.installation.engines", "switch"),
            ready=_ari(ports.main.http, settings.secrets.read("ari")),
        ),
        ChildSpec(
            name="carrier",
            command=run("openseat.installation.engines", "carrier"),
            ready=_ari(ports.carrier.http, settings.secrets.read("carrier_ari")),
        ),
        ChildSpec(
            name="floor",
            command=run("openseat.floor"),
            ready=_listening(ports.floor_link),
            requires=frozenset({"database", "switch"}),
            spare=True,
        ),
        ChildSpec(
            name="worker",
            command=run("openseat.worker"),
            requires=frozenset({"database"}),
        ),
        ChildSpec(
            name="api",
            command=run("openseat.api"),
            ready=_listening(ports.web, settings.network.web_host),
            requires=frozenset({"database"}),
            spare=True,
        ),
        ChildSpec(
            name=STANDBY,
            command=run("openseat.installation.supervise", "--stand-by"),
        ),
    ]
    return specs


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the variables every process of the installation runs with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENSEAT_")}
    return {
        **kept,
        **settings.environment(),
        "PYTHONPATH": str(settings.paths.clone / "src"),
        "PYTHONUNBUFFERED": "1",
    }


def _listening(port: int, host: str = LOOPBACK) -> Callable[[], bool]:
    address = (LOOPBACK if host in {"0.0.0.0", "::"} else host, port)  # noqa: S104 - compared only

    def ready() -> bool:
        try:
            with socket.create_connection(address, timeout=_PROBE_TIMEOUT_S):
                return True
        except OSError:
            return False

    return ready


def _ari(port: int, secret: str) -> Callable[[], bool]:
    token = base64.b64encode(f"openseat:{secret}".encode()).decode()

    def ready() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_TIMEOUT_S)
        try:
            connection.request(
                "GET", "/ari/asterisk/ping", headers={"Authorization": f"Basic {token}"}
            )
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready
