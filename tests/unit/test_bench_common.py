"""Benchmarks answer with one JSON object, or say why they could not measure."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch):
    """Imports a module of bench/ as the commands do."""
    monkeypatch.syspath_prepend(str(BENCH))

    def load(name):
        module = importlib.import_module(name)
        monkeypatch.delitem(sys.modules, name)
        return module

    return load


def run(common, monkeypatch, measure, *options):
    monkeypatch.setattr(sys, "argv", ["bench", *options])
    with pytest.raises(SystemExit) as end:
        common.main("example", measure)
    return end.value.code


def test_figures_come_with_machine_and_commit(bench, monkeypatch, capsys):
    seen = []

    def measure(quick):
        seen.append(quick)
        return {"calls_per_s": 12.5}

    assert run(bench("common"), monkeypatch, measure, "--json", "--quick") == 0
    report = json.loads(capsys.readouterr().out)
    assert seen == [True]
    assert (report["bench"], report["calls_per_s"], report["quick"]) == ("example", 12.5, True)
    assert report["machine"]["cores"] >= 1
    assert isinstance(report["commit"], str)


def test_figures_can_be_read_by_people(bench, monkeypatch, capsys):
    assert run(bench("common"), monkeypatch, lambda quick: {"calls_per_s": 12.5}) == 0
    assert "calls_per_s" in capsys.readouterr().out


def test_what_could_not_be_measured_says_why(bench, monkeypatch, capsys):
    common = bench("common")

    def measure(quick):
        raise common.NotMeasuredError("no switch here")

    assert run(common, monkeypatch, measure, "--json") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no switch here" in printed.err


def test_a_clone_without_git_has_no_commit(bench, monkeypatch, tmp_path):
    common = bench("common")
    monkeypatch.setattr(common, "CLONE", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert common.commit() == ""


def test_recorded_traffic_can_be_replayed(bench):
    routing = bench("measure_routing")
    traffic = routing.Traffic(routing.world(40), 1.0, 150)
    kinds = {kind for _, kind, _, _ in traffic.steps[traffic.begin :]}
    assert {routing.READY, routing.ARRIVE, routing.ANSWER} <= kinds
    took = routing.quickest_us(traffic, 1)
    assert len(took) == len(traffic.steps) - traffic.begin
    reading = routing.read(routing.world(40), 1.0, 150, 1)
    assert 0 < reading.p50 <= reading.p99
    assert reading.decision > 0
