"""One queue as the router sees it: its lines of contacts, its agents, its pace."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from openseat.core.config import QueueConfig, Strategy
from openseat.core.identity import Instant, Milliseconds
from openseat.core.routing.member import Member
from openseat.core.routing.pool import Pool
from openseat.core.routing.waiting import Line, LineKey, Waiting, standing

MOST_POOLS: Final = 64
"""Pools kept for one queue; beyond that, those without contacts are dropped."""

MOST_ASKED: Final = 1_024
"""Ways of asking remembered with the pool that answers them."""

PACE_OF: Final = 20
"""The estimate looks at this many contacts served from a backlog."""

PACE_FOR_MS: Final[Milliseconds] = 1_800_000
"""Older ones say nothing about now."""


class LineUp:
    """The contacts of a queue that wait, and what is needed to serve them in order."""

    def __init__(self, config: QueueConfig, busy: dict[LineUp, None]) -> None:
        self._busy = busy
        self.config = config
        self.queue_id = config.queue_id
        self.client_id = config.client_id
        self.ageing = max(0, config.ageing_per_minute)
        self.relaxations = tuple(sorted(config.relaxations, key=lambda step: step.after_ms))
        self.members: list[Member] = []
        self.staff = 0
        """Agents who serve this queue and have a session."""
        self.lines: dict[LineKey, Line] = {}
        """Lines that are not empty."""
        self.kept: dict[str, tuple[Waiting, Member]] = {}
        """Contacts waiting for one agent alone, by entry, and for whom."""
        self.waiting = 0
        self.turn = (0, -1)
        """Round and order of the last agent to whom round robin gave a contact."""
        self.pace: deque[tuple[Instant, Milliseconds]] = deque()
        """When contacts of a backlog were served, and how long each took to be next."""
        self.paced: Milliseconds = 0
        """The sum of `pace`."""
        self.mark: Instant = 0
        """Since when the backlog has lost nobody."""
        self.leaving: Milliseconds | None = None
        self._pools: dict[tuple[tuple[str, int], ...], Pool] = {}
        self._asked: dict[tuple[tuple[tuple[str, int], ...], int], Pool] = {}
        self._made = 0

    # -- able agents ---------------------------------------------------------------

    def pool(self, skills: Mapping[str, int], stage: int) -> Pool:
        """The agents who hold `skills` after so many relaxations."""
        asked = (tuple(skills.items()), stage)
        known = self._asked.get(asked)
        if known is not None:
            return known
        levels = dict(skills)
        for step in self.relaxations[:stage]:
            levels.update(step.skills)
        needed = tuple(sorted((skill, level) for skill, level in levels.items() if level > 0))
        pool = self._pools.get(needed)
        if pool is None:
            if len(self._pools) >= MOST_POOLS:
                self._drop_pools()
            self._made += 1
            pool = self._pools[needed] = Pool(self, needed, self._made)
        if len(self._asked) >= MOST_ASKED:
            self._asked.clear()
        self._asked[asked] = pool
        return pool

    def _drop_pools(self) -> None:
        used = {key[0] for key in self.lines}
        dropped = {pool for pool in self._pools.values() if pool.number not in used}
        for member in self.members:
            member.leave(dropped)
        self._pools = {levels: pool for levels, pool in self._pools.items() if pool not in dropped}
        self._asked.clear()

    def turn_of(self, member: Member) -> tuple[int, int]:
        """The turn a ready agent has drawn: the next in the circle behind the last one given."""
        drawn = member.turns.get(self)
        if drawn is None:
            turn, last = self.turn
            drawn = (turn if member.order > last else turn + 1, member.order)
            member.turns[self] = drawn
        return drawn

    def gave(self, member: Member) -> None:
        """Note that an agent was given a contact."""
        if self.config.strategy is Strategy.ROUND_ROBIN:
            self.turn = max(self.turn, self.turn_of(member))

    # -- contacts ------------------------------------------------------------------

    def put(self, waiting: Waiting, now: Instant) -> None:
        """Let a contact wait, for its preferred agent or for any able one."""
        if not self.waiting and not waiting.entered:
            self.mark = now
        self.waiting += 1
        if waiting.preferred is not None:
            self.kept[waiting.contact.entry_id] = (waiting, waiting.preferred)
            waiting.preferred.kept.append(waiting)
            return
        priority = waiting.contact.priority
        pool = waiting.pool
        key = (pool.number, priority, waiting.not_for)
        line = self.lines.get(key)
        if line is None:
            self._busy[self] = None
            line = self.lines[key] = Line(key, pool.members, priority, self.ageing)
        line.put(waiting)

    def take(self, waiting: Waiting) -> None:
        """Let a contact wait no longer."""
        self.waiting -= 1
        line = waiting.line
        if line is not None:
            line.take(waiting)
            if not line.items:
                del self.lines[line.key]
                if not self.lines:
                    del self._busy[self]
        else:
            _, member = self.kept.pop(waiting.contact.entry_id)
            member.kept.remove(waiting)

    def everybody(self) -> list[Waiting]:
        """All contacts that wait, in order of arrival."""
        found = [item[2] for line in self.lines.values() for item in line.items]
        found += [waiting for waiting, _ in self.kept.values()]
        return sorted(found, key=lambda waiting: waiting.number)

    def place(self, waiting: Waiting, now: Instant) -> tuple[tuple[int, int], Instant, int]:
        """Where a contact stands in the queue's order; the smaller is served first."""
        at = standing(waiting.since, waiting.contact.priority, self.ageing, now)
        return (at, waiting.since, waiting.number)

    def position(self, waiting: Waiting, now: Instant) -> int:
        """Place among all that wait in this queue, from 1."""
        mine = self.place(waiting, now)
        ahead = sum(line.ahead(mine, now) for line in self.lines.values())
        ahead += sum(self.place(other, now) < mine for other, _ in self.kept.values())
        return ahead + 1

    # -- pace ----------------------------------------------------------------------

    def interval(self, now: Instant) -> Milliseconds:
        """How long the backlog took to be served one more."""
        took = max(0, now - self.mark)
        self.mark = now
        return took

    def served(self, now: Instant) -> None:
        """The contact that left last was answered."""
        if self.leaving is not None:
            if len(self.pace) == PACE_OF:
                self.paced -= self.pace.popleft()[1]
            self.pace.append((now, self.leaving))
            self.paced += self.leaving
            self.leaving = None

    def estimate(self, position: int, now: Instant) -> Milliseconds | None:
        """Expected wait from `position`, None while nothing recent is known.

        The mean time that the backlog took for each contact served, counting
        the time since the last one once that is longer than the mean.
        """
        pace = self.pace
        while pace and now - pace[0][0] > PACE_FOR_MS:
            self.paced -= pace.popleft()[1]
        total, count = self.paced, len(pace)
        if not count:
            return None
        running = now - self.mark if self.waiting else 0
        if running * count > total:
            total, count = total + running, count + 1
        return position * total // count
