"""Random but plausible journals: what folds, writers and benches are fed with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from openseat.core.events import (
    AgentSignedIn,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    CallAnswered,
    CallAssigned,
    CallEnded,
    CallRefused,
    CallStarted,
    Direction,
    EndedBy,
    Event,
    Fact,
    FlowEntered,
    FlowLeft,
    FlowStepped,
    LegKind,
    LegStarted,
    LegWasAnswered,
    LegWasEnded,
    OfferEnded,
    OfferMade,
    OfferResult,
    QueueEntered,
    QueueExit,
    QueueLeft,
    RecordingStarted,
    RecordingStopped,
    RecordingWasStored,
    SegmentDisposed,
    SegmentEnded,
    SegmentHeld,
    SegmentResumed,
    SegmentStarted,
    TransferMade,
    Via,
)

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z in milliseconds."""


@dataclass(slots=True)
class _Agent:
    agent_id: str
    state: AgentState = AgentState.SIGNED_OUT
    since: int = 0
    signed_in_at: int = 0
    session: int = 0


@dataclass(slots=True)
class HistoryMaker:
    """Makes the facts of a small call centre, one call or agent change after the other.

    Durations add up, agents serve one call at a time, and every fact has its place in its stream,
    as the core's own have.
    """

    random: Random
    agents: int = 3
    client_ids: tuple[str, ...] = ("client-1", "client-2")
    now: int = START
    calls: int = 0
    _numbers: Counter[str] = field(default_factory=Counter[str])
    _agents: list[_Agent] = field(default_factory=list["_Agent"])

    def __post_init__(self) -> None:
        """Hire the agents."""
        self._agents = [_Agent(f"agent-{number}") for number in range(1, self.agents + 1)]

    def facts(self, steps: int) -> list[Fact]:
        """Return the facts of `steps` calls and agent changes."""
        made: list[Fact] = []
        for _ in range(steps):
            self.wait(5_000)
            if self.random.random() < 0.4:
                made.extend(self._agent_step(self.random.choice(self._agents)))
            else:
                made.extend(self._call())
        return made

    def wait(self, longest_ms: int) -> int:
        """Let time pass; return how much."""
        span = self.random.randrange(longest_ms)
        self.now += span
        return span

    def fact(self, stream: str, event: Event, client_id: str = "") -> Fact:
        """Return `event` with the next number of its stream."""
        self._numbers[stream] += 1
        return Fact(
            stream=stream,
            no=self._numbers[stream],
            at=self.now,
            client_id=client_id,
            event=event,
        )

    # -- agents ----------------------------------------------------------------------

    def _agent_step(self, agent: _Agent) -> list[Fact]:
        if agent.state == AgentState.SIGNED_OUT:
            return [self._sign_in(agent)]
        if self.random.random() < 0.3:
            return [self._sign_out(agent)]
        busy = agent.state == AgentState.IDLE
        return [
            self.change(
                agent,
                AgentState.BUSY if busy else AgentState.IDLE,
                reason=self.random.choice(["break", "meeting"]) if busy else "",
            )
        ]

    def _sign_in(self, agent: _Agent) -> Fact:
        agent.session += 1
        agent.state, agent.since, agent.signed_in_at = AgentState.IDLE, self.now, self.now
        return self.fact(
            f"agent:{agent.agent_id}",
            AgentSignedIn(
                agent_id=agent.agent_id,
                group_id="group-1",
                endpoint=f"phone-{agent.agent_id}",
                session_id=f"{agent.agent_id}-{agent.session}",
                state=AgentState.IDLE,
            ),
        )

    def _sign_out(self, agent: _Agent) -> Fact:
        event = AgentSignedOut(
            agent_id=agent.agent_id,
            session_id=f"{agent.agent_id}-{agent.session}",
            previous=agent.state,
            previous_ms=self.now - agent.since,
            session_ms=self.now - agent.signed_in_at,
            cause="own",
        )
        agent.state, agent.since = AgentState.SIGNED_OUT, self.now
        return self.fact(f"agent:{agent.agent_id}", event)

    def change(
        self,
        agent: _Agent,
        state: AgentState,
        *,
        reason: str = "",
        call_id: str = "",
        segment_id: str = "",
    ) -> Fact:
        """Put an agent into another state."""
        event = AgentStateChanged(
            agent_id=agent.agent_id,
            state=state,
            previous=agent.state,
            previous_ms=self.now - agent.since,
            reason=reason,
            call_id=call_id,
            segment_id=segment_id,
            counted=agent.state != AgentState.BUSY or self.now - agent.since > 1_000,
        )
        agent.state, agent.since = state, self.now
        return self.fact(f"agent:{agent.agent_id}", event)

    # -- calls -----------------------------------------------------------------------

    def _call(self) -> list[Fact]:
        self.calls += 1
        call = _Call(self, f"call-{self.calls}", self.random.choice(self.client_ids))
        idle = [agent for agent in self._agents if agent.state == AgentState.IDLE]
        call.run(idle)
        return call.made


@dataclass(slots=True)
class _Call:
    maker: HistoryMaker
    call_id: str
    client_id: str
    made: list[Fact] = field(default_factory=list[Fact])
    known: bool = False

    def run(self, idle: list[_Agent]) -> None:
        maker = self.maker
        started = maker.now
        leg = f"leg-{self.call_id}"
        self.add(
            CallStarted(
                direction=Direction.INBOUND,
                leg_id=leg,
                caller=f"+8613{maker.random.randrange(10**9):09d}",
                called="+861088880001",
                trunk_id="trunk-1",
                number_id="number-1",
            )
        )
        if maker.random.random() < 0.1:
            self.add(CallRefused(reason="no_capacity", cause=34))
            self.end(started, None, EndedBy.SYSTEM, 34)
            return
        self.add(LegStarted(leg_id=leg, kind=LegKind.CUSTOMER, address="trunk-1"))
        maker.wait(500)
        answered = maker.now
        self.add(LegWasAnswered(leg_id=leg), CallAnswered(leg_id=leg))
        self.assign()
        recording = f"recording-{self.call_id}"
        self.add(RecordingStarted(recording_id=recording, leg_id=leg, layout="call"))
        if maker.random.random() < 0.2:
            maker.wait(20_000)
            ended_by = EndedBy.FLOW
        elif idle:
            ended_by = self.serve(idle)
        else:
            self.abandon()
            ended_by = EndedBy.CUSTOMER
        self.add(LegWasEnded(leg_id=leg, cause=16, answered_ms=maker.now - answered))
        self.add(RecordingStopped(recording_id=recording, ok=True))
        self.end(started, answered, ended_by, 16)
        maker.wait(3_000)
        stored = RecordingWasStored(
            call_id=self.call_id,
            recording_id=recording,
            segment_id="",
            path=f"main/{self.call_id}.wav",
            sha256="0" * 64,
            bytes=(maker.now - answered) * 32 + 44,
            duration_ms=maker.now - answered,
        )
        self.made.append(maker.fact(f"recording:{recording}/whole", stored, self.client_id))

    def add(self, *events: Event) -> None:
        client_id = self.client_id if self.known else ""
        self.made.extend(
            self.maker.fact(f"call:{self.call_id}", event, client_id) for event in events
        )

    def assign(self) -> None:
        run_id = f"run-{self.call_id}"
        self.add(
            FlowEntered(run_id=run_id, flow_id="flow-1", flow_version=1),
            FlowStepped(
                run_id=run_id, step_id="menu", kind="menu", state={"stack": [{"step": "menu"}]}
            ),
        )
        self.maker.wait(8_000)
        self.known = True
        self.add(
            CallAssigned(client_id=self.client_id, project_id=f"project-{self.client_id}"),
            FlowLeft(run_id=run_id, outcome="queued"),
        )

    def abandon(self) -> None:
        entry, queue = f"entry-{self.call_id}", f"queue-{self.client_id}"
        self.add(QueueEntered(entry_id=entry, queue_id=queue, priority=0, skills={"zh": 3}))
        waited = self.maker.wait(60_000)
        short = waited < 5_000
        self.add(
            QueueLeft(
                entry_id=entry,
                queue_id=queue,
                outcome=QueueExit.SHORT_ABANDONED if short else QueueExit.ABANDONED,
                wait_ms=waited,
            )
        )

    def serve(self, idle: list[_Agent]) -> EndedBy:
        maker = self.maker
        agents = maker.random.sample(idle, k=min(len(idle), maker.random.choice([1, 1, 2])))
        for number, agent in enumerate(agents, 1):
            last = number == len(agents)
            self.segment(agent, number, last=last)
        return maker.random.choice([EndedBy.CUSTOMER, EndedBy.AGENT])

    def segment(self, agent: _Agent, number: int, *, last: bool) -> None:
        maker = self.maker
        entry, queue = f"entry-{self.call_id}-{number}", f"queue-{self.client_id}"
        offer, leg = f"offer-{self.call_id}-{number}", f"leg-{self.call_id}-{number}"
        segment = f"segment-{self.call_id}-{number}"
        self.add(QueueEntered(entry_id=entry, queue_id=queue, priority=0))
        waited = maker.wait(20_000)
        self.add(
            OfferMade(
                offer_id=offer,
                agent_id=agent.agent_id,
                leg_id=leg,
                entry_id=entry,
                queue_id=queue,
            )
        )
        self.made.append(maker.change(agent, AgentState.RINGING, call_id=self.call_id))
        rang = maker.wait(6_000)
        self.add(
            OfferEnded(
                offer_id=offer,
                agent_id=agent.agent_id,
                result=OfferResult.ACCEPTED,
                ring_ms=rang,
            ),
            QueueLeft(
                entry_id=entry,
                queue_id=queue,
                outcome=QueueExit.ANSWERED,
                wait_ms=waited + rang,
                agent_id=agent.agent_id,
            ),
            SegmentStarted(
                segment_id=segment,
                agent_id=agent.agent_id,
                group_id="group-1",
                leg_id=leg,
                via=Via.QUEUE,
                queue_id=queue,
            ),
        )
        self.made.append(
            maker.change(agent, AgentState.TALKING, call_id=self.call_id, segment_id=segment)
        )
        talked, held = maker.wait(60_000), 0
        if maker.random.random() < 0.3:
            self.add(SegmentHeld(segment_id=segment))
            held = maker.wait(10_000)
            self.add(SegmentResumed(segment_id=segment))
            talked += maker.wait(10_000)
        if not last:
            self.add(
                TransferMade(
                    segment_id=segment,
                    agent_id=agent.agent_id,
                    target_kind="queue",
                    target_id=queue,
                    consulted=False,
                )
            )
        self.add(
            SegmentEnded(
                segment_id=segment,
                agent_id=agent.agent_id,
                talk_ms=talked,
                hold_ms=held,
                ended_by=EndedBy.CUSTOMER if last else EndedBy.TRANSFER,
                queue_id=queue,
            )
        )
        self.made.append(
            maker.change(
                agent, AgentState.AFTER_CALL_WORK, call_id=self.call_id, segment_id=segment
            )
        )
        if maker.random.random() < 0.5:
            disposed = SegmentDisposed(
                call_id=self.call_id,
                segment_id=segment,
                agent_id=agent.agent_id,
                code="done",
                notes="好",
            )
            self.made.append(maker.fact(f"agent:{agent.agent_id}", disposed, self.client_id))

    def end(self, started: int, answered: int | None, ended_by: EndedBy, cause: int) -> None:
        now = self.maker.now
        self.add(
            CallEnded(
                ended_by=ended_by,
                cause=cause,
                answered=answered is not None,
                duration_ms=now - started,
                billable_ms=0 if answered is None else now - answered,
            )
        )
