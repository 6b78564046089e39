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
from collections.abc import Iterator
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
from openseat.platform.ports import Ports
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.status import Status
from openseat.simulation import crowd
from openseat.switch.asterisk.ari import AriConnection, AriError
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.restore import look_at_endpoints
from openseat.switch.asterisk.site import SwitchSite, main_site
from openseat.testing.product import ProductError, running_product

BASE_PORT = 12_700
PHONES, PHONES_QUICK = 320, 240
HOLD_MS = 1_000
WARM_CPS = 25
RATES, RATES_QUICK = (25, 50, 75, 100, 125, 150), (100,)
STEP_S, STEP_QUICK_S = 12, 3
BUDGET_MS = 30.0
"""How much later than by `Dial()` the 95th percentile of set-ups may be."""
COLLAPSED_MS = 1_000.0

RECORDED, RECORDED_QUICK = 220, 40
PROBES = 10
RISE_CPS = 25
"""How fast the recorded calls come up."""

TALK_S, TALK_QUICK_S = 25, 3
REST_S, LONGEST_REST_S = 0.8, 60.0
"""After each load, once its last call has left the switch; and how long that may take."""

WAYS = ("dial", "app_queue", "openseat")

_DIALPLAN = """\
[bench-dial]
exten => _X.,1,Dial(PJSIP/${EXTEN},30)
[bench-dial-recorded]
exten => _X.,1,MixMonitor(bench-${UNIQUEID}.wav)
 same => n,Dial(PJSIP/${EXTEN},30)
[bench-app_queue]
exten => _X.,1,Queue(bench,r)
[bench-app_queue-recorded]
exten => _X.,1,MixMonitor(bench-${UNIQUEID}.wav)
 same => n,Queue(bench,r)
"""

_SENDER = """\
[{name}]
type=endpoint
context={name}
disallow=all
allow=alaw
direct_media=no
rtp_symmetric=yes
identify_by=ip

[{name}]
type=identify
endpoint={name}
match={host}:{port},{host}:{probe_port}
srv_lookups=no
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to connect calls: what it dials, and from which ports its calls come.

    Calls that are recorded come from ports of their own, and their probes (whose media the
    benchmark hears) from a third.
    """

    name: str
    numbers: tuple[str, ...]
    port: int
    recorded_port: int
    probe_port: int


class Bench:
    """The running product with phones, and the three ways to reach them."""

    def __init__(self, settings: Settings, folder: Path, seats: list[crowd.Seat]) -> None:
        self.settings, self.folder, self.seats = settings, folder, seats
        ports = settings.ports
        self.sipp = Sipp(find_engine(settings.paths.cache).sipp_command(), folder, ports.main.sip)
        phones = tuple(seat.phone.endpoint for seat in seats)
        numbers = {"dial": phones, "app_queue": ("1000",), "openseat": (crowd.LINE,)}
        self.ways = {name: Way(name, numbers[name], *_ports(ports, name)) for name in WAYS}
        self.phone_port = ports.scratch(9)
        self.registered = False
        self.media = folder / "tone.al"
        self.media.write_bytes(bytes([0x35, 0x34, 0xB5, 0xB4] * 2_000))

    # -- setting the stage ---------------------------------------------------------

    async def teach_switch(self) -> None:
        """Have the switch load what the two dialplan ways need and OpenSeat does not."""
        ari = await _connect(main_site(self.settings))
        try:
            for module in ("app_dial.so", "app_queue.so"):
                await ari.ask("POST", f"asterisk/modules/{module}")
        finally:
            ari.close()

    def phones(self, media: Path | None) -> None:
        """Put all phones on the network, or exchange those that are there."""
        self.sipp.close()
        if not self.registered:
            self.sipp.register(
                ((seat.phone.endpoint, seat.phone.password) for seat in self.seats),
                self.phone_port,
            )
            self.registered = True
        self.sipp.start_phones(self.phone_port, self.settings.ports.carrier.rtp.first, media)

    async def sign_in(self) -> None:
        """Have every agent of the crowd ready, and their phones known to be there.

        A phone that registered before it could answer counts as unreachable until it is asked
        again, and `Dial()` would fail where OpenSeat waits.
        """
        await until_there(self.settings, self.seats, online=True)
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

    async def rest(self) -> None:
        """Wait until no call is left on the switch, and a moment more."""
        ari = await _connect(main_site(self.settings))
        until = time.monotonic() + LONGEST_REST_S
        try:
            while (await ari.ask("GET", "channels")).body != "[]" and time.monotonic() < until:
                await asyncio.sleep(0.1)
        finally:
            ari.close()
        await asyncio.sleep(REST_S)

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
        began = time.time()
        try:
            async with asyncio.TaskGroup() as group:
                bulk = group.create_task(
                    asyncio.to_thread(
                        self.sipp.customers, way.numbers, port=way.recorded_port, rate=RISE_CPS,
                        calls=calls - PROBES, hold_ms=hold_ms + int(calls / RISE_CPS * 1000),
                        media_base=first + 1_300, play=self.media,
                    )
                )  # fmt: skip
                await asyncio.sleep(calls / RISE_CPS)
                probed = await asyncio.to_thread(
                    self.sipp.customers, way.numbers[:PROBES], port=way.probe_port, rate=10,
                    calls=PROBES, hold_ms=hold_ms, media_ports=probe_ports,
                )  # fmt: skip
        finally:
            for probe in probes:
                await probe.close()
        heard = floor_media.lateness([probe.stream for probe in probes])
        concurrent = bulk.result().succeeded + probed.succeeded
        if way.name == "openseat":
            concurrent = await self._recorded(began, concurrent, hold_ms * 9 // 10)
        return {
            "concurrent": concurrent,
            "late_media_share": heard.late_share,
            "packets_heard": heard.packets,
            "media_drift_ms": round(heard.drift_s * 1000, 1),
        }

    async def _recorded(self, since: float, wanted: int, at_least_ms: int) -> int:
        """How many calls since then left a whole recording; waits a while for `wanted`."""
        connection = await asyncpg.connect(self.settings.database_url("floor"))
        try:
            until = time.monotonic() + 15
            while True:
                kept = await connection.fetchval(
                    """select count(*) from recordings r join recording_files f
                           on f.recording_id = r.recording_id and f.segment_id = ''
                       where r.ok and r.started_at >= $1 and f.duration_ms >= $2""",
                    int(since * 1000), at_least_ms,
                )  # fmt: skip
                if kept >= wanted or time.monotonic() > until:
                    return min(kept, wanted)
                await asyncio.sleep(0.2)
        finally:
            await connection.close()


def _ports(ports: Ports, name: str) -> tuple[int, int, int]:
    """Where a way's calls come from: those not recorded, those recorded, and the probes."""
    first = 3 * WAYS.index(name)
    return ports.scratch(first), ports.scratch(first + 1), ports.scratch(first + 2)


async def until_there(settings: Settings, seats: list[crowd.Seat], *, online: bool) -> None:
    """Wait until the switch knows the seats' phones, or (`online`) can ring them."""
    wanted = {seat.phone.endpoint for seat in seats}
    ari = await _connect(main_site(settings))
    try:
        async with asyncio.timeout(60):
            while True:
                found = await look_at_endpoints(ari)
                if wanted <= {x.resource for x in found if x.state == "online" or not online}:
                    return
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise common.NotMeasuredError("phones do not come online") from error
    finally:
        ari.close()


async def _connect(site: SwitchSite) -> AriConnection:
    try:
        return await AriConnection.connect(
            site.ports.http, "bench", (CONTROL_USER, site.ari_secret),
            lambda _: None, lambda: None, subscribe_all=False,
        )  # fmt: skip
    except AriError as error:
        raise common.NotMeasuredError(str(error)) from error


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
    best: dict[str, float] = dict.fromkeys(WAYS, 0.0)
    ways = list(WAYS)
    for rate in RATES_QUICK if quick else RATES:
        row: dict[str, Any] = {"rate_cps": rate}
        for name in ways:
            spent: dict[str, float] = {}
            with _cpu(bench.settings, bench.sipp.pids, spent):
                load = bench.load(bench.ways[name], rate, _step_s(name, quick=quick))
            p50, p95 = load.quantile(0.5), load.quantile(0.95)
            row[name] = {
                "asked": load.asked,
                "succeeded": load.succeeded,
                "setup_p50_ms": p50,
                "setup_p95_ms": p95,
                "cpu_percent_of_a_core": spent,
            }
            asyncio.run(bench.rest())
        dial = row["dial"]["setup_p95_ms"]
        for name in ways:
            p95 = row[name]["setup_p95_ms"]
            added = None if p95 is None or dial is None else round(p95 - dial, 1)
            row[name]["added_p95_ms"] = added
            whole = row[name]["succeeded"] == row[name]["asked"]
            if whole and added is not None and added <= BUDGET_MS:
                best[name] = rate
        _say(f"{rate}/s: " + ", ".join(f"{n} p95 {row[n]['setup_p95_ms']} ms" for n in ways))
        steps.append(row)
        ways = [name for name in ways if name == "dial" or _kept_up(row[name])]
    at_hundred = next(row for row in steps if row["rate_cps"] == 100)
    return {
        "setup_cps": best["openseat"],
        "dial_setup_cps": best["dial"],
        "app_queue_setup_cps": best["app_queue"],
        "added_p95_ms": at_hundred.get("openseat", {}).get("added_p95_ms"),
        "app_queue_added_p95_ms": at_hundred.get("app_queue", {}).get("added_p95_ms"),
        "steps": steps,
    }


def _kept_up(reading: dict[str, Any]) -> bool:
    """Whether a higher rate is worth asking for; a collapse would only spoil what follows it."""
    whole = reading["succeeded"] == reading["asked"]
    return whole and reading["setup_p95_ms"] <= COLLAPSED_MS


def _step_s(name: str, *, quick: bool) -> float:
    # A queue of `app_queue` that falls behind takes long to empty.
    return (STEP_QUICK_S if name != "app_queue" else 1) if quick else STEP_S


async def _recorded(bench: Bench, *, quick: bool) -> dict[str, Any]:
    calls = RECORDED_QUICK if quick else RECORDED
    found: dict[str, Any] = {}
    for name in ("openseat", "dial") if quick else ("openseat", "dial", "app_queue"):
        spent: dict[str, float] = {}
        with _cpu(bench.settings, bench.sipp.pids, spent):
            heard = await bench.talk(bench.ways[name], calls, TALK_QUICK_S if quick else TALK_S)
        prefix = "" if name == "openseat" else f"{name}_"
        found[f"{prefix}recorded_concurrent"] = heard["concurrent"]
        found[f"{prefix}late_media_share"] = heard["late_media_share"]
        found[f"{prefix}media_drift_ms"] = heard["media_drift_ms"]
        found[f"{prefix}recorded_cpu_percent_of_a_core"] = spent
        _say(f"{name}: {heard}")
        await bench.rest()
    return found


async def _gather(settings: Settings, phones: int, *, recorded: bool) -> list[crowd.Seat]:
    seats = await crowd.gather(settings, phones, record_percent=100 if recorded else 0)
    connection = await asyncpg.connect(settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            match = [f"{LOOPBACK}:{port}" for port in _ports(settings.ports, "openseat")]
            await connection.execute(
                """insert into trunks (id, cell_id, name, host, port, match, qualify_s)
                   values ('bench', $1, 'bench', $2, $3, $4, 60) on conflict (id) do nothing""",
                settings.floor.cell_id, LOOPBACK, settings.ports.scratch(6), match,
            )  # fmt: skip
        wanted = await connection.fetchval("select version from directory_state where id = 1")
    finally:
        await connection.close()
    await _until_known(settings, wanted)
    await until_there(settings, seats, online=False)
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


def _prepare(home: Path) -> None:
    """Local additions to the main switch's configuration: the two ways to compare with."""
    etc = home / "asterisk" / "main" / "etc"
    etc.mkdir(parents=True)
    (etc / "extensions_local.conf").write_text(_DIALPLAN, encoding="utf-8")
    members = "\n".join(f"member => PJSIP/9{n:04d}" for n in range(PHONES))
    queue = f"[bench]\nstrategy=leastrecent\ntimeout=30\nringinuse=no\nautopause=no\n{members}\n"
    (etc / "queues_local.conf").write_text(queue, encoding="utf-8")
    senders = ""
    for name in ("dial", "app_queue"):
        port, recorded, probe = _ports(Ports(BASE_PORT), name)
        senders += _sender(f"bench-{name}", port, port)
        senders += _sender(f"bench-{name}-recorded", recorded, probe)
    (etc / "pjsip_local.conf").write_text(senders, encoding="utf-8")


def _sender(name: str, port: int, probe_port: int) -> str:
    return _SENDER.format(name=name, host=LOOPBACK, port=port, probe_port=probe_port)


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
    phones = PHONES_QUICK if quick else PHONES
    seats = asyncio.run(_gather(settings, phones, recorded=False))
    bench = Bench(settings, work, seats)
    try:
        bench.phones(None)
        asyncio.run(bench.teach_switch())
        asyncio.run(bench.sign_in())
        for name in WAYS:
            # The first calls of a process pay for what it makes once.
            bench.load(bench.ways[name], WARM_CPS, 1)
        asyncio.run(bench.rest())
        figures = _setups(bench, quick=quick)
        asyncio.run(_gather(settings, phones, recorded=True))
        bench.phones(bench.media)
        asyncio.run(bench.sign_in())
        return {**figures, **asyncio.run(_recorded(bench, quick=quick))}
    finally:
        bench.sipp.close()


if __name__ == "__main__":
    common.main("floor", measure)
