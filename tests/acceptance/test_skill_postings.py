"""A waiting caller reaches an agent the moment a supervisor gives them the skill; until a time."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from openseat.core import events as e
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.status import child_record
from openseat.simulation import crowd
from openseat.testing.world import FIRST, LIMIT_S, SECOND, World, running_world

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

SKILL, LEVEL = "claims", 5
AGENT, COLLEAGUE = 0, 1


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    """The crowd's queue asks for a skill that nobody in the crowd has."""
    async with running_world(product, 2) as made, asking_for_a_skill(made):
        yield made
        await made.nothing_is_left()


@asynccontextmanager
async def asking_for_a_skill(world: World) -> AsyncIterator[None]:
    owner = await asyncpg.connect(world.settings.database_url("owner"))
    try:
        await owner.execute("select set_config('openseat.scope', 'operator', false)")
        await owner.execute(
            "insert into queue_skills (queue_id, skill_id, level) values ($1, $2, $3)",
            crowd.QUEUE,
            SKILL,
            LEVEL,
        )
        version = await owner.fetchval("select version from directory_state where id = 1")

        async def taken_up() -> bool:
            found = await world.events(e.CellConfigured)
            return any(one.config_version >= version for one in found)

        await world.until(taken_up, "the floor does not take up the directory")
        yield
        await owner.execute("delete from queue_skills where queue_id = $1", crowd.QUEUE)
        await owner.execute("delete from agent_skill_postings where skill_id = $1", SKILL)
    finally:
        await owner.close()


@asynccontextmanager
async def supervisor(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The supervisor of the crowd's group, signed in."""
    base = f"http://{LOOPBACK}:{settings.ports.web}/api/v1"
    async with httpx.AsyncClient(base_url=base, timeout=LIMIT_S) as page:
        password = settings.secrets.read("demo_supervisor")
        answer = await page.post("/session", json={"login": "supervisor", "password": password})
        page.headers["X-OpenSeat-CSRF"] = answer.raise_for_status().json()["csrf_token"]
        yield page


async def assigned(world: World, seat: int) -> list[dict[str, int]]:
    """What the journal tells of the levels an agent was given, in order."""
    found = await world.events(e.AgentAssigned)
    return [dict(one.skills) for one in found if one.agent_id == world.seats[seat].agent_id]


async def told(world: World, seat: int, skills: dict[str, int]) -> None:
    async def newest() -> bool:
        return (await assigned(world, seat))[-1:] == [skills]

    await world.until(newest, f"the floor is not told of {skills}")


async def waits(world: World) -> None:
    """The caller is in the queue, and nobody's phone rings."""

    async def entered() -> bool:
        return bool(await world.events(e.QueueEntered))

    await world.until(entered, "the caller does not wait")
    assert await world.events(e.OfferMade) == []
    assert all(rings.empty() for rings in world.rung.values())


async def kill_the_floor(world: World) -> None:
    record = ProcessRecord.read(child_record(world.settings.paths.run, "floor"))
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)

    async def taken_over() -> bool:
        return bool(await world.events(e.SwitchWasRestored))

    await world.until(taken_over, "no floor takes over")


async def test_a_waiting_caller_reaches_the_agent_who_is_given_the_skill(world: World):
    await world.ready(AGENT)
    customer = await world.call()
    await waits(world)
    agent = world.seats[AGENT].agent_id
    async with supervisor(world.settings) as page:
        path = f"/floor/agents/{agent}/skills"
        answer = await page.put(path, json={"skills": {SKILL: LEVEL - 1}})
        assert answer.status_code == 204, answer.text
        await told(world, AGENT, {SKILL: LEVEL - 1})
        assert world.rung[world.seats[AGENT].phone.endpoint].empty(), "a level too low will not do"
        assert (await page.put(path, json={"skills": {SKILL: LEVEL}})).status_code == 204
        phone = await world.connect(customer, AGENT, FIRST)
        # Taking the skill back does not touch the call at hand.
        assert (await page.delete(path)).status_code == 204
        await told(world, AGENT, {})
    await asyncio.sleep(0.5)
    assert not customer.gone.is_set()
    assert not phone.gone.is_set()
    await customer.hang_up()
    async with asyncio.timeout(LIMIT_S):
        await phone.gone.wait()


async def test_a_skill_until_a_time_is_taken_back_by_itself_though_the_floor_is_killed(
    world: World,
):
    agents = [seat.agent_id for seat in world.seats]
    until = datetime.now(UTC) + timedelta(seconds=12)
    async with supervisor(world.settings) as page:
        body = {"agents": agents, "skills": {SKILL: 9}, "until": until.isoformat()}
        answer = await page.post("/floor/skills", json=body)
        assert answer.status_code == 204, answer.text
    await told(world, AGENT, {SKILL: 9})
    await told(world, COLLEAGUE, {SKILL: 9})
    await kill_the_floor(world)
    await world.ready(COLLEAGUE)
    # The floor that took over routes by the skill as long as it is given.
    if datetime.now(UTC) < until - timedelta(seconds=3):
        first = await world.call()
        phone = await world.connect(first, COLLEAGUE, SECOND)
        await first.hang_up()
        async with asyncio.timeout(LIMIT_S):
            await phone.gone.wait()
    await told(world, COLLEAGUE, {})
    assert datetime.now(UTC) >= until
    offers = len(await world.events(e.OfferMade))
    second = await world.call()

    async def waiting() -> bool:
        entered, left = await world.events(e.QueueEntered), await world.events(e.QueueLeft)
        return len(entered) > len(left)

    await world.until(waiting, "the caller does not wait")
    await asyncio.sleep(1)
    assert len(await world.events(e.OfferMade)) == offers, "offered to nobody any more"
    await second.hang_up()
