"""bench/floor: calls through flow, queue and agent, against `Dial()` and `app_queue` on one switch.

SIPp plays customers and phones. A set-up time runs from the customer's INVITE to
the 200 that an agent's answer causes; all three ways ring the same phones, which
answer at once. Media of probe calls is received by the benchmark itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import common
import floor_media
import psutil
from floor_sipp import Load, Sipp

from openseat.core.errors import CoreError
from openseat.core.inputs import SetIdle, SignIn
from openseat.floor.link import FloorLink, FloorUnavailable, feed
from openseat.platform.fetch import find_engine
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.status import Status
from openseat.simulation import crowd
from openseat.switch.asterisk.ari import AriConnection, AriError
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.site import SwitchSite, main_site
from openseat.testing.product import ProductError, running_product

BASE_PORT = 12_700
PHONES = 320
HOLD_MS = 1_000
RATES, RATES_QUICK = (25, 50, 75, 100, 125, 150), (100,)
STEP_S, STEP_QUICK_S = 12, 4
BUDGET_MS = 30.0
"""How much later than by `Dial()` the 95th percentile of set-ups may be."""

RECORDED, RECORDED_QUICK = 200, 50
PROBES = 10
PROBE_PORT = 10
"""Probes call from this many ports above the other customers."""

TALK_S, TALK_QUICK_S = 25, 4

WAYS = ("dial", "app_queue", "openseat")

_DIALPLAN = """\
[bench-dial]
exten => _X.,1,Dial(PJSIP/${EXTEN},30)
[bench-dial-recorded]
exten => _X.,1,MixMonitor(bench-${UNIQUEID}.wav)
 same => n,Dial(PJSIP/${EXTEN},30)
[bench-queue]
exten => _X.,1,Queue(bench,r)
[bench-queue-recorded]
exten => _X.,1,MixMonitor(bench-${UNIQUEID}.wav)
 same => n,Queue(bench,r)
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to connect calls: from which port they come, and what they dial."""

    name: str
    port: int
    numbers: tuple[str, ...]


class Bench:
    """The running product with phones, and the three ways to reach them."""

    def __init__(self, settings: Settings, folder: Path, seats: list[crowd.Seat]) -> None:
        self.settings, self.folder, self.seats = settings, folder, seats
        ports = settings.ports
        self.sipp = Sipp(find_engine(settings.paths.cache).sipp_command(), folder, ports.main.sip)
        phones = tuple(seat.phone.endpoint for seat in seats)
        self.ways = {
            "dial": Way("dial", ports.scratch(0), phones),
            "app_queue": Way("app_queue", ports.scratch(1), ("1000",)),
            "openseat": Way("openseat", ports.scratch(2), (crowd.LINE,)),
        }
        self.phone_port = ports.scratch(3)
        self.media = folder / "tone.al"
        self.media.write_bytes(bytes([0x35, 0x34, 0xB5, 0xB4] * 2_000))

    # -- setting the stage ---------------------------------------------------------

    async def teach_switch(self, *, recorded: bool) -> None:
        """Let the switch know the senders of the two dialplan ways."""
        site = main_site(self.settings)
        end = "-recorded" if recorded else ""
        ari = await _connect(site)
        try:
            for module in ("app_dial.so", "app_queue.so"):
                await ari.ask("POST", f"asterisk/modules/{module}")
            for name, context in (("dial", "bench-dial"), ("app_queue", "bench-queue")):
                way = self.ways[name]
                fields = {
                    "context": context + end,
                    "disallow": "all",
                    "allow": "alaw",
                    "direct_media": "no",
                    "identify_by": "ip",
                    "rtp_symmetric": "yes",
                }
                match = {"endpoint": f"bench-{name}", "match": _addresses(way),
                         "srv_lookups": "no"}  # fmt: skip
                await _put(ari, "endpoint", f"bench-{name}", fields)
                await _put(ari, "identify", f"bench-{name}", match)
        finally:
            ari.close()

    def phones(self, media: Path | None) -> None:
        """Put all phones on the network, anew."""
        self.sipp.close()
        self.sipp.register(
            ((seat.phone.endpoint, seat.phone.password) for seat in self.seats), self.phone_port
        )
        self.sipp.start_phones(self.phone_port, self.settings.ports.carrier.rtp.first, media)

    async def sign_in(self) -> None:
        """Have every agent of the crowd ready."""
        link = FloorLink(
            LOOPBACK, self.settings.ports.floor_link, self.settings.secrets.read("floor_link")
        )
        until = time.monotonic() + 60
        try:
            for seat in self.seats:
                while True:
                    try:
                        with contextlib.suppress(CoreError):
                            await link.send(
                                SignIn(agent_id=seat.agent_id, endpoint=seat.phone.endpoint)
                            )
                        await link.send(SetIdle(agent_id=seat.agent_id))
                    except (CoreError, FloorUnavailable) as error:
                        if time.monotonic() > until:
                            raise common.NotMeasuredError(str(error)) from error
                        await asyncio.sleep(0.3)
                    else:
                        break
        finally:
            await link.close()

    # -- measuring -----------------------------------------------------------------

    def load(self, way: Way, rate: float, seconds: float) -> Load:
        """Set up calls at a rate, without media."""
        return self.sipp.customers(
            way.numbers, port=way.port, rate=rate, calls=int(rate * seconds), hold_ms=HOLD_MS
        )

    async def talk(self, way: Way, calls: int, seconds: float) -> dict[str, Any]:
        """Have calls talk at once, with media both ways, and listen to some of them."""
        first = self.settings.ports.carrier.rtp.first
        probe_ports = [first + 2_600 + 2 * n for n in range(PROBES)]
        probes = await floor_media.listen(probe_ports)
        hold_ms = int(seconds * 1000)
        try:
            async with asyncio.TaskGroup() as group:
                bulk = group.create_task(
                    asyncio.to_thread(
                        self.sipp.customers, way.numbers, port=way.port, rate=25,
                        calls=calls - PROBES, hold_ms=hold_ms + int(calls / 25 * 1000),
                        media_base=first + 1_300, play=self.media,
                    )
                )  # fmt: skip
                await asyncio.sleep(calls / 25)
                probed = await asyncio.to_thread(
                    self.sipp.customers, way.numbers[:PROBES], port=way.port + PROBE_PORT, rate=10,
                    calls=PROBES, hold_ms=hold_ms, media_ports=probe_ports,
                )  # fmt: skip
        finally:
            for probe in probes:
                await probe.close()
        heard = floor_media.lateness([probe.stream for probe in probes])
        return {
            "concurrent": bulk.result().succeeded + probed.succeeded,
            "late_media_share": heard.late_share,
            "packets_heard": heard.packets,
        }


def _addresses(way: Way) -> str:
    """Where a way's calls come from: its customers, and its probes."""
    return f"{LOOPBACK}:{way.port},{LOOPBACK}:{way.port + PROBE_PORT}"


async def _connect(site: SwitchSite) -> AriConnection:
    try:
        return await AriConnection.connect(
            site.ports.http, "bench", (CONTROL_USER, site.ari_secret),
            lambda _: None, lambda: None, subscribe_all=False,
        )  # fmt: skip
    except AriError as error:
        raise common.NotMeasuredError(str(error)) from error


async def _put(ari: AriConnection, kind: str, name: str, fields: Mapping[str, str]) -> None:
    attributes = [{"attribute": key, "value": fields[key]} for key in fields]
    uri = f"asterisk/config/dynamic/res_pjsip/{kind}/{name}"
    reply = await ari.ask("PUT", uri, {"fields": attributes})
    if not reply.ok:
        raise common.NotMeasuredError(f"{uri}: {reply.body}")


@contextlib.contextmanager
def _cpu(settings: Settings, phones: list[int], spent: dict[str, float]) -> Iterator[None]:
    """Add each part's processor use, in % of one core, to `spent`."""
    status = Status.read(settings.paths.run)
    roots = {child.name: child.pid for child in status.children if child.pid} if status else {}
    before = {name: _busy(pid) for name, pid in roots.items()}
    phones_before = sum(_busy(pid) for pid in phones)
    began = time.monotonic()
    yield
    gone = time.monotonic() - began
    for name, pid in roots.items():
        if name not in ("carrier", "database"):
            spent[name] = round(100 * (_busy(pid) - before[name]) / gone, 1)
    spent["sipp_phones"] = round(
        100 * (sum(_busy(pid) for pid in phones) - phones_before) / gone, 1
    )


def _busy(pid: int) -> float:
    total = 0.0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system
    return total


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _setups(bench: Bench, *, quick: bool) -> dict[str, Any]:
    """Step the rate up, each way in turn within the same minute."""
    steps: list[dict[str, Any]] = []
    best = dict.fromkeys(WAYS, 0.0)
    for rate in RATES_QUICK if quick else RATES:
        row: dict[str, Any] = {"rate_cps": rate}
        for name in WAYS:
            spent: dict[str, float] = {}
            with _cpu(bench.settings, bench.sipp.pids, spent):
                load = bench.load(bench.ways[name], rate, STEP_QUICK_S if quick else STEP_S)
            p50, p95 = load.quantile(0.5), load.quantile(0.95)
            row[name] = {
                "asked": load.asked,
                "succeeded": load.succeeded,
                "setup_p50_ms": p50,
                "setup_p95_ms": p95,
                "cpu_percent_of_a_core": spent,
            }
            time.sleep(1.5)
        dial = row["dial"]["setup_p95_ms"]
        for name in WAYS:
            p95 = row[name]["setup_p95_ms"]
            added = None if p95 is None or dial is None else round(p95 - dial, 1)
            row[name]["added_p95_ms"] = added
            whole = row[name]["succeeded"] == row[name]["asked"]
            if whole and added is not None and added <= BUDGET_MS:
                best[name] = rate
        _say(f"{rate}/s: " + ", ".join(f"{n} p95 {row[n]['setup_p95_ms']} ms" for n in WAYS))
        steps.append(row)
    at_hundred = next(row for row in steps if row["rate_cps"] == 100)
    return {
        "setup_cps": best["openseat"],
        "dial_setup_cps": best["dial"],
        "app_queue_setup_cps": best["app_queue"],
        "added_p95_ms": at_hundred["openseat"]["added_p95_ms"],
        "app_queue_added_p95_ms": at_hundred["app_queue"]["added_p95_ms"],
        "steps": steps,
    }


async def _recorded(bench: Bench, *, quick: bool) -> dict[str, Any]:
    calls = RECORDED_QUICK if quick else RECORDED
    found: dict[str, Any] = {}
    for name in ("dial", "openseat") if quick else WAYS:
        spent: dict[str, float] = {}
        with _cpu(bench.settings, bench.sipp.pids, spent):
            heard = await bench.talk(bench.ways[name], calls, TALK_QUICK_S if quick else TALK_S)
        prefix = "" if name == "openseat" else f"{name}_"
        found[f"{prefix}recorded_concurrent"] = heard["concurrent"]
        found[f"{prefix}late_media_share"] = heard["late_media_share"]
        found[f"{prefix}recorded_cpu_percent_of_a_core"] = spent
        _say(f"{name}: {heard}")
        await asyncio.sleep(2)
    return found


async def _gather(settings: Settings, *, recorded: bool) -> list[crowd.Seat]:
    seats = await crowd.gather(settings, PHONES, record_percent=100 if recorded else 0)
    connection = await asyncpg.connect(settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            for n, port in enumerate((settings.ports.scratch(2), settings.ports.scratch(12))):
                await connection.execute(
                    """insert into trunks (id, cell_id, name, host, port, match, qualify_s)
                       values ($1, $2, $1, $3, $4, $5, 60) on conflict (id) do nothing""",
                    f"bench-{n}", settings.floor.cell_id, LOOPBACK, port, [f"{LOOPBACK}:{port}"],
                )  # fmt: skip
        wanted = await connection.fetchval("select version from directory_state where id = 1")
    finally:
        await connection.close()
    await _until_known(settings, wanted)
    return seats


async def _until_known(settings: Settings, version: int) -> None:
    """Wait until the floor works with a version of the directory and has pushed its phones."""
    token = settings.secrets.read("floor_link")
    async with asyncio.timeout(60):
        frames = feed(LOOPBACK, settings.ports.floor_link, token)
        async for frame in frames:
            if frame["cell"]["directory_version"] >= version:
                break
        await frames.aclose()
    await asyncio.sleep(2)


def _prepare(home: Path) -> None:
    """Local additions to the main switch's configuration: the two ways to compare with."""
    etc = home / "asterisk" / "main" / "etc"
    etc.mkdir(parents=True)
    (etc / "extensions_local.conf").write_text(_DIALPLAN, encoding="utf-8")
    members = "\n".join(f"member => PJSIP/9{n:04d}" for n in range(PHONES))
    queue = f"[bench]\nstrategy=leastrecent\ntimeout=30\nringinuse=no\nautopause=no\n{members}\n"
    (etc / "queues_local.conf").write_text(queue, encoding="utf-8")


def measure(quick: bool) -> common.Figures:
    """Set calls up at rising rates, then have many talk while they are recorded."""
    with tempfile.TemporaryDirectory(prefix="openseat-bench-") as folder:
        home = Path(folder) / "home"
        work = Path(folder) / "sipp"
        work.mkdir()
        _prepare(home)
        try:
            with running_product(home, BASE_PORT) as settings:
                return _measure(settings, work, quick=quick)
        except (ProductError, RuntimeError) as error:
            raise common.NotMeasuredError(str(error)) from error


def _measure(settings: Settings, work: Path, *, quick: bool) -> common.Figures:
    seats = asyncio.run(_gather(settings, recorded=False))
    bench = Bench(settings, work, seats)
    try:
        bench.phones(None)
        asyncio.run(bench.teach_switch(recorded=False))
        asyncio.run(bench.sign_in())
        figures = _setups(bench, quick=quick)
        asyncio.run(_gather(settings, recorded=True))
        bench.phones(bench.media)
        asyncio.run(bench.teach_switch(recorded=True))
        asyncio.run(bench.sign_in())
        return {**figures, **asyncio.run(_recorded(bench, quick=quick))}
    finally:
        bench.sipp.close()


if __name__ == "__main__":
    common.main("floor", measure)
