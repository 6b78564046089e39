"""Random but consistent histories of a floor, as facts: material for properties of folds.

A history has agents who sign in, wait, ring, talk, hold, do after-call work, take breaks, lose
their desktop and sign out, and calls that are refused, served by a flow, abandoned, overflowed,
answered, transferred, or still waiting when the history stops. Every duration an event states
is the distance of its facts, as in a real journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from openseat.core import events as e
from openseat.core.identity import Instant, Milliseconds

PROJECTS = (("acme", "acme-sales"), ("acme", "acme-care"), ("globex", "globex-help"))
"""Clients with their projects; each project has a queue of its own name."""

TRUNKS = ("north", "south")

NO_CLIENT = ""


@dataclass(slots=True)
class Story:
    """Facts being written down in any order, read in the order of their times."""

    told: list[tuple[Instant, int, str, str, e.Event]] = field(
        default_factory=list[tuple[Instant, int, str, str, e.Event]]
    )

    def tell(self, at: Instant, stream: str, client_id: str, event: e.Event) -> None:
        """Add an event; among equal times the order of telling is kept."""
        self.told.append((at, len(self.told), stream, client_id, event))

    def facts(self, until: Instant | None = None) -> list[e.Fact]:
        """Return the facts in order, numbered by stream, those after `until` left out."""
        numbers: dict[str, int] = {}
        facts: list[e.Fact] = []
        for at, _, stream, client_id, event in sorted(self.told, key=lambda told: told[:2]):
            if until is not None and at > until:
                break
            numbers[stream] = numbers.get(stream, 0) + 1
            facts.append(
                e.Fact(stream=stream, no=numbers[stream], at=at, client_id=client_id, event=event)
            )
        return facts


def random_history(
    random: Random,
    *,
    start: Instant,
    agents: int = 3,
    calls: int = 12,
    longest_ms: Milliseconds = 2_000_000,
) -> list[e.Fact]:
    """Return a history that begins about `start`.

    `calls` is how many calls come besides those that agents answer; `longest_ms` bounds every
    single stretch of time. The end is cut off at a random instant, so that things are left open.
    """
    story = Story()
    writer = _Writer(random, story, longest_ms)
    for number in range(agents):
        writer.agent(f"a{number}", f"g{number % 2}", start + writer.span())
    for _ in range(calls):
        writer.lost_call(start + random.randrange(10 * longest_ms))
    last = max((told[0] for told in story.told), default=start)
    cut = random.choice((None, random.randint(start, max(start, last))))
    return story.facts(cut)


def by_stream(facts: Sequence[e.Fact]) -> dict[str, list[e.Fact]]:
    """Return the facts of every stream, in order."""
    streams: dict[str, list[e.Fact]] = {}
    for fact in facts:
        streams.setdefault(fact.stream, []).append(fact)
    return streams


class _Writer:
    def __init__(self, random: Random, story: Story, longest_ms: Milliseconds) -> None:
        self.random = random
        self.story = story
        self.longest_ms = longest_ms
        self.calls = 0

    def span(self) -> Milliseconds:
        """A stretch of time: often short, sometimes nothing, sometimes long."""
        longest = self.random.choice((0, 1000, 20_000, 60_000, self.longest_ms))
        return self.random.randint(0, longest)

    # -- calls

    def begin(self, at: Instant) -> _Call:
        self.calls += 1
        client_id, project_id = self.random.choice(PROJECTS)
        call = _Call(f"c{self.calls}", client_id, project_id, at)
        shared = self.random.random() < 0.3
        self.tell(
            call,
            at,
            e.CallStarted(
                direction=self.random.choice(list(e.Direction)),
                leg_id=f"{call.call_id}-leg",
                caller="+8613800000000",
                called="+862100000000",
                trunk_id=self.random.choice(TRUNKS),
                client_id=NO_CLIENT if shared else client_id,
                project_id="" if shared else project_id,
            ),
        )
        if shared:
            self.tell(call, at, e.CallAssigned(client_id=client_id, project_id=project_id))
        return call

    def tell(self, call: _Call, at: Instant, event: e.Event) -> None:
        self.story.tell(at, f"call:{call.call_id}", call.client_id, event)

    def end(self, call: _Call, at: Instant) -> None:
        answered = call.answered_at is not None
        self.tell(
            call,
            at,
            e.CallEnded(
                ended_by=e.EndedBy.CUSTOMER,
                cause=16,
                answered=answered,
                duration_ms=at - call.started_at,
                billable_ms=at - call.answered_at if call.answered_at is not None else 0,
            ),
        )

    def enter_flow(self, call: _Call, at: Instant) -> Instant:
        call.answered_at = at
        self.tell(call, at, e.CallAnswered(leg_id=f"{call.call_id}-leg"))
        self.tell(
            call, at, e.FlowEntered(run_id=f"{call.call_id}-run", flow_id="main", flow_version=1)
        )
        return at + self.span()

    def enter_queue(self, call: _Call, at: Instant) -> str:
        call.entries += 1
        entry_id = f"{call.call_id}-entry{call.entries}"
        self.tell(
            call,
            at,
            e.QueueEntered(
                entry_id=entry_id,
                queue_id=call.project_id,
                priority=0,
                service_level_ms=self.random.choice((0, 10_000, 20_000)),
            ),
        )
        return entry_id

    def leave_queue(
        self, call: _Call, entry_id: str, entered: Instant, at: Instant, outcome: e.QueueExit
    ) -> None:
        self.tell(
            call,
            at,
            e.QueueLeft(
                entry_id=entry_id,
                queue_id=call.project_id,
                outcome=outcome,
                wait_ms=at - entered,
            ),
        )

    def lost_call(self, at: Instant) -> None:
        """A call that no agent answers."""
        call = self.begin(at)
        if self.random.random() < 0.2:
            reason = self.random.choice(("no_capacity", "blacklisted"))
            self.tell(call, at, e.CallRefused(reason=reason, cause=34))
            self.end(call, at)
            return
        at = self.enter_flow(call, at)
        if self.random.random() < 0.2:
            self.tell(
                call, at, e.VoicemailLeft(recording_id=f"{call.call_id}-r", box="b", duration_ms=1)
            )
            self.end(call, at)
            return
        self.wait_in_vain(call, at)

    def wait_in_vain(self, call: _Call, at: Instant) -> None:
        entry_id, entered = self.enter_queue(call, at), at
        at += self.span()
        outcomes = (
            e.QueueExit.ABANDONED,
            e.QueueExit.SHORT_ABANDONED,
            e.QueueExit.OVERFLOWED,
            None,
        )
        outcome = self.random.choice(outcomes)
        if outcome is None:
            return
        self.leave_queue(call, entry_id, entered, at, outcome)
        if outcome is e.QueueExit.OVERFLOWED:
            self.tell(
                call,
                at,
                e.CallbackPromised(
                    callback_id=f"{call.call_id}-cb",
                    number="+8613800000000",
                    due_at=at + 3_600_000,
                    reason="overflow",
                    queue_id=self.random.choice((call.project_id, "")),
                ),
            )
        self.end(call, at)

    # -- agents

    def agent(self, agent_id: str, group_id: str, at: Instant) -> None:
        for session in range(self.random.randint(1, 2)):
            at = self.session(_Agent(agent_id, group_id, f"{agent_id}-s{session}", at, at), at)
            at += self.span()

    def session(self, agent: _Agent, at: Instant) -> Instant:
        self.story.tell(
            at,
            f"agent:{agent.agent_id}",
            NO_CLIENT,
            e.AgentSignedIn(
                agent_id=agent.agent_id,
                group_id=agent.group_id,
                endpoint="phone",
                session_id=agent.session_id,
                state=agent.state,
            ),
        )
        for _ in range(self.random.randint(0, 6)):
            at += self.span()
            scene = self.random.choice((self.answer, self.answer, self.pause, self.slip))
            at = scene(agent, at)
        at += self.span()
        self.story.tell(
            at,
            f"agent:{agent.agent_id}",
            NO_CLIENT,
            e.AgentSignedOut(
                agent_id=agent.agent_id,
                session_id=agent.session_id,
                previous=agent.state,
                previous_ms=at - agent.since,
                session_ms=at - agent.signed_in_at,
                cause="own",
            ),
        )
        return at

    def become(
        self, agent: _Agent, at: Instant, state: e.AgentState, *, counted: bool = True
    ) -> None:
        self.story.tell(
            at,
            f"agent:{agent.agent_id}",
            NO_CLIENT,
            e.AgentStateChanged(
                agent_id=agent.agent_id,
                state=state,
                previous=agent.state,
                previous_ms=at - agent.since,
                counted=counted,
            ),
        )
        agent.state, agent.since = state, at

    def pause(self, agent: _Agent, at: Instant) -> Instant:
        self.become(agent, at, e.AgentState.BUSY)
        at += self.span()
        self.become(agent, at, e.AgentState.IDLE, counted=self.random.random() < 0.7)
        return at

    def slip(self, agent: _Agent, at: Instant) -> Instant:
        state = self.random.choice((e.AgentState.DISCONNECTED, e.AgentState.OUTBOUND_ONLY))
        self.become(agent, at, state)
        at += self.span()
        self.become(agent, at, e.AgentState.IDLE)
        return at

    def answer(self, agent: _Agent, at: Instant) -> Instant:
        """The agent takes a call, from a queue or directly."""
        call = self.begin(at)
        queued = self.random.random() < 0.8
        entry_id, queue_id, entered = "", "", at
        if queued:
            at = entered = self.enter_flow(call, at)
            entry_id, queue_id = self.enter_queue(call, at), call.project_id
            at += self.span()
        offer_id = f"{call.call_id}-offer"
        self.become(agent, at, e.AgentState.RESERVED)
        self.tell(
            call,
            at,
            e.OfferMade(
                offer_id=offer_id,
                agent_id=agent.agent_id,
                leg_id=f"{call.call_id}-agent",
                entry_id=entry_id,
                queue_id=queue_id,
            ),
        )
        self.become(agent, at, e.AgentState.RINGING)
        rang_at = at
        at += self.span()
        result = self.random.choice((e.OfferResult.ACCEPTED, *e.OfferResult))
        self.tell(
            call,
            at,
            e.OfferEnded(
                offer_id=offer_id, agent_id=agent.agent_id, result=result, ring_ms=at - rang_at
            ),
        )
        if result is not e.OfferResult.ACCEPTED:
            self.become(agent, at, e.AgentState.IDLE)
            if queued:
                self.leave_queue(call, entry_id, entered, at, e.QueueExit.ABANDONED)
            self.end(call, at)
            return at
        if queued:
            self.leave_queue(call, entry_id, entered, at, e.QueueExit.ANSWERED)
        return self.talk(agent, call, queue_id, at)

    def talk(self, agent: _Agent, call: _Call, queue_id: str, at: Instant) -> Instant:
        segment_id = f"{call.call_id}-segment"
        self.tell(
            call,
            at,
            e.SegmentStarted(
                segment_id=segment_id,
                agent_id=agent.agent_id,
                group_id=agent.group_id,
                leg_id=f"{call.call_id}-agent",
                via=e.Via.QUEUE if queue_id else e.Via.DIRECT,
                queue_id=queue_id,
            ),
        )
        self.become(agent, at, e.AgentState.TALKING)
        talk_ms, hold_ms = self.span(), self.span()
        self.become(agent, at + talk_ms, e.AgentState.HOLDING)
        at += talk_ms + hold_ms
        transferred = self.random.random() < 0.3
        if transferred:
            kind = self.random.choice(("queue", "agent", "outside"))
            self.tell(
                call,
                at,
                e.TransferMade(
                    segment_id=segment_id,
                    agent_id=agent.agent_id,
                    target_kind=kind,
                    target_id="there",
                    consulted=False,
                ),
            )
        self.tell(
            call,
            at,
            e.SegmentEnded(
                segment_id=segment_id,
                agent_id=agent.agent_id,
                talk_ms=talk_ms,
                hold_ms=hold_ms,
                ended_by=e.EndedBy.CUSTOMER,
                queue_id=queue_id,
            ),
        )
        self.become(agent, at, e.AgentState.AFTER_CALL_WORK)
        if transferred:
            self.wait_in_vain(call, at)
        else:
            self.tell(
                call,
                at,
                e.RatingGiven(
                    score=self.random.randint(1, 5),
                    scale=5,
                    agent_id=agent.agent_id,
                    segment_id=self.random.choice((segment_id, "")),
                ),
            )
            self.end(call, at)
        at += self.span()
        self.become(agent, at, e.AgentState.IDLE)
        return at


@dataclass(slots=True)
class _Call:
    call_id: str
    client_id: str
    project_id: str
    started_at: Instant
    answered_at: Instant | None = None
    entries: int = 0


@dataclass(slots=True)
class _Agent:
    agent_id: str
    group_id: str
    session_id: str
    signed_in_at: Instant
    since: Instant
    state: e.AgentState = e.AgentState.IDLE
