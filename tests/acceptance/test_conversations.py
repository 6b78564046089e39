"""Conversations of many, and payments: who hears whom, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.inputs import (
    Conference,
    Consult,
    EndConference,
    HangUp,
    Mute,
    PauseCallRecording,
    RemoveParty,
)
from openseat.platform.settings import Settings
from openseat.simulation.stage import Party
from openseat.switch.asterisk.media import write_tone
from openseat.switch.asterisk.site import carrier_site
from openseat.testing.tones import hears
from openseat.testing.world import LIMIT_S, World, running_world

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

RATE = 8000
PHASE_S = 1.5
SOFT = 0.08
"""Share of full scale at which each of seven may hum without the sum being cut off."""

HERTZ = {
    "customer": 440,
    "host": 560,
    "anna": 700,
    "bert": 860,
    "clinic": 1040,
    "driver": 1260,
    "lawyer": 1500,
}
"""Who is in the conference, each with a tone that is no multiple of another's."""

AGENTS = ("host", "anna", "bert")
OUTSIDE = {
    "clinic": "+8613722220001",
    "driver": "+8613722220002",
    "lawyer": "+8613722220003",
}


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, len(AGENTS)) as made:
        yield made
        await made.nothing_is_left()


class Conversation:
    """A conference: every party by name, and what each hears."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parties: dict[str, Party] = {}
        self._phases = 0
        self._answered: asyncio.Queue[Party] = asyncio.Queue()
        for number in OUTSIDE.values():
            world.stage.answer_at(number, self._pick_up)

    async def _pick_up(self, _: str, party: Party) -> None:
        await party.answer()
        await self._answered.put(party)
        await party.gone.wait()

    def agent_id(self, name: str) -> str:
        return self.world.seats[AGENTS.index(name)].agent_id

    async def leg_id(self, name: str) -> str:
        """The switch's name for a party's connection."""
        wanted = self.agent_id(name) if name in AGENTS else OUTSIDE[name]
        for leg in await self.world.events(e.LegStarted):
            if wanted in (leg.agent_id, leg.address):
                return leg.leg_id
        raise AssertionError(f"{name} has no leg")

    def hum(self, name: str) -> None:
        path = carrier_site(self.world.settings).spool / f"soft-{HERTZ[name]}.wav"
        write_tone(path, HERTZ[name], 5_000, SOFT)

        def words() -> Iterator[list[str]]:
            while True:
                yield [f"sound:{path.with_suffix('')}"]

        saying = self.parties[name].keep_saying(words())
        self.world.tasks.append(asyncio.create_task(saying))

    async def begin(self) -> None:
        """The customer talks with the host."""
        await self.world.ready(0)
        customer = self.parties["customer"] = await self.world.call()
        host = self.parties["host"] = await self.world.next_ring(0)
        await host.answer()
        async with asyncio.timeout(LIMIT_S):
            await customer.up.wait()
        self.hum("customer")
        self.hum("host")

    async def add(self, name: str) -> None:
        """The host asks somebody and has them join."""
        if name in AGENTS:
            seat = AGENTS.index(name)
            await self.world.ready(seat)
            target = Target(kind=TargetKind.AGENT, id=self.agent_id(name))
        else:
            target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE[name])
        host = self.agent_id("host")
        await self.world.send(Consult(agent_id=host, target=target))
        if name in AGENTS:
            self.parties[name] = await self.world.next_ring(seat)
            await self.parties[name].answer()
        else:
            async with asyncio.timeout(LIMIT_S):
                self.parties[name] = await self._answered.get()
        self.hum(name)

        async def joined() -> bool:
            try:
                await self.world.link.send(Conference(agent_id=host))
            except CoreError as refusal:
                if refusal.code != "call.consult_not_answered":
                    raise
                return False
            return True

        await self.world.until(joined, f"{name} cannot be joined")

    async def phase(self) -> dict[str, str]:
        """Have everybody listen for a while; return the names under which it is kept."""
        await asyncio.sleep(0.5)
        self._phases += 1
        call = self.parties["customer"].caller[1:]
        names = {who: f"{call}-{self._phases}-{who}" for who in self.parties}
        await asyncio.gather(*(self.parties[who].listen(name) for who, name in names.items()))
        await asyncio.sleep(PHASE_S + 0.3)
        return names

    async def ears(self, phase: dict[str, str]) -> dict[str, set[str]]:
        """Who heard whom in a phase; to be asked once the call is over."""
        found: dict[str, set[str]] = {}
        for who, name in phase.items():
            (sound,) = await self.world.heard(name)
            part = sound[: int(PHASE_S * RATE)]
            found[who] = {other for other, hertz in HERTZ.items() if hears(part, hertz)}
        return found

    async def leaves(self, name: str) -> None:
        """Wait until a party's line is dead, and count them out."""
        async with asyncio.timeout(LIMIT_S):
            await self.parties.pop(name).gone.wait()


def all_others(names: set[str], *, silent: str = "") -> dict[str, set[str]]:
    return {who: names - {who, silent} for who in names}


async def test_in_a_conference_of_seven_everybody_hears_everybody_the_host_lets_be_heard(
    world: World,
):
    talk = Conversation(world)
    await talk.begin()
    for name in ("anna", "clinic", "driver", "bert", "lawyer"):
        await talk.add(name)
    seven = set(HERTZ)
    together = await talk.phase()

    host = talk.agent_id("host")
    driver = await talk.leg_id("driver")
    await world.send(Mute(agent_id=host, leg_id=driver, muted=True))
    with_one_muted = await talk.phase()
    await world.send(Mute(agent_id=host, leg_id=driver, muted=False))
    heard_again = await talk.phase()

    with pytest.raises(CoreError) as refused:
        await world.send(RemoveParty(agent_id=talk.agent_id("anna"), leg_id=driver))
    assert refused.value.code == "conference.not_host"
    await world.send(RemoveParty(agent_id=host, leg_id=driver))
    await talk.leaves("driver")
    without_the_removed = await talk.phase()

    await world.send(HangUp(agent_id=host))
    await talk.leaves("host")
    without_the_host = await talk.phase()
    # Who has been with the customer longest is the host now.
    lawyer = await talk.leg_id("lawyer")
    await world.send(Mute(agent_id=talk.agent_id("anna"), leg_id=lawyer, muted=True))
    under_another_host = await talk.phase()

    with pytest.raises(CoreError) as refused:
        await world.send(EndConference(agent_id=talk.agent_id("bert")))
    assert refused.value.code == "conference.not_host"
    await world.send(EndConference(agent_id=talk.agent_id("anna")))
    for name in list(talk.parties):
        await talk.leaves(name)
    await world.nothing_is_left()
    five = seven - {"driver", "host"}
    assert await talk.ears(together) == all_others(seven)
    assert await talk.ears(with_one_muted) == all_others(seven, silent="driver")
    assert await talk.ears(heard_again) == all_others(seven)
    assert await talk.ears(without_the_removed) == all_others(seven - {"driver"})
    assert await talk.ears(without_the_host) == all_others(five)
    assert await talk.ears(under_another_host) == all_others(five, silent="lawyer")

    ended = await world.events(e.SegmentEnded)
    assert sorted(one.agent_id for one in ended) == sorted(map(talk.agent_id, AGENTS))
    assert {one.ended_by for one in ended} == {e.EndedBy.AGENT}
    (over,) = await world.events(e.CallEnded)
    assert over.ended_by is e.EndedBy.AGENT
    (removed,) = await world.events(e.LegRemoved)
    assert (removed.leg_id, removed.agent_id) == (driver, host)


# -- payment ---------------------------------------------------------------------------

CARD = "6222021234567890"
CUSTOMER, AGENT = (440, 1310), (880, 1730)
"""Hertz: what each hums in the open, and what stands for the card's data."""

SILENCE = 0.003
"""Root mean square of full scale below which nothing is said."""

EDGE_S = 0.4
"""Sound that may be on its way when the recording is paused or goes on."""


async def test_what_is_said_while_the_recording_is_paused_is_on_neither_side_of_it(world: World):
    await world.ready(0)
    customer = await world.call()
    phone = await world.next_ring(0)
    await phone.answer()
    async with asyncio.timeout(LIMIT_S):
        await customer.up.wait()

    async def say(what: int) -> None:
        for party, tones in ((customer, CUSTOMER), (phone, AGENT)):
            await party.hush()
            world.steady_tone(party, tones[what])

    await say(0)
    await asyncio.sleep(2.5)
    agent_id = world.seats[0].agent_id
    name = customer.caller[1:]

    await world.send(PauseCallRecording(agent_id=agent_id, paused=True))
    await world.send(PauseCallRecording(agent_id=agent_id, paused=True))  # a double click
    await asyncio.sleep(0.3)
    await say(1)
    await asyncio.sleep(0.5)
    await customer.listen(f"{name}-customer-paused")
    await phone.listen(f"{name}-agent-paused")
    await asyncio.sleep(1)
    await customer.hush()
    await customer.press(CARD)

    async def pressed() -> bool:
        return phone.keys_heard == CARD

    await world.until(pressed, "the agent's phone does not get the card's digits")
    await say(0)
    await asyncio.sleep(0.3)
    await world.send(PauseCallRecording(agent_id=agent_id, paused=False))
    await asyncio.sleep(2.5)
    await customer.hang_up()

    stored: list[e.RecordingWasStored] = []
    (recording,) = await world.events(e.RecordingStarted)

    async def kept() -> bool:
        found = await world.events(e.RecordingWasStored)
        # The call of the test before may be stored only now.
        stored[:] = [one for one in found if one.recording_id == recording.recording_id]
        return {bool(one.segment_id) for one in stored} == {True, False}

    await world.until(kept, "no recording is stored")
    (to_customer,) = await world.heard(f"{name}-customer-paused")
    (to_agent,) = await world.heard(f"{name}-agent-paused")
    assert hears(to_customer, AGENT[1])
    assert hears(to_agent, CUSTOMER[1])
    began, paused, resumed, stopped = await _times(world)
    before = slice(0, round((paused - began) * RATE / 1000))
    within = slice(
        before.stop + round(EDGE_S * RATE),
        round((resumed - began) * RATE / 1000) - round(EDGE_S * RATE),
    )
    after = slice(round((resumed - began) * RATE / 1000), None)
    assert (within.stop - within.start) / RATE > len(CARD) * 0.25
    for one in stored:
        # The whole begins with the recording; so does the only agent's part, within milliseconds.
        for side, sound in enumerate(world.recording(one.path)):
            open_, card = (CUSTOMER, AGENT)[side]
            assert hears(sound[before], open_)
            assert hears(sound[after], open_)
            assert not hears(sound, card)
            # Nothing is written until one of them is heard at all, so all comes that much earlier.
            early = max(0, round((stopped - began) * RATE / 1000) - len(sound))
            silent = sound[within.start : within.stop - early]
            assert silent.size > RATE * len(CARD) * 0.25
            assert _loudness(silent) < SILENCE
    assert len(await world.events(e.RecordingPaused)) == 1
    facts = [fact.event for fact in await world.facts()]
    assert CARD not in repr(facts)


async def _times(world: World) -> tuple[int, int, int, int]:
    """When the recording began, was paused, went on, and stopped."""
    at = {type(fact.event): fact.at for fact in await world.facts()}
    kinds = (e.RecordingStarted, e.RecordingPaused, e.RecordingResumed, e.RecordingStopped)
    began, paused, resumed, stopped = (at[kind] for kind in kinds)
    return began, paused, resumed, stopped


def _loudness(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(sound**2)))
