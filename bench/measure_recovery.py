"""bench/recovery: kills every process in turn under talking calls and counts what is lost.

For each victim: calls talk, some more begin and end while the victim is dead,
and afterwards customers, carrier, journal and floor are held against each other.
`takeover_s` runs from the kill until the service answers again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import common
import httpx
import uvloop

from openseat.core import events as e
from openseat.core.errors import CoreError
from openseat.core.inputs import SetIdle, SignIn
from openseat.floor.link import FloorLink, FloorUnavailable, feed
from openseat.floor.wire import LinkBroken
from openseat.journal.codec import Entry
from openseat.journal.reader import JournalReader
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.status import SETTLED, ChildState, Status, supervisor_process
from openseat.simulation import audit, crowd
from openseat.simulation.people import Account, Desk, Plan, Tones, behave
from openseat.simulation.stage import Stage
from openseat.switch.asterisk.media import MediaLibrary
from openseat.switch.asterisk.site import carrier_site
from openseat.testing.product import ProductError, running_product

CALLS, CALLS_QUICK = 100, 20
CHURN = 6
"""Calls that begin shortly before a kill and end while the victim is dead or just back."""

BASE_PORT = 12_600
LIMIT_S = 60.0
POLL_S = 0.01
NO_END_S = 100_000.0


@dataclass(slots=True)
class Victim:
    """What one kill did."""

    name: str
    calls_cut: int = 0
    takeover_s: float = 0.0
    events_lost: int = 0
    events_doubled: int = 0
    billed_seconds_wrong: float = 0.0
    billed_apart_worst_s: float = 0.0
    agents_wrong: int = 0
    calls_talking: int = 0
    more: dict[str, int] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """The victim as the report shows it."""
        return {
            "name": self.name,
            "calls_cut": self.calls_cut,
            "takeover_s": round(self.takeover_s, 3),
            "events_lost": self.events_lost,
            "events_doubled": self.events_doubled,
            "billed_seconds_wrong": round(self.billed_seconds_wrong, 3),
            "billed_apart_worst_s": round(self.billed_apart_worst_s, 3),
            "agents_wrong": self.agents_wrong,
            "calls_talking": self.calls_talking,
            **self.more,
        }


class Scene:
    """A running product full of talking calls."""

    def __init__(self, settings: Settings, calls: int) -> None:
        self.settings = settings
        self.calls = calls
        self.rng = random.Random(7)
        self.stage = Stage(settings)
        self.link = FloorLink(
            LOOPBACK, settings.ports.floor_link, settings.secrets.read("floor_link")
        )
        self.reader = JournalReader(settings.database_url("floor"), cell_id=settings.floor.cell_id)
        self.accounts: dict[str, Account] = {}
        self.talking: dict[str, asyncio.Task[None]] = {}
        self.agents: list[str] = []
        self.ready: asyncio.Task[None] | None = None
        self._callers = 0

    async def open(self) -> None:
        """Fill the floor with talking calls."""
        seats = await crowd.gather(self.settings, self.calls + CHURN)
        site = carrier_site(self.settings)
        self.voices = Tones(MediaLibrary([], site.spool / "made"))
        desk = Desk(rng=self.rng, voices=self.voices, accounts=self.accounts, refuse_share=0.0)
        await self.stage.open()
        await self.stage.plug_in([seat.phone for seat in seats], desk.rings)
        self.agents = [seat.agent_id for seat in seats]
        for seat in seats:
            await self._until(
                lambda seat=seat: self.link.send(
                    SignIn(agent_id=seat.agent_id, endpoint=seat.phone.endpoint)
                )
            )
        self.ready = asyncio.create_task(self._keep_ready())
        await self.fill()

    async def fill(self) -> None:
        """Have as many calls talking as the scene wants."""
        missing = self.calls - len(self.alive())
        for _ in range(missing):
            self.talking |= self.dial(NO_END_S)
            await asyncio.sleep(0.08)
        await self.wait_for(lambda: len(self.alive()) >= self.calls, "calls do not connect")

    def dial(self, talk_s: float) -> dict[str, asyncio.Task[None]]:
        """Let one more customer call; returns their task by caller's number."""
        self._callers += 1
        caller = f"+861390{self._callers:07d}"
        plan = Plan(
            caller=caller,
            number=crowd.LINE,
            keys="",
            language="zh-CN",
            patience_s=120,
            talk_s=talk_s,
            agent_ends=False,
            rating="",
        )
        account = self.accounts[caller] = Account(plan=plan)
        return {caller: asyncio.create_task(behave(self.stage, account, self.voices))}

    def alive(self) -> list[str]:
        """Callers of the long calls who talk with an agent."""
        return [
            caller
            for caller, task in self.talking.items()
            if not task.done() and self.accounts[caller].met_agent
        ]

    async def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds."""
        until = time.monotonic() + LIMIT_S
        while not holds():
            if time.monotonic() > until:
                raise common.NotMeasuredError(what)
            await asyncio.sleep(0.05)

    async def _until(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Repeat a command until the floor takes it."""
        until = time.monotonic() + LIMIT_S
        while True:
            try:
                await attempt()
            except (CoreError, FloorUnavailable) as error:
                if time.monotonic() > until:
                    raise common.NotMeasuredError(str(error)) from error
                await asyncio.sleep(0.2)
            else:
                return

    async def _keep_ready(self) -> None:
        """Agents whose phone was away for a moment come back from rest."""
        while True:
            await asyncio.sleep(1)
            for agent_id in self.agents:
                with contextlib.suppress(CoreError, FloorUnavailable):
                    await self.link.send(SetIdle(agent_id=agent_id))

    async def facts(self, after: int) -> list[Entry]:
        """Everything journaled after a sequence number."""
        found: list[Entry] = []
        while entries := await self.reader.read(found[-1].seq if found else after, 5_000):
            found += entries
        return found

    async def hang_up_all(self) -> None:
        """Everybody says goodbye."""
        for account in self.accounts.values():
            account.agent_left.set()
        await asyncio.gather(*self.talking.values(), return_exceptions=True)

    async def close(self) -> None:
        """Leave nothing behind."""
        if self.ready is not None:
            self.ready.cancel()
            await asyncio.gather(self.ready, return_exceptions=True)
        for task in self.talking.values():
            task.cancel()
        await asyncio.gather(*self.talking.values(), return_exceptions=True)
        await self.stage.close()
        await self.link.close()
        await self.reader.close()


# -- killing and coming back -----------------------------------------------------------


def _pid(settings: Settings, name: str) -> int:
    if name == "supervisor":
        record = supervisor_process(settings.paths.run)
        pid = record.pid if record is not None else None
    else:
        status = Status.read(settings.paths.run)
        children = status.children if status is not None else []
        pid = next((child.pid for child in children if child.name == name), None)
    if pid is None:
        raise common.NotMeasuredError(f"{name} does not run")
    return pid


async def _until_back(answers: Callable[[], Awaitable[bool]]) -> None:
    until = time.monotonic() + LIMIT_S
    while not await answers():
        if time.monotonic() > until:
            raise common.NotMeasuredError("it does not come back")
        await asyncio.sleep(POLL_S)


def _floor_answers(scene: Scene, epoch: int) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        return (await _snapshot(scene)).get("epoch", 0) > epoch

    return answers


async def _snapshot(scene: Scene) -> dict[str, Any]:
    settings = scene.settings
    token = settings.secrets.read("floor_link")
    frames = feed(LOOPBACK, settings.ports.floor_link, token)
    try:
        async with asyncio.timeout(2):
            return await anext(frames)
    except (FloorUnavailable, LinkBroken, TimeoutError):
        return {}
    finally:
        with contextlib.suppress(RuntimeError, LinkBroken):
            await frames.aclose()


def _database_answers(scene: Scene) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        try:
            connection = await asyncpg.connect(scene.settings.database_url("floor"), timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    return answers


def _web_answers(scene: Scene, old: int) -> Callable[[], Awaitable[bool]]:
    client = httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{scene.settings.ports.web}", timeout=2)

    async def answers() -> bool:
        if _alive(old):
            return False
        try:
            return (await client.get("/api/v1/health")).status_code == 200
        except httpx.HTTPError:
            return False

    return answers


def _replaced(settings: Settings, name: str, old: int) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        status = Status.read(settings.paths.run)
        child = status.child(name) if status is not None else None
        return child is not None and child.state is ChildState.READY and child.pid != old

    return answers


def _adopted(settings: Settings, old: int) -> Callable[[], Awaitable[bool]]:
    """Whether another supervisor than `old` says that all children are at work."""
    before = Status.read(settings.paths.run)
    pids = {child.name: child.pid for child in before.children} if before else {}

    async def answers() -> bool:
        record, status = supervisor_process(settings.paths.run), Status.read(settings.paths.run)
        if record is None or record.pid == old or status is None:
            return False
        # A report of the old supervisor's may still lie there: adopted, or started anew, tells.
        return all(
            child.state is ChildState.DONE
            or (child.state in SETTLED and (child.adopted or child.pid != pids.get(child.name)))
            for child in status.children
        )

    return answers


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def _kill(scene: Scene, victim: Victim) -> None:
    """Kill the victim and wait until it serves again; sets `takeover_s`."""
    settings, name = scene.settings, victim.name
    pid = _pid(settings, name)
    epoch = (await _snapshot(scene)).get("epoch", 0)
    began = time.monotonic()
    children = {n: _pid(settings, n) for n in ("floor", "postgres", "api", "switch")}
    os.kill(pid, signal.SIGKILL)
    match name:
        case "floor":
            await _until_back(_floor_answers(scene, epoch))
        case "postgres":
            await _until_back(_database_answers(scene))
        case "api":
            await _until_back(_web_answers(scene, pid))
        case "supervisor":
            # Its standby takes over by itself.
            await _until_back(_adopted(settings, pid))
            victim.more["children_restarted"] = sum(
                _pid(settings, n) != pid for n, pid in children.items()
            )
        case "worker":
            await _until_back(_replaced(settings, name, pid))
        case _:
            await _until_back(_switch_answers(scene))
    victim.takeover_s = time.monotonic() - began


def _switch_answers(scene: Scene) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        snapshot = await _snapshot(scene)
        return bool(snapshot.get("cell", {}).get("switch_reachable")) and not snapshot["calls"]

    return answers


# -- counting --------------------------------------------------------------------------


ONCE = (
    *(e.CallStarted, e.CallAnswered, e.CallEnded, e.QueueEntered, e.QueueLeft, e.OfferMade),
    *(e.OfferEnded, e.SegmentStarted, e.SegmentEnded, e.RecordingStarted, e.RecordingStopped),
)
"""Facts of which each call (or each thing that they name) has one."""

NAMES = ("entry_id", "offer_id", "segment_id", "recording_id")


def _lost(entries: list[Entry], first: int) -> int:
    """Missing sequence numbers and missing numbers of streams."""
    missing = entries[-1].seq - first - len(entries) if entries else 0
    seen: dict[str, list[int]] = {}
    for entry in entries:
        seen.setdefault(entry.fact.stream, []).append(entry.fact.no)
    return missing + sum(max(nos) - min(nos) + 1 - len(set(nos)) for nos in seen.values())


def _doubled(entries: list[Entry]) -> int:
    """Facts told twice: the same number on a stream, or the same thing happening again."""
    numbers = Counter((entry.fact.stream, entry.fact.no) for entry in entries)
    again = sum(count - 1 for count in numbers.values())
    things: Counter[tuple[str, ...]] = Counter()
    for entry in entries:
        event = entry.fact.event
        if isinstance(event, ONCE):
            names = [
                getattr(event, name, "")
                for name in ("entry_id", "offer_id", "segment_id", "recording_id")
            ]
            things[entry.fact.stream, type(event).__name__, *names] += 1
    return again + sum(count - 1 for count in things.values())


def _wrong_seconds(scene: Scene, entries: list[Entry], callers: list[str], victim: Victim) -> None:
    """Billed seconds against the carrier's records, call by call."""
    calls = audit.told(entry.fact for entry in entries)
    carrier = audit.carrier_seconds(carrier_site(scene.settings).call_records)
    for caller in callers:
        call = calls.get(caller)
        billed = carrier.get(scene.accounts[caller].channel_id)
        if call is None or not call.ended or billed is None:
            victim.events_lost += 1
            continue
        off = abs(call.billable_ms / 1000 - billed)
        victim.billed_seconds_wrong += off if off > audit.BILLED_TOLERANCE_S else 0.0
        victim.billed_apart_worst_s = max(victim.billed_apart_worst_s, off)


async def _agents_wrong(scene: Scene) -> int:
    """Agents whom the floor shows talking without a call there is, or idle inside one."""
    snapshot = await _snapshot(scene)
    calls = snapshot["calls"]
    inside = {row["agent_id"] for row in calls.values() if row["agent_id"]}
    wrong = 0
    for agent_id in scene.agents:
        row = snapshot["agents"][agent_id]
        busy = row["state"] in ("talking", "holding", "consulting", "conferencing")
        wrong += busy != (agent_id in inside) or (busy and row["call_id"] not in calls)
    return wrong


async def _states(scene: Scene) -> str:
    """Where agents and calls stand, for an error message."""
    snapshot = await _snapshot(scene)
    agents = Counter((row["state"], row["reason"]) for row in snapshot.get("agents", {}).values())
    calls = Counter(row["state"] for row in snapshot.get("calls", {}).values())
    return f"agents {dict(agents)}, calls {dict(calls)}"


async def _try(scene: Scene, name: str) -> Victim:
    """Kill one process under talking calls."""
    victim = Victim(name)
    await scene.fill()
    first = await scene.reader.last_seq()
    before = scene.alive()
    victim.calls_talking = len(before)
    churn: dict[str, asyncio.Task[None]] = {}
    for n in range(CHURN):
        churn |= scene.dial(talk_s=1.0 + 0.4 * n)
    await asyncio.sleep(1.5)
    await _kill(scene, victim)
    if name == "switch":
        # Nobody tells customers that the switch is gone; these need not wait it out.
        for task in churn.values():
            task.cancel()
        await asyncio.gather(*churn.values(), return_exceptions=True)
        await _after_switch(scene, victim)
    else:
        _, late = await asyncio.wait(churn.values(), timeout=LIMIT_S)
        if late:
            raise common.NotMeasuredError(f"{len(late)} calls never ended; {await _states(scene)}")
        await asyncio.sleep(1)
        victim.calls_cut = len(set(before) - set(scene.alive()))
    entries = await scene.facts(first)
    victim.events_lost += _lost(entries, first)
    victim.events_doubled = _doubled(entries)
    if name != "switch":
        _wrong_seconds(scene, entries, list(churn), victim)
    victim.agents_wrong = await _agents_wrong(scene)
    return victim


async def _after_switch(scene: Scene, victim: Victim) -> None:
    """Killing the switch ends its calls: how were they closed?"""
    await asyncio.sleep(2)
    entries = await scene.facts(0)
    ended = {f.fact.stream: f.fact.event for f in entries if isinstance(f.fact.event, e.CallEnded)}
    by_switch = [x for x in ended.values() if x.ended_by is e.EndedBy.SWITCH]
    promised = [
        f
        for f in entries
        if isinstance(f.fact.event, e.CallbackPromised) and f.fact.event.reason == "switch_lost"
    ]
    # Customers only hear silence when the switch is killed; the journal tells whose call ended.
    victim.calls_cut = len(by_switch)
    victim.more["calls_closed_as_lost_with_the_switch"] = len(by_switch)
    victim.more["callbacks_promised"] = len(promised)
    for caller, task in list(scene.talking.items()):
        if task.done():
            del scene.talking[caller]


async def _run(settings: Settings, calls: int, victims: tuple[str, ...]) -> list[Victim]:
    scene = Scene(settings, calls)
    done: list[Victim] = []
    try:
        await scene.open()
        for name in victims:
            sys.stderr.write(f"killing {name} under {calls} calls\n")
            done.append(await _try(scene, name))
            if name == victims[-2]:
                await _settle_bill(scene, done)
    finally:
        await scene.close()
    return done


async def _settle_bill(scene: Scene, victims: list[Victim]) -> None:
    """End the long calls, which lived through every kill, and hold their seconds up."""
    callers = list(scene.talking)
    await scene.hang_up_all()
    scene.talking.clear()
    await asyncio.sleep(3)
    _wrong_seconds(scene, await scene.facts(0), callers, victims[-1])


def measure(quick: bool) -> common.Figures:
    """Kill every process in turn under talking calls and count what is lost."""
    calls = CALLS_QUICK if quick else CALLS
    victims = ("floor", "postgres", "api", "worker", "supervisor", "switch")
    if quick:
        victims = ("floor", "postgres", "api", "supervisor", "switch")
    with tempfile.TemporaryDirectory(prefix="openseat-bench-") as home:
        try:
            with running_product(Path(home), BASE_PORT) as settings:
                found = uvloop.run(_run(settings, calls, victims))
        except ProductError as error:
            raise common.NotMeasuredError(str(error)) from error
    return {"calls": calls, "victims": [victim.figures() for victim in found]}


if __name__ == "__main__":
    common.main("recovery", measure)
