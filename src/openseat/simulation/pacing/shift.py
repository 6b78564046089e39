"""One shift in a world under one pacer, on a virtual clock."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openseat.core.pacing.events import (
    AWAY,
    IDLE,
    TALKING,
    WRAPPING,
    AgentLeaving,
    AgentTurned,
    CallAnswered,
    CallConnected,
    CallEnded,
    CallLost,
    CallMissed,
    CallPlaced,
    CallRang,
    CallWithdrawn,
    Cell,
    PacingFact,
)
from openseat.simulation.pacing.world import HOUR_S, Absence, Work, World

__all__ = ["Dialler", "Result", "Shift", "bound_s"]

WITHIN_MS = 2_000
KNOWN_RECORDS = 40
TICK_MS = 1_000
"""How often a pacer is asked."""


class Dialler(Protocol):
    """What paces a shift: OpenSeat's own pacer, or an opponent."""

    def observe(self, fact: PacingFact) -> None:
        """Take up a fact."""

    def ask(self, now: int, coming: Sequence[Cell]) -> tuple[int, tuple[str, ...]]:
        """Return how many calls to place, and which ringing ones to end."""
        ...


@dataclass(slots=True)
class Result:
    """What a shift came to."""

    talk_s: float = 0.0
    bound_s: float = 0.0
    """Talk of agents who never wait for a call: no pacer has more."""
    placed: int = 0
    answers: int = 0
    nuisances: int = 0
    withdrawn: int = 0
    worst_nuisances: float = 0.0
    """The most nuisance calls above the limit's share at any moment, in calls."""

    @property
    def share(self) -> float:
        """Return talk as a share of the bound."""
        return self.talk_s / self.bound_s

    @property
    def nuisance_rate(self) -> float:
        """Return nuisance calls as a share of live answers."""
        return self.nuisances / self.answers if self.answers else 0.0


@dataclass(slots=True)
class _Agent:
    name: str
    next_work: Callable[[], Work]
    absences: deque[Absence]
    state: str = IDLE
    idle_since: int = 0
    leaving: bool = False
    plan: deque[tuple[str, int]] = field(default_factory=deque[tuple[str, int]])
    call_id: str = ""


class Shift:
    """A simulated shift.

    Args:
        world: where it is.
        agents: how many agents begin it.
        seed: with the same one the same people answer and talk as long, whoever paces.
        dialler: who paces.
    """

    def __init__(self, world: World, agents: int, seed: int, dialler: Dialler) -> None:
        self._world, self._seed, self._dialler = world, seed, dialler
        self._end = int(world.hours * HOUR_S * 1000)
        self._events: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = self._now = 0
        self._idle: deque[_Agent] = deque()
        self._waiting: deque[tuple[str, int]] = deque()
        self._coming: deque[Cell] = deque()
        """Cells of the next records."""
        self._ringing: dict[str, bool] = {}
        """Calls that ring, and whether a person will answer."""
        self._number = 0
        self.result = Result(bound_s=bound_s(world, agents, seed))
        self._agents = [
            _Agent(f"a{n}", world.works(seed, n), deque(world.absences(n))) for n in range(agents)
        ]

    def run(self) -> Result:
        """Let it happen."""
        for agent in self._agents:
            self._turn(agent, IDLE, 0)
            self._idle.append(agent)
            self._plan_absence(agent)
        self._at(0, self._tick)
        while self._events and self._events[0][0] < self._end:
            now, _, event = heapq.heappop(self._events)
            self._now = now
            event(now)
        return self.result

    def _at(self, when: int, event: Callable[[int], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (when, self._order, event))

    def _tick(self, now: int) -> None:
        self._at(now + TICK_MS, self._tick)
        # The next records' segments are known before they are dialled, their answers are not.
        hour = int(now / 1000 / HOUR_S)
        if self._coming and self._coming[0].hour != hour:
            self._coming = deque(Cell(cell.segment, hour) for cell in self._coming)
        while len(self._coming) < KNOWN_RECORDS:
            number = self._number + len(self._coming)
            self._coming.append(Cell(self._world.segment(self._seed, number).name, hour))
        place, give_up = self._dialler.ask(now, self._coming)
        for call_id in give_up:
            if self._ringing.pop(call_id, None) is not None:
                self.result.withdrawn += 1
                self._dialler.observe(CallWithdrawn(now, call_id))
        for _ in range(min(place, KNOWN_RECORDS)):
            self._place(now)

    def _place(self, now: int) -> None:
        fate = self._world.fate(self._seed, self._number, now / 1000)
        call_id = f"c{self._number}"
        self._number += 1
        self.result.placed += 1
        self._ringing[call_id] = fate.person
        self._dialler.observe(CallPlaced(now, call_id, self._coming.popleft()))
        self._at(now + int(self._world.set_up_s * 1000), lambda at: self._rings(call_id, at))
        self._at(now + int(fate.after_s * 1000), lambda at: self._over(call_id, at))

    def _rings(self, call_id: str, now: int) -> None:
        if call_id in self._ringing:
            self._dialler.observe(CallRang(now, call_id))

    def _over(self, call_id: str, now: int) -> None:
        """Let a person answer, or the call end without."""
        person = self._ringing.pop(call_id, None)
        if person is None:
            return
        if not person:
            self._dialler.observe(CallMissed(now, call_id))
            return
        self.result.answers += 1
        self._dialler.observe(CallAnswered(now, call_id))
        if self._idle:
            self._connect(self._idle.popleft(), call_id, now)
        else:
            self._waiting.append((call_id, now))
            self._at(now + WITHIN_MS, lambda at: self._tired(call_id, at))

    def _tired(self, call_id: str, now: int) -> None:
        """Give up a call nobody was there for in time."""
        if self._waiting and self._waiting[0][0] == call_id:
            self._waiting.popleft()
            result = self.result
            result.nuisances += 1
            result.worst_nuisances = max(
                result.worst_nuisances, result.nuisances - 0.03 * result.answers
            )
            self._dialler.observe(CallLost(now, call_id))

    def _connect(self, agent: _Agent, call_id: str, now: int) -> None:
        work = agent.next_work()
        agent.call_id = call_id
        stages = work.stages if self._world.scripted else ((TALKING, work.talk_s),)
        agent.plan = deque((name, int(seconds * 1000)) for name, seconds in stages)
        agent.plan.append((WRAPPING, int(work.wrap_s * 1000)))
        self.result.talk_s += min(work.talk_s, (self._end - now) / 1000)
        self._dialler.observe(CallConnected(now, call_id))
        self._go_on(agent, now)

    def _go_on(self, agent: _Agent, now: int) -> None:
        """Come to the next stage of the work, or to its end."""
        if not agent.plan:
            self._free(agent, now)
            return
        state, lasts = agent.plan.popleft()
        if state == WRAPPING:
            self._dialler.observe(CallEnded(now, agent.call_id))
        self._turn(agent, state, now)
        self._at(now + lasts, lambda at: self._go_on(agent, at))

    def _free(self, agent: _Agent, now: int) -> None:
        if agent.leaving:
            self._leave(agent, now)
            return
        self._turn(agent, IDLE, now)
        if self._waiting:
            call_id, _ = self._waiting.popleft()
            self._connect(agent, call_id, now)
        else:
            self._idle.append(agent)

    def _turn(self, agent: _Agent, state: str, now: int) -> None:
        agent.state = state
        self._dialler.observe(AgentTurned(now, agent.name, state))

    def _plan_absence(self, agent: _Agent) -> None:
        if agent.absences:
            when = max(self._now, int(agent.absences[0].at_s * 1000))
            self._at(when, lambda at: self._wants_away(agent, at))

    def _wants_away(self, agent: _Agent, now: int) -> None:
        if agent.state == IDLE:
            self._idle.remove(agent)
            self._leave(agent, now)
        else:
            agent.leaving = True
            self._dialler.observe(AgentLeaving(now, agent.name))

    def _leave(self, agent: _Agent, now: int) -> None:
        agent.leaving = False
        absence = agent.absences.popleft()
        self._turn(agent, AWAY, now)
        self._at(now + int(absence.lasts_s * 1000), lambda at: self._back(agent, at))

    def _back(self, agent: _Agent, now: int) -> None:
        self._plan_absence(agent)
        self._free(agent, now)


def bound_s(world: World, agents: int, seed: int) -> float:
    """Return the talk of a clairvoyant: every agent has the next conversation at once.

    An agent's conversations are the same in the same order whoever paces, so waiting between
    them can only move talk beyond the end of the shift. Whoever knows every answer in advance
    dials such that it comes when an agent becomes free, and loses nobody.
    """
    total = 0.0
    for agent in range(agents):
        next_work = world.works(seed, agent)
        away = sum(absence.lasts_s for absence in world.absences(agent))
        left = world.hours * HOUR_S - away
        while left > 0:
            work = next_work()
            total += min(work.talk_s, left)
            left -= work.talk_s + work.wrap_s
    return total
