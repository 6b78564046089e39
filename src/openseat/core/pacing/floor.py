"""Who rings, who waits, who works at what: the campaign's present, kept from facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from openseat.core.pacing.answering import Answering
from openseat.core.pacing.availability import Availability
from openseat.core.pacing.budget import NuisanceBudget
from openseat.core.pacing.events import (
    AWAY,
    IDLE,
    AgentLeaving,
    AgentLeft,
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
    WindowBegan,
)

_SET_UPS: Final = 50
"""Calls over which the time from dialling to ringing is averaged."""


@dataclass(slots=True)
class RingingCall:
    """A call that nobody answered yet."""

    placed_at: int
    cell: Cell
    rings_since: int | None = None
    """Since when the telephone rings there; None: nobody said that it does."""


@dataclass(slots=True)
class Worker:
    """An agent of the campaign."""

    state: str
    since: int
    leaving: bool = False


@dataclass(slots=True)
class CampaignFloor:
    """The present of one campaign, and what is learnt from how it came about.

    Facts about calls and agents it does not know are ignored: a floor that took over tells what
    there is, and hears the end of what came before.
    """

    within_ms: int
    budget: NuisanceBudget
    answering: Answering = field(default_factory=Answering)
    availability: Availability = field(default_factory=Availability)
    ringing: dict[str, RingingCall] = field(default_factory=dict[str, RingingCall])
    waiting: dict[str, int] = field(default_factory=dict[str, int])
    """People who answered and have no agent yet, since when."""
    talking: set[str] = field(default_factory=set[str])
    agents: dict[str, Worker] = field(default_factory=dict[str, Worker])
    idle: int = 0
    """Agents who are idle and stay."""
    set_up_ms: float = 5_000.0
    """Usual time from dialling to ringing, newer calls counting more."""

    def observe(self, fact: PacingFact) -> None:
        """Take up a fact."""
        match fact:
            case CallPlaced():
                self.ringing[fact.call_id] = RingingCall(fact.at, fact.cell)
            case CallRang():
                self._rings(fact)
            case CallAnswered():
                if self._rang(fact.call_id, fact.at, answered=True):
                    self.waiting[fact.call_id] = fact.at
                    self.budget.answered()
            case CallMissed() | CallWithdrawn():
                given_up = isinstance(fact, CallWithdrawn)
                self._rang(fact.call_id, fact.at, given_up=given_up)
            case CallEnded():
                self.talking.discard(fact.call_id)
            case CallConnected() | CallLost():
                self._met(fact)
            case AgentTurned():
                self._turned(fact)
            case AgentLeaving():
                self._leaving(fact.agent_id)
            case AgentLeft():
                self._away(fact.agent_id, fact.at)
            case WindowBegan():
                self.budget.begin()

    def refresh(self, now: int) -> None:
        """Let the durations of what lasts be part of what is known."""
        running: dict[str, list[float]] = {}
        for worker in self.agents.values():
            if worker.state not in {IDLE, AWAY}:
                running.setdefault(worker.state, []).append((now - worker.since) / 1000)
        self.availability.refresh(running)

    def busy(self) -> Iterable[Worker]:
        """Return the agents who work and will be back."""
        return (
            worker
            for worker in self.agents.values()
            if not worker.leaving and worker.state not in {IDLE, AWAY}
        )

    def _rings(self, fact: CallRang) -> None:
        call = self.ringing.get(fact.call_id)
        if call is not None and call.rings_since is None:
            call.rings_since = fact.at
            self.set_up_ms += (fact.at - call.placed_at - self.set_up_ms) / _SET_UPS

    def _rang(
        self, call_id: str, at: int, *, answered: bool = False, given_up: bool = False
    ) -> bool:
        call = self.ringing.pop(call_id, None)
        if call is None:
            return False
        self.answering.ended(
            call.cell, (at - call.placed_at) / 1000, answered=answered, given_up=given_up
        )
        return True

    def _met(self, fact: CallConnected | CallLost) -> None:
        since = self.waiting.pop(fact.call_id, None)
        if since is not None and fact.at - since >= self.within_ms:
            self.budget.nuisance()
        if isinstance(fact, CallConnected):
            self.talking.add(fact.call_id)

    def _turned(self, fact: AgentTurned) -> None:
        worker = self.agents.get(fact.agent_id)
        if worker is None:
            worker = self.agents[fact.agent_id] = Worker(fact.state, fact.at)
        else:
            if worker.state == fact.state:
                return
            self.idle -= worker.state == IDLE and not worker.leaving
            if worker.state not in {IDLE, AWAY}:
                self.availability.left(worker.state, (fact.at - worker.since) / 1000, fact.state)
            worker.state, worker.since = fact.state, fact.at
            worker.leaving = worker.leaving and fact.state != IDLE
        self.idle += worker.state == IDLE

    def _leaving(self, agent_id: str) -> None:
        worker = self.agents.get(agent_id)
        if worker is not None and not worker.leaving:
            worker.leaving = True
            self.idle -= worker.state == IDLE

    def _away(self, agent_id: str, at: int) -> None:
        worker = self.agents.pop(agent_id, None)
        if worker is None:
            return
        self.idle -= worker.state == IDLE and not worker.leaving
        if worker.state not in {IDLE, AWAY}:
            self.availability.cut(worker.state, (at - worker.since) / 1000)
