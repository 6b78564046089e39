"""The cell's whole state, as a fold over its facts.

`CellState.apply` is the only thing that changes it: live decisions and a
replay of the journal go through the same lines, so what is read back after a
crash is what was there before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from openseat.core import agents as agent_rules
from openseat.core import events as e
from openseat.core.agents import Agent
from openseat.core.calls import fold
from openseat.core.calls.model import Call
from openseat.core.identity import Instant

V = TypeVar("V")

STATE_VERSION = 1
"""Raised when a checkpoint of an older build can no longer be read."""

REMEMBERED = 20_000
"""How many callers' last agents and abandoned places are kept; the oldest go first."""


@dataclass(slots=True, kw_only=True)
class Kept:
    """The place of a caller who gave up: how long they had waited, and until when."""

    left_at: Instant
    waited_ms: int


@dataclass(slots=True, kw_only=True)
class Owner:
    """Whose a segment is, remembered for dispositions that come after the call."""

    call_id: str
    client_id: str
    agent_id: str


@dataclass(slots=True, kw_only=True)
class Registration:
    """Where a phone registered from, and since when it is there."""

    address: str
    since: Instant


@dataclass(slots=True, kw_only=True)
class TrunkTest:
    """What the latest test call through a trunk told."""

    test_id: str
    at: Instant
    number: str
    answered: bool
    cause: int
    ring_ms: int
    talk_ms: int
    heard: bool


@dataclass(slots=True, kw_only=True)
class CellState:
    """Calls, agents and the little memory that routing needs."""

    calls: dict[str, Call] = field(default_factory=dict[str, Call])
    agents: dict[str, Agent] = field(default_factory=dict[str, Agent])
    trunks: dict[str, bool] = field(default_factory=dict[str, bool])
    phones: dict[str, Registration] = field(default_factory=dict[str, Registration])
    """The phones that can be reached, by endpoint."""
    trunk_tests: dict[str, TrunkTest] = field(default_factory=dict[str, TrunkTest])
    """Trunk → its latest test call."""
    kept: dict[str, Kept] = field(default_factory=dict[str, Kept])
    """Queue and caller → place kept."""
    last_agents: dict[str, str] = field(default_factory=dict[str, str])
    """Client and caller → the agent who served last."""
    segments: dict[str, Owner] = field(default_factory=dict[str, Owner])
    supervising: dict[str, str] = field(default_factory=dict[str, str])
    """Supervisor → the call they are at."""
    stored: dict[str, None] = field(default_factory=dict[str, None])
    """Recordings' parts already known to be in the store."""
    switch_lost_at: Instant | None = None
    cell_no: int = 0
    last_at: Instant = 0
    """The newest fact's instant: time never runs backwards in a cell."""

    def apply(self, fact: e.Fact) -> None:
        """Change the state by one fact."""
        self.last_at = max(self.last_at, fact.at)
        kind, _, name = fact.stream.partition(":")
        event = fact.event
        if kind == "call":
            self._apply_call(name, event, fact)
        elif kind == "agent":
            agent = self.agents.get(name)
            if agent is None:
                agent = self.agents[name] = Agent(agent_id=name)
            agent.no = fact.no
            agent_rules.apply(agent, event, fact.at)
        elif kind == "recording":
            _remember(self.stored, name, None)
        else:
            self.cell_no = fact.no
            self._apply_cell(event, fact.at)

    def _apply_call(self, call_id: str, event: e.Event, fact: e.Fact) -> None:
        if isinstance(event, e.CallStarted):
            call = self.calls[call_id] = fold.start(call_id, event, fact.at)
        else:
            call = self.calls[call_id]
            fold.apply(call, event, fact.at)
        call.no = fact.no
        if isinstance(event, e.SegmentStarted):
            _remember(self.last_agents, f"{call.client_id}|{call.caller}", event.agent_id)
            owner = Owner(call_id=call_id, client_id=call.client_id, agent_id=event.agent_id)
            _remember(self.segments, event.segment_id, owner)
        elif isinstance(event, e.SupervisionStarted):
            self.supervising[event.supervisor_id] = call_id
        elif isinstance(event, e.SupervisionEnded):
            self.supervising.pop(event.supervisor_id, None)
        elif isinstance(event, e.QueueLeft):
            key = f"{event.queue_id}|{call.caller}"
            if event.outcome in (e.QueueExit.ABANDONED, e.QueueExit.SHORT_ABANDONED):
                _remember(self.kept, key, Kept(left_at=fact.at, waited_ms=event.wait_ms))
            elif event.outcome is e.QueueExit.ANSWERED:
                self.kept.pop(key, None)
        if call.ended_at is not None and not call.recordings:
            del self.calls[call_id]

    def _apply_cell(self, event: e.Event, at: Instant) -> None:
        match event:
            case e.SwitchWasLost():
                self.switch_lost_at = at
            case e.SwitchWasRestored():
                self.switch_lost_at = None
            case e.TrunkWasChanged(trunk_id=trunk_id, reachable=reachable):
                self.trunks[trunk_id] = reachable
            case e.PhoneWasRegistered(endpoint=endpoint, address=""):
                self.phones.pop(endpoint, None)
            case e.PhoneWasRegistered(endpoint=endpoint, address=address):
                self.phones[endpoint] = Registration(address=address, since=at)
            case e.TrunkWasTested():
                self.trunk_tests[event.trunk_id] = TrunkTest(
                    test_id=event.test_id,
                    at=at,
                    number=event.number,
                    answered=event.answered,
                    cause=event.cause,
                    ring_ms=event.ring_ms,
                    talk_ms=event.talk_ms,
                    heard=event.heard,
                )
            case _:
                pass


def _remember(memory: dict[str, V], key: str, value: V) -> None:
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
