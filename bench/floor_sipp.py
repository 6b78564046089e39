"""SIPp as customers and as phones: starting it, feeding it, reading what it measured."""

from __future__ import annotations

import contextlib
import csv
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openseat.platform.settings import LOOPBACK

SCENARIOS = Path(__file__).with_name("sipp")
PLAY = '<nop><action><exec rtp_stream="{file},-1,8"/></action></nop>'


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of customers measured; set-up times run from INVITE to 200, in milliseconds."""

    asked: int
    succeeded: int
    setups_ms: tuple[float, ...]
    seconds: float

    def quantile(self, share: float) -> float | None:
        """The set-up time that `share` of the calls did not exceed; None without calls."""
        ordered = sorted(self.setups_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


class Sipp:
    """SIPp runs of one benchmark, with their files in a folder."""

    def __init__(self, command: Sequence[str], folder: Path, target: int) -> None:
        self._command, self._folder, self._target = list(command), folder, target
        self._phones: list[subprocess.Popen[bytes]] = []
        self._runs = 0

    def register(self, phones: Iterable[tuple[str, str]], port: int) -> None:
        """Register (user, password) pairs with contacts at `port`.

        Raises `RuntimeError` when one is refused.
        """
        lines = [
            f"{user};[authentication username={user} password={password}]"
            for user, password in phones
        ]
        fields = self._file("register.csv", "SEQUENTIAL\n" + "\n".join(lines) + "\n")
        done = self._run(
            ["-sf", str(SCENARIOS / "register.xml"), "-inf", str(fields), "-p", str(port)],
            calls=len(lines),
            rate=200,
            timeout_s=60,
        )
        if done.returncode:
            raise RuntimeError("phones could not register")

    def start_phones(self, port: int, media_base: int, play: Path | None) -> None:
        """Answer every ring at `port`, and OPTIONS; `play` is what the phones send, if anything."""
        text = (SCENARIOS / "phone.xml").read_text(encoding="utf-8")
        scenario = self._file(
            f"phone-{port}.xml", text.replace("MEDIA", PLAY.format(file=play) if play else "")
        )
        command = [
            *self._command, "-sf", str(scenario), "-i", LOOPBACK, "-p", str(port),
            "-mi", LOOPBACK, "-min_rtp_port", str(media_base), "-aa", "-nostdin",
            "-trace_err", "-error_file", str(self._folder / f"phones-{port}.err"),
        ]  # fmt: skip
        log = (self._folder / f"phones-{port}.log").open("wb")
        with log:
            self._phones.append(
                subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder
                )
            )
        time.sleep(0.5)
        if self._phones[-1].poll() is not None:
            raise RuntimeError(f"SIPp's phones ended: {self._command}")

    @property
    def pids(self) -> list[int]:
        """The phones' processes."""
        return [phone.pid for phone in self._phones]

    def customers(
        self,
        numbers: Sequence[str],
        *,
        port: int,
        rate: float,
        calls: int,
        hold_ms: int,
        media_ports: Sequence[int] = (),
        media_base: int = 0,
        play: Path | None = None,
    ) -> Load:
        """Call `numbers` in turn, `rate` a second, `calls` in all, each held for `hold_ms`.

        `media_ports` are ports that somebody else listens on (the offers name them in turn);
        else SIPp's own from `media_base` on are named, and `play` is sent from them.
        """
        # Two may run at once, so each keeps its own number.
        self._runs += 1
        run = self._runs
        text = (SCENARIOS / "customer.xml").read_text(encoding="utf-8")
        text = text.replace("PORT", "[field1]" if media_ports else "[media_port]")
        text = text.replace("MEDIA", PLAY.format(file=play) if play else "")
        scenario = self._file(f"customer-{run}.xml", text)
        count = max(len(numbers), len(media_ports))
        rows = [
            f"{numbers[n % len(numbers)]};{media_ports[n % len(media_ports)] if media_ports else 0}"
            for n in range(count)
        ]
        fields = self._file(f"customer-{run}.csv", "SEQUENTIAL\n" + "\n".join(rows) + "\n")
        times = self._folder / f"rtt-{run}.csv"
        began = time.monotonic()
        done = self._run(
            [
                "-sf",
                str(scenario),
                "-inf",
                str(fields),
                "-p",
                str(port),
                "-d",
                str(hold_ms),
                "-trace_rtt",
                "-rtt_freq",
                "1",
                "-aa",
                "-trace_err",
                "-error_file",
                str(self._folder / f"customer-{run}.err"),
                *(["-mi", LOOPBACK, "-min_rtp_port", str(media_base)] if media_base else []),
            ],
            calls=calls,
            rate=rate,
            timeout_s=calls / rate + hold_ms / 1000 + 40,
        )
        seconds = time.monotonic() - began
        found = sorted(self._folder.glob(f"customer-{run}_*_rtt.csv"))
        setups: list[float] = []
        for path in found:
            path.rename(times)
            setups = _response_times(times)
        failed = done.returncode not in (0, 1)
        return Load(
            asked=calls,
            succeeded=0 if failed else len(setups),
            setups_ms=tuple(setups),
            seconds=seconds,
        )

    def close(self) -> None:
        """End the phones."""
        for phone in self._phones:
            phone.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                phone.wait(5)
            if phone.poll() is None:
                phone.kill()
                phone.wait()
        self._phones.clear()

    def _run(
        self, options: list[str], *, calls: int, rate: float, timeout_s: float
    ) -> subprocess.CompletedProcess[bytes]:
        command = [
            *self._command, f"{LOOPBACK}:{self._target}", "-i", LOOPBACK, *options,
            "-m", str(calls), "-r", str(rate), "-l", "5000", "-nostdin",
            "-timeout", str(int(timeout_s)), "-timeout_error",
        ]  # fmt: skip
        return subprocess.run(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=timeout_s + 30,
        )

    def _file(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return path


def _response_times(path: Path) -> list[float]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows, None)
        return [float(row[1]) for row in rows if len(row) > 1]
