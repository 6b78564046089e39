"""The live floor as rows: what supervisors, agents and clients see moving.

A row is made anew from the cell's state whenever a fact touches it, so that a
snapshot taken late equals an early one plus the deltas since. Deltas are
numbered without gaps; rows are replaced whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from openseat.core.agents import Agent
from openseat.core.calls.model import Call, LegState
from openseat.core.cell import Cell
from openseat.core.cell.colleagues import between
from openseat.core.cell.dialling import undialled
from openseat.core.cell.greeting import automatic
from openseat.core.cell.state import TrunkTest
from openseat.core.events import AgentState as S
from openseat.core.events import (
    Fact,
    LegKind,
    PhoneWasRegistered,
    RecordingStarted,
    RecordingStopped,
)
from openseat.core.identity import Instant
from openseat.core.kpi import Fold, Today
from openseat.floor.parties import agents_in, consultation, host_of, parties, told

Row = dict[str, Any]
Rows = dict[str, Row]

TABLES = ("agents", "queues", "calls", "trunks", "phones")

_TALKING = frozenset({S.TALKING, S.HOLDING, S.CONSULTING, S.CONFERENCING})


@dataclass(slots=True)
class Dirty:
    """What facts have touched since the last delta."""

    agents: set[str] = field(default_factory=set[str])
    calls: set[str] = field(default_factory=set[str])
    queues: set[str] = field(default_factory=set[str])
    trunks: set[str] = field(default_factory=set[str])
    phones: set[str] = field(default_factory=set[str])
    everything: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        touched = self.agents or self.calls or self.queues or self.trunks or self.phones
        return self.everything or bool(touched)


class View:
    """Rows of a cell, kept up to date fact by fact."""

    def __init__(self, cell: Cell, fold: Fold | None = None, today: Today | None = None) -> None:
        self._cell = cell
        self.fold = fold if fold is not None else Fold()
        self.today = today if today is not None else Today(_zones(cell))
        self.no = 0
        self._dirty = Dirty(everything=True)
        self._members: dict[str, list[str]] = {}
        self._rows: dict[str, Rows] = {table: {} for table in TABLES}
        self._whole = self._cell_row()
        self.reconfigured()

    def reconfigured(self) -> None:
        """Take in a new picture of the directory."""
        members: dict[str, list[str]] = {}
        for agent in self._cell.config.agents.values():
            for queue_id in agent.queues:
                members.setdefault(queue_id, []).append(agent.agent_id)
        self._members = members
        self._dirty.everything = True

    def count(self, fact: Fact) -> None:
        """Enter a fact into today's figures."""
        self.fold.apply(fact, self.today)

    def touch(self, fact: Fact) -> None:
        """Note which rows a fact, already applied to the cell, may have changed."""
        kind, _, name = fact.stream.partition(":")
        if kind == "agent":
            self._dirty.agents.add(name)
            known = self._cell.config.agents.get(name)
            if known is not None:
                self._dirty.queues.update(known.queues)
        elif kind == "call":
            self._dirty.calls.add(name)
            queue_id = getattr(fact.event, "queue_id", "")
            if queue_id:
                self._dirty.queues.add(queue_id)
            for whose in ("agent_id", "supervisor_id"):
                agent_id = getattr(fact.event, whose, "")
                if agent_id:
                    self._dirty.agents.add(agent_id)
            if isinstance(fact.event, RecordingStarted | RecordingStopped):
                return
            call = self._cell.state.calls.get(name)
            if call is not None and call.last_queue_id:
                self._dirty.queues.add(call.last_queue_id)
        elif kind == "cell":
            trunk_id = getattr(fact.event, "trunk_id", "")
            if trunk_id:
                self._dirty.trunks.add(trunk_id)
            if isinstance(fact.event, PhoneWasRegistered):
                self._dirty.phones.add(fact.event.endpoint)

    @property
    def changed(self) -> bool:
        """Whether a delta is due."""
        return bool(self._dirty)

    def snapshot(self, now: Instant) -> dict[str, Any]:
        """Return the frame that a new listener starts from; it holds all deltas so far."""
        return {
            "feed": "snapshot",
            "no": self.no,
            "at": now,
            **{table: self._rows[table] for table in TABLES},
            "cell": self._whole,
        }

    def delta(self, now: Instant) -> dict[str, Any] | None:
        """Return the next numbered delta, or None when no row really changed."""
        dirty, self._dirty = self._dirty, Dirty()
        state, config = self._cell.state, self._cell.config
        if dirty.everything:
            dirty.agents |= set(config.agents) | set(self._rows["agents"])
            dirty.queues |= set(config.queues) | set(self._rows["queues"])
            dirty.calls |= set(state.calls) | set(self._rows["calls"])
            dirty.trunks |= set(config.trunks) | set(self._rows["trunks"])
            dirty.phones |= set(state.phones) | set(self._rows["phones"])
        waiting = self._waiting() if dirty.queues else {}
        fresh: dict[str, Rows] = {
            "agents": {i: row for i in dirty.agents if (row := self._agent_row(i)) is not None},
            "queues": {
                i: row
                for i in dirty.queues
                if (row := self._queue_row(i, waiting.get(i, []), now)) is not None
            },
            "calls": {i: row for i in dirty.calls if (row := self._call_row(i)) is not None},
            "trunks": {i: self._trunk_row(i) for i in dirty.trunks if i in config.trunks},
            "phones": {i: self._phone_row(i) for i in dirty.phones if i in state.phones},
        }
        looked_at = {
            "agents": dirty.agents,
            "queues": dirty.queues,
            "calls": dirty.calls,
            "trunks": dirty.trunks,
            "phones": dirty.phones,
        }
        changed: dict[str, Rows] = {}
        gone: dict[str, list[str]] = {}
        for table in TABLES:
            known = self._rows[table]
            new = {i: row for i, row in fresh[table].items() if known.get(i) != row}
            lost = sorted(i for i in looked_at[table] if i in known and i not in fresh[table])
            known.update(new)
            for i in lost:
                del known[i]
            if new:
                changed[table] = new
            if lost:
                gone[table] = lost
        whole = self._cell_row()
        if not changed and not gone and whole == self._whole:
            return None
        self.no += 1
        self._whole = whole
        return {
            "feed": "delta",
            "no": self.no,
            "at": now,
            "set": changed,
            "gone": gone,
            "cell": whole,
        }

    # -- rows ----------------------------------------------------------------------

    def _cell_row(self) -> Row:
        state = self._cell.state
        return {
            "cell_id": self._cell.config.cell_id,
            "calls": sum(1 for call in state.calls.values() if call.ended_at is None),
            "switch_reachable": state.switch_lost_at is None,
            "directory_version": self._cell.config.version,
        }

    def _agent_row(self, agent_id: str) -> Row | None:
        known = self._cell.config.agents.get(agent_id)
        if known is None:
            return None
        agent = self._cell.state.agents.get(agent_id) or Agent(agent_id=agent_id)
        call = self._cell.state.calls.get(agent.call_id) if agent.call_id else None
        segment = call.segment_of(agent_id) if call is not None else None
        queue_id = segment.queue_id if segment is not None else ""
        if call is not None and not queue_id:
            queue_id = call.last_queue_id
        return {
            "agent_id": agent_id,
            "number": known.number,
            "name": known.name,
            "group_id": known.group_id,
            "state": agent.state,
            "reason": agent.reason,
            "since": agent.since,
            "until": agent.after_call_work_until or agent.grace_until,
            "intended": agent.intended,
            "endpoint": agent.endpoint,
            "session_id": agent.session_id,
            "call_id": agent.call_id,
            "segment_id": agent.segment_id,
            "queue_id": queue_id,
            "client_id": call.client_id if call is not None else "",
            "project_id": call.project_id if call is not None else "",
            "reachable": agent.reachable,
            "queues": list(known.queues),
            "auto_answer": self._answered_unasked(agent, known.queues),
            "skills": dict(known.skills),
            "handled": agent.handled,
            "talk_ms": agent.talk_ms,
            "supervising": self._supervision(agent_id),
        }

    def _answered_unasked(self, agent: Agent, queue_ids: Iterable[str]) -> list[str]:
        """The queues whose calls the agent's phone answers by itself, where they sit now."""
        config = self._cell.config
        served = (config.queues[one] for one in queue_ids if one in config.queues)
        return [one.queue_id for one in served if automatic(config, agent, one.project_id, one)]

    def _supervision(self, agent_id: str) -> Row | None:
        """What the agent, as a supervisor, does at somebody else's conversation."""
        call = self._cell.state.calls.get(self._cell.state.supervising.get(agent_id, ""))
        running = call.supervision_by(agent_id) if call is not None else None
        if call is None or running is None:
            return None
        ear = call.legs.get(running.leg_id)
        up = ear is not None and ear.state is LegState.UP
        there = call.segment_of(running.agent_id) is not None
        return {
            "agent_id": running.agent_id,
            "call_id": call.call_id,
            "mode": running.mode,
            "state": "ringing" if not up else "there" if there else "waiting",
        }

    def _queue_row(self, queue_id: str, waiting: list[Instant], now: Instant) -> Row | None:
        queue = self._cell.config.queues.get(queue_id)
        if queue is None:
            return None
        idle = signed_in = talking = 0
        agents = self._cell.state.agents
        for agent_id in self._members.get(queue_id, ()):
            agent = agents.get(agent_id)
            if agent is None or not agent.signed_in:
                continue
            signed_in += 1
            idle += agent.state is S.IDLE
            talking += agent.state in _TALKING
        day = self.today.queue(queue_id, now)
        return {
            "queue_id": queue_id,
            "client_id": queue.client_id,
            "project_id": queue.project_id,
            "name": queue.name,
            "service_level_ms": queue.service_level_ms,
            "waiting": len(waiting),
            "longest_since": min(waiting) if waiting else None,
            "idle": idle,
            "signed_in": signed_in,
            "talking": talking,
            "today": {
                "offered": day.offered,
                "answered": day.answered,
                "abandoned": day.abandoned,
                "short_abandoned": day.short_abandoned,
                "overflowed": day.overflowed,
                "within_service_level": day.within_target,
                "wait_ms": day.answered_wait_ms,
                "talk_ms": day.talk_ms,
            },
        }

    def _waiting(self) -> dict[str, list[Instant]]:
        found: dict[str, list[Instant]] = {}
        for call in self._cell.state.calls.values():
            if call.entry is not None:
                found.setdefault(call.entry.queue_id, []).append(call.entry.entered_at)
        return found

    def _call_row(self, call_id: str) -> Row | None:
        call = self._cell.state.calls.get(call_id)
        if call is None or call.ended_at is not None:
            return None
        state, since = _stage(call)
        segment = next(reversed(call.segments.values()), None)
        return {
            "call_id": call_id,
            "client_id": call.client_id,
            "project_id": call.project_id,
            "direction": call.direction,
            "caller": call.caller,
            "called": call.called,
            "state": state,
            "since": since,
            "started_at": call.started_at,
            "queue_id": call.entry.queue_id if call.entry else call.last_queue_id,
            "agent_id": segment.agent_id if segment else _caller(call),
            "recording": bool(call.recordings) and not call.paused_recordings,
            "recording_paused": bool(call.paused_recordings),
            "agent_ids": agents_in(call),
            "host_id": host_of(call),
            "parties": parties(call, self._cell.config),
            "language": call.language,
            "prompt": told(call),
            "consult": consultation(call, self._cell.config),
            "variables": dict(call.shown),
        }

    def _phone_row(self, endpoint: str) -> Row:
        there = self._cell.state.phones[endpoint]
        return {"endpoint": endpoint, "address": there.address, "since": there.since}

    def _trunk_row(self, trunk_id: str) -> Row:
        return {
            "trunk_id": trunk_id,
            "reachable": self._cell.state.trunks.get(trunk_id, False),
            "test": _test(self._cell.state.trunk_tests.get(trunk_id)),
        }


def _caller(call: Call) -> str:
    """The agent who dialled a colleague's number; empty for every other call."""
    return call.customer.agent_id if call.customer is not None else ""


def _test(test: TrunkTest | None) -> Row | None:
    """What the latest test call through a trunk told."""
    return None if test is None else asdict(test)


def _stage(call: Call) -> tuple[str, Instant]:
    """How far a call has come, and since when."""
    segment = next(reversed(call.segments.values()), None)
    if segment is not None:
        if call.consult is not None:
            return ("conferencing" if call.consult.joined else "consulting"), segment.started_at
        if segment.held_at is not None:
            return "holding", segment.held_at
        return "talking", segment.started_at
    if undialled(call):
        return "dialling", call.started_at
    offer = next(iter(call.offers.values()), None)
    if offer is not None:
        return "ringing", offer.made_at
    if between(call):
        leg = next(leg for leg in call.legs.values() if leg.kind is LegKind.AGENT)
        up = leg.state is LegState.UP
        return ("talking", leg.answered_at or leg.started_at) if up else ("ringing", leg.started_at)
    if call.entry is not None:
        return "waiting", call.entry.entered_at
    if any(leg.kind is LegKind.OUTSIDE for leg in call.legs.values()):
        return "outside", call.started_at
    return "flow", call.started_at


def _zones(cell: Cell) -> dict[str, str]:
    return {project.project_id: project.time_zone for project in cell.config.projects.values()}
