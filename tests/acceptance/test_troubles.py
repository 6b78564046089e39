"""Every stage of a call meets every trouble, on the real switch: nobody and nothing stays behind.

A stage brings a call so far, a trouble strikes, and then the customer (if still there) hangs up
like any customer. Whatever happened in between, every agent is free again, every call and segment
has its end in the journal, and the switch has no channel and no bridge left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Container

import pytest

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState
from openseat.core.inputs import Consult, DialOut, HangUp, Transfer
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import child_record
from openseat.simulation.stage import Party
from openseat.testing.scenes import (
    OUTSIDE,
    Scene,
    asking_outside,
    colleague_rings,
    conferring,
    consulting,
    dialled,
    dialling,
    group_is_asked,
    holding,
    outside_rings,
    picked_up,
    queue_is_asked,
    sent_outside,
    sent_outside_where_it_rings,
    sent_to_a_colleague_who_is_rung,
    sent_to_a_flow,
    sent_to_the_group,
    sent_to_the_queue,
    some_project,
    somebody_outside,
    states,
    swapped,
    talking,
    until_state,
    within,
)
from openseat.testing.tones import hears
from openseat.testing.world import FIRST, LIMIT_S, SECOND, World, running_world

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

_BUSY = 17
_AT_REST = {
    AgentState.IDLE,
    AgentState.BUSY,
    AgentState.AFTER_CALL_WORK,
    AgentState.OUTBOUND_ONLY,
}


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 2) as made:
        yield made


# -- troubles --------------------------------------------------------------------------


async def customer_leaves(scene: Scene) -> None:
    await scene.customer.hang_up()


async def agent_hangs_up(scene: Scene) -> None:
    await scene.phone.hang_up()


async def agent_says_so_twice_at_once(scene: Scene) -> None:
    async def once() -> None:
        with contextlib.suppress(CoreError):
            await scene.world.link.send(HangUp(agent_id=scene.agent_id))

    await asyncio.gather(once(), once())


async def other_leaves(scene: Scene) -> None:
    assert scene.other is not None
    await scene.other.hang_up(16 if scene.other.up.is_set() else _BUSY)


async def all_leave_at_once(scene: Scene) -> None:
    there = [scene.customer, scene.phone, *([scene.other] if scene.other else [])]
    await asyncio.gather(*(party.hang_up() for party in there))


async def floor_dies(scene: Scene) -> None:
    before = len(await scene.world.events(e.FloorTookOver))
    record = ProcessRecord.read(child_record(scene.world.settings.paths.run, "floor"))
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)

    async def taken_over() -> bool:
        return len(await scene.world.events(e.FloorTookOver)) > before

    await scene.world.until(taken_over, "no floor takes over")
    # Whoever had been heard before is there still: nobody was cut off.
    assert not scene.customer.gone.is_set()
    if scene.other is not None:
        assert not scene.other.gone.is_set()


Stage = Callable[[World], Awaitable[Scene]]
Trouble = Callable[[Scene], Awaitable[None]]

ALONE: tuple[Stage, ...] = (talking, holding, dialling, dialled)
WITH_ANOTHER: tuple[Stage, ...] = (
    colleague_rings,
    consulting,
    swapped,
    conferring,
    sent_to_a_colleague_who_is_rung,
    outside_rings,
    asking_outside,
    sent_outside,
)
BEHIND_A_TARGET: tuple[Stage, ...] = (
    sent_to_the_group,
    sent_to_the_queue,
    sent_to_a_flow,
    sent_outside_where_it_rings,
    group_is_asked,
    queue_is_asked,
)
OF_EVERYBODY: tuple[Trouble, ...] = (
    customer_leaves,
    agent_hangs_up,
    agent_says_so_twice_at_once,
    all_leave_at_once,
    floor_dies,
)
PAIRS = [
    *((stage, trouble) for stage in (*ALONE, *WITH_ANOTHER) for trouble in OF_EVERYBODY),
    *((stage, other_leaves) for stage in WITH_ANOTHER),
    *((picked_up, trouble) for trouble in (customer_leaves, agent_hangs_up, floor_dies)),
    *(
        (stage, trouble)
        for stage in BEHIND_A_TARGET
        for trouble in (customer_leaves, other_leaves, floor_dies)
    ),
]


LEAVING_KEEPS_THE_CUSTOMER: dict[Trouble, Container[Stage]] = {
    agent_hangs_up: {
        # Whom the agent asked, or sent the customer to, goes on with them.
        colleague_rings,
        consulting,
        conferring,
        sent_to_a_colleague_who_is_rung,
        outside_rings,
        asking_outside,
        sent_outside,
    },
    # Back to the agent who asked, or to the queue; who was given away to the outside is gone.
    other_leaves: {*WITH_ANOTHER, *BEHIND_A_TARGET} - {sent_outside},
}
LEAVING_KEEPS_THE_CUSTOMER[agent_says_so_twice_at_once] = LEAVING_KEEPS_THE_CUSTOMER[agent_hangs_up]


@pytest.mark.parametrize(
    ("stage", "trouble"),
    PAIRS,
    ids=[f"{stage.__name__}-{trouble.__name__}" for stage, trouble in PAIRS],
)
async def test_nothing_and_nobody_stays_behind(world: World, stage: Stage, trouble: Trouble):
    scene = await stage(world)
    await trouble(scene)
    await _is_right_for_the_customer(scene, stage, trouble)
    await _rest(scene)
    await _all_over(world)


async def _is_right_for_the_customer(scene: Scene, stage: Stage, trouble: Trouble) -> None:
    """Whoever leaves takes the customer along only where nobody else is."""
    kept_by = LEAVING_KEEPS_THE_CUSTOMER.get(trouble)
    if kept_by is None:
        return
    if stage in kept_by:
        await asyncio.sleep(1)
        assert not scene.customer.gone.is_set()
    else:
        async with asyncio.timeout(LIMIT_S):
            await scene.customer.gone.wait()


async def _rest(scene: Scene) -> None:
    """Have everybody who is left hang up, whatever comes of each other's going."""
    world = scene.world
    for party in (scene.customer, scene.other, scene.phone):
        if party is not None and not party.gone.is_set():
            await party.hang_up()
    # A customer who was taken back to the queue may ring at an agent once more.
    for rings in world.rung.values():
        while not rings.empty():
            await rings.get_nowait().hang_up(_BUSY)


async def _all_over(world: World) -> None:
    async def over() -> bool:
        started, ended = await world.events(e.CallStarted), await world.events(e.CallEnded)
        return bool(started) and len(started) == len(ended)

    await world.until(over, "a call has no end")
    await world.nothing_is_left()

    async def at_rest() -> bool:
        return set((await states(world)).values()) <= _AT_REST

    await world.until(at_rest, "an agent is stuck")
    begun = {one.segment_id for one in await world.events(e.SegmentStarted)}
    closed = [one.segment_id for one in await world.events(e.SegmentEnded)]
    assert sorted(begun) == sorted(closed)
    made = {one.offer_id for one in await world.events(e.OfferMade)}
    over_offers = [one.offer_id for one in await world.events(e.OfferEnded)]
    assert sorted(made) == sorted(over_offers)


# -- nobody answers --------------------------------------------------------------------

NEVER_S = 60
"""Longer than any telephone is let ring."""


async def test_where_nobody_ever_answers_everybody_goes_on(product: Settings):
    """A colleague asked, a colleague sent to, a telephone outside asked, a customer called."""
    async with running_world(product, 6) as world:
        agents = [seat.agent_id for seat in world.seats]
        customers: dict[int, Party] = {}
        for seat in (0, 2, 4):
            await world.ready(seat)
            customers[seat] = await world.call()
            await world.connect(customers[seat], seat, FIRST)
        for seat in (1, 3, 5):
            await world.ready(seat)
        scene = Scene(world, customers[4], customers[4])
        somebody_outside(scene, picks_up=False)
        to = {n: Target(kind=TargetKind.AGENT, id=agents[n]) for n in (1, 3)}
        outside = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
        await world.send(Consult(agent_id=agents[0], target=to[1]))
        await world.send(Transfer(agent_id=agents[2], target=to[3]))
        await world.send(Consult(agent_id=agents[4], target=outside))
        asked = DialOut(agent_id=agents[5], number=OUTSIDE, project_id=await some_project(world))
        await world.send(asked)
        phone = await world.next_ring(5)
        await phone.answer()
        rung = [await world.next_ring(1), await world.next_ring(3)]
        rung += [await within(scene.outside.get()), await within(scene.outside.get())]
        async with asyncio.timeout(NEVER_S):
            await asyncio.gather(*(party.gone.wait() for party in rung))
            await phone.gone.wait()

        # The one who was sent on is with the agent who had sent them; the others never left theirs.
        await world.connect(customers[2], 2, SECOND)
        for seat, hertz in ((0, FIRST), (2, SECOND), (4, FIRST)):
            await until_state(world, AgentState.TALKING, seat=seat)
            assert await _is_heard(world, customers[seat], hertz)
        results = [one.result for one in await world.events(e.OfferEnded)]
        assert results.count(e.OfferResult.TIMED_OUT) == 2
        (failed,) = await world.events(e.TransferFailed)
        assert failed.target_id == agents[3]
        for customer in customers.values():
            await customer.hang_up()
        await _all_over(world)


async def _is_heard(world: World, party: Party, hertz: int) -> bool:
    name = f"{party.caller[1:]}-heard-{hertz}"
    await party.listen(name)
    await asyncio.sleep(1.5)
    await world.stage.ari.ask("DELETE", f"channels/ear-{name}")
    (sound,) = await world.heard(name)
    return hears(sound, hertz)
