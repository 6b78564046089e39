"""Supervisors at real calls: who hears whom while they listen, whisper, barge in and take over."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.events import SupervisionMode as M
from openseat.core.inputs import Consult, EndSupervision, Hold, Resume, SetIdle, Supervise, Transfer
from openseat.directory.sip_password import sip_password
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.status import child_record
from openseat.simulation.stage import Party
from openseat.switch.port import Phone
from openseat.testing.tones import hears
from openseat.testing.world import CUSTOMER, FIRST, LIMIT_S, SECOND, World, running_world, talk

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

EAR = 1700
"""Hertz: the supervisor's tone."""

AGENT, COLLEAGUE, BOSS = 0, 1, 2
"""Seats of the crowd."""

GROUP = "group-one"
"""Where the crowd's agents are."""

PHASE_S = 1.5
PHASE = 12_000
"""Samples of a phase."""


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 3) as made:
        yield made
        await made.nothing_is_left()


def agent_id(world: World, seat: int) -> str:
    return world.seats[seat].agent_id


async def conversation(world: World) -> tuple[Party, Party]:
    """A customer talks with the agent; the supervisor is signed in."""
    await world.ready(AGENT)
    customer, phone = await talk(world, 0.5)
    await world.ready(BOSS)
    return customer, phone


async def ask(world: World, mode: M, seat: int = AGENT) -> None:
    await world.send(
        Supervise(
            supervisor_id=agent_id(world, BOSS),
            agent_id=agent_id(world, seat),
            mode=mode,
            by="user-admin",
            group_ids=(GROUP,),
        )
    )


async def supervise(world: World, mode: M) -> Party:
    """Have the supervisor's phone rung and answered."""
    await ask(world, mode)
    ear = await world.next_ring(BOSS)
    await ear.answer()
    world.tone(ear, EAR)
    return ear


class Phase:
    """A stretch of a call in which some parties keep what they hear."""

    def __init__(self, world: World, name: str, **parties: Party) -> None:
        self._world, self._parties = world, parties
        self._name = f"{name}-{id(self)}"

    async def run(self) -> None:
        """Let everybody listen for a while."""
        for who, party in self._parties.items():
            await party.listen(f"{self._name}-{who}")
        await asyncio.sleep(PHASE_S + 0.2)

    async def heard(self, who: str) -> set[int]:
        """Which tones a party heard during the phase; to be asked once the call is over."""
        (sound,) = await self._world.heard(f"{self._name}-{who}")
        return {hertz for hertz in (CUSTOMER, FIRST, SECOND, EAR) if hears(sound[:PHASE], hertz)}


async def phase(world: World, name: str, **parties: Party) -> Phase:
    """Let what was asked for take effect, and then everybody listen."""
    await asyncio.sleep(0.5)
    made = Phase(world, name, **parties)
    await made.run()
    return made


async def over(world: World, *parties: Party) -> None:
    """Hang up, and wait until everybody's line is dead."""
    await parties[0].hang_up()
    async with asyncio.timeout(LIMIT_S):
        for party in parties:
            await party.gone.wait()


async def reasons(world: World) -> list[str]:
    return [one.reason for one in await world.events(e.SupervisionEnded)]


async def recording(world: World) -> list[NDArray[np.float64]]:
    """What is stored of the test's own call: the customer's side, and what the customer heard."""
    (stream,) = {one.stream for one in await world.facts() if isinstance(one.event, e.CallStarted)}
    paths: list[str] = []

    async def stored() -> bool:
        paths[:] = [
            one.path
            for one in await world.events(e.RecordingWasStored)
            if not one.segment_id and f"call:{one.call_id}" == stream
        ]
        return bool(paths)

    await world.until(stored, "no recording is stored")
    return world.recording(paths[0])


async def ended_by(world: World, reason: str) -> None:
    async def told() -> bool:
        return reason in await reasons(world)

    await world.until(told, f"no supervision ended: {reason}")


async def test_listening_whispering_barging_in_each_reaches_the_right_ears(world: World):
    customer, phone = await conversation(world)
    ear = await supervise(world, M.LISTEN)
    everybody = {"customer": customer, "agent": phone, "ear": ear}
    listening = await phase(world, "listen", **everybody)
    await ask(world, M.WHISPER)
    whispering = await phase(world, "whisper", **everybody)
    await ask(world, M.BARGE)
    barging = await phase(world, "barge", **everybody)
    await ask(world, M.LISTEN)
    again = await phase(world, "again", **everybody)
    await world.send(EndSupervision(supervisor_id=agent_id(world, BOSS), by="user-admin"))
    async with asyncio.timeout(LIMIT_S):
        await ear.gone.wait()
    alone = await phase(world, "alone", customer=customer, agent=phone)
    await over(world, customer, phone)
    for quiet in (listening, again):
        assert await quiet.heard("customer") == {FIRST}
        assert await quiet.heard("agent") == {CUSTOMER}
        assert await quiet.heard("ear") == {CUSTOMER, FIRST}
    assert await whispering.heard("customer") == {FIRST}
    assert await whispering.heard("agent") == {CUSTOMER, EAR}
    assert await whispering.heard("ear") == {CUSTOMER, FIRST}
    assert await barging.heard("customer") == {FIRST, EAR}
    assert await barging.heard("agent") == {CUSTOMER, EAR}
    assert await barging.heard("ear") == {CUSTOMER, FIRST}
    assert await alone.heard("customer") == {FIRST}
    assert await reasons(world) == ["left"]
    modes = [one.mode for one in await world.events(e.SupervisionModeChanged)]
    assert modes == [M.WHISPER, M.BARGE, M.LISTEN]


@pytest.mark.parametrize("before", [None, M.LISTEN, M.BARGE])
async def test_after_an_intercept_the_agent_hears_nothing_and_the_supervisor_talks(
    world: World, before: M | None
):
    customer, phone = await conversation(world)
    if before is None:
        ear = await supervise(world, M.INTERCEPT)
    else:
        ear = await supervise(world, before)
        await asyncio.sleep(0.5)
        await ask(world, M.INTERCEPT)
    async with asyncio.timeout(LIMIT_S):
        await phone.gone.wait()
    talking = await phase(world, "taken", customer=customer, ear=ear)
    await over(world, customer, ear)
    assert await talking.heard("customer") == {EAR}
    assert await talking.heard("ear") == {CUSTOMER}

    async def both_ended() -> bool:
        return len(await world.events(e.SegmentEnded)) == 2

    await world.until(both_ended, "a segment never ends")
    first, second = await world.events(e.SegmentEnded)
    assert (first.agent_id, first.ended_by) == (agent_id(world, AGENT), e.EndedBy.SUPERVISOR)
    assert second.agent_id == agent_id(world, BOSS)
    assert second.talk_ms >= 1_000
    assert [one.via for one in await world.events(e.SegmentStarted)][1] is e.Via.INTERCEPT
    assert await reasons(world) == ["taken_over"]


async def test_the_recording_of_a_call_that_was_taken_over_has_the_supervisor_on_it(world: World):
    customer, _ = await conversation(world)
    ear = await supervise(world, M.LISTEN)
    await asyncio.sleep(0.5)
    await ask(world, M.INTERCEPT)
    await asyncio.sleep(2.5)
    await over(world, customer, ear)
    left, right = await recording(world)
    assert hears(left, CUSTOMER)
    assert hears(right, FIRST)
    assert hears(right[-16_000:], EAR)
    assert not hears(left, EAR)


async def test_a_whisper_is_on_no_recording(world: World):
    customer, phone = await conversation(world)
    ear = await supervise(world, M.WHISPER)
    await asyncio.sleep(2)
    await over(world, customer, phone, ear)
    left, right = await recording(world)
    assert hears(right, FIRST)
    assert not hears(left, EAR)
    assert not hears(right, EAR)


async def test_through_hold_and_back_the_listener_hears_what_the_agent_hears(world: World):
    customer, phone = await conversation(world)
    ear = await supervise(world, M.LISTEN)
    await world.send(Hold(agent_id=agent_id(world, AGENT)))
    held = await phase(world, "held", customer=customer, ear=ear)
    await world.send(Resume(agent_id=agent_id(world, AGENT)))
    back = await phase(world, "back", customer=customer, ear=ear)
    await over(world, customer, phone, ear)
    assert EAR not in await held.heard("customer")
    assert CUSTOMER not in await held.heard("ear")
    assert await back.heard("ear") == {CUSTOMER, FIRST}
    assert await back.heard("customer") == {FIRST}
    assert await reasons(world) == ["call_over"]


async def test_a_consultation_is_heard_too(world: World):
    customer, phone = await conversation(world)
    ear = await supervise(world, M.LISTEN)
    await world.ready(COLLEAGUE)
    target = Target(kind=TargetKind.AGENT, id=agent_id(world, COLLEAGUE))
    await world.send(Consult(agent_id=agent_id(world, AGENT), target=target))
    colleague = await world.next_ring(COLLEAGUE)
    await colleague.answer()
    world.tone(colleague, SECOND)
    asking = await phase(world, "asking", ear=ear, colleague=colleague)
    await over(world, customer, phone, colleague, ear)
    assert await asking.heard("ear") == {FIRST, SECOND}
    assert await asking.heard("colleague") == {FIRST}


async def test_an_agents_transfer_takes_the_listener_along_to_the_next_agent(world: World):
    customer, phone = await conversation(world)
    ear = await supervise(world, M.LISTEN)
    await world.ready(COLLEAGUE)
    target = Target(kind=TargetKind.AGENT, id=agent_id(world, COLLEAGUE))
    await world.send(Transfer(agent_id=agent_id(world, AGENT), target=target))
    async with asyncio.timeout(LIMIT_S):
        await phone.gone.wait()
    colleague = await world.connect(customer, COLLEAGUE, SECOND)
    moved = await phase(world, "moved", customer=customer, agent=colleague, ear=ear)
    await over(world, customer, colleague, ear)
    assert await moved.heard("ear") == {CUSTOMER, SECOND}
    assert await moved.heard("agent") == {CUSTOMER}
    assert await moved.heard("customer") == {SECOND}
    (event,) = await world.events(e.SupervisionMoved)
    assert event.agent_id == agent_id(world, COLLEAGUE)


@pytest.mark.parametrize("mode", [M.LISTEN, M.WHISPER, M.BARGE])
async def test_when_the_customer_hangs_up_everybody_is_free(world: World, mode: M):
    customer, phone = await conversation(world)
    ear = await supervise(world, mode)
    await asyncio.sleep(0.5)
    await over(world, customer, phone, ear)
    await ended_by(world, "call_over")
    await world.send(SetIdle(agent_id=agent_id(world, BOSS)))


async def test_who_barged_in_keeps_the_customer_whose_agent_hangs_up(world: World):
    customer, phone = await conversation(world)
    ear = await supervise(world, M.BARGE)
    await asyncio.sleep(0.5)
    await over(world, phone)
    kept = await phase(world, "kept", customer=customer, ear=ear)
    await over(world, ear, customer)
    assert await kept.heard("customer") == {EAR}
    assert await kept.heard("ear") == {CUSTOMER}
    await ended_by(world, "taken_over")


async def test_a_phone_that_refuses_leaves_the_call_as_it_was(world: World):
    customer, phone = await conversation(world)
    for count, mode in enumerate((M.LISTEN, M.INTERCEPT), 1):
        await ask(world, mode)
        ear = await world.next_ring(BOSS)
        await ear.hang_up(17)

        async def refused(expected: int = count) -> bool:
            return await reasons(world) == ["refused"] * expected

        await world.until(refused, "the supervision goes on without a phone")
    still = await phase(world, "still", customer=customer, agent=phone)
    await over(world, customer, phone)
    assert await still.heard("customer") == {FIRST}
    assert await still.heard("agent") == {CUSTOMER}


@pytest.mark.parametrize("mode", [M.LISTEN, M.WHISPER, M.BARGE])
async def test_a_killed_floor_leaves_every_ear_where_it_was(world: World, mode: M):
    customer, phone = await conversation(world)
    ear = await supervise(world, mode)
    await asyncio.sleep(0.5)
    record = ProcessRecord.read(child_record(world.settings.paths.run, "floor"))
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)

    async def taken_over() -> bool:
        return bool(await world.events(e.SwitchWasRestored))

    await world.until(taken_over, "no floor takes over")
    after = await phase(world, "after", customer=customer, agent=phone, ear=ear)
    await over(world, customer, phone, ear)
    assert await after.heard("ear") == {CUSTOMER, FIRST}
    assert (EAR in await after.heard("agent")) == (mode is not M.LISTEN)
    assert (EAR in await after.heard("customer")) == (mode is M.BARGE)
    await ended_by(world, "call_over")


async def test_from_the_page_to_the_ear_a_supervisor_listens_to_whom_they_manage(world: World):
    settings = world.settings
    phone = Phone(endpoint="1901", password=sip_password(settings.secrets.read("phones"), "1901"))
    world.rung[phone.endpoint] = asyncio.Queue()
    await world.stage.plug_in([phone], world.rings)
    await world.ready(AGENT)
    customer, agent = await talk(world, 0.5)
    base = f"http://{LOOPBACK}:{settings.ports.web}/api/v1"
    async with httpx.AsyncClient(base_url=base, timeout=LIMIT_S) as page:
        password = settings.secrets.read("demo_supervisor")
        answer = await page.post("/session", json={"login": "supervisor", "password": password})
        page.headers["X-OpenSeat-CSRF"] = answer.raise_for_status().json()["csrf_token"]
        signed_in = await page.post("/me/agent/sign-in", json={"endpoint": phone.endpoint})
        assert signed_in.status_code == 204, signed_in.text
        (stream,) = {
            one.stream for one in await world.facts() if isinstance(one.event, e.CallStarted)
        }
        asked = {"mode": "listen", "call_id": stream.removeprefix("call:")}
        path = f"/floor/agents/{agent_id(world, AGENT)}/supervision"

        async def listening() -> bool:
            # The phone that was only just plugged in may not be reachable yet.
            return (await page.post(path, json=asked)).status_code == 204

        await world.until(listening, "the supervisor cannot listen")
        async with asyncio.timeout(LIMIT_S):
            ear = await world.rung[phone.endpoint].get()
        await ear.answer()
        world.tone(ear, EAR)
        heard = await phase(world, "page", customer=customer, agent=agent, ear=ear)
        assert (await page.delete("/me/supervision")).status_code == 204
        async with asyncio.timeout(LIMIT_S):
            await ear.gone.wait()
        await over(world, customer, agent)
        assert (await page.post("/me/agent/sign-out")).status_code == 204
    assert await heard.heard("ear") == {CUSTOMER, FIRST}
    assert await heard.heard("agent") == {CUSTOMER}
    assert await heard.heard("customer") == {FIRST}
    (started,) = await world.events(e.SupervisionStarted)
    assert (started.supervisor_id, started.by) == ("agent-1901", "user-supervisor")
