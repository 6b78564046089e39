"""The phones the switch is told of: the directory's, and those of agents in their pages."""

from __future__ import annotations

import asyncio

from openseat.core.agents import Agent
from openseat.core.browser_phone import browser_phone
from openseat.core.events import AgentState
from openseat.floor.phones import Phones
from openseat.platform.phone_secret import phone_secret
from openseat.switch.port import Phone

SEED = "seed"
DESK = Phone(endpoint="phone-1001", password="x")


class Switch:
    """Takes note of what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Phone, ...]] = []

    async def push_phones(self, phones) -> None:
        self.told.append(tuple(phones))


def seated(session_id: str, endpoint: str | None = None) -> Agent:
    return Agent(
        agent_id="a1",
        state=AgentState.IDLE,
        session_id=session_id,
        endpoint=endpoint or browser_phone("a1"),
    )


async def told_of(agents: dict[str, Agent]) -> tuple[Phone, ...]:
    switch = Switch()
    await Phones(switch, SEED, lambda: agents).take([DESK])  # type: ignore[arg-type]  # all it asks of a switch
    return switch.told[-1]


async def test_an_agent_in_their_page_has_a_phone_for_the_length_of_the_session():
    (desk, own) = await told_of({"a1": seated("session-1")})
    assert desk == DESK
    assert (own.endpoint, own.agent_id, own.webrtc) == ("browser-a1", "a1", True)
    assert own.password == phone_secret(SEED, "browser-a1", "session-1")
    (_, later) = await told_of({"a1": seated("session-2")})
    assert later.password != own.password


async def test_who_sits_elsewhere_or_has_left_has_none():
    assert await told_of({"a1": seated("s", "phone-1001")}) == (DESK,)
    assert await told_of({"a1": Agent(agent_id="a1", endpoint="browser-a1")}) == (DESK,)
    # Another agent's page is nobody's seat.
    assert await told_of({"a1": seated("s", browser_phone("a2"))}) == (DESK,)


async def test_sign_ins_of_one_moment_go_together():
    switch, agents = Switch(), {"a1": seated("s")}
    phones = Phones(switch, SEED, lambda: agents)  # type: ignore[arg-type]  # likewise
    keeping = asyncio.create_task(phones.keep())
    phones.seated()
    phones.seated()
    while not switch.told:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    keeping.cancel()
    assert len(switch.told) == 1
