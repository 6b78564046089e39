"""How much of the talk that is possible each way of pacing gets, and whom it annoys for it.

Every world is dialled for a shift of three hours, by OpenSeat's pacer and by others built from
their published rules, several times each; in one repetition all of them meet the same people
(common random numbers). `talk_share_of_bound` is talk divided by that of a clairvoyant whose
agents never wait for a call; `nuisance_rate` is the share of live answers without an agent within
two seconds. `_ci95` is half the width of the 95 % confidence interval of the mean over the
repetitions (Student), and 0 for a single one. `openseat_rings_on` is OpenSeat's pacer without leave
to give a ringing call up after 15 seconds.

`within_limit` compares a run's pooled rate with the limit of 3 %; `highest_nuisance_rate` is that
of its worst repetition. `over_limit_at_worst` is by how many calls any repetition was over the
limit at any moment of its shift. `given_up_share` is the share of calls that were ended ringing.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import common

from openseat.core.pacing import PacingRules
from openseat.simulation.pacing.opponents import FixedRatio, Issabel, OpenSeat, Vicidial
from openseat.simulation.pacing.shift import Dialler, Result, Shift
from openseat.simulation.pacing.world import HOUR_S, WORLDS, World

LIMIT = 0.03
GOALS = ((20, 0.97), (5, 0.90))
"""Share of the bound that is wanted from so many agents on."""
FEW_S = 18.0
"""A quick reading begins no further repetition after this."""
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 8: 2.365, 10: 2.262}
"""Quantile of Student's distribution for the mean of so many values."""

Maker = Callable[[], Dialler]


def pacers(world: World) -> dict[str, Maker]:
    """Return every way to pace a world."""
    shift_s = world.hours * HOUR_S
    rings_ms = int(world.time_out_s * 1000)

    def own(least_ring_ms: int | None) -> Maker:
        rules = PacingRules(
            nuisance_limit=LIMIT, ring_time_out_ms=rings_ms, least_ring_ms=least_ring_ms
        )
        return lambda: OpenSeat(rules)

    return {
        "openseat": own(15_000),
        "openseat_rings_on": own(None),
        "progressive": lambda: FixedRatio(1),
        "ratio_2": lambda: FixedRatio(2),
        "ratio_3": lambda: FixedRatio(3),
        "issabel": Issabel,
        "vicidial_hard_limit": lambda: Vicidial("HARD_LIMIT", shift_s, LIMIT),
        "vicidial_average": lambda: Vicidial("AVERAGE", shift_s, LIMIT),
        "vicidial_tapered": lambda: Vicidial("TAPERED", shift_s, LIMIT),
    }


def plan(quick: bool) -> list[tuple[World, int, int]]:
    """Return worlds, agents and repetitions."""
    if quick:
        return [(replace(WORLDS[0], hours=0.75), agents, 2) for agents in (5, 20)]
    return [
        (world, agents, 3 if agents <= 20 else 2)
        for world in WORLDS
        for agents in ((1, 2, 5, 10, 20, 50, 100) if world is WORLDS[0] else (5, 20))
    ]


def measure(quick: bool) -> common.Figures:
    """Shares of possible talk and nuisance rates of pacers in worlds of outbound calls."""
    begun = time.monotonic()
    runs: list[common.Figures] = []
    for world, agents, times in plan(quick):
        for name, make in pacers(world).items():
            if name == "openseat_rings_on" and world.name != WORLDS[0].name:
                continue
            results: list[Result] = []
            for seed in range(times):
                if quick and results and time.monotonic() - begun > FEW_S:
                    break
                results.append(Shift(world, agents, seed, make()).run())
            runs.append(run_of(world, agents, name, results))
            sys.stderr.write(json.dumps(runs[-1]) + "\n")
    return {**verdict(runs), "limit": LIMIT, "runs": runs}


def run_of(world: World, agents: int, pacer: str, results: list[Result]) -> common.Figures:
    """Return the figures of one pacer in one world."""
    answers = sum(result.answers for result in results)
    placed = sum(result.placed for result in results)
    share, share_ci = interval([result.share for result in results])
    rate, rate_ci = interval([result.nuisance_rate for result in results])
    return {
        "world": world.name,
        "agents": agents,
        "pacer": pacer,
        "talk_share_of_bound": share,
        "talk_share_of_bound_ci95": share_ci,
        "nuisance_rate": rate,
        "nuisance_rate_ci95": rate_ci,
        "highest_nuisance_rate": round(max(result.nuisance_rate for result in results), 5),
        "over_limit_at_worst": round(max(result.worst_nuisances for result in results), 2),
        "within_limit": sum(result.nuisances for result in results) <= LIMIT * answers,
        "given_up_share": round(sum(result.withdrawn for result in results) / max(1, placed), 4),
        "repetitions": len(results),
    }


def interval(values: list[float]) -> tuple[float, float]:
    """Return the mean, and half the width of its 95 % confidence interval."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return round(mean, 5), 0.0
    spread = statistics.stdev(values) / math.sqrt(len(values))
    return round(mean, 5), round(STUDENT[len(values)] * spread, 5)


def verdict(runs: list[common.Figures]) -> common.Figures:
    """Return what became of the goals."""
    own = [run for run in runs if run["pacer"] == "openseat"]
    wanted = [
        (run, next((goal for least, goal in GOALS if run["agents"] >= least), None)) for run in own
    ]
    behind = [
        f"{run['world']}/{run['agents']}: {other['pacer']}"
        for run in own
        for other in runs
        if (other["world"], other["agents"]) == (run["world"], run["agents"])
        and not other["pacer"].startswith("openseat")
        and other["within_limit"]
        and other["talk_share_of_bound"] > run["talk_share_of_bound"]
    ]
    return {
        "worlds_within_limit": sum(run["within_limit"] for run in own),
        "worlds": len(own),
        "goals_of_talk_met": sum(
            goal is not None and run["talk_share_of_bound"] >= goal for run, goal in wanted
        ),
        "goals_of_talk": sum(goal is not None for _, goal in wanted),
        "behind_an_opponent_within_limit": behind,
    }


if __name__ == "__main__":
    common.main("pacing", measure)
