"""Other ways to pace, from their published rules: yardsticks for OpenSeat's own.

Written from what the rules say, not from anybody's code; each keeps its own count of calls and
agents. Where a rule leaves something to the operator, the product's default is taken, and the
nuisance limit where it asks for one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, exp

from openseat.core.pacing import Pacer, PacingRules
from openseat.core.pacing.events import (
    AWAY,
    IDLE,
    WRAPPING,
    AgentTurned,
    CallAnswered,
    CallConnected,
    CallEnded,
    CallLost,
    CallMissed,
    CallPlaced,
    CallWithdrawn,
    Cell,
    PacingFact,
)

NOBODY: tuple[str, ...] = ()
Answer = tuple[int, tuple[str, ...]]


class OpenSeat:
    """The product's own pacer."""

    def __init__(self, rules: PacingRules) -> None:
        self.pacer = Pacer(rules)

    def observe(self, fact: PacingFact) -> None:
        """Take up a fact."""
        self.pacer.observe(fact)

    def ask(self, now: int, coming: Sequence[Cell]) -> Answer:
        """Return how many calls to place, and which ringing ones to end."""
        decision = self.pacer.decide(now, coming)
        return decision.place, decision.give_up


@dataclass(slots=True)
class Count:
    """What every rule looks at."""

    states: dict[str, str] = field(default_factory=dict[str, str])
    since: dict[str, int] = field(default_factory=dict[str, int])
    """When the conversation of each agent who talks began."""
    idle: int = 0
    ringing: set[str] = field(default_factory=set[str])
    waiting: set[str] = field(default_factory=set[str])
    talking: set[str] = field(default_factory=set[str])
    placed: int = 0
    ended: int = 0
    answers: int = 0
    lost: int = 0

    def observe(self, fact: PacingFact) -> None:
        """Take up a fact."""
        match fact:
            case CallPlaced():
                self.ringing.add(fact.call_id)
                self.placed += 1
            case CallAnswered():
                self.ringing.discard(fact.call_id)
                self.waiting.add(fact.call_id)
                self.answers += 1
                self.ended += 1
            case CallConnected():
                self.waiting.discard(fact.call_id)
                self.talking.add(fact.call_id)
            case CallEnded():
                self.talking.discard(fact.call_id)
            case CallMissed() | CallWithdrawn():
                self.ringing.discard(fact.call_id)
                self.ended += 1
            case CallLost():
                self.waiting.discard(fact.call_id)
                self.lost += 1
            case AgentTurned():
                self._turned(fact)
            case _:
                pass

    def _turned(self, fact: AgentTurned) -> None:
        if self.states.get(fact.agent_id) == IDLE:
            self.idle -= 1
        self.states[fact.agent_id] = fact.state
        self.idle += fact.state == IDLE
        if fact.state in {IDLE, AWAY, WRAPPING}:
            self.since.pop(fact.agent_id, None)
        else:
            self.since.setdefault(fact.agent_id, fact.at)


class FixedRatio:
    """So many ringing calls for each idle agent, whatever happens.

    Args:
        ratio: calls for an idle agent; 1 is progressive dialling.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._count = Count()
        self.observe = self._count.observe

    def ask(self, now: int, coming: Sequence[Cell]) -> Answer:  # noqa: ARG002 - every rule is asked alike
        """Return how many calls to place."""
        goal = ceil(self._ratio * self._count.idle)
        return max(0, goal - len(self._count.ringing) - len(self._count.waiting)), NOBODY


class Issabel:
    """The rule of the call-centre module of Elastix and Issabel.

    Idle agents, and those talking whose whole conversation, were its length exponential, would
    with 97 % be over when the next call is answered (the chance is that of the length, not of
    what remains); less those who wait, divided by the share of attempts that were answered
    (`overcommit`, at least a fifth), less what rings. Plain progressive until ten calls are known.
    """

    SURE = 0.97
    FIRST_CALLS = 10
    LEAST_ANSWERED = 0.2

    def __init__(self) -> None:
        self._count = Count()
        self._talks = 0
        self._talked_s = self._rang_s = 0.0
        self._placed_at: dict[str, int] = {}
        self._met_at: dict[str, int] = {}

    def observe(self, fact: PacingFact) -> None:
        """Take up a fact."""
        if isinstance(fact, CallPlaced):
            self._placed_at[fact.call_id] = fact.at
        elif isinstance(fact, CallAnswered):
            self._rang_s += (fact.at - self._placed_at[fact.call_id]) / 1000
        elif isinstance(fact, CallConnected):
            self._met_at[fact.call_id] = fact.at
        elif isinstance(fact, CallEnded):
            self._talks += 1
            self._talked_s += (fact.at - self._met_at.pop(fact.call_id)) / 1000
        self._count.observe(fact)

    def ask(self, now: int, coming: Sequence[Cell]) -> Answer:  # noqa: ARG002 - every rule is asked alike
        """Return how many calls to place."""
        count = self._count
        agents = count.idle - len(count.waiting)
        if self._talks < self.FIRST_CALLS:
            return max(0, agents - len(count.ringing)), NOBODY
        mean, answer_s = self._talked_s / self._talks, self._rang_s / count.answers
        for since in count.since.values():
            length = (now - since) / 1000 + answer_s
            agents += 1 - exp(-length / mean) >= self.SURE
        goal = round(max(0, agents) / max(self.LEAST_ANSWERED, count.answers / count.ended))
        return max(0, goal - len(count.ringing)), NOBODY


class Vicidial:
    """VICIdial's adaptive dialling: a dial level that follows how many agents wait.

    Calls under way, talked ones included, are brought to level times agents who wait or talk.
    Every quarter minute the level is multiplied by 1 + (agents who wait less calls who wait,
    mean of the last minute) ÷ agents, kept between 1 and 3. When, after 50 calls, more than the
    limit was dropped today, HARD_LIMIT sets the level to 1, AVERAGE halves it, and TAPERED
    multiplies it by the tenth part of the hours that the shift has still to go. If more than
    half of the last minute's calls were dropped, it is halved in every case.

    Args:
        method: HARD_LIMIT, AVERAGE or TAPERED.
        shift_s: the shift's length, which TAPERED looks at.
        limit: the drop percentage as a share of answers.
    """

    MOST = 3.0
    EVERY_MS = 15_000

    def __init__(self, method: str, shift_s: float, limit: float = 0.03) -> None:
        self._method, self._shift_s, self._limit = method, shift_s, limit
        self._count = Count()
        self._level = 1.0
        self._minute: deque[tuple[int, int]] = deque(maxlen=60)
        self._next_at = self.EVERY_MS
        self._drops: deque[tuple[int, int, int]] = deque(maxlen=60)
        self.observe = self._count.observe

    def ask(self, now: int, coming: Sequence[Cell]) -> Answer:  # noqa: ARG002 - every rule is asked alike
        """Return how many calls to place."""
        count = self._count
        agents = count.idle + len(count.since)
        self._minute.append((count.idle - len(count.waiting), agents))
        self._drops.append((count.placed, count.answers, count.lost))
        if now >= self._next_at:
            self._next_at = now + self.EVERY_MS
            self._adapt(now)
        under_way = len(count.ringing) + len(count.waiting) + len(count.talking)
        return max(0, round(self._level * agents) - under_way), NOBODY

    def _adapt(self, now: int) -> None:
        count = self._count
        agents = sum(agents for _, agents in self._minute)
        if agents:
            self._level *= 1 + sum(spare for spare, _ in self._minute) / agents
        self._level = min(self.MOST, max(1.0, self._level))
        placed, _, lost = self._drops[0]
        calls = count.placed - placed
        if calls > 20 and count.lost - lost > calls / 2:
            self._level /= 2
        if count.placed > 50 and count.lost > self._limit * count.answers:
            hours_left = (self._shift_s - now / 1000) / 3600
            self._level = {
                "HARD_LIMIT": 1.0,
                "AVERAGE": self._level / 2,
                "TAPERED": self._level * min(1.0, max(0.0, hours_left / 10)),
            }[self._method]
        self._level = max(1.0, self._level)
