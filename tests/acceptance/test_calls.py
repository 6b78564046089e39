"""Real calls on the whole product: who hears whom, what is recorded, counted and billed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
from collections.abc import AsyncIterator

import numpy as np
import pytest

from openseat.core import events as e
from openseat.core.cell.greeting import LIMIT_MS
from openseat.core.config import Target, TargetKind
from openseat.core.inputs import (
    CompleteTransfer,
    Conference,
    Consult,
    Hold,
    Resume,
    Transfer,
)
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import child_record
from openseat.simulation import audit, crowd
from openseat.switch.asterisk.site import carrier_site
from openseat.testing.product import command
from openseat.testing.tones import channels, hears
from openseat.testing.world import (
    CUSTOMER,
    FIRST,
    LIMIT_S,
    SECOND,
    World,
    ended,
    running_world,
    talk,
)

QUIET = 0.005
"""Root mean square of full scale up to which nobody speaks."""

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 2) as made:
        yield made


async def test_each_hears_the_other_and_the_recording_has_each_on_its_side(world: World):
    await world.ready(0)
    customer, _ = await talk(world)
    await customer.hang_up()

    async def stored() -> bool:
        return bool([r for r in await world.events(e.RecordingWasStored) if not r.segment_id])

    await world.until(stored, "no recording is stored")
    name = customer.caller[1:]
    (to_customer,) = await world.heard(f"{name}-customer")
    (to_agent,) = await world.heard(f"{name}-agent-0")
    assert (hears(to_customer, FIRST), hears(to_customer, CUSTOMER)) == (True, False)
    assert (hears(to_agent, CUSTOMER), hears(to_agent, FIRST)) == (True, False)
    (whole,) = [r for r in await world.events(e.RecordingWasStored) if not r.segment_id]
    path = world.settings.paths.recordings / whole.path
    assert hashlib.sha256(path.read_bytes()).hexdigest() == whole.sha256
    left, right = channels(path)
    assert (hears(left, CUSTOMER), hears(left, FIRST)) == (True, False)
    assert (hears(right, FIRST), hears(right, CUSTOMER)) == (True, False)
    told = audit.told(await world.facts())[customer.caller]
    billed = audit.carrier_seconds(carrier_site(world.settings).call_records)[customer.channel_id]
    assert billed > 0
    assert abs(told.billable_ms / 1000 - billed) <= audit.BILLED_TOLERANCE_S


async def test_on_hold_the_customer_does_not_hear_the_agent_nor_the_agent_them(world: World):
    await world.ready(0)
    customer, phone = await talk(world, 1.0)
    agent_id = world.seats[0].agent_id
    await world.send(Hold(agent_id=agent_id))
    await asyncio.sleep(0.5)
    await customer.listen(f"{customer.caller[1:]}-held")
    await phone.listen(f"{customer.caller[1:]}-alone")
    await asyncio.sleep(2)
    await world.send(Resume(agent_id=agent_id))
    await asyncio.sleep(0.3)
    await customer.hang_up()
    await ended(world, customer)
    (segment,) = await world.events(e.SegmentEnded)
    assert segment.hold_ms >= 2_000
    assert segment.talk_ms > 500
    (held,) = await world.heard(f"{customer.caller[1:]}-held")
    (alone,) = await world.heard(f"{customer.caller[1:]}-alone")
    assert not hears(held[:12_000], FIRST)
    assert not hears(alone[:12_000], CUSTOMER)


async def test_a_blind_transfer_brings_the_customer_to_the_second_agent(world: World):
    await world.ready(0)
    customer, first_phone = await talk(world, 1.5)
    await world.ready(1)
    target = Target(kind=TargetKind.AGENT, id=world.seats[1].agent_id)
    await world.send(Transfer(agent_id=world.seats[0].agent_id, target=target))
    await world.connect(customer, 1, SECOND)
    async with asyncio.timeout(LIMIT_S):
        await first_phone.gone.wait()
    await asyncio.sleep(2)
    await customer.hang_up()
    await ended(world, customer)
    first, second = await world.events(e.SegmentEnded)
    assert [first.agent_id, second.agent_id] == [seat.agent_id for seat in world.seats]
    (heard,) = await world.heard(f"{customer.caller[1:]}-customer")
    assert hears(heard, FIRST)
    assert hears(heard, SECOND)
    (at_second,) = await world.heard(f"{customer.caller[1:]}-agent-1")
    assert hears(at_second, CUSTOMER)
    assert not hears(at_second, FIRST)


async def test_a_consultation_is_between_agents_until_all_three_talk(world: World):
    await world.ready(0)
    customer, _ = await talk(world, 1.0)
    await world.ready(1)
    target = Target(kind=TargetKind.AGENT, id=world.seats[1].agent_id)
    await world.send(Consult(agent_id=world.seats[0].agent_id, target=target))
    second = await world.connect(customer, 1, SECOND)
    await asyncio.sleep(2)
    name = customer.caller[1:]
    await world.send(Conference(agent_id=world.seats[0].agent_id))
    await asyncio.sleep(0.5)
    await second.listen(f"{name}-three")
    await asyncio.sleep(2)
    await world.send(CompleteTransfer(agent_id=world.seats[0].agent_id))
    await asyncio.sleep(1)
    await customer.hang_up()
    await ended(world, customer)
    assert {s.agent_id for s in await world.events(e.SegmentEnded)} == {
        seat.agent_id for seat in world.seats
    }
    (at_second,) = await world.heard(f"{name}-agent-1")
    assert hears(at_second, FIRST)
    (to_customer,) = await world.heard(f"{name}-customer")
    assert hears(to_customer, SECOND)


@pytest.mark.parametrize("picked_up", [True, False])
async def test_an_agent_who_hangs_up_while_asking_leaves_the_customer_to_whom_they_asked(
    world: World, picked_up: bool
):
    await world.ready(0)
    customer, phone = await talk(world, 1.0)
    await world.ready(1)
    target = Target(kind=TargetKind.AGENT, id=world.seats[1].agent_id)
    await world.send(Consult(agent_id=world.seats[0].agent_id, target=target))
    if picked_up:
        await world.connect(customer, 1, SECOND)
        await phone.hang_up()
    else:
        colleague = await world.next_ring(1)
        await phone.hang_up()
        async with asyncio.timeout(LIMIT_S):
            await phone.gone.wait()
        await colleague.answer()
        await colleague.listen(f"{customer.caller[1:]}-agent-1")
        world.tone(colleague, SECOND)

    async def handed_over() -> bool:
        return len(await world.events(e.SegmentStarted)) == 2

    await world.until(handed_over, "the colleague does not get the customer")
    await customer.listen(f"{customer.caller[1:]}-after")
    await asyncio.sleep(2)
    await customer.hang_up()
    await ended(world, customer)
    (after,) = await world.heard(f"{customer.caller[1:]}-after")
    (to_colleague,) = await world.heard(f"{customer.caller[1:]}-agent-1")
    assert (hears(after, SECOND), hears(after, FIRST)) == (True, False)
    assert hears(to_colleague, CUSTOMER)
    first, second = await world.events(e.SegmentEnded)
    assert [first.agent_id, second.agent_id] == [seat.agent_id for seat in world.seats]
    (made,) = await world.events(e.TransferMade)
    assert made.consulted is picked_up


@pytest.fixture
async def greeting(product: Settings) -> AsyncIterator[None]:
    """The project of the crowd's line has the agent's number said."""
    await crowd.have_agents_announced(product, announced=True)
    yield
    await crowd.have_agents_announced(product, announced=False)


async def test_the_customer_is_told_the_agents_number_before_they_talk(
    greeting: None, world: World
):
    await world.ready(0)
    customer = await world.call()
    phone = await world.next_ring(0)
    await phone.answer()
    async with asyncio.timeout(LIMIT_S):
        await customer.up.wait()
    name = customer.caller[1:]
    await customer.listen(f"{name}-greeted")
    await phone.listen(f"{name}-agent-greeted")
    world.tone(phone, FIRST)

    async def joined() -> bool:
        return bool(await world.events(e.BridgeJoined))

    await world.until(joined, "they are never joined")
    await asyncio.sleep(2)
    await customer.hang_up()
    await ended(world, customer)
    (said,) = await world.events(e.SegmentGreeted)
    assert said.agent_number == world.seats[0].phone.endpoint
    facts = await world.facts()
    began = next(fact.at for fact in facts if isinstance(fact.event, e.SegmentGreeted))
    together = next(fact.at for fact in facts if isinstance(fact.event, e.BridgeJoined))
    # "工号" and five digits take a voice over a second, and less than the limit.
    assert 1_000 < together - began < LIMIT_MS
    for who in ("greeted", "agent-greeted"):
        (heard,) = await world.heard(f"{name}-{who}")
        spoken = heard[: 8 * (together - began) - 8 * 300]
        assert float(np.sqrt(np.mean(spoken**2))) > QUIET
        assert not hears(spoken, FIRST)
    (heard,) = await world.heard(f"{name}-greeted")
    assert hears(heard, FIRST)


async def test_nobody_answers_and_the_customer_gives_up(world: World):
    customer = await world.call()
    await asyncio.sleep(6.5)
    await customer.hang_up()
    await ended(world, customer)
    assert [q.outcome for q in await world.events(e.QueueLeft)] == [e.QueueExit.ABANDONED]
    (call,) = await world.events(e.CallEnded)
    assert (call.answered, call.billable_ms) == (False, 0)


async def test_killing_the_floor_cuts_no_talking_call(world: World):
    await world.ready(0)
    customer, phone = await talk(world, 1.0)
    record = ProcessRecord.read(child_record(world.settings.paths.run, "floor"))
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    await asyncio.sleep(3)
    assert not customer.gone.is_set()
    assert not phone.gone.is_set()
    await customer.hang_up()
    await ended(world, customer)
    (segment,) = await world.events(e.SegmentEnded)
    assert segment.talk_ms >= 3_500
    assert len(await world.events(e.SegmentStarted)) == 1


async def test_the_demonstration_agrees_with_all_its_witnesses(product: Settings):
    printed = await asyncio.to_thread(
        command, "run", "demo", "--calls", "10", "--agents", "4", "--seed", "5", "--json",
        settings=product,
    )  # fmt: skip
    report = json.loads(printed.strip().splitlines()[-1])
    assert report["mismatches"] == []
    assert report["answered"] + report["abandoned"] + report["short_abandoned"] >= 9
    assert report["recordings_both_heard"] == report["recordings"]
    assert report["invoice_lines"] > 0
