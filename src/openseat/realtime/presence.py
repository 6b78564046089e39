"""Whether an agent's desktop is there: the floor is told when it comes, and when it stays away."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from openseat.core.errors import CoreError
from openseat.core.inputs import AgentLink
from openseat.floor.link import FloorUnavailable

_log = structlog.get_logger("openseat.realtime")

AWAY_S = 5.0
"""A desktop that is back within this was only reloaded."""

Send = Callable[[AgentLink], Awaitable[None]]


class Presence:
    """Counts each agent's open desktops."""

    def __init__(self, send: Send, away_s: float = AWAY_S) -> None:
        self._send = send
        self._away_s = away_s
        self._open: Counter[str] = Counter()
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def came(self, agent_id: str) -> None:
        """A desktop of the agent connected."""
        self._open[agent_id] += 1
        leaving = self._leaving.pop(agent_id, None)
        if leaving is not None:
            leaving.cancel()
        if self._open[agent_id] == 1:
            self._spawn(self._tell(agent_id, connected=True))

    def went(self, agent_id: str) -> None:
        """A desktop of the agent disconnected."""
        self._open[agent_id] -= 1
        if self._open[agent_id] <= 0:
            del self._open[agent_id]
            self._leaving[agent_id] = self._spawn(self._leave(agent_id))

    async def close(self) -> None:
        """Forget everybody without a word: an API that stops is not the agents' doing."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _leave(self, agent_id: str) -> None:
        await asyncio.sleep(self._away_s)
        self._leaving.pop(agent_id, None)
        await self._tell(agent_id, connected=False)

    async def _tell(self, agent_id: str, *, connected: bool) -> None:
        try:
            await self._send(AgentLink(agent_id=agent_id, connected=connected))
        except CoreError as refusal:
            # Not signed in, for example: then there is nothing to keep.
            _log.debug("presence refused", code=refusal.code)
        except FloorUnavailable:
            _log.warning("presence not told", connected=connected)

    def _spawn(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        return task


@contextlib.asynccontextmanager
async def watching(presence: Presence) -> AsyncIterator[None]:
    """Close ``presence`` at the end of the context."""
    try:
        yield
    finally:
        await presence.close()
