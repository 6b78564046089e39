"""Targets: figures as they are elsewhere, and how they stand to what is wanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.kpi import Tally
from openseat.core.kpi import ratios as r
from openseat.core.kpi.targets import (
    LOWER_IS_BETTER,
    SHARES,
    Judgement,
    Spell,
    TargetMeasure,
    judge,
    value_of,
    within_limits,
)

DAY = Tally(
    handled=10,
    talk_ms=1_000_000,
    hold_ms=100_000,
    after_call_work_ms=300_000,
    offers_accepted=9,
    offers_missed=1,
    talking_ms=1_100_000,
    idle_ms=900_000,
    after_call_ms=300_000,
    busy_ms=1_300_000,
    ratings=2,
    rating_points=9,
    rating_scale=10,
)


def test_figures_are_those_of_the_kpis():
    assert value_of(TargetMeasure.HANDLED, DAY) == 10
    assert value_of(TargetMeasure.CALLS_PER_HOUR, DAY) == r.calls_per_hour(DAY) == 10
    assert value_of(TargetMeasure.AVERAGE_HANDLE, DAY) == r.average_handle_time(DAY) == 140
    assert value_of(TargetMeasure.AVERAGE_AFTER_CALL_WORK, DAY) == 30
    assert value_of(TargetMeasure.OCCUPANCY, DAY) == r.occupancy(DAY) == 0.55
    assert value_of(TargetMeasure.OFFERS_TAKEN, DAY) == 0.9
    assert value_of(TargetMeasure.SATISFACTION, DAY) == 0.9


def test_over_nothing_there_is_no_figure():
    for measure in TargetMeasure:
        assert value_of(measure, Tally()) is None
        assert judge(measure, None, 1, day_over=True) is None
    assert within_limits([], {"break": 1}) is None
    assert within_limits([Spell("meeting", 5)], {"break": 1}) is None


def test_busy_spells_are_held_against_the_limits_of_their_reasons():
    spells = [Spell("break", 600_000), Spell("break", 600_001), Spell("lunch", 1), Spell("x", 9)]
    assert within_limits(spells, {"break": 600_000, "lunch": 1_800_000}) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("measure", "value", "judgement"),
    [
        (TargetMeasure.HANDLED, 100, Judgement.MET),
        (TargetMeasure.HANDLED, 90, Judgement.NEAR),
        (TargetMeasure.HANDLED, 89, Judgement.MISSED),
        (TargetMeasure.AVERAGE_HANDLE, 100, Judgement.MET),
        (TargetMeasure.AVERAGE_HANDLE, 110, Judgement.NEAR),
        (TargetMeasure.AVERAGE_HANDLE, 111, Judgement.MISSED),
    ],
)
def test_ten_per_cent_short_is_near(measure: TargetMeasure, value: float, judgement: Judgement):
    assert judge(measure, value, 100, day_over=True) is judgement


def test_a_count_is_open_until_the_day_is_over_and_a_rate_never_is():
    assert judge(TargetMeasure.HANDLED, 0, 100, day_over=False) is Judgement.OPEN
    assert judge(TargetMeasure.HANDLED, 99, 100, day_over=False) is Judgement.OPEN
    assert judge(TargetMeasure.HANDLED, 100, 100, day_over=False) is Judgement.MET
    assert judge(TargetMeasure.CALLS_PER_HOUR, 89, 100, day_over=False) is Judgement.MISSED


ORDER = (Judgement.MISSED, Judgement.NEAR, Judgement.MET)


@given(
    measure=st.sampled_from(list(TargetMeasure)),
    target=st.integers(1, 10_000),
    values=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
)
def test_a_better_figure_is_never_judged_worse(
    measure: TargetMeasure, target: int, values: tuple[int, int]
):
    worse, better = sorted(values, reverse=measure in LOWER_IS_BETTER)
    judged = [judge(measure, value, target, day_over=True) for value in (worse, better)]
    assert None not in judged
    assert ORDER.index(judged[0]) <= ORDER.index(judged[1])


def test_shares_are_shares():
    for measure in SHARES - {TargetMeasure.BUSY_WITHIN_LIMITS}:
        value = value_of(measure, DAY)
        assert value is not None
        assert 0 <= value <= 1
