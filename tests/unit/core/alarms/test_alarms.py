"""Thresholds: what a figure is, when it is an alarm, and when that is over."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.alarms import (
    FITS,
    TABLE,
    Change,
    Measure,
    Phase,
    Rows,
    Scope,
    Threshold,
    Watch,
    Zone,
    readings,
    step,
)

WAITING = Threshold(
    threshold_id="t", scope=Scope.QUEUE, subject_id="q", measure=Measure.WAITING,
    limit=5, clear=3, hold_ms=10_000, clear_hold_ms=5_000,
)  # fmt: skip


def queue(queue_id: str = "q", **more: Any) -> dict[str, Any]:
    day = {"offered": 20, "within_service_level": 15, "abandoned": 2}
    return {
        "queue_id": queue_id, "project_id": "p", "waiting": 2, "longest_since": 40_000,
        "today": day, **more,
    }  # fmt: skip


def agent(agent_id: str, state: str = "idle", **more: Any) -> dict[str, Any]:
    row = {"agent_id": agent_id, "group_id": "g", "state": state, "since": 40_000}
    return {**row, "queues": ["q"], **more}


def test_every_phase_and_zone_leads_somewhere() -> None:
    assert set(TABLE) == set(product(Phase, Zone))


def test_an_alarm_is_held_back_raised_and_cleared() -> None:
    watch, seen = Watch(), []
    for now, value in (
        (0, 5), (9_999, 7), (10_000, 7), (20_000, 4), (21_000, 2), (25_999, 2), (26_000, 2),
    ):  # fmt: skip
        watch, change = step(WAITING, watch, WAITING.zone(value), now)
        seen.append((watch.phase, change))
    assert seen == [
        (Phase.PENDING, None),
        (Phase.PENDING, None),
        (Phase.RAISED, Change.RAISED),
        (Phase.RAISED, None),
        (Phase.CLEARING, None),
        (Phase.CLEARING, None),
        (Phase.QUIET, Change.CLEARED),
    ]


def test_without_patience_an_alarm_comes_and_goes_at_once() -> None:
    hasty = replace(WAITING, hold_ms=0, clear_hold_ms=0, clear=5)
    watch, change = step(hasty, Watch(), hasty.zone(5), 1)
    assert change is Change.RAISED
    assert step(hasty, watch, hasty.zone(4), 2)[1] is Change.CLEARED


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 10)), max_size=60),
    st.integers(0, 15_000),
    st.integers(0, 15_000),
    st.integers(0, 5),
)
def test_alarms_begin_and_end_in_turn_and_never_without_their_time(
    course: list[tuple[int, int]], hold: int, clear_hold: int, clear: int
) -> None:
    rule = replace(WAITING, hold_ms=hold, clear_hold_ms=clear_hold, clear=clear)
    watch, now = Watch(), 0
    changes: list[Change] = []
    beyond: int | None = None
    within: int | None = None
    for after, value in course:
        now += after
        zone = rule.zone(value)
        beyond = (now if beyond is None else beyond) if zone is Zone.BEYOND else None
        within = (now if within is None else within) if zone is Zone.WITHIN else None
        watch, change = step(rule, watch, zone, now)
        if change is Change.RAISED:
            assert beyond is not None
            assert now - beyond >= hold
        if change is Change.CLEARED:
            assert within is not None
            assert now - within >= clear_hold
        changes += [change] if change else []
    assert changes == [(Change.RAISED, Change.CLEARED)[i % 2] for i in range(len(changes))]


def test_too_little_is_an_alarm_where_little_is_bad() -> None:
    level = replace(WAITING, measure=Measure.SERVICE_LEVEL, limit=0.8, clear=0.85)
    assert [level.zone(v) for v in (0.79, 0.8, 0.84, 0.85, None)] == [
        Zone.BEYOND, Zone.BETWEEN, Zone.BETWEEN, Zone.WITHIN, Zone.WITHIN,
    ]  # fmt: skip
    assert level.worse(0.7, 0.6) == 0.6
    assert WAITING.worse(7, 9) == 9


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("scope", Scope)
def test_every_measure_is_read_where_it_fits(measure: Measure, scope: Scope) -> None:
    subject = {Scope.QUEUE: "q", Scope.PROJECT: "p", Scope.GROUP: "g"}[scope]
    state = "busy" if measure in {Measure.STATE_COUNT, Measure.STATE_TIME} else ""
    rule = Threshold(
        threshold_id="t", scope=scope, subject_id=subject, measure=measure, limit=0.5, clear=0.5,
        state=state,
    )  # fmt: skip
    assert rule.sound is (scope in FITS[measure])
    if not rule.sound:
        return
    rows = Rows(
        [agent("a1"), agent("a2", "busy"), agent("a3", "signed_out"), agent("x", queues=[],
         group_id="other")],
        [queue(), queue("q2", project_id="other", waiting=9)],
    )  # fmt: skip
    assert (
        readings(rule, rows, 100_000)
        == {
            Measure.WAITING: {"": 2},
            Measure.LONGEST_WAIT: {"": 60},
            Measure.SERVICE_LEVEL: {"": 0.75},
            Measure.ABANDON_RATE: {"": 0.1},
            Measure.IDLE: {"": 1},
            Measure.SIGNED_IN: {"": 2},
            Measure.STATE_COUNT: {"": 1},
            Measure.STATE_TIME: {"a2": 60},
        }[measure]
    )


def test_a_share_of_nothing_or_of_too_little_is_undefined() -> None:
    level = replace(WAITING, measure=Measure.SERVICE_LEVEL, limit=0.8, clear=0.8, at_least=21)
    assert readings(level, Rows([], [queue()]), 0) == {}
    assert readings(replace(level, at_least=1), Rows([], []), 0) == {}
    nobody = replace(WAITING, measure=Measure.LONGEST_WAIT)
    assert readings(nobody, Rows([], [queue(longest_since=None)]), 9) == {"": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"clear": 6},
        {"state": "busy"},
        {"scope": Scope.GROUP},
        {"measure": Measure.STATE_TIME},
        {"measure": Measure.SERVICE_LEVEL, "limit": 0.9, "clear": 0.8},
        {"measure": Measure.ABANDON_RATE, "limit": 1.1, "clear": 0.1},
        {"measure": Measure.ABANDON_RATE, "limit": 0.1, "clear": -0.1},
    ],
)
def test_what_means_nothing_is_not_sound(change: dict[str, Any]) -> None:
    assert WAITING.sound
    assert not replace(WAITING, **change).sound
