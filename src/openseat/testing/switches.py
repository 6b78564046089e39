"""Two real Asterisks, main switch and carrier, in a folder and on ports of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from openseat.platform.ports import HIGHEST_BASE, SPAN
from openseat.platform.settings import Settings
from openseat.switch.asterisk.configuration import write_configuration
from openseat.switch.asterisk.health import answers
from openseat.switch.asterisk.site import SwitchSite, carrier_site, main_site

_READY_S = 30.0
_POLL_S = 0.02
#: Below the kernel's range for outgoing connections, so that no socket of the test machine sits
#: on a port by chance. Bases are far enough apart for the ports that matter, RTP included.
_FIRST_BASE = 12_000
_LAST_BASE = min(HIGHEST_BASE, 32_000 - SPAN)
_STEP = 100


class SwitchNotReadyError(RuntimeError):
    """Asterisk did not come up; the message carries the end of its log."""


@dataclass
class RunningSwitch:
    """One Asterisk that this process started."""

    site: SwitchSite
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it and wait until its control interface answers.

        Raises:
            SwitchNotReadyError: it ended, or did not come up in time.
        """
        write_configuration(self.site)
        output = (self.site.log / "output.log").open("ab")
        with output:
            self.process = subprocess.Popen(
                self.site.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + _READY_S
        while not answers(self.site):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise SwitchNotReadyError(self._tail())
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """End it as a crash would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End it; it does not wait for calls."""
        self._signal(signal.SIGTERM)

    def _signal(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _tail(self) -> str:
        text = ""
        for path in (self.site.log / "messages.log", self.site.log / "output.log"):
            if path.is_file():
                text += path.read_text("utf-8", "replace")[-4000:]
        return text


@dataclass
class RunningSwitches:
    """Main switch and carrier of one installation."""

    settings: Settings
    main: RunningSwitch
    carrier: RunningSwitch


@contextmanager
def running_switches(
    home: Path, environment: Mapping[str, str] | None = None
) -> Iterator[RunningSwitches]:
    """Run a main switch and a carrier with their data under `home`.

    Ports are free ones unless `environment` sets `OPENSEAT_BASE_PORT`.

    Raises:
        EngineMissingError: Asterisk has not been fetched.
        SwitchNotReadyError: an Asterisk did not come up.
    """
    given = {**os.environ, "OPENSEAT_BASE_PORT": str(_free_base()), **(environment or {})}
    settings = Settings.load({**given, "OPENSEAT_HOME": str(home)})
    settings.paths.create()
    settings.secrets.ensure()
    pair = RunningSwitches(
        settings, RunningSwitch(main_site(settings)), RunningSwitch(carrier_site(settings))
    )
    try:
        pair.main.start()
        pair.carrier.start()
        yield pair
    finally:
        pair.main.stop()
        pair.carrier.stop()


def _free_base() -> int:
    # Test processes side by side must not choose the same: the process number spreads them.
    count = (_LAST_BASE - _FIRST_BASE) // _STEP
    first = os.getpid() % count
    for offset in range(count):
        base = _FIRST_BASE + (first + offset) % count * _STEP
        if all(_free(base + one) for one in (2, 3, 4, 6, 12, 13, 14, 15, 16)):
            return base
    raise SwitchNotReadyError("no free range of ports")


def _free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
