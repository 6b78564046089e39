"""Asking a queue on the whole product: who hears music, and whom, and who gets the customer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.inputs import CompleteTransfer, Conference, Consult, SetBusy
from openseat.platform.settings import Settings
from openseat.simulation import crowd
from openseat.simulation.stage import Party
from openseat.testing.tones import hears
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

AUDIBLE = 0.005
"""Root mean square of full scale from which a party hears something."""

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 2) as made:
        yield made
        await made.nothing_is_left()


async def seeking(world: World) -> tuple[Party, Party]:
    """The first agent talks with a customer and asks their queue, of which nobody else is there."""
    await world.ready(0)
    customer, phone = await talk(world, 1.0)
    target = Target(kind=TargetKind.QUEUE, id=crowd.QUEUE)
    await world.send(Consult(agent_id=world.seats[0].agent_id, target=target))
    return customer, phone


async def in_the_ear(world: World, party: Party, name: str) -> NDArray[np.float64]:
    """What a party hears from now on."""
    name = f"{party.caller[1:]}-{name}-{party.channel_id[-6:]}"
    await party.listen(name)
    await asyncio.sleep(2)
    await world.stage.ari.ask("DELETE", f"channels/ear-{name}")
    (heard,) = await world.heard(name)
    return heard


async def answered_by_second(world: World, customer: Party) -> Party:
    await world.ready(1)
    return await world.connect(customer, 1, SECOND)


async def test_customer_and_agent_hear_music_then_the_agents_each_other(world: World):
    customer, phone = await seeking(world)
    for party, name in ((phone, "agent-waits"), (customer, "customer-waits")):
        heard = await in_the_ear(world, party, name)
        assert np.sqrt(np.mean(heard**2)) > AUDIBLE, f"{name} in silence"
        assert not hears(heard, FIRST)
        assert not hears(heard, CUSTOMER)
    second = await answered_by_second(world, customer)
    asked = await in_the_ear(world, second, "asked")
    assert (hears(asked, FIRST), hears(asked, CUSTOMER)) == (True, False)
    to_first = await in_the_ear(world, phone, "asking")
    assert (hears(to_first, SECOND), hears(to_first, CUSTOMER)) == (True, False)
    await world.send(CompleteTransfer(agent_id=world.seats[0].agent_id))
    async with asyncio.timeout(LIMIT_S):
        await phone.gone.wait()
    after = await in_the_ear(world, customer, "after")
    assert (hears(after, SECOND), hears(after, FIRST)) == (True, False)
    await customer.hang_up()
    await ended(world, customer)
    assert len(await world.events(e.QueueEntered)) == 1
    (taken,) = await world.events(e.ConsultTaken)
    assert (taken.queue_id, taken.leg_id != "") == (crowd.QUEUE, True)
    assert [s.agent_id for s in await world.events(e.SegmentEnded)] == [
        seat.agent_id for seat in world.seats
    ]


async def test_all_three_talk_after_the_queue_has_answered(world: World):
    customer, phone = await seeking(world)
    second = await answered_by_second(world, customer)
    await world.send(Conference(agent_id=world.seats[0].agent_id))
    heard = await in_the_ear(world, second, "three")
    assert (hears(heard, FIRST), hears(heard, CUSTOMER)) == (True, True)
    await phone.hang_up()
    after = await in_the_ear(world, customer, "two")
    assert (hears(after, SECOND), hears(after, FIRST)) == (True, False)
    await customer.hang_up()
    await ended(world, customer)


async def test_a_customer_who_goes_frees_who_waits_and_who_rings(world: World):
    customer, phone = await seeking(world)
    await world.ready(1)
    ring = await world.next_ring(1)
    await customer.hang_up()
    await ended(world, customer)
    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(phone.gone.wait(), ring.gone.wait())
    (over,) = await world.events(e.ConsultEnded)
    assert over.outcome == "left"


async def test_a_phone_that_goes_down_in_the_queue_leaves_its_place_to_the_customer(world: World):
    customer, phone = await seeking(world)
    # Else the one who hangs up would be the next who is free.
    await world.send(SetBusy(agent_id=world.seats[0].agent_id, reason="break"))
    await phone.hang_up()
    async with asyncio.timeout(LIMIT_S):
        await phone.gone.wait()
    assert not customer.gone.is_set()
    second = await answered_by_second(world, customer)
    heard = await in_the_ear(world, customer, "after")
    assert (hears(heard, SECOND), hears(heard, FIRST)) == (True, False)
    to_second = await in_the_ear(world, second, "second")
    assert hears(to_second, CUSTOMER)
    await customer.hang_up()
    await ended(world, customer)
    (made,) = await world.events(e.TransferMade)
    assert (made.target_kind, made.consulted) == ("queue", False)
