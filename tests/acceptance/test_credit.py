"""A call that changes hands is credited rightly, each agent with their own stretch of it.

What OpenSeat wrote down of the agents (segments, after-call work, recordings, figures) is held
against what it has no hand in: the carrier's call detail records of every telephone, the main
switch's own records, and the clock of the test.
"""

from __future__ import annotations

import asyncio
import csv
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.events import SupervisionMode
from openseat.core.inputs import (
    CompleteTransfer,
    Conference,
    Consult,
    EndCall,
    SetIdle,
    Supervise,
    Transfer,
)
from openseat.platform.settings import Settings
from openseat.simulation import crowd
from openseat.simulation.audit import ANSWERED_DISPOSITION, BILLED_TOLERANCE_S
from openseat.simulation.stage import Party
from openseat.switch.asterisk.site import carrier_site, main_site
from openseat.testing.api import signed_in
from openseat.testing.tones import hears
from openseat.testing.world import CUSTOMER, FIRST, LIMIT_S, SECOND, World, running_world

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

RATE = 8000
EDGE = round(0.4 * RATE)
"""Samples at either end of a recording's part that may be the neighbour's."""

WORK_S = (3.0, 1.5)
"""How long each agent works after the call, by the clock of the test."""

MOST_WORK_S = 60
NEAR = pytest.approx
TONES = {CUSTOMER, FIRST, SECOND}


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 2) as made:
        await crowd.gather(product, 2, after_call_work_s=MOST_WORK_S)
        connection = await asyncpg.connect(product.database_url("owner"))
        try:
            version = await connection.fetchval("select version from directory_state where id = 1")
        finally:
            await connection.close()

        async def taken() -> bool:
            told = await made.events(e.CellConfigured)
            return any(one.config_version >= version for one in told)

        await made.until(taken, "the floor never reads the directory")
        yield made
        await made.nothing_is_left()


@dataclass
class Share:
    """What an agent did of the call, as the story had it."""

    seat: int
    phone: Party
    via: e.Via
    ended_by: e.EndedBy
    heard: set[int]
    """Tones that the customer hears while the agent has the call."""
    transfers: int = 0


# -- stories ---------------------------------------------------------------------------

Story = Callable[["Telling"], Awaitable[tuple[Share, Share]]]


class Telling:
    """A call of a story, as far as it has come."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.customer: Party | None = None

    def id(self, seat: int) -> str:
        return self.world.seats[seat].agent_id

    @property
    def colleague(self) -> Target:
        return Target(kind=TargetKind.AGENT, id=self.id(1))

    async def begin(self) -> Party:
        """The customer talks with the first agent."""
        await self.world.ready(0)
        self.customer = await self.world.call()
        phone = await self.pick_up(0, FIRST)
        async with asyncio.timeout(LIMIT_S):
            await self.customer.up.wait()
        self.world.steady_tone(self.customer, CUSTOMER)
        await asyncio.sleep(2.5)
        await self.world.ready(1)
        return phone

    async def pick_up(self, seat: int, hertz: int) -> Party:
        phone = await self.world.next_ring(seat)
        await phone.answer()
        self.world.steady_tone(phone, hertz)
        return phone

    async def customer_leaves(self) -> None:
        assert self.customer is not None
        await self.customer.hang_up()


async def blind(told: Telling) -> tuple[Share, Share]:
    first = await told.begin()
    await told.world.send(Transfer(agent_id=told.id(0), target=told.colleague))
    second = await told.pick_up(1, SECOND)
    await asyncio.sleep(3)
    await told.customer_leaves()
    return (
        Share(0, first, e.Via.QUEUE, e.EndedBy.TRANSFER, {FIRST}, transfers=1),
        Share(1, second, e.Via.TRANSFER, e.EndedBy.CUSTOMER, {SECOND}),
    )


async def consulted(told: Telling) -> tuple[Share, Share]:
    first = await told.begin()
    await told.world.send(Consult(agent_id=told.id(0), target=told.colleague))
    second = await told.pick_up(1, SECOND)
    await asyncio.sleep(2)
    await told.world.send(CompleteTransfer(agent_id=told.id(0)))
    await asyncio.sleep(3)
    await told.customer_leaves()
    return (
        Share(0, first, e.Via.QUEUE, e.EndedBy.TRANSFER, {FIRST}, transfers=1),
        Share(1, second, e.Via.CONSULT, e.EndedBy.CUSTOMER, {SECOND}),
    )


async def conferred(told: Telling) -> tuple[Share, Share]:
    first = await told.begin()
    await told.world.send(Consult(agent_id=told.id(0), target=told.colleague))
    second = await told.pick_up(1, SECOND)
    await asyncio.sleep(1)
    await told.world.send(Conference(agent_id=told.id(0)))
    await asyncio.sleep(2.5)
    await told.world.send(CompleteTransfer(agent_id=told.id(0)))
    await asyncio.sleep(2.5)
    await told.customer_leaves()
    return (
        Share(0, first, e.Via.QUEUE, e.EndedBy.TRANSFER, {FIRST, SECOND}, transfers=1),
        Share(1, second, e.Via.CONSULT, e.EndedBy.CUSTOMER, {FIRST, SECOND}),
    )


async def taken_over(told: Telling) -> tuple[Share, Share]:
    first = await told.begin()
    asked = Supervise(
        supervisor_id=told.id(1),
        agent_id=told.id(0),
        mode=SupervisionMode.INTERCEPT,
        by="user-admin",
        group_ids=("group-one",),
    )
    await told.world.send(asked)
    second = await told.pick_up(1, SECOND)
    await asyncio.sleep(3)
    await told.customer_leaves()
    return (
        Share(0, first, e.Via.QUEUE, e.EndedBy.SUPERVISOR, {FIRST}),
        Share(1, second, e.Via.INTERCEPT, e.EndedBy.CUSTOMER, {SECOND}),
    )


async def cut_off(told: Telling) -> tuple[Share, Share]:
    """Sent on, and then ended by somebody with power over the floor."""
    first = await told.begin()
    await told.world.send(Transfer(agent_id=told.id(0), target=told.colleague))
    second = await told.pick_up(1, SECOND)
    await asyncio.sleep(3)
    await told.world.send(EndCall(call_id=await call_id(told.world), by="user-admin"))
    return (
        Share(0, first, e.Via.QUEUE, e.EndedBy.TRANSFER, {FIRST}, transfers=1),
        Share(1, second, e.Via.TRANSFER, e.EndedBy.SUPERVISOR, {SECOND}),
    )


# -- the test --------------------------------------------------------------------------


@pytest.mark.parametrize("story", [blind, consulted, conferred, taken_over, cut_off])
async def test_each_agent_is_credited_with_their_own_part(world: World, story: Story):
    books = Books(world)
    before = await books.figures()
    told = Telling(world)
    shares = await story(told)
    assert told.customer is not None
    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(told.customer.gone.wait(), *(one.phone.gone.wait() for one in shares))
    work = await _work_after_the_call(world, shares)
    segments = await _segments(world, shares)
    spent = await books.since(before, calls=1)

    carrier = await _records(world, told.customer, shares)
    for share, segment, worked in zip(shares, segments, work, strict=True):
        own = spent["agent", told.id(share.seat)]
        began, ended = carrier[share.phone.channel_id]
        # The segment lies in the time of the agent's telephone, and ends with it.
        assert segment.ended_at == NEAR(ended, abs=BILLED_TOLERANCE_S)
        assert began - BILLED_TOLERANCE_S <= segment.began_at <= ended
        if share.via is not e.Via.CONSULT:
            assert segment.began_at == NEAR(began, abs=BILLED_TOLERANCE_S)
        assert own["handled"] == 1
        assert own["talk_s"] + own["hold_s"] == NEAR(segment.seconds, abs=0.002)
        # Every second on the telephone is a second of the agent's, and none is counted twice.
        on_it = sum(own[f"{state}_s"] for state in ("talking", "holding", "consulting"))
        on_it += own["conferencing_s"]
        assert on_it == NEAR(ended - began, abs=BILLED_TOLERANCE_S)
        assert own["after_call_work_s"] == own["after_call_s"] == NEAR(worked, abs=1.0)
        assert own["transfers"] == share.transfers
        assert own["calls_by_agent"] == (1 if share.seat == 0 else 0)
    await _recordings_are_each_ones_own(world, shares, segments)
    await _totals_agree(world, told.customer, shares, segments, spent, carrier)


async def _work_after_the_call(world: World, shares: tuple[Share, Share]) -> list[float]:
    """Have each agent end their after-call work after a while; return how long each had."""
    left: dict[int, float] = {}
    facts = await world.facts()
    for share in shares:
        agent_id = world.seats[share.seat].agent_id
        (ended,) = [
            fact.at / 1000
            for fact in facts
            if isinstance(fact.event, e.SegmentEnded) and fact.event.agent_id == agent_id
        ]
        left[share.seat] = ended
    worked: list[float] = []
    over = time.time()
    for share, seconds in sorted(zip(shares, WORK_S, strict=True), key=lambda one: one[1]):
        await asyncio.sleep(max(0.0, over + seconds - time.time()))
        await world.send(SetIdle(agent_id=world.seats[share.seat].agent_id))
        worked.insert(0, time.time() - left[share.seat])
    return worked


@dataclass(frozen=True)
class Stretch:
    """A segment as journaled, in seconds."""

    event: e.SegmentEnded
    began_at: float
    ended_at: float

    @property
    def seconds(self) -> float:
        return (self.event.talk_ms + self.event.hold_ms) / 1000


async def _segments(world: World, shares: tuple[Share, Share]) -> list[Stretch]:
    facts = await world.facts()
    found: list[Stretch] = []
    for share in shares:
        agent_id = world.seats[share.seat].agent_id
        (began,) = [
            fact
            for fact in facts
            if isinstance(fact.event, e.SegmentStarted) and fact.event.agent_id == agent_id
        ]
        (ended,) = [
            fact
            for fact in facts
            if isinstance(fact.event, e.SegmentEnded) and fact.event.agent_id == agent_id
        ]
        assert (began.event.via, ended.event.ended_by) == (share.via, share.ended_by)
        assert ended.event.talk_ms + ended.event.hold_ms == ended.at - began.at
        found.append(Stretch(ended.event, began.at / 1000, ended.at / 1000))
    return found


async def _recordings_are_each_ones_own(
    world: World, shares: tuple[Share, Share], segments: list[Stretch]
) -> None:
    (recording,) = await world.events(e.RecordingStarted)
    parts: dict[str, e.RecordingWasStored] = {}

    async def stored() -> bool:
        for one in await world.events(e.RecordingWasStored):
            if one.recording_id == recording.recording_id:
                parts[one.segment_id] = one
        return len(parts) == 1 + len(shares)

    await world.until(stored, "a part of the recording is not stored")
    for share, segment in zip(shares, segments, strict=True):
        part = parts[segment.event.segment_id]
        assert part.duration_ms / 1000 == NEAR(segment.seconds, abs=BILLED_TOLERANCE_S)
        said, heard = (side[EDGE:-EDGE] for side in world.recording(part.path))
        assert {hertz for hertz in TONES if hears(said, hertz)} == {CUSTOMER}
        assert {hertz for hertz in TONES if hears(heard, hertz)} == share.heard


async def _totals_agree(
    world: World,
    customer: Party,
    shares: tuple[Share, Share],
    segments: list[Stretch],
    spent: dict[tuple[str, str], dict[str, float]],
    carrier: dict[str, tuple[float, float]],
) -> None:
    """The client's totals are the agents' sums, and the call's are what the switches billed."""
    ((call, assigned),) = [
        (fact.event, fact.client_id)
        for fact in await world.facts()
        if isinstance(fact.event, e.CallEnded)
    ]
    client = spent["client", assigned]
    own = [spent["agent", world.seats[share.seat].agent_id] for share in shares]
    for name in ("handled", "talk_s", "hold_s", "after_call_work_s", "transfers", "offers"):
        assert client[name] == NEAR(sum(one[name] for one in own), abs=0.005), name
    queue = spent["queue", crowd.QUEUE]
    assert (queue["offered"], queue["answered"], queue["abandoned"]) == (1, 1, 0)
    assert queue["calls_transferred"] == shares[0].transfers
    assert (client["calls_in"], client["calls_ended"], client["calls_connected"]) == (1, 1, 1)
    assert client["billable_s"] == NEAR(call.billable_ms / 1000, abs=0.002)

    began, ended = carrier[customer.channel_id]
    assert call.billable_ms / 1000 == NEAR(ended - began, abs=BILLED_TOLERANCE_S)
    (started,) = await world.events(e.CallStarted)
    calls = main_site(world.settings).call_records
    of_customer = _rows(calls, {started.leg_id})[started.leg_id]
    first, last = of_customer[0][0], max(end for _, end in of_customer)
    assert call.billable_ms / 1000 == NEAR(last - first, abs=BILLED_TOLERANCE_S)
    assert segments[0].began_at == NEAR(first, abs=BILLED_TOLERANCE_S)
    assert segments[-1].ended_at == NEAR(last, abs=BILLED_TOLERANCE_S)
    # The main switch knows when each telephone's line was cut.
    legs = await _agents_legs(world, shares)
    gone = _ends(world, set(legs))
    for segment, leg in zip(segments, legs, strict=True):
        assert segment.ended_at == NEAR(gone[leg], abs=BILLED_TOLERANCE_S)


async def _agents_legs(world: World, shares: tuple[Share, Share]) -> list[str]:
    started = {one.agent_id: one.leg_id for one in await world.events(e.SegmentStarted)}
    return [started[world.seats[share.seat].agent_id] for share in shares]


# -- books -----------------------------------------------------------------------------


class Books:
    """The figures that supervisors and clients are shown, over a window around the test."""

    def __init__(self, world: World) -> None:
        self._world = world
        now = datetime.now(UTC)
        self._window = {
            "interval": "15m",
            "from": (now - timedelta(minutes=15)).isoformat(),
            "to": (now + timedelta(minutes=15)).isoformat(),
        }

    async def figures(self) -> dict[tuple[str, str], dict[str, float]]:
        """Return the counts by what they are of."""
        found: dict[tuple[str, str], dict[str, float]] = {}
        async with signed_in(self._world.settings, "admin") as admin:
            for by in ("agent", "queue", "client"):
                answer = await admin.get(
                    "/figures", params={"by": by, **self._window}, timeout=LIMIT_S
                )
                answer.raise_for_status()
                for row in answer.json()["totals"]:
                    found[by, row["key"]] = row["counts"]
        return found

    async def since(
        self, before: dict[tuple[str, str], dict[str, float]], calls: int
    ) -> dict[tuple[str, str], dict[str, float]]:
        """Return what has been added, once the figures hold so many calls more and their work."""
        added: dict[tuple[str, str], dict[str, float]] = {}
        worked = len(await self._world.events(e.SegmentEnded))

        async def complete() -> bool:
            for key, counts in (await self.figures()).items():
                old = before.get(key, {})
                added[key] = {name: value - old.get(name, 0) for name, value in counts.items()}
            ended = sum(one["calls_ended"] for (by, _), one in added.items() if by == "client")
            done = [one for (by, _), one in added.items() if by == "agent" and one["after_call_s"]]
            return ended == calls and len(done) == worked

        await self._world.until(complete, "the figures never have the call")
        return added


async def call_id(world: World) -> str:
    (stream,) = {one.stream for one in await world.facts() if isinstance(one.event, e.CallStarted)}
    return stream.removeprefix("call:")


async def _records(
    world: World, customer: Party, shares: tuple[Share, Share]
) -> dict[str, tuple[float, float]]:
    """When each telephone was answered and hung up, by the carrier."""
    wanted = {customer.channel_id, *(share.phone.channel_id for share in shares)}
    path = carrier_site(world.settings).call_records
    found: dict[str, list[tuple[float, float]]] = {}

    async def written() -> bool:
        found.update(_rows(path, wanted))
        return set(found) == wanted

    await world.until(written, "the carrier has no record of a telephone")
    return {name: (rows[0][0], max(end for _, end in rows)) for name, rows in found.items()}


def _rows(path: Any, wanted: set[str]) -> dict[str, list[tuple[float, float]]]:
    """Answered and ended, by channel, of every answered row of a switch's call detail records."""
    found: dict[str, list[tuple[float, float]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            if row[0] in wanted and row[-1] == ANSWERED_DISPOSITION:
                found.setdefault(row[0], []).append((float(row[-3]), float(row[-2])))
    return {name: sorted(rows) for name, rows in found.items()}


def _ends(world: World, wanted: set[str]) -> dict[str, float]:
    """When each leg was hung up, by the main switch's channel events."""
    with main_site(world.settings).channel_events.open(newline="", encoding="utf-8") as file:
        return {row[1]: float(row[0]) for row in csv.reader(file) if row[1] in wanted}
