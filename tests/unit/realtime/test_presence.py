"""An agent's desktop comes and goes; the floor hears of it only when it matters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from openseat.core.errors import CoreError
from openseat.core.inputs import AgentLink
from openseat.floor.link import FloorUnavailable
from openseat.realtime.presence import Presence

told: list[tuple[str, bool]] = []


async def tell(link: AgentLink) -> None:
    told.append((link.agent_id, link.connected))


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def presence() -> AsyncIterator[Presence]:
    told.clear()
    watched = Presence(tell, away_s=0)
    yield watched
    await watched.close()


async def test_the_floor_hears_of_the_first_desktop_only(presence: Presence) -> None:
    presence.came("a")
    presence.came("a")
    presence.came("b")
    await settled()
    assert told == [("a", True), ("b", True)]


async def test_the_floor_hears_that_an_agent_is_away_when_the_last_desktop_has_gone(
    presence: Presence,
) -> None:
    presence.came("a")
    presence.came("a")
    presence.went("a")
    await settled()
    assert told == [("a", True)]
    presence.went("a")
    await settled()
    assert told == [("a", True), ("a", False)]


async def test_a_page_that_is_only_reloaded_does_not_look_like_leaving() -> None:
    told.clear()
    patient = Presence(tell, away_s=3600)
    patient.came("a")
    await settled()
    patient.went("a")
    await settled()
    patient.came("a")
    await settled()
    assert (("a", False)) not in told
    await patient.close()


async def test_an_api_that_stops_says_nothing_of_its_agents() -> None:
    told.clear()
    stopping = Presence(tell, away_s=3600)
    stopping.came("a")
    await settled()
    stopping.went("a")
    await stopping.close()
    assert told == [("a", True)]


@pytest.mark.parametrize("refusal", [CoreError("agent.not_signed_in"), FloorUnavailable("away")])
async def test_a_floor_that_refuses_or_is_away_harms_nothing(refusal: Exception) -> None:
    async def refuse(link: AgentLink) -> None:
        raise refusal

    watched = Presence(refuse, away_s=0)
    watched.came("a")
    watched.went("a")
    await settled()
    await watched.close()
