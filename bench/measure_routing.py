"""How many offer decisions the router makes in a second, and how their cost grows.

A decision is: a contact arrives, or an agent becomes free, and the router finds
the pair or finds that there is none. What a decision is charged with is all the
work the router does meanwhile: entering and leaving, matching, refusals,
relaxing skills, overflow, announcements with position and estimate, and telling
the next deadline after every step. Not in it: the cell's own work (facts,
effects), and ring-all queues, where one decision is many offers.

The traffic is a stationary floor: 200 queues of 40 clients, 10 skills, all
strategies but ring-all; every agent serves 3 to 8 queues of several clients;
conversations of 3 minutes and patience of 2 minutes on average; 3 % of offers
are refused, a fifth of contacts bring a priority. It is recorded once and then
replayed to a fresh router, so that only the router's work is timed, in
processor time of this process. Other work on the machine still slows parts of a
replay (caches, shared cores), so it is replayed several times and every stretch
counts with its quickest time. Garbage collection is on, but does not look at what
was there before (directory and recording). `decisions_per_s` is that of the worst of three
loads: slack, just enough agents, and too few.
"""

from __future__ import annotations

import gc
import heapq
import math
import random
import sys
import time
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
AGENTS = 2_000
CONVERSATION_MS = 180_000
PATIENCE_MS = 120_000
REFUSED = 0.03

STRETCH = 1_000
"""Steps timed together."""

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


def replayed_s(traffic: Traffic, times: int) -> float:
    """Processor seconds of the timed steps: of each stretch the quickest of all replays."""
    starts = range(traffic.begin, len(traffic.steps), STRETCH)
    quickest = [math.inf] * len(starts)
    for _ in range(times):
        router = Router(traffic.config, 1)
        for step in traffic.steps[: traffic.begin]:
            apply(router, step)
        gc.collect()
        gc.freeze()
        for index, start in enumerate(starts):
            stretch = traffic.steps[start : start + STRETCH]
            begun = time.process_time()
            for step in stretch:
                apply(router, step)
            quickest[index] = min(quickest[index], time.process_time() - begun)
        gc.unfreeze()
    return sum(quickest)


def slowest(traffic: Traffic) -> tuple[float, float]:
    """Microseconds that half and 99 % of the decisions stay below, each timed by itself."""
    router = Router(traffic.config, 1)
    took: list[int] = []
    for index, step in enumerate(traffic.steps):
        begun = time.perf_counter_ns()
        apply(router, step)
        if index >= traffic.begin and step[1] in DECISIONS:
            took.append(time.perf_counter_ns() - begun)
    took.sort()
    return took[len(took) // 2] / 1_000, took[len(took) * 99 // 100] / 1_000


def measure(quick: bool) -> common.Figures:
    """Offer decisions per second, and how their cost grows with the number of agents."""
    decisions, replays = (4_000, 3) if quick else (60_000, 5)
    cost_us: dict[int, dict[str, float]] = {}
    percentiles = (0.0, 0.0)
    for agents in (100, AGENTS, 10_000):
        config = world(agents)
        cost_us[agents] = {}
        for load in (LOADS[0], LOADS[-1]) if quick else LOADS:
            traffic = Traffic(config, load, decisions)
            cost_us[agents][str(load)] = replayed_s(traffic, replays) / decisions * 1e6
            if agents == AGENTS and load == LOADS[-1]:
                percentiles = slowest(traffic)
    router = Router(world(10_000), 1)
    config = world(9_999)
    begun = time.process_time()
    router.configure(config)
    configure_ms = (time.process_time() - begun) * 1_000
    ratios = {load: cost_us[10_000][load] / cost_us[100][load] for load in cost_us[100]}
    return {
        "decisions_per_s": round(1e6 / max(cost_us[AGENTS].values())),
        "decisions_per_s_by_load": {
            load: round(1e6 / cost) for load, cost in cost_us[AGENTS].items()
        },
        "decision_p50_us": round(percentiles[0], 1),
        "decision_p99_us": round(percentiles[1], 1),
        "cost_ratio_10000_to_100_agents": round(max(ratios.values()), 2),
        "cost_ratio_by_load": {load: round(ratio, 2) for load, ratio in ratios.items()},
        "cost_us_by_agents_and_load": {
            str(agents): {load: round(cost, 1) for load, cost in by_load.items()}
            for agents, by_load in cost_us.items()
        },
        "configure_10000_agents_ms": round(configure_ms),
        "agents": AGENTS,
        "queues": QUEUES,
        "skills": len(SKILLS),
        "decisions_for_each_reading": decisions,
    }


if __name__ == "__main__":
    common.main("routing", measure)
