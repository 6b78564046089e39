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
from dataclasses import dataclass, field

import asyncpg
import pytest

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState
from openseat.core.inputs import (
    Conference,
    Consult,
    DialOut,
    HangUp,
    Hold,
    Swap,
    Transfer,
)
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import child_record
from openseat.simulation.stage import Party
from openseat.testing.world import FIRST, LIMIT_S, SECOND, World, running_world

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

OUTSIDE = "+8613711113333"
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


@dataclass
class Scene:
    """Who is there when the trouble strikes."""

    world: World
    customer: Party
    phone: Party
    """The first agent's."""
    other: Party | None = None
    """The colleague's phone or the telephone outside, ringing or answered."""
    outside: asyncio.Queue[Party] = field(default_factory=asyncio.Queue[Party])

    @property
    def agent_id(self) -> str:
        return self.world.seats[0].agent_id

    @property
    def colleague(self) -> Target:
        return Target(kind=TargetKind.AGENT, id=self.world.seats[1].agent_id)


# -- stages ----------------------------------------------------------------------------


async def talking(world: World) -> Scene:
    await world.ready(0)
    customer = await world.call()
    phone = await world.connect(customer, 0, FIRST)
    scene = Scene(world, customer, phone)
    await _until_state(world, AgentState.TALKING)
    await world.ready(1)
    return scene


async def holding(world: World) -> Scene:
    scene = await talking(world)
    await world.send(Hold(agent_id=scene.agent_id))
    return scene


async def colleague_rings(world: World) -> Scene:
    scene = await talking(world)
    await world.send(Consult(agent_id=scene.agent_id, target=scene.colleague))
    scene.other = await world.next_ring(1)
    return scene


async def consulting(world: World) -> Scene:
    scene = await talking(world)
    await world.send(Consult(agent_id=scene.agent_id, target=scene.colleague))
    scene.other = await world.connect(scene.customer, 1, SECOND)
    await _until_state(world, AgentState.CONSULTING)
    return scene


async def swapped(world: World) -> Scene:
    scene = await consulting(world)
    await world.send(Swap(agent_id=scene.agent_id))
    return scene


async def conferring(world: World) -> Scene:
    scene = await consulting(world)
    await world.send(Conference(agent_id=scene.agent_id))
    await _until_state(world, AgentState.CONFERENCING)
    return scene


async def sent_to_a_colleague_who_is_rung(world: World) -> Scene:
    scene = await talking(world)
    await world.send(Transfer(agent_id=scene.agent_id, target=scene.colleague))
    scene.other = await world.next_ring(1)
    return scene


async def outside_rings(world: World) -> Scene:
    scene = await talking(world)
    _somebody_outside(scene, picks_up=False)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Consult(agent_id=scene.agent_id, target=target))
    scene.other = await _within(scene.outside.get())
    return scene


async def asking_outside(world: World) -> Scene:
    scene = await talking(world)
    _somebody_outside(scene, picks_up=True)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Consult(agent_id=scene.agent_id, target=target))
    scene.other = await _within(scene.outside.get())
    return scene


async def sent_outside(world: World) -> Scene:
    scene = await talking(world)
    _somebody_outside(scene, picks_up=True)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Transfer(agent_id=scene.agent_id, target=target))
    scene.other = await _within(scene.outside.get())
    return scene


async def dialling(world: World) -> Scene:
    return await _dialled(world, picks_up=False)


async def dialled(world: World) -> Scene:
    scene = await _dialled(world, picks_up=True)
    await _until_state(world, AgentState.TALKING)
    return scene


async def _dialled(world: World, *, picks_up: bool) -> Scene:
    await world.ready(0)
    scene = Scene(world, customer=None, phone=None)  # type: ignore[arg-type]  # they come below
    _somebody_outside(scene, picks_up=picks_up)
    project_id = await _some_project(world)
    asked = DialOut(agent_id=scene.agent_id, number=OUTSIDE, project_id=project_id)

    async def begun() -> bool:
        try:
            await world.send(asked)
        except CoreError as refusal:
            # The phone has registered, which the floor may learn a moment later.
            if refusal.code != "agent.phone_unreachable":
                raise
            return False
        return True

    await world.until(begun, "the agent's phone is never reachable")
    scene.phone = await world.next_ring(0)
    await scene.phone.answer()
    scene.customer = await _within(scene.outside.get())
    return scene


def _somebody_outside(scene: Scene, *, picks_up: bool) -> None:
    async def answer(_: str, party: Party) -> None:
        if picks_up:
            await party.answer()
        await scene.outside.put(party)
        await party.gone.wait()

    scene.world.stage.answer_at(OUTSIDE, answer)


async def _some_project(world: World) -> str:
    """The project of the crowd's line, as its calls name it."""
    connection = await asyncpg.connect(world.settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            return await connection.fetchval("select project_id from queues where id = 'crowd'")
    finally:
        await connection.close()


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
    other_leaves: set(WITH_ANOTHER) - {sent_outside},
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
        return set((await _states(world)).values()) <= _AT_REST

    await world.until(at_rest, "an agent is stuck")
    begun = {one.segment_id for one in await world.events(e.SegmentStarted)}
    closed = [one.segment_id for one in await world.events(e.SegmentEnded)]
    assert sorted(begun) == sorted(closed)
    made = {one.offer_id for one in await world.events(e.OfferMade)}
    over_offers = [one.offer_id for one in await world.events(e.OfferEnded)]
    assert sorted(made) == sorted(over_offers)


async def _states(world: World) -> dict[str, AgentState]:
    """The agents' states, as the journal has them."""
    states: dict[str, AgentState] = {}
    for fact in await world.facts():
        if isinstance(fact.event, e.AgentSignedIn | e.AgentStateChanged):
            states[fact.event.agent_id] = fact.event.state
    return states


async def _until_state(world: World, state: AgentState) -> None:
    async def there() -> bool:
        return (await _states(world)).get(world.seats[0].agent_id) is state

    await world.until(there, f"the first agent is never {state}")


async def _within(waiting: Awaitable[Party]) -> Party:
    async with asyncio.timeout(LIMIT_S):
        return await waiting
