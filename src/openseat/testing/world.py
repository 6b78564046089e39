"""The stage of acceptance tests: real calls on a running product, and what everybody hears."""

from __future__ import annotations

import asyncio
import itertools
import random
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from openseat.core import events as e
from openseat.core.errors import CoreError
from openseat.core.events import Fact
from openseat.core.inputs import Command, SetIdle, SignIn, SignOut
from openseat.floor.link import FloorLink, FloorUnavailable, feed
from openseat.floor.wire import LinkBroken
from openseat.journal.reader import JournalReader
from openseat.platform.settings import LOOPBACK, Settings
from openseat.simulation import crowd
from openseat.simulation.stage import Party, Stage
from openseat.switch.asterisk.ari import AriConnection
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.media import MediaLibrary
from openseat.switch.asterisk.messages import BridgeSnapshot, Channel
from openseat.switch.asterisk.site import carrier_site, main_site
from openseat.testing.tones import channels

CUSTOMER, FIRST, SECOND = 440, 880, 1240
"""Hertz: the customer's tone, and those of the two agents."""

LIMIT_S = 30.0
STEADY_MS = 90_000
"""Longer than any call of a test that hums without a breath."""
_runs = itertools.count(random.SystemRandom().randrange(10**6))


@dataclass
class World:
    """Customers and agents of the crowd, on the running product."""

    settings: Settings
    stage: Stage
    link: FloorLink
    reader: JournalReader
    seats: list[crowd.Seat]
    first_seq: int
    rung: dict[str, asyncio.Queue[Party]] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def tone(self, party: Party, hertz: int) -> None:
        """Have a party hum for as long as it is there."""
        media = MediaLibrary([], carrier_site(self.settings).spool / "made")
        words = itertools.repeat(media.resolve([f"tone:{hertz}/3000"], ""))
        self.tasks.append(asyncio.create_task(party.keep_saying(words)))

    def steady_tone(self, party: Party, hertz: int) -> None:
        """Have a party hum without a breath: a recording is as long as there is sound to write."""
        media = MediaLibrary([], carrier_site(self.settings).spool / "made")
        words = media.resolve([f"tone:{hertz}/{STEADY_MS}"], "")
        self.tasks.append(asyncio.create_task(party.say(words)))

    async def rings(self, phone: str, party: Party) -> None:
        """Note a ring for whoever waits for it."""
        await self.rung[phone].put(party)
        await party.gone.wait()

    async def next_ring(self, agent: int) -> Party:
        """The next call that rings at an agent's phone."""
        async with asyncio.timeout(LIMIT_S):
            return await self.rung[self.seats[agent].phone.endpoint].get()

    async def facts(self) -> list[Fact]:
        """Everything journaled in this test."""
        found: list[Fact] = []
        seq = self.first_seq
        while entries := await self.reader.read(seq, 5_000):
            found += [entry.fact for entry in entries]
            seq = entries[-1].seq
        return found

    async def events(self, kind: type[Any]) -> list[Any]:
        """Events of a type in this test."""
        return [fact.event for fact in await self.facts() if isinstance(fact.event, kind)]

    async def until(self, holds: Callable[[], Awaitable[object]], what: str) -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while not await holds():  # noqa: ASYNC110 - what holds is asked of another process
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(what) from None

    async def heard(self, name: str) -> list[NDArray[np.float64]]:
        """What a party heard, once the carrier has closed the file."""
        found: list[NDArray[np.float64]] = []

        async def complete() -> bool:
            try:
                found[:] = channels(self.stage.heard(name))
            except (FileNotFoundError, EOFError, wave.Error):
                return False
            return bool(found and len(found[0]))

        await self.until(complete, f"{name} was not kept")
        return found

    async def ready(self, agent: int) -> None:
        """Sign an agent of the crowd in, and have their phone reachable."""
        seat = self.seats[agent]

        async def signed_in() -> bool:
            try:
                await self.link.send(SignIn(agent_id=seat.agent_id, endpoint=seat.phone.endpoint))
                await self.link.send(SetIdle(agent_id=seat.agent_id))
            except (CoreError, FloorUnavailable):
                return False
            return True

        await self.until(signed_in, "the agent cannot sign in")

    async def call(self) -> Party:
        """A customer calls the crowd's line, humming and listening once it is answered."""
        return await self.stage.dial(crowd.LINE, f"+86130{next(_runs) % 10**8:08d}")

    async def connect(self, customer: Party, agent: int, hertz: int) -> Party:
        """Have the agent answer the ring and hum; both keep what they hear."""
        phone = await self.next_ring(agent)
        await phone.answer()
        async with asyncio.timeout(LIMIT_S):
            await customer.up.wait()
        await phone.listen(f"{customer.caller[1:]}-agent-{agent}")
        self.tone(phone, hertz)
        return phone

    async def send(self, asked: Command) -> None:
        """Have the floor do something, once it is there."""

        async def done() -> bool:
            try:
                await self.link.send(asked)
            except FloorUnavailable:
                return False
            return True

        await self.until(done, "the floor is away")

    def recording(self, path: str) -> list[NDArray[np.float64]]:
        """Return the sides of a stored recording."""
        return channels(self.settings.paths.recordings / path)

    async def trunks_are_up(self) -> bool:
        """Whether the main switch and the carrier know each other: from then on calls come in."""
        port, token = self.settings.ports.floor_link, self.settings.secrets.read("floor_link")
        try:
            async with aclosing(feed(LOOPBACK, port, token)) as frames:
                trunks = (await anext(frames))["trunks"].values()
        except (FloorUnavailable, LinkBroken):
            return False
        return bool(trunks) and all(trunk["reachable"] for trunk in trunks)

    async def left_over(self) -> list[str]:
        """Return the channels and bridges that the main switch still has."""
        site = main_site(self.settings)
        secret = (CONTROL_USER, site.ari_secret)
        ari = await AriConnection.connect(
            site.ports.http, "inspector", secret, _ignore, _nothing, subscribe_all=False
        )
        try:
            legs = msgspec.json.decode((await ari.ask("GET", "channels")).body, type=list[Channel])
            talks = msgspec.json.decode(
                (await ari.ask("GET", "bridges")).body, type=list[BridgeSnapshot]
            )
        finally:
            ari.close()
            await ari.closed()
        return [one.id for one in legs] + [one.id for one in talks]

    async def nothing_is_left(self) -> None:
        """Wait until the main switch has no channel and no bridge any more."""

        async def empty() -> bool:
            return not await self.left_over()

        await self.until(empty, "something stays on the switch")


@asynccontextmanager
async def running_world(product: Settings, agents: int) -> AsyncIterator[World]:
    """Have so many agents of the crowd at phones, for the length of the context."""
    seats = await crowd.gather(product, agents)
    stage = Stage(product)
    reader = JournalReader(product.database_url("floor"), cell_id=product.floor.cell_id)
    made = World(
        settings=product,
        stage=stage,
        link=FloorLink(LOOPBACK, product.ports.floor_link, product.secrets.read("floor_link")),
        reader=reader,
        seats=seats,
        first_seq=await reader.last_seq(),
    )
    made.rung = {seat.phone.endpoint: asyncio.Queue() for seat in seats}
    await stage.open()
    await stage.plug_in([seat.phone for seat in seats], made.rings)
    await made.until(made.trunks_are_up, "the trunks do not come up")
    try:
        yield made
    finally:
        for task in made.tasks:
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)
        for seat in seats:
            try:
                await made.link.send(SignOut(agent_id=seat.agent_id))
            except (CoreError, FloorUnavailable):
                continue
        await stage.close()
        await made.link.close()
        await reader.close()


async def talk(world: World, seconds: float = 3.0) -> tuple[Party, Party]:
    """A customer talks with the first agent."""
    customer = await world.call()
    phone = await world.connect(customer, 0, FIRST)
    await customer.listen(f"{customer.caller[1:]}-customer")
    world.tone(customer, CUSTOMER)
    await asyncio.sleep(seconds)
    return customer, phone


async def ended(world: World, customer: Party) -> None:
    """Wait until the journal tells of the call's end."""

    async def over() -> bool:
        return bool(await world.events(e.CallEnded))

    await world.until(over, f"the call of {customer.caller} never ends")


def _ignore(_: object) -> None:
    return


def _nothing() -> None:
    return
