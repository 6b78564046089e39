"""What a fold must remember of calls and agents that are not over yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from openseat.core.events import AgentState, Direction, Fact
from openseat.core.identity import Instant, Milliseconds
from openseat.core.kpi.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place, and the instant whose interval it counts in."""

    place: Place
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEntry:
    """A call in a queue."""

    spot: Spot
    target_ms: Milliseconds
    """The queue's service-level time when the call entered."""


@dataclass(slots=True, kw_only=True)
class OpenCall:
    """A call that has not ended."""

    call_id: str
    direction: Direction
    place: Place
    started_at: Instant
    in_flow: bool = False
    queued: bool = False
    transferred: bool = False
    first_segment: Spot | None = None
    offered: dict[str, Instant] = field(default_factory=dict[str, Instant])
    """When the call last entered each queue."""
    entries: dict[str, OpenEntry] = field(default_factory=dict[str, OpenEntry])
    offers: dict[str, Spot] = field(default_factory=dict[str, Spot])
    segments: dict[str, Spot] = field(default_factory=dict[str, Spot])

    def spot(self, queue_id: str, otherwise: Instant) -> Spot:
        """Return where things that came of a queue count: at the entry into that queue.

        Without a queue they count at `otherwise`.
        """
        return Spot(
            place=self.place._replace(queue_id=queue_id),
            at=self.offered.get(queue_id, otherwise),
        )


@dataclass(slots=True, kw_only=True)
class OpenAgent:
    """A signed-in agent."""

    agent_id: str
    place: Place
    state: AgentState
    since: Instant
    segment: Spot | None = None
    """Where the segment at hand, or the last one, counts: after-call work belongs to it."""


@dataclass(slots=True)
class Open:
    """Everything open at one point of the journal, by id."""

    calls: dict[str, OpenCall] = field(default_factory=dict[str, OpenCall])
    agents: dict[str, OpenAgent] = field(default_factory=dict[str, OpenAgent])

    def call(self, fact: Fact) -> OpenCall | None:
        """Return the call a fact is about, None for one never seen beginning."""
        return self.calls.get(id_of(fact.stream))

    def at_agent(self, spot: Spot, agent_id: str) -> Spot:
        """Return a spot narrowed to an agent and the group signed in with."""
        agent = self.agents.get(agent_id)
        group_id = agent.place.group_id if agent is not None else ""
        return Spot(place=spot.place._replace(agent_id=agent_id, group_id=group_id), at=spot.at)


def id_of(stream: str) -> str:
    """Return the id inside a stream's name, such as `call:<id>`."""
    return stream.partition(":")[2]
