"""How many offer decisions the router makes in a second, and how their cost grows.

A decision is: a contact arrives, or an agent becomes free, and the router finds
the pair or finds that there is none. It is charged with entering the contact or
the agent, matching, looking for overflow, and telling the next deadline. What
the router does between decisions (answers, refusals, callers who give up,
skills relaxed, announcements with position and estimate) is upkeep: counted
apart, and together with the decisions in `decisions_per_s_with_upkeep`. Not in
it: the cell's own work (facts, effects), and ring-all queues, where one decision
is many offers.

The traffic is a stationary floor: 200 queues of 40 clients, 10 skills, all
strategies but ring-all; every agent serves 3 to 8 queues of several clients;
conversations of 3 minutes and patience of 2 minutes on average; 3 % of offers
are refused, a fifth of contacts bring a priority. It is recorded once and
replayed several times to a fresh router; of each step its quickest time counts,
so that other work on the machine does not. Garbage collection is on, but does
not look at what was there before (directory and recording). `decisions_per_s`
is that of the worst load: slack, just enough agents (not with --quick), and too
few.
"""

from __future__ import annotations

import gc
import heapq
import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import common

from openseat.core.config import AgentConfig, CellConfig, QueueConfig, Relaxation, Strategy
from openseat.core.routing import Contact, Match, Router

QUEUES = 200
CLIENTS = 40
SKILLS = tuple(f"skill{n}" for n in range(10))
STRATEGIES = tuple(strategy for strategy in Strategy if strategy is not Strategy.RING_ALL)
LOADS = (0.7, 1.0, 1.3)
FEW, AGENTS, MANY = 100, 2_000, 10_000
CONVERSATION_MS = 180_000
PATIENCE_MS = 120_000
REFUSED = 0.03

READY, ARRIVE, REFUSE, ANSWER, GIVE_UP, WAKE = range(6)
DECISIONS = (READY, ARRIVE)


def world(agents: int) -> CellConfig:
    """A floor with so many agents; queues are the same for every number of them."""
    draw = random.Random(1)
    queues: dict[str, QueueConfig] = {}
    for n in range(QUEUES):
        needed = {skill: draw.randint(1, 3) for skill in draw.sample(SKILLS, draw.randint(0, 2))}
        easier = (Relaxation(after_ms=20_000, skills=dict.fromkeys(needed, 0)),)
        queues[f"q{n}"] = QueueConfig(
            queue_id=f"q{n}",
            client_id=f"client{n % CLIENTS}",
            project_id="p",
            name=f"q{n}",
            strategy=STRATEGIES[n % len(STRATEGIES)],
            skills=needed,
            relaxations=easier if needed else (),
            ageing_per_minute=draw.choice((0, 1, 5)),
            weight=draw.randint(1, 4),
            max_wait_ms=600_000,
            announce_first_ms=30_000,
            announce_every_ms=45_000,
        )
    people: dict[str, AgentConfig] = {}
    for n in range(agents):
        people[f"a{n}"] = AgentConfig(
            agent_id=f"a{n}",
            number=str(1000 + n),
            name="",
            group_id="g",
            skills={
                skill: draw.randint(1, 5) for skill in draw.sample(SKILLS, draw.randint(4, 10))
            },
            queues=tuple(draw.sample(list(queues), draw.randint(3, 8))),
        )
    return CellConfig(version=1, cell_id="bench", queues=queues, agents=people)


Step = tuple[int, int, object, str]
"""Instant, kind, contact or what the strategies compare, and whom or what it is about."""


class Traffic:
    """What happens on a floor, recorded while a router decides about it."""

    def __init__(self, config: CellConfig, load: float, decisions: int) -> None:
        self.config = config
        self.steps: list[Step] = []
        self._router = Router(config, 1)
        self._draw = random.Random(2)
        self._queues = list(config.queues.values())
        self._handled = dict.fromkeys(config.agents, 0)
        self._gap_ms = CONVERSATION_MS / (len(config.agents) * load)
        self._coming: list[tuple[int, int, int, str]] = []
        self._number = 0
        for agent_id in config.agents:
            if self._draw.random() < load:
                self._later(0, CONVERSATION_MS, READY, agent_id)
            else:
                self._take((0, READY, (0, 0), agent_id))
        self.begin = len(self.steps)
        """Steps before this one fill the floor and are not timed."""
        self._later(0, self._gap_ms, ARRIVE, "")
        while decisions:
            decisions -= self._go_on()

    def _later(self, now: int, mean_ms: float, kind: int, who: str) -> None:
        self._number += 1
        at = now + int(self._draw.expovariate(1 / mean_ms))
        heapq.heappush(self._coming, (at, self._number, kind, who))

    def _go_on(self) -> bool:
        """Let the next thing happen; tells whether it was a decision."""
        due = self._router.next_deadline()
        if due is not None and due <= self._coming[0][0]:
            self._take((due, WAKE, None, ""))
            return False
        now, _, kind, who = heapq.heappop(self._coming)
        if kind == READY:
            occupancy = self._draw.randrange(1_000_000)
            self._take((now, READY, (self._handled[who], occupancy), who))
        elif kind == ARRIVE:
            self._later(now, self._gap_ms, ARRIVE, "")
            self._arrive(now)
        elif self._router.contact(who) is not None:
            self._take((now, GIVE_UP, None, who))
        return kind in DECISIONS

    def _arrive(self, now: int) -> None:
        queue = self._draw.choice(self._queues)
        contact = Contact(
            entry_id=f"e{self._number}",
            call_id=f"c{self._number}",
            queue_id=queue.queue_id,
            client_id=queue.client_id,
            entered_at=now,
            priority=self._draw.choice((0, 0, 0, 0, 5)),
            skills=queue.skills,
        )
        self._later(now, PATIENCE_MS, GIVE_UP, contact.entry_id)
        self._take((now, ARRIVE, contact, ""))

    def _take(self, step: Step) -> None:
        """Record a step, carry it out, and let agents answer what it brings."""
        self.steps.append(step)
        now = step[0]
        for match in apply(self._router, step):
            (agent_id,) = match.agent_ids
            if self._draw.random() < REFUSED:
                self._take((now, REFUSE, agent_id, match.entry_id))
                self._later(now, 5_000, READY, agent_id)
            else:
                self._take((now, ANSWER, match.queue_id, match.entry_id))
                self._handled[agent_id] += 1
                self._later(now, CONVERSATION_MS, READY, agent_id)


def apply(router: Router, step: Step) -> list[Match]:
    """Carry out one step, with everything a floor asks of the router after it."""
    now, kind, what, who = step
    if kind == READY:
        handled, occupancy = what  # type: ignore[misc]  # the pair that goes with READY
        router.agent_ready(who, now, handled, occupancy)
    elif kind == ARRIVE:
        router.add(what)  # type: ignore[arg-type]  # the contact that goes with ARRIVE
    elif kind == REFUSE:
        router.refused(who, what, now)  # type: ignore[arg-type]  # the agent
    elif kind == ANSWER:
        router.remove(who)
        router.served(what, now)  # type: ignore[arg-type]  # the queue
    elif kind == GIVE_UP:
        router.remove(who)
    else:
        router.announcements(now)
    matches = router.match(now)
    router.expired(now)
    router.next_deadline()
    return matches


def quickest_us(traffic: Traffic, times: int) -> list[float]:
    """Microseconds of each timed step, in the quickest of all replays."""
    timed = traffic.steps[traffic.begin :]
    quickest = [math.inf] * len(timed)
    clock = time.perf_counter_ns
    for _ in range(times):
        router = Router(traffic.config, 1)
        for step in traffic.steps[: traffic.begin]:
            apply(router, step)
        gc.collect()
        gc.freeze()
        for index, step in enumerate(timed):
            begun = clock()
            apply(router, step)
            took = clock() - begun
            if took < quickest[index]:  # noqa: PLR1730 - cheaper than a call while measuring
                quickest[index] = took
        gc.unfreeze()
    return [took / 1_000 for took in quickest]


@dataclass(frozen=True)
class Reading:
    """Costs at one number of agents and one load, in microseconds."""

    decision: float
    upkeep: float
    """All other work, for each decision."""
    p50: float
    p99: float


def read(config: CellConfig, load: float, decisions: int, replays: int) -> Reading:
    """Measure so many decisions."""
    traffic = Traffic(config, load, decisions)
    took = quickest_us(traffic, replays)
    kinds = [kind for _, kind, _, _ in traffic.steps[traffic.begin :]]
    own = sorted(us for us, kind in zip(took, kinds, strict=True) if kind in DECISIONS)
    return Reading(
        decision=sum(own) / len(own),
        upkeep=(sum(took) - sum(own)) / len(own),
        p50=own[len(own) // 2],
        p99=own[len(own) * 99 // 100],
    )


def measure(quick: bool) -> common.Figures:
    """Offer decisions per second, and how their cost grows with the number of agents."""
    decisions, replays = (4_000, 3) if quick else (30_000, 5)
    loads = (LOADS[0], LOADS[-1]) if quick else LOADS
    readings: dict[int, dict[str, Reading]] = {}
    for agents in (FEW, AGENTS, MANY):
        config = world(agents)
        readings[agents] = {str(load): read(config, load, decisions, replays) for load in loads}
    few, usual, many = readings[FEW], readings[AGENTS], readings[MANY]
    ratios = {load: many[load].decision / few[load].decision for load in few}
    worst = max(usual.values(), key=lambda reading: reading.decision)
    router = Router(world(MANY), 1)
    config = world(MANY - 1)
    begun = time.process_time()
    router.configure(config)
    configure_ms = (time.process_time() - begun) * 1_000
    return {
        "decisions_per_s": round(1e6 / worst.decision),
        "decisions_per_s_with_upkeep": round(
            1e6 / max(reading.decision + reading.upkeep for reading in usual.values())
        ),
        "decision_p50_us": round(worst.p50, 1),
        "decision_p99_us": round(worst.p99, 1),
        "cost_ratio_10000_to_100_agents": round(max(ratios.values()), 2),
        "decision_us_by_agents_and_load": {
            str(agents): {load: round(one.decision, 1) for load, one in by_load.items()}
            for agents, by_load in readings.items()
        },
        "upkeep_us_per_decision_by_agents_and_load": {
            str(agents): {load: round(one.upkeep, 1) for load, one in by_load.items()}
            for agents, by_load in readings.items()
        },
        "configure_10000_agents_ms": round(configure_ms),
        "agents": AGENTS,
        "queues": QUEUES,
        "skills": len(SKILLS),
        "decisions_for_each_reading": decisions,
    }


if __name__ == "__main__":
    common.main("routing", measure)
