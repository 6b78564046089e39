"""`bench/pacing` says what it measured, and judges by its own figures."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    module = importlib.import_module("measure_pacing")
    monkeypatch.delitem(sys.modules, "measure_pacing")
    return module


def test_every_pacer_is_measured_in_every_world_of_the_plan(bench, monkeypatch):
    world = replace(bench.WORLDS[0], hours=0.1)
    monkeypatch.setattr(bench, "plan", lambda quick: [(world, 3, 2)])
    figures = bench.measure(quick=False)
    assert [run["pacer"] for run in figures["runs"]] == list(bench.pacers(world))
    for run in figures["runs"]:
        assert (run["world"], run["agents"], run["repetitions"]) == ("steady", 3, 2)
        assert 0 < run["talk_share_of_bound"] <= 1
        assert run["talk_share_of_bound_ci95"] > 0
        assert 0 <= run["nuisance_rate"] <= run["highest_nuisance_rate"] <= 1


def test_the_interval_is_students(bench):
    mean, half = bench.interval([0.8, 0.9, 1.0])
    assert mean == 0.9
    assert half == pytest.approx(4.303 * 0.1 / 3**0.5, abs=1e-4)
    assert bench.interval([0.8]) == (0.8, 0.0)


def run(pacer, share, *, agents=20, within=True):
    return {
        "world": "w",
        "agents": agents,
        "pacer": pacer,
        "talk_share_of_bound": share,
        "within_limit": within,
    }


def test_only_opponents_within_the_limit_count(bench):
    runs = [run("openseat", 0.9), run("fast", 0.95, within=False), run("fair", 0.91)]
    verdict = bench.verdict(runs)
    assert verdict["behind_an_opponent_within_limit"] == ["w/20: fair"]
    assert (verdict["goals_of_talk_met"], verdict["goals_of_talk"]) == (0, 1)


def test_goals_depend_on_the_number_of_agents(bench):
    runs = [run("openseat", 0.91, agents=agents) for agents in (2, 5, 20)]
    verdict = bench.verdict(runs)
    assert (verdict["goals_of_talk_met"], verdict["goals_of_talk"]) == (1, 2)


def test_the_plan_covers_small_and_large_teams_and_every_world(bench):
    plan = bench.plan(quick=False)
    assert {agents for world, agents, _ in plan if world.name == "steady"} >= {1, 2, 5, 10, 20, 100}
    for world in bench.WORLDS:
        assert {agents for other, agents, _ in plan if other is world} >= {5, 20}
