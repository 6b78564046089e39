"""The projection `agent_calls`: one row for each agent whom a call concerned."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import ClassVar

from openseat.core.events import (
    Fact,
    LegKind,
    LegStarted,
    OfferEnded,
    OfferMade,
    OfferResult,
    SegmentStarted,
)
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold

_PREFIX = "call:"
_MISSED = frozenset({OfferResult.REFUSED, OfferResult.TIMED_OUT, OfferResult.FAILED})


@dataclass(slots=True)
class AgentCallRow:
    """A row of `agent_calls`: how a call came to an agent, and whether they talked."""

    agent_id: str
    call_id: str
    cell_id: str
    client_id: str
    at: int
    """When it first rang there, or was placed; an instant of the core."""
    queue_id: str = ""
    """The queue it was last offered from."""
    offers: int = 0
    missed: int = 0
    """Offers refused, timed out, or whose phone could not be reached."""
    segments: int = 0


class AgentCalls(RowFold[AgentCallRow]):
    """Folds the facts of a call that name an agent; `calls` itself lists those who talked.

    An agent's own log is read by this table's index: under row-level security no index could
    search the lists in `calls`.
    """

    name: ClassVar = "agent_calls"
    version: ClassVar = 1
    table: ClassVar = "agent_calls"
    row: ClassVar = AgentCallRow
    key: ClassVar = {"agent_id": "text", "call_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """The row of the agent and the call that a fact is about."""
        if not fact.stream.startswith(_PREFIX):
            return
        agent_id = ""
        match fact.event:
            case OfferMade() | OfferEnded() | SegmentStarted() | LegStarted(kind=LegKind.AGENT):
                agent_id = fact.event.agent_id
            case _:
                pass  # concerns no agent
        if agent_id:
            yield agent_id, fact.stream.removeprefix(_PREFIX)

    def step(self, rows: MutableMapping[Key, AgentCallRow], entry: Entry) -> None:
        """Apply one fact that names an agent."""
        fact, event = entry.fact, entry.fact.event
        if not isinstance(event, OfferMade | OfferEnded | SegmentStarted | LegStarted):
            return
        call_id = fact.stream.removeprefix(_PREFIX)
        key = (event.agent_id, call_id)
        row = rows.get(key)
        if row is None:
            row = rows[key] = AgentCallRow(
                event.agent_id, call_id, entry.cell_id, fact.client_id, fact.at
            )
        row.client_id = fact.client_id or row.client_id
        match event:
            case OfferMade():
                row.offers += 1
                row.queue_id = event.queue_id or row.queue_id
            case OfferEnded():
                row.missed += event.result in _MISSED
            case SegmentStarted():
                row.segments += 1
                row.queue_id = event.queue_id or row.queue_id
            case LegStarted():
                pass  # it is enough that the agent had a part in the call
