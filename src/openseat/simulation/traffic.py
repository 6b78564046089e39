"""Who calls when, and what each caller has in mind: the day drawn ahead, from a seed."""

from __future__ import annotations

import random

from openseat.simulation.people import Plan

LINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("+862150101000", ("11", "12", "21", "22")),
    ("+862150101001", ("1", "2", "2", "0")),
    ("+862150101002", ("1", "1", "2", "0")),
)
"""The demonstration floor's numbers, and keys that lead to its queues."""

IMPATIENT_SHARE = 0.12
"""Callers who give up within a few seconds of waiting."""


def draw(calls: int, rng: random.Random, *, run: int) -> list[Plan]:
    """Return the plans of `calls` customers; `run` keeps callers of different runs apart."""
    plans: list[Plan] = []
    for n in range(calls):
        number, choices = rng.choice(LINES)
        impatient = rng.random() < IMPATIENT_SHARE
        agent_ends = rng.random() < 0.4
        plans.append(
            Plan(
                caller=f"+861{run % 1_000_000:06d}{n:04d}",
                number=number,
                keys=rng.choice(choices),
                language="zh-CN",
                patience_s=rng.uniform(1.0, 6.0) if impatient else rng.uniform(60, 120),
                talk_s=rng.uniform(4.0, 12.0),
                agent_ends=agent_ends,
                rating=rng.choice("345") if rng.random() < 0.8 else "",
            )
        )
    return plans


def gaps(calls: int, agents: int, rng: random.Random) -> list[float]:
    """Return seconds between arrivals that keep `agents` busy, but not hopelessly so."""
    mean_s = 10.5 / max(1, agents)
    return [rng.expovariate(1 / mean_s) for _ in range(calls)]
