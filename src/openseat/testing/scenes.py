"""How far a call has come when something goes wrong: stages for acceptance tests of troubles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field

import asyncpg

from openseat.core import events as e
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState
from openseat.core.inputs import Conference, Consult, DialOut, Hold, PickUp, Swap, Transfer
from openseat.simulation import crowd
from openseat.simulation.stage import Party
from openseat.testing.world import FIRST, LIMIT_S, SECOND, World

OUTSIDE = "+8613711113333"
GROUP = "group-one"
"""Where the crowd's agents are."""


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
    seat: int = 0
    """Where the first agent sits."""

    @property
    def agent_id(self) -> str:
        return self.world.seats[self.seat].agent_id

    @property
    def colleague(self) -> Target:
        return Target(kind=TargetKind.AGENT, id=self.world.seats[1].agent_id)


# -- stages ----------------------------------------------------------------------------


async def talking(world: World) -> Scene:
    """A customer and the first agent talk; a colleague is free."""
    await world.ready(0)
    customer = await world.call()
    phone = await world.connect(customer, 0, FIRST)
    scene = Scene(world, customer, phone)
    await until_state(world, AgentState.TALKING)
    await world.ready(1)
    return scene


async def holding(world: World) -> Scene:
    """The customer is on hold."""
    scene = await talking(world)
    await world.send(Hold(agent_id=scene.agent_id))
    return scene


async def colleague_rings(world: World) -> Scene:
    """The colleague is asked and still rings."""
    scene = await talking(world)
    await world.send(Consult(agent_id=scene.agent_id, target=scene.colleague))
    scene.other = await world.next_ring(1)
    return scene


async def consulting(world: World) -> Scene:
    """The colleague is asked and talks; the customer waits."""
    scene = await talking(world)
    await world.send(Consult(agent_id=scene.agent_id, target=scene.colleague))
    scene.other = await world.connect(scene.customer, 1, SECOND)
    await until_state(world, AgentState.CONSULTING)
    return scene


async def swapped(world: World) -> Scene:
    """Back with the customer, while the colleague waits."""
    scene = await consulting(world)
    await world.send(Swap(agent_id=scene.agent_id))
    return scene


async def conferring(world: World) -> Scene:
    """All three talk."""
    scene = await consulting(world)
    await world.send(Conference(agent_id=scene.agent_id))
    await until_state(world, AgentState.CONFERENCING)
    return scene


async def sent_to_a_colleague_who_is_rung(world: World) -> Scene:
    """Sent on to the colleague, who still rings."""
    scene = await talking(world)
    await world.send(Transfer(agent_id=scene.agent_id, target=scene.colleague))
    scene.other = await world.next_ring(1)
    return scene


async def picked_up(world: World) -> Scene:
    """The colleague of the agent who was rung has taken the call to themselves."""
    await world.ready(0)
    customer = await world.call()
    await world.next_ring(0)
    await world.ready(1)
    first, second = (seat.agent_id for seat in world.seats)
    await world.send(PickUp(agent_id=second, colleague_id=first))
    phone = await world.connect(customer, 1, SECOND)
    await until_state(world, AgentState.TALKING, seat=1)
    return Scene(world, customer, phone, seat=1)


async def sent_to_the_group(world: World) -> Scene:
    """Sent on to the group, of whom one rings."""
    return await _sent(world, Target(kind=TargetKind.GROUP, id=GROUP))


async def sent_to_the_queue(world: World) -> Scene:
    """Sent on to the queue, whose next agent rings."""
    return await _sent(world, Target(kind=TargetKind.QUEUE, id=crowd.QUEUE))


async def sent_to_a_flow(world: World) -> Scene:
    """Sent on to a flow that leads to the queue, whose next agent rings."""
    return await _sent(world, Target(kind=TargetKind.FLOW, id=crowd.QUEUE))


async def _sent(world: World, target: Target) -> Scene:
    """Behind the target the colleague is rung, who has been free for longer."""
    scene = await talking(world)
    await world.send(Transfer(agent_id=scene.agent_id, target=target))
    scene.other = await world.next_ring(1)
    return scene


async def group_is_asked(world: World) -> Scene:
    """The group is asked, and one of it rings."""
    return await _asked(world, Target(kind=TargetKind.GROUP, id=GROUP))


async def queue_is_asked(world: World) -> Scene:
    """The queue is asked, and its next agent rings."""
    return await _asked(world, Target(kind=TargetKind.QUEUE, id=crowd.QUEUE))


async def _asked(world: World, target: Target) -> Scene:
    scene = await talking(world)
    await world.send(Consult(agent_id=scene.agent_id, target=target))
    scene.other = await world.next_ring(1)
    return scene


async def sent_outside_where_it_rings(world: World) -> Scene:
    """Sent on to a telephone outside, which rings."""
    scene = await talking(world)
    somebody_outside(scene, picks_up=False)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Transfer(agent_id=scene.agent_id, target=target))
    scene.other = await within(scene.outside.get())
    return scene


async def outside_rings(world: World) -> Scene:
    """A telephone outside is asked and rings."""
    scene = await talking(world)
    somebody_outside(scene, picks_up=False)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Consult(agent_id=scene.agent_id, target=target))
    scene.other = await within(scene.outside.get())
    return scene


async def asking_outside(world: World) -> Scene:
    """A telephone outside is asked and talks."""
    scene = await talking(world)
    somebody_outside(scene, picks_up=True)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Consult(agent_id=scene.agent_id, target=target))
    scene.other = await within(scene.outside.get())
    return scene


async def sent_outside(world: World) -> Scene:
    """Sent on to a telephone outside, which answers."""
    scene = await talking(world)
    somebody_outside(scene, picks_up=True)
    target = Target(kind=TargetKind.OUTSIDE, id=OUTSIDE)
    await world.send(Transfer(agent_id=scene.agent_id, target=target))
    scene.other = await within(scene.outside.get())
    return scene


async def dialling(world: World) -> Scene:
    """A customer is called and rings."""
    return await _dialled(world, picks_up=False)


async def dialled(world: World) -> Scene:
    """A customer who was called talks."""
    scene = await _dialled(world, picks_up=True)
    await until_state(world, AgentState.TALKING)
    return scene


async def _dialled(world: World, *, picks_up: bool) -> Scene:
    await world.ready(0)
    outside = asyncio.Queue[Party]()
    _somebody(world, outside, picks_up=picks_up)
    project_id = await some_project(world)
    asked = DialOut(agent_id=world.seats[0].agent_id, number=OUTSIDE, project_id=project_id)

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
    phone = await world.next_ring(0)
    await phone.answer()
    customer = await within(outside.get())
    return Scene(world, customer=customer, phone=phone, outside=outside)


def somebody_outside(scene: Scene, *, picks_up: bool) -> None:
    """Have somebody at the telephone outside, who picks up or lets it ring."""
    _somebody(scene.world, scene.outside, picks_up=picks_up)


def _somebody(world: World, outside: asyncio.Queue[Party], *, picks_up: bool) -> None:
    async def answer(_: str, party: Party) -> None:
        if picks_up:
            await party.answer()
        await outside.put(party)
        await party.gone.wait()

    world.stage.answer_at(OUTSIDE, answer)


async def some_project(world: World) -> str:
    """The project of the crowd's line, as its calls name it."""
    connection = await asyncpg.connect(world.settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            return await connection.fetchval("select project_id from queues where id = 'crowd'")
    finally:
        await connection.close()


# -- waiting ----------------------------------------------------------------------------


async def states(world: World) -> dict[str, AgentState]:
    """The agents' states, as the journal has them."""
    states: dict[str, AgentState] = {}
    for fact in await world.facts():
        if isinstance(fact.event, e.AgentSignedIn | e.AgentStateChanged):
            states[fact.event.agent_id] = fact.event.state
    return states


async def until_state(world: World, state: AgentState, seat: int = 0) -> None:
    """Wait until an agent is in a state."""

    async def there() -> bool:
        return (await states(world)).get(world.seats[seat].agent_id) is state

    await world.until(there, f"agent {seat} is never {state}")


async def within(waiting: Awaitable[Party]) -> Party:
    """Wait for somebody, and not for ever."""
    async with asyncio.timeout(LIMIT_S):
        return await waiting
