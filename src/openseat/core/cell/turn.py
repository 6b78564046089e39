"""One turn: what the handlers of an input hold in their hands.

A turn knows the instant, records facts (which change the state at once) and
collects effects. Handlers are plain functions over a turn.
"""

from __future__ import annotations

from heapq import heappop, heappush
from zlib import crc32

from openseat.core import agents as agent_rules
from openseat.core import events as e
from openseat.core.agents import Agent, Stimulus
from openseat.core.calls.model import Call
from openseat.core.cell.dialogue import Dialogue
from openseat.core.cell.state import CellState
from openseat.core.config import CellConfig, QueueConfig
from openseat.core.effects import Effect
from openseat.core.errors import CoreError
from openseat.core.flows.library import Library
from openseat.core.flows.run import Run
from openseat.core.identity import IdSource, Instant
from openseat.core.routing import Router


class Deadlines:
    """Instants at which something must be looked at again.

    An entry is a hint: whoever it wakes looks whether there is still something
    to do, so nothing has to be cancelled.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, str, str]] = []

    def add(self, at: Instant, kind: str, key: str) -> None:
        """Wake `kind` for `key` at `at`."""
        heappush(self._heap, (at, kind, key))

    def first(self) -> Instant | None:
        """The earliest instant, if any."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: Instant) -> list[tuple[str, str]]:
        """Take out everything up to and including `now`, oldest first."""
        woken: list[tuple[str, str]] = []
        while self._heap and self._heap[0][0] <= now:
            _, kind, key = heappop(self._heap)
            woken.append((kind, key))
        return woken


class Turn:
    """The working set of one `handle` or `on_deadline`."""

    def __init__(
        self,
        *,
        state: CellState,
        config: CellConfig,
        router: Router,
        ids: IdSource,
        deadlines: Deadlines,
        call_of_leg: dict[str, str],
        call_of_entry: dict[str, str],
        runs: dict[str, Run],
        library: Library,
        playbacks: dict[str, str],
        requests: dict[str, str],
        dialogues: dict[str, Dialogue],
        now: Instant,
    ) -> None:
        self.state = state
        self.config = config
        self.router = router
        self.ids = ids
        self.deadlines = deadlines
        self.call_of_leg = call_of_leg
        self.call_of_entry = call_of_entry
        self.runs = runs
        self.library = library
        self.playbacks = playbacks
        self.requests = requests
        self.dialogues = dialogues
        self.now = now
        self.parted: e.EndedBy | None = None
        """Who left the customer in this turn: the call's end is theirs if its flow adds nothing."""
        self.facts: list[e.Fact] = []
        self.effects: list[Effect] = []

    # -- recording -----------------------------------------------------------------

    def record(self, call: Call, event: e.Event, at: Instant | None = None) -> None:
        """Record a fact on the call's stream and apply it."""
        self._put(
            e.Fact(
                stream=f"call:{call.call_id}",
                no=call.no + 1,
                at=self.now if at is None else at,
                client_id=call.client_id,
                event=event,
            )
        )

    def begin_call(self, call_id: str, event: e.CallStarted) -> Call:
        """Record the first fact of a new call."""
        self._put(
            e.Fact(
                stream=f"call:{call_id}",
                no=1,
                at=self.now,
                client_id=event.client_id,
                event=event,
            )
        )
        self.call_of_leg[event.leg_id] = call_id
        return self.state.calls[call_id]

    def record_agent(self, agent: Agent, event: e.Event, client_id: str = "") -> None:
        """Record a fact on an agent's stream."""
        self._put(
            e.Fact(
                stream=f"agent:{agent.agent_id}",
                no=agent.no + 1,
                at=self.now,
                client_id=client_id,
                event=event,
            )
        )

    def record_cell(self, event: e.Event) -> None:
        """Record a fact about the cell itself."""
        self._put(
            e.Fact(
                stream=f"cell:{self.config.cell_id}",
                no=self.state.cell_no + 1,
                at=self.now,
                client_id="",
                event=event,
            )
        )

    def record_stored(self, event: e.RecordingWasStored, client_id: str) -> None:
        """Record that a recording's file is in the store; each part has a stream of its own."""
        part = event.segment_id or "whole"
        self._put(
            e.Fact(
                stream=f"recording:{event.recording_id}/{part}",
                no=1,
                at=self.now,
                client_id=client_id,
                event=event,
            )
        )

    def do(self, effect: Effect) -> None:
        """Ask the world for something, once this turn's facts are durable."""
        self.effects.append(effect)

    def _put(self, fact: e.Fact) -> None:
        self.state.apply(fact)
        self.facts.append(fact)

    # -- agents --------------------------------------------------------------------

    def agent(self, agent_id: str) -> Agent:
        """An agent with a session.

        Raises `agent.not_signed_in` or `agent.unknown`.
        """
        agent = self.state.agents.get(agent_id)
        if agent is None or agent.state is e.AgentState.SIGNED_OUT:
            code = "agent.not_signed_in" if agent_id in self.config.agents else "agent.unknown"
            raise CoreError(code, agent_id=agent_id)
        return agent

    def stimulate(self, agent: Agent, stimulus: Stimulus) -> None:
        """Let the agents' rules decide, record it, and tell the router who became free or not."""
        known = self.config.agents.get(agent.agent_id)
        events = agent_rules.decide(agent, stimulus, self.now, known, self.ids)
        was_ready, was_present = self.ready(agent), agent.signed_in
        for event in events:
            self.record_agent(agent, event)
        if agent.signed_in is not was_present:
            self.router.staff(agent.agent_id, present=agent.signed_in)
        until = agent_rules.deadline(agent)
        if until is not None and events:
            self.deadlines.add(until, "agent", agent.agent_id)
        if self.ready(agent):
            if not was_ready or events:
                self.offer_to_router(agent)
        elif was_ready:
            self.router.agent_gone(agent.agent_id)

    @staticmethod
    def ready(agent: Agent) -> bool:
        """Whether contacts may be offered to the agent."""
        return agent.state is e.AgentState.IDLE and agent.reachable

    def offer_to_router(self, agent: Agent) -> None:
        """Tell the router that the agent is free, with what its strategies compare."""
        if agent.agent_id not in self.config.agents:
            return
        self.router.agent_ready(
            agent.agent_id,
            idle_since=agent.last_released_at or agent.since,
            handled=agent.handled,
            occupancy=agent_rules.occupancy(agent),
        )

    # -- looking up ----------------------------------------------------------------

    def queue(self, queue_id: str) -> QueueConfig | None:
        """A queue's policy, or None when it was deleted meanwhile."""
        return self.config.queues.get(queue_id)

    def call_of(self, leg_id: str) -> Call | None:
        """The call that a leg belongs to."""
        call_id = self.call_of_leg.get(leg_id)
        return None if call_id is None else self.state.calls.get(call_id)

    def keeps(self, call: Call, percent: int) -> bool:
        """Whether a share of `percent` of calls includes this one, the same at every look."""
        return crc32(call.call_id.encode()) % 100 < percent
