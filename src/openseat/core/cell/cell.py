"""The cell: the aggregate that decides everything about its agents, calls and queues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openseat.core import agents as agent_rules
from openseat.core import events as e
from openseat.core.agents import Tick
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import (
    asking,
    ending,
    flowing,
    greeting,
    people,
    phoning,
    queueing,
    service_line,
)
from openseat.core.cell.dialogue import Dialogue
from openseat.core.cell.state import CellState
from openseat.core.cell.table import HANDLERS
from openseat.core.cell.turn import Deadlines, Turn
from openseat.core.config import CellConfig
from openseat.core.effects import Effect
from openseat.core.errors import CoreError
from openseat.core.flows.actions import Deadline
from openseat.core.flows.library import Library
from openseat.core.flows.run import Run
from openseat.core.identity import IdSource, Instant
from openseat.core.inputs import Configure, Input
from openseat.core.routing import Router


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn decided: facts to make durable, then effects to carry out, in order."""

    facts: tuple[e.Fact, ...]
    effects: tuple[Effect, ...]
    refusal: CoreError | None = None
    """Why a command went no further than the facts say."""


class Cell:
    """One cell's decisions.

    Time never runs backwards: an instant older than the newest fact counts as
    that fact's. A refused command raises `CoreError` and changes nothing.
    """

    def __init__(
        self, config: CellConfig, ids: IdSource, *, seed: int = 0, state: CellState | None = None
    ) -> None:
        self._config = config
        self._ids = ids
        self._state = state if state is not None else CellState()
        self._router = Router(config, seed)
        self._library = Library.of(config)
        self._deadlines = Deadlines()
        self._call_of_leg: dict[str, str] = {}
        self._call_of_entry: dict[str, str] = {}
        self._runs: dict[str, Run] = {}
        self._playbacks: dict[str, str] = {}
        self._requests: dict[str, str] = {}
        self._dialogues: dict[str, Dialogue] = {}
        self._resume_memory()

    @property
    def state(self) -> CellState:
        """The state, for looking at and for checkpoints; never to be changed from outside."""
        return self._state

    @property
    def config(self) -> CellConfig:
        """The picture of the directory in force."""
        return self._config

    def handle(self, happened: Input, now: Instant) -> Outcome:
        """Decide about one input.

        Raises `CoreError` for a command that is refused.
        """
        turn = self._turn(now)
        try:
            if isinstance(happened, Configure):
                self._configure(turn, happened.config)
            else:
                HANDLERS[type(happened)](turn, happened)
        except CoreError as refusal:
            if not turn.facts:
                raise
            return self._finish(turn, refusal)
        return self._finish(turn)

    def interrupted(self) -> Outcome:
        """What a turn that broke off by a fault had recorded: the state already holds it."""
        turn = self._latest
        return Outcome(facts=tuple(turn.facts), effects=tuple(turn.effects))

    def next_deadline(self) -> Instant | None:
        """When `on_deadline` wants to be called, at the latest."""
        times = [
            at for at in (self._deadlines.first(), self._router.next_deadline()) if at is not None
        ]
        return min(times) if times else None

    def on_deadline(self, now: Instant) -> Outcome:
        """Do what time alone has made due."""
        turn = self._turn(now)
        for kind, key in self._deadlines.due(turn.now):
            self._wake(turn, kind, key)
        for overflow in self._router.expired(turn.now):
            queueing.overflowed(turn, overflow)
        queueing.announce(turn)
        return self._finish(turn)

    def took_over(self, token: int, node: str, now: Instant) -> Outcome:
        """Record that a floor process became this cell's writer."""
        turn = self._turn(now)
        turn.record_cell(e.FloorTookOver(token=token, node=node))
        return self._finish(turn)

    # -- inside --------------------------------------------------------------------

    def _turn(self, now: Instant) -> Turn:
        self._latest = Turn(
            state=self._state,
            config=self._config,
            router=self._router,
            library=self._library,
            ids=self._ids,
            deadlines=self._deadlines,
            call_of_leg=self._call_of_leg,
            call_of_entry=self._call_of_entry,
            runs=self._runs,
            playbacks=self._playbacks,
            requests=self._requests,
            dialogues=self._dialogues,
            now=max(now, self._state.last_at),
        )
        return self._latest

    @staticmethod
    def _finish(turn: Turn, refusal: CoreError | None = None) -> Outcome:
        queueing.match(turn)
        return Outcome(facts=tuple(turn.facts), effects=tuple(turn.effects), refusal=refusal)

    def _resume_memory(self) -> None:
        """Build what is not in the state from it: indices, deadlines, the router's view."""
        turn = self._turn(self._state.last_at)
        for agent in self._state.agents.values():
            self._router.staff(agent.agent_id, present=agent.signed_in)
            until = agent_rules.deadline(agent)
            if until is not None:
                self._deadlines.add(until, "agent", agent.agent_id)
            phoning.link_lost(turn, agent)
            if turn.ready(agent):
                turn.offer_to_router(agent)
        for call in self._state.calls.values():
            self._resume_call(turn, call)

    def _resume_call(self, turn: Turn, call: Call) -> None:
        for leg_id in call.legs:
            self._call_of_leg[leg_id] = call.call_id
            self._resume_asking(call.legs[leg_id])
        for offer in call.offers.values():
            queue = turn.queue(offer.queue_id)
            wait = queue.offer_timeout_ms if queue else queueing.DIRECT_OFFER_MS
            self._deadlines.add(offer.made_at + wait, "offer", f"{call.call_id} {offer.offer_id}")
        if call.ended_at is not None:
            for recording_id in call.recordings:
                self._deadlines.add(
                    call.ended_at + ending.RECORDING_CLOSE_MS,
                    "recording",
                    f"{call.call_id} {recording_id}",
                )
            return
        for segment in call.segments.values():
            if segment.greeting_until is not None:
                self._deadlines.add(
                    segment.greeting_until, "greeting", f"{call.call_id} {segment.segment_id}"
                )
        run = flowing.run_of(turn, call)
        if run is not None and run.deadline is not None:
            self._deadlines.add(run.deadline, "flow", call.call_id)
        asking = call.consult.entry if call.consult is not None else None
        for entry in (call.entry, asking):
            if entry is not None:
                self._call_of_entry[entry.entry_id] = call.call_id
                if not any(offer.entry_id == entry.entry_id for offer in call.offers.values()):
                    self._router.add(queueing.contact_of(call, entry))

    def _resume_asking(self, leg: Leg) -> None:
        if leg.state is LegState.ASKED and leg.answered_at is not None:
            self._deadlines.add(leg.answered_at + asking.WAIT_MS, "asked", leg.leg_id)

    def _wake(self, turn: Turn, kind: str, key: str) -> None:
        match kind:
            case "agent":
                agent = turn.state.agents.get(key)
                until = agent_rules.deadline(agent) if agent is not None else None
                if agent is not None and until is not None and until <= turn.now:
                    turn.stimulate(agent, Tick())
            case "asked":
                asking.unheard(turn, key)
            case "line":
                service_line.silence(turn, key)
            case "page":
                phoning.grace_over(turn, key)
            case "greeting":
                greeting.overdue(turn, *key.split(" "))
            case "offer":
                call_id, _, offer_id = key.partition(" ")
                queueing.offer_timed_out(turn, call_id, offer_id)
            case "flow":
                call = turn.state.calls.get(key)
                run = flowing.run_of(turn, call) if call is not None else None
                due = run.deadline if run is not None else None
                if call is not None and due is not None and due <= turn.now:
                    flowing.tell(turn, call, Deadline())
            case _:
                call_id, _, recording_id = key.partition(" ")
                ended = turn.state.calls.get(call_id)
                if ended is not None and ended.ended_at is not None:
                    ending.recording_ended(turn, ended, recording_id, ok=False)

    def _configure(self, turn: Turn, config: CellConfig) -> None:
        before = self._config
        self._config = turn.config = config
        self._library = turn.library = Library.of(config, self._library)
        self._router.configure(config)
        for agent in self._state.agents.values():
            if turn.ready(agent):
                turn.offer_to_router(agent)
        people.note_assignments(turn, before)
        turn.record_cell(e.CellConfigured(config_version=config.version))


def replay(facts: Iterable[e.Fact], state: CellState | None = None) -> CellState:
    """Fold facts into a state (a new one, or a checkpoint's)."""
    folded = state if state is not None else CellState()
    for fact in facts:
        folded.apply(fact)
    return folded
