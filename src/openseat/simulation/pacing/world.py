"""Worlds to dial in: who answers when, how long people talk, what agents do besides.

Everything that chance decides about the n-th call placed, and about the n-th conversation of an
agent, is drawn from the seed and these numbers alone. Two pacers in the same world with the same
seed meet the same people, so their difference is not luck.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, pi, sin

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the list."""

    name: str
    share: float
    person: float
    """Share of its numbers where a person would answer before they tire of the ringing."""
    machine: float = 0.0
    """Share of its numbers where a machine answers."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one call if it is left alone."""

    segment: str
    person: bool
    after_s: float
    """When the person has answered, or the call is over."""


@dataclass(frozen=True, slots=True)
class Work:
    """One conversation: stages of the script with their seconds, then after-call work."""

    stages: tuple[tuple[str, float], ...]
    wrap_s: float

    @property
    def talk_s(self) -> float:
        """Return how long it is talked."""
        return sum(seconds for _, seconds in self.stages)


@dataclass(frozen=True, slots=True)
class Absence:
    """A break an agent wants: from when, and for how long."""

    at_s: float
    lasts_s: float


def always(_at_s: float) -> float:
    """Return 1: nothing changes over the day."""
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A list, a carrier, a script and a shift."""

    name: str
    hours: float = 3.0
    segments: tuple[Segment, ...] = (Segment("all", 1.0, 0.35),)
    level: Callable[[float], float] = always
    """Factor of the answer rates by the second of the shift."""
    dead: float = 0.15
    """Share of numbers that end at once: busy, unreachable, none."""
    set_up_s: float = 2.5
    """Until it rings."""
    ring_s: float = 9.0
    """Median ringing before a person answers."""
    ring_spread: float = 0.55
    scan_s: float = 0.0
    """What the answer scan takes to tell a person from a machine."""
    time_out_s: float = 30.0
    refusal: float = 0.25
    """Share of people who hear the first sentence and hang up."""
    talk_s: float = 160.0
    """Mean conversation of the others."""
    talk_spread: float = 0.7
    """Standard deviation of the logarithm."""
    wrap_s: float = 20.0
    wrap_spread: float = 0.5
    scripted: bool = True
    """Whether the agent's script tells the stage."""
    break_every_s: float = 0.0
    """Agents want a break so often, half of them together; 0: never."""
    break_s: float = 600.0

    def segment(self, seed: int, number: int) -> Segment:
        """Return the segment of the `number`-th record: known before it is dialled."""
        pick = random.Random(f"{seed}/record/{number}").random()
        for segment in self.segments:
            if pick < segment.share:
                return segment
            pick -= segment.share
        return self.segments[-1]

    def fate(self, seed: int, number: int, at_s: float) -> Fate:
        """Return what becomes of the `number`-th call, placed at this second of the shift."""
        draw = random.Random(f"{seed}/call/{number}")
        luck, ring = draw.random(), draw.gauss(0, 1)
        segment = self.segment(seed, number)
        person = min(0.95, segment.person * self.level(at_s))
        if luck < person:
            after = self.set_up_s + self.ring_s * exp(self.ring_spread * ring)
            if after < self.time_out_s:
                return Fate(segment.name, True, after + self.scan_s)
            return Fate(segment.name, False, self.time_out_s)
        if luck < person + segment.machine:
            # Machines pick up after a fixed number of rings, mailboxes at once.
            after = self.set_up_s + (18.0 if ring > 0 else 4.0)
            return Fate(segment.name, False, min(after + 3.0, self.time_out_s))
        if luck > 1 - self.dead:
            return Fate(segment.name, False, self.set_up_s + 1.5)
        return Fate(segment.name, False, self.time_out_s)

    def works(self, seed: int, agent: int) -> Callable[[], Work]:
        """Return what gives an agent's conversations, one after the other."""
        draw = random.Random(f"{seed}/agent/{agent}")
        mean_log = log(self.talk_s) - self.talk_spread**2 / 2
        wrap_log = log(self.wrap_s) - self.wrap_spread**2 / 2

        def work() -> Work:
            refused = draw.random() < self.refusal
            talk = exp(draw.gauss(mean_log, self.talk_spread))
            opening, closing = draw.uniform(6, 20), draw.uniform(10, 30)
            wrap = exp(draw.gauss(wrap_log, self.wrap_spread))
            if refused:
                return Work((("opening", opening),), wrap / 3)
            middle = max(5.0, talk - opening - closing)
            return Work((("opening", opening), ("offer", middle), ("closing", closing)), wrap)

        return work

    def absences(self, agent: int) -> list[Absence]:
        """Return the breaks an agent wants; all of them end before the shift does."""
        if not self.break_every_s:
            return []
        end = self.hours * HOUR_S - 2 * self.break_s
        first = self.break_every_s / 2 + agent % 2 * 1.5 * self.break_s
        times = int(max(0.0, end - first) / self.break_every_s) + 1
        return [Absence(first + n * self.break_every_s, self.break_s) for n in range(times)]


def tide(at_s: float) -> float:
    """Answer rates that swing between a third less and a third more within the hour."""
    return 1 + 0.35 * sin(2 * pi * at_s / HOUR_S)


def bursts(at_s: float) -> float:
    """Every 20 minutes, for three minutes, more than twice as many people answer."""
    return 2.3 if at_s % 1200 < 180 else 0.8


def fall(at_s: float) -> float:
    """Half of the answers from the middle of every hour on."""
    return 1.25 if at_s % HOUR_S < HOUR_S / 2 else 0.6


WORLDS: tuple[World, ...] = (
    World(name="steady"),
    World(name="unscripted", scripted=False),
    World(name="changing", level=tide),
    World(name="bursts", level=bursts),
    World(name="sudden fall", level=fall),
    World(name="two segments", segments=(Segment("warm", 0.4, 0.6), Segment("cold", 0.6, 0.15))),
    World(name="long tails", talk_spread=1.2, refusal=0.4, talk_s=200.0, scripted=False),
    World(name="machines", segments=(Segment("all", 1.0, 0.12, 0.5),), scan_s=2.5),
    World(name="slow carrier", set_up_s=9.0, ring_s=11.0, time_out_s=45.0),
    World(name="breaks", break_every_s=3600.0, break_s=420.0),
)
"""Each differs from the first in one thing."""
