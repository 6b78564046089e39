"""The projection `agent_time`: one row for each stretch of time an agent spent in one state."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, replace
from typing import ClassVar

from openseat.core.events import AgentSignedIn, AgentSignedOut, AgentStateChanged, Fact
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold

OPEN = 0
"""`no` of the stretch that goes on."""


@dataclass(slots=True)
class AgentTimeRow:
    """A row of `agent_time`. Times are instants of the core, spans milliseconds."""

    agent_id: str
    no: int
    cell_id: str
    client_id: str
    session_id: str
    group_id: str
    state: str
    reason: str
    call_id: str
    segment_id: str
    since: int
    until: int | None = None
    ms: int | None = None
    counted: bool = True


class AgentTime(RowFold[AgentTimeRow]):
    """Folds the facts that change an agent's state.

    A stretch that goes on is the agent's row number 0; when it ends it gets the number of the fact
    that ended it. Being signed out is no stretch.
    """

    name: ClassVar = "agent_time"
    version: ClassVar = 1
    table: ClassVar = "agent_time"
    row: ClassVar = AgentTimeRow
    key: ClassVar = {"agent_id": "text", "no": "integer"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """The open stretch and the one it becomes."""
        if isinstance(fact.event, AgentSignedIn | AgentStateChanged | AgentSignedOut):
            yield fact.event.agent_id, OPEN
            yield fact.event.agent_id, fact.no

    def step(self, rows: MutableMapping[Key, AgentTimeRow], entry: Entry) -> None:
        """End the open stretch, begin the next."""
        fact, event = entry.fact, entry.fact.event
        if not isinstance(event, AgentSignedIn | AgentStateChanged | AgentSignedOut):
            return
        ended = rows.pop((event.agent_id, OPEN), None)
        if ended is not None and not isinstance(event, AgentSignedIn):
            rows[event.agent_id, fact.no] = replace(
                ended,
                no=fact.no,
                until=fact.at,
                ms=event.previous_ms,
                counted=event.counted if isinstance(event, AgentStateChanged) else True,
            )
        if isinstance(event, AgentSignedIn):
            session_id, group_id = event.session_id, event.group_id
        elif isinstance(event, AgentStateChanged) and ended is not None:
            session_id, group_id = ended.session_id, ended.group_id
        else:
            return
        bound = isinstance(event, AgentStateChanged)
        rows[event.agent_id, OPEN] = AgentTimeRow(
            agent_id=event.agent_id,
            no=OPEN,
            cell_id=entry.cell_id,
            client_id="",
            session_id=session_id,
            group_id=group_id,
            state=event.state.value,
            reason=event.reason,
            call_id=event.call_id if bound else "",
            segment_id=event.segment_id if bound else "",
            since=fact.at,
        )
