"""Erlang's formulas against hand values and against the chain they come from; the forecast."""

from __future__ import annotations

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.staffing import (
    History,
    Load,
    agents_for,
    erlang_b,
    erlang_c,
    forecast,
    patience_s,
)
from openseat.core.staffing.erlang import MOST_AGENTS


def chain(load: Load, agents: int, states: int = 4000) -> tuple[float, float]:
    """Share abandoned and share that waits, straight from the birth-and-death chain."""
    weights, weight, scale = [1.0], 1.0, 0.0
    for count in range(1, states):
        death = min(count, agents) / load.handle_s + max(0, count - agents) / load.patience_s
        weight *= load.rate / death
        if weight > 1e200:
            weights = [one / 1e200 for one in weights]
            weight /= 1e200
        weights.append(weight)
        scale += weight
        if weight < 1e-18 * scale:
            break
    whole = sum(weights)
    waiting = sum((count - agents) * w for count, w in enumerate(weights) if count > agents)
    delayed = sum(w for count, w in enumerate(weights) if count >= agents) / whole
    return waiting / whole / load.patience_s / load.rate, delayed


def test_erlang_b_and_c_are_those_of_the_tables() -> None:
    assert erlang_b(10, 8) == pytest.approx(0.12166, abs=1e-5)
    assert erlang_c(10, 8) == pytest.approx(0.40918, abs=1e-5)
    assert erlang_b(1, 1) == 0.5
    assert erlang_b(0, 3) == 1
    assert erlang_c(3, 3) == 1


def test_endless_patience_is_erlang_c() -> None:
    # 100 calls an hour of 3 minutes: 5 erlangs; with 7 agents, in 20 s.
    load = Load(rate=100 / 3600, handle_s=180)
    by_hand = 1 - erlang_c(7, 5) * exp(-(7 - 5) * 20 / 180)
    assert load.service_level(7, 20) == pytest.approx(by_hand, rel=1e-6)
    assert load.service_level(5, 20) == 0
    assert load.abandoned(7) == 0


loads = st.builds(
    lambda rate, handle, patience: Load(rate=rate, handle_s=handle, patience_s=patience),
    st.floats(0.001, 0.5),
    st.floats(20, 600),
    st.floats(20, 1200),
)


@given(loads, st.integers(1, 120))
def test_who_abandons_is_as_the_chain_says(load: Load, agents: int) -> None:
    abandoned, delayed = chain(load, agents)
    assert load.abandoned(agents) == pytest.approx(abandoned, abs=2e-4)
    # Answered without any wait: whoever does not find all busy.
    assert load.service_level(agents, 0) == pytest.approx(1 - delayed, abs=2e-4)


@given(loads, st.integers(1, 80), st.floats(1, 120))
def test_more_agents_and_more_time_never_answer_fewer(
    load: Load, agents: int, within: float
) -> None:
    level = load.service_level(agents, within)
    assert -1e-9 <= level <= 1 + 1e-9
    assert load.service_level(agents + 1, within) >= level - 1e-6
    assert load.service_level(agents, within + 10) >= level - 1e-6
    # Nobody is both answered and abandoned.
    assert level + load.abandoned(agents) <= 1 + 1e-3


@given(loads, st.floats(5, 60), st.floats(0.5, 0.95))
def test_the_fewest_agents_reach_the_target_and_one_less_does_not(
    load: Load, within: float, target: float
) -> None:
    agents = agents_for(load, within, target)
    assert agents is not None
    assert load.service_level(agents, within) >= target
    assert agents == 1 or load.service_level(agents - 1, within) < target


def test_nobody_comes_and_too_many_come() -> None:
    assert agents_for(Load(rate=0, handle_s=100), 20, 0.8) == 0
    assert Load(rate=0, handle_s=100).service_level(0, 20) == 1
    assert Load(rate=0, handle_s=1, patience_s=1).abandoned(0) == 0
    assert Load(rate=1, handle_s=1, patience_s=1).abandoned(0) == 1
    assert agents_for(Load(rate=MOST_AGENTS, handle_s=100), 20, 0.8) is None
    for wrong in ({"rate": -1, "handle_s": 1}, {"rate": 1, "handle_s": 0}):
        with pytest.raises(ValueError, match="a load needs"):
            Load(**wrong)


def test_without_an_earlier_day_nothing_is_expected() -> None:
    assert forecast([], 100) is None


def test_a_busy_morning_raises_what_is_expected_and_by_more_the_more_is_known() -> None:
    usual = forecast([History(100, 40), History(120, 44)], 110)
    busy = forecast([History(100, 40), History(120, 44)], 220)
    assert usual is not None
    assert busy is not None
    assert usual.mean == pytest.approx(42)
    assert usual.factor == 1
    assert busy.factor == pytest.approx((25 + 220) / (25 + 110))
    early = forecast([History(1, 40)], 3)
    assert early is not None
    assert early.factor == pytest.approx(28 / 26)


@given(
    st.lists(st.builds(History, st.floats(0, 5000), st.floats(0, 500)), min_size=1, max_size=8),
    st.floats(0, 5000),
)
def test_a_forecast_lies_within_its_range_and_scales_with_the_day(
    days: list[History], came: float
) -> None:
    found, more = forecast(days, came), forecast(days, came + 50)
    assert found is not None
    assert more is not None
    assert 0 <= found.low <= found.mean <= found.high
    assert more.mean >= found.mean
    assert forecast(days * 2, came) is not None


def test_patience_is_waiting_over_those_who_gave_up() -> None:
    assert patience_s(1000, 10) == 100
    assert patience_s(1000, 0) == inf
    assert patience_s(0, 3) == inf
