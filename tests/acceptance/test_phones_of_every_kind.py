"""Agents without a page, at real phones: codes, the service line, a telephone outside."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import asyncpg
import numpy as np
import pytest
from numpy.typing import NDArray

from openseat.core import events as e
from openseat.core.events import AgentState as S
from openseat.core.inputs import CheckTrunk, SignIn, SignOut
from openseat.core.pin import digest
from openseat.core.telephone import telephone
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import child_record
from openseat.prompts import SHIPPED
from openseat.simulation.stage import Party
from openseat.testing.tones import channels, hears, speaks
from openseat.testing.world import CUSTOMER, FIRST, LIMIT_S, SECOND, World, ended, running_world

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

SERVICE = "+862150109099"
TELEPHONE = "+8613700000001"
PIN = "4711"
SURE = 0.45
"""Cross-correlation from which a prompt counts as heard: it went through A-law twice, and on a
busy machine a packet may have been late.
"""

LINES = sorted(path.stem for path in (SHIPPED / "zh-CN").glob("line-*.wav"))


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 1) as made:
        connection = await asyncpg.connect(product.database_url("owner"))
        try:
            await connection.execute("select set_config('openseat.scope', 'operator', false)")
            await connection.execute("update operators set service_number = $1", SERVICE)
            agent_id = made.seats[0].agent_id
            await connection.execute(
                "update agents set telephone = $2, pin = $3 where id = $1",
                agent_id,
                TELEPHONE,
                digest(agent_id, PIN),
            )
            version = await connection.fetchval("select version from directory_state where id = 1")
        finally:
            await connection.close()

        async def taken() -> bool:
            told = await made.events(e.CellConfigured)
            return any(one.config_version >= version for one in told)

        await made.until(taken, "the floor never reads the directory")
        yield made
        await made.nothing_is_left()


def prompt(name: str, language: str = "zh-CN") -> NDArray[np.float64]:
    (words,) = channels(SHIPPED / language / f"{name}.wav")
    return words


async def dial(world: World, code: str) -> tuple[Party, str]:
    """Dial on the agent's own phone and keep what is heard there."""
    phone = await world.stage.dial_at(world.seats[0].phone.endpoint, code)
    async with asyncio.timeout(LIMIT_S):
        await phone.up.wait()
    await phone.listen(phone.channel_id)
    return phone, phone.channel_id


async def code(world: World, dialled: str, said: str) -> None:
    """Dial a code: it is spoken back, and the call ends by itself."""
    phone, name = await dial(world, dialled)
    async with asyncio.timeout(LIMIT_S):
        await phone.gone.wait()
    (sound,) = await world.heard(name)
    sure = {name: speaks(sound, prompt(name)) for name in LINES}
    assert max(sure, key=sure.__getitem__) == said, f"{dialled} did not say {said}"
    assert sure[said] > SURE


async def in_state(world: World, state: S) -> None:
    async def there() -> bool:
        changes = [
            fact.event.state
            for fact in await world.facts()
            if isinstance(fact.event, e.AgentSignedIn | e.AgentStateChanged)
        ]
        return bool(changes) and changes[-1] is state

    await world.until(there, f"the agent is never {state}")


async def registered(world: World) -> None:
    """The phone on the desk is known to the switch: an agent can sign in there and be rung."""
    await world.ready(0)
    await code(world, "*82", "line-signed-out")


async def test_a_day_by_codes_and_every_one_is_spoken(world: World):
    await registered(world)
    await code(world, "*83", "line-not-signed-in")
    await code(world, "*81", "line-signed-in")
    await in_state(world, S.IDLE)
    await code(world, "*842", "line-busy")
    await in_state(world, S.BUSY)
    await code(world, "*849", "line-wrong-code")
    await code(world, "*85", "line-outbound-only")
    await code(world, "*83", "line-idle")
    await code(world, "*99", "line-wrong-code")
    await code(world, "*82", "line-signed-out")
    outcomes = [one.outcome for one in await world.events(e.CodeDialled)]
    assert outcomes == [
        "done", "agent.not_signed_in", "done", "done", "busy.reason_unknown",
        "done", "done", "done",
    ]  # fmt: skip


async def test_codes_are_spoken_in_the_agents_language(world: World):
    await registered(world)
    connection = await asyncpg.connect(world.settings.database_url("owner"))
    try:
        await connection.execute("select set_config('openseat.scope', 'operator', false)")
        for language in ("en", "zh-CN"):
            before = len(await world.events(e.CellConfigured))
            await connection.execute(
                "update agents set language = $2 where id = $1", world.seats[0].agent_id, language
            )

            async def taken(before: int = before) -> bool:
                return len(await world.events(e.CellConfigured)) > before

            await world.until(taken, "the floor never reads the directory")
            phone, name = await dial(world, "*83")
            async with asyncio.timeout(LIMIT_S):
                await phone.gone.wait()
            (sound,) = await world.heard(name)
            sure = {
                (spoken, line): speaks(sound, prompt(line, spoken))
                for spoken in ("en", "zh-CN")
                for line in LINES
            }
            assert max(sure, key=sure.__getitem__) == (language, "line-not-signed-in")
    finally:
        await connection.close()


async def test_the_echo_test_gives_the_voice_back(world: World):
    await registered(world)
    phone, name = await dial(world, "*87")
    await asyncio.sleep(prompt("line-echo").size / 8000 + 0.5)
    world.tone(phone, FIRST)
    await asyncio.sleep(2)
    await phone.hang_up()
    (sound,) = await world.heard(name)
    assert speaks(sound, prompt("line-echo")) > SURE
    assert hears(sound, FIRST)


async def test_a_number_dialled_on_the_own_phone_is_a_call_of_the_project(world: World):
    await world.ready(0)
    friend: asyncio.Queue[Party] = asyncio.Queue()

    async def rings(_: str, party: Party) -> None:
        await friend.put(party)
        await party.gone.wait()

    world.stage.answer_at("+8613700000777", rings)
    phone, name = await dial(world, "+8613700000777")
    world.tone(phone, FIRST)
    async with asyncio.timeout(LIMIT_S):
        customer = await friend.get()
    await customer.answer()
    await customer.listen("friend-of-codes")
    world.tone(customer, CUSTOMER)
    await asyncio.sleep(2)
    await phone.hang_up()
    (agent,) = await world.heard(name)
    (other,) = await world.heard("friend-of-codes")
    assert hears(agent, CUSTOMER)
    assert hears(other, FIRST)
    assert [one.direction for one in await world.events(e.CallStarted)][-1] is e.Direction.OUTBOUND
    assert len(await world.events(e.SegmentEnded)) == 1


async def test_a_colleague_is_called_by_number_and_the_two_hear_each_other(product: Settings):
    async with running_world(product, 2) as world:
        await world.ready(0)
        await world.ready(1)
        await world.send(SignOut(agent_id=world.seats[1].agent_id))
        number = world.seats[1].phone.endpoint
        await code(world, number, "line-colleague-away")

        await world.ready(1)
        phone, name = await dial(world, number)
        world.tone(phone, FIRST)
        colleague = await world.next_ring(1)
        await colleague.answer()
        await colleague.listen(f"{name}-colleague")
        world.tone(colleague, SECOND)
        await asyncio.sleep(2)
        await colleague.hang_up()
        async with asyncio.timeout(LIMIT_S):
            await phone.gone.wait()
        (caller_heard,) = await world.heard(name)
        (colleague_heard,) = await world.heard(f"{name}-colleague")
        assert hears(caller_heard, SECOND)
        assert hears(colleague_heard, FIRST)
        started = await world.events(e.CallStarted)
        assert {one.direction for one in started} == {e.Direction.INTERNAL}
        assert started[-1].agent_id == world.seats[0].agent_id
        assert not await world.events(e.RecordingStarted)
        await world.nothing_is_left()


async def at_telephone(world: World) -> asyncio.Queue[Party]:
    """Play the agent's telephone outside."""
    rung: asyncio.Queue[Party] = asyncio.Queue()

    async def rings(_: str, party: Party) -> None:
        await rung.put(party)
        await party.gone.wait()

    world.stage.answer_at(TELEPHONE, rings)
    return rung


async def next_ring(rung: asyncio.Queue[Party]) -> Party:
    async with asyncio.timeout(LIMIT_S):
        return await rung.get()


async def test_signing_in_by_telephone_and_working_there(world: World):
    """The service line by number and PIN; a customer's call is taken by a key, heard both ways."""
    rung = await at_telephone(world)
    caller = await world.stage.dial(SERVICE, "+8613900008888")
    async with asyncio.timeout(LIMIT_S):
        await caller.up.wait()
    await caller.listen("service-line")
    await asyncio.sleep(prompt("line-ask-agent").size / 8000 + 1)
    number = world.seats[0].phone.endpoint
    await caller.press(f"{number}#0000#")
    await asyncio.sleep((len(number) + 6) * 0.37 + 2)
    await caller.press(f"{number}#{PIN}#*81#")

    async def signed_in() -> bool:
        return bool(await world.events(e.AgentSignedIn))

    await world.until(signed_in, "nobody is signed in")
    await asyncio.sleep(3)
    await caller.hang_up()
    (sound,) = await world.heard("service-line")
    for name in ("line-ask-agent", "line-wrong-login", "line-signed-in"):
        assert speaks(sound, prompt(name)) > SURE, f"{name} was not said"
    (session,) = await world.events(e.AgentSignedIn)
    assert session.endpoint == telephone(world.seats[0].agent_id)
    assert [one.ok for one in await world.events(e.AgentPinChecked)] == [False, True]

    customer = await world.call()
    phone = await next_ring(rung)
    await phone.answer()
    await phone.listen("telephone")
    world.tone(phone, FIRST)
    await asyncio.sleep(prompt("accept-call").size / 8000 + 1)
    assert not customer.up.is_set(), "a voicemail would have the customer"
    await phone.press("1")
    async with asyncio.timeout(LIMIT_S):
        await customer.up.wait()
    await customer.listen("customer-of-telephone")
    world.tone(customer, CUSTOMER)
    await asyncio.sleep(2.5)
    await customer.hang_up()
    await ended(world, customer)
    (agent,) = await world.heard("telephone")
    (other,) = await world.heard("customer-of-telephone")
    assert speaks(agent, prompt("accept-call")) > SURE
    assert hears(agent, CUSTOMER)
    assert hears(other, FIRST)

    async def stored() -> bool:
        return bool(await world.events(e.RecordingWasStored))

    await world.until(stored, "the recording is not stored")
    left, right = world.recording((await world.events(e.RecordingWasStored))[0].path)
    assert hears(left, CUSTOMER)
    assert hears(right, FIRST)
    legs = [one for one in await world.events(e.LegStarted) if one.address == TELEPHONE]
    assert legs[0].trunk_id, "the leg is on a trunk's account"


async def test_a_call_refused_at_a_telephone_waits_for_somebody_else(world: World):
    rung = await at_telephone(world)
    agent_id = world.seats[0].agent_id
    await world.send(SignIn(agent_id=agent_id, endpoint=telephone(agent_id)))
    customer = await world.call()
    phone = await next_ring(rung)
    await phone.answer()
    await asyncio.sleep(1.5)
    await phone.hang_up()

    async def refused() -> bool:
        return [one.result for one in await world.events(e.OfferEnded)] == [e.OfferResult.REFUSED]

    await world.until(refused, "the offer is not refused")
    assert not customer.gone.is_set()
    await customer.hang_up()
    await ended(world, customer)


async def test_a_trunk_that_fails_is_followed_by_the_next(world: World):
    """The first way answers "no circuit" (34), the second one reaches the customer."""
    await world.ready(0)
    tries: list[Party] = []
    reached = asyncio.Event()

    async def rings(_: str, party: Party) -> None:
        tries.append(party)
        if len(tries) == 1:
            await party.hang_up(34)
            return
        await party.answer()
        reached.set()
        await party.gone.wait()

    world.stage.answer_at("+8613700000778", rings)
    phone, _ = await dial(world, "+8613700000778")
    async with asyncio.timeout(LIMIT_S):
        await reached.wait()
    await asyncio.sleep(1)
    await phone.hang_up()
    await ended(world, tries[-1])
    (started,) = [
        one for one in await world.events(e.CallStarted) if one.direction is e.Direction.OUTBOUND
    ]
    (again,) = await world.events(e.LegRerouted)
    assert again.trunk_id != started.trunk_id
    assert len(await world.events(e.SegmentStarted)) == 1


async def result_of(world: World, number: str) -> e.TrunkWasTested:
    """Call a number through the first trunk and wait for the result."""
    trunk_id = min(await trunks(world))
    await world.send(
        CheckTrunk(test_id=f"test-{number}", trunk_id=trunk_id, number=number, by="user-admin")
    )

    async def told() -> list[e.TrunkWasTested]:
        return await world.events(e.TrunkWasTested)

    await world.until(told, "the test never ends")
    (result,) = await told()
    assert result.trunk_id == trunk_id
    return result


async def trunks(world: World) -> list[str]:
    connection = await asyncpg.connect(world.settings.database_url("owner"))
    try:
        await connection.execute("select set_config('openseat.scope', 'operator', false)")
        return [row["id"] for row in await connection.fetch("select id from trunks where active")]
    finally:
        await connection.close()


@pytest.mark.parametrize("voice", [True, False], ids=["a voice", "silence"])
async def test_a_test_call_tells_whether_sound_comes_back(world: World, *, voice: bool):
    number = "+8613700000781" if voice else "+8613700000782"

    async def rings(_: str, party: Party) -> None:
        await party.answer()
        await party.listen(f"tested-{voice}")
        if voice:
            world.tone(party, FIRST)
        await party.gone.wait()

    world.stage.answer_at(number, rings)
    result = await result_of(world, number)
    assert (result.answered, result.heard, result.cause) == (True, voice, 16)
    assert result.talk_ms > 4_000
    (sound,) = await world.heard(f"tested-{voice}")
    assert speaks(sound, prompt("trunk-test")) > SURE


async def test_a_test_call_to_a_busy_number_tells_the_cause(world: World):
    async def rings(_: str, party: Party) -> None:
        await party.hang_up(17)

    world.stage.answer_at("+8613700000783", rings)
    result = await result_of(world, "+8613700000783")
    assert (result.answered, result.heard, result.cause) == (False, False, 17)


async def kill_floor(world: World) -> None:
    """Kill the floor, and wait until another has taken over."""
    before = len(await world.events(e.FloorTookOver))
    record = ProcessRecord.read(child_record(world.settings.paths.run, "floor"))
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)

    async def taken_over() -> bool:
        return len(await world.events(e.FloorTookOver)) > before

    await world.until(taken_over, "nobody takes over")


async def test_a_floor_that_dies_while_the_agent_is_asked_asks_again(world: World):
    rung = await at_telephone(world)
    agent_id = world.seats[0].agent_id
    await world.send(SignIn(agent_id=agent_id, endpoint=telephone(agent_id)))
    customer = await world.call()
    phone = await next_ring(rung)
    await phone.answer()

    async def asked() -> bool:
        return bool(await world.events(e.LegAsked))

    await world.until(asked, "the agent is not asked")
    await kill_floor(world)
    await phone.listen("asked-again")
    await asyncio.sleep(prompt("accept-call").size / 8000 + 2)
    await phone.press("1")
    async with asyncio.timeout(LIMIT_S):
        await customer.up.wait()
    await asyncio.sleep(1)
    await customer.hang_up()
    await ended(world, customer)
    (sound,) = await world.heard("asked-again")
    assert speaks(sound, prompt("accept-call")) > SURE
    assert len(await world.events(e.SegmentEnded)) == 1


async def test_a_floor_that_dies_ends_the_service_lines_calls(world: World):
    caller = await world.stage.dial(SERVICE, "+8613900008889")
    async with asyncio.timeout(LIMIT_S):
        await caller.up.wait()
    await kill_floor(world)
    async with asyncio.timeout(LIMIT_S):
        await caller.gone.wait()
    await ended(world, caller)
