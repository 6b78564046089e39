"""The phones the switch shall accept: the directory's, and those of agents in their pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from openseat.core.agents import Agent
from openseat.core.browser_phone import in_browser
from openseat.platform.phone_secret import phone_secret
from openseat.switch.port import Phone, Switch


class Phones:
    """Tells the switch its phones whenever the directory or the seating has changed."""

    def __init__(
        self, switch: Switch, seed: str, agents: Callable[[], Mapping[str, Agent]]
    ) -> None:
        """`seed` is the installation's secret `phones`; `agents` gives the agents as they are."""
        self._switch = switch
        self._seed = seed
        self._agents = agents
        self._listed: tuple[Phone, ...] = ()
        self._changed = asyncio.Event()

    async def take(self, phones: Iterable[Phone]) -> None:
        """Take the directory's phones, and tell the switch."""
        self._listed = tuple(phones)
        await self._push()

    def seated(self) -> None:
        """Note that an agent came to or left a browser phone; `keep` tells the switch."""
        self._changed.set()

    async def keep(self) -> None:
        """Tell the switch of changes for ever; sign-ins of one moment go together."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._push()

    async def _push(self) -> None:
        await self._switch.push_phones((*self._listed, *self._in_browsers()))

    def _in_browsers(self) -> Iterable[Phone]:
        for agent in self._agents().values():
            if agent.signed_in and in_browser(agent.agent_id, agent.endpoint):
                password = phone_secret(self._seed, agent.endpoint, agent.session_id)
                yield Phone(
                    endpoint=agent.endpoint,
                    password=password,
                    agent_id=agent.agent_id,
                    webrtc=True,
                )
