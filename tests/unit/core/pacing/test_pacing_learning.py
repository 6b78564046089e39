"""What the pacer learns: durations, the way to being free, answers."""

import random

import pytest

from openseat.core.pacing.answering import Answering
from openseat.core.pacing.availability import STEP_S, STEPS, Availability
from openseat.core.pacing.durations import Durations
from openseat.core.pacing.events import AWAY, IDLE, TALKING, WRAPPING, Cell

HERE = Cell("all", 9)


def test_a_constant_rate_is_found():
    draw = random.Random(1)
    talks = Durations(60.0)
    for _ in range(3000):
        talks.add(draw.expovariate(1 / 100), left=True)
    talks.refresh(())
    for elapsed in (0, 50, 150):
        assert talks.left_within(elapsed, 30)[30] == pytest.approx(0.26, abs=0.04)


def test_a_fixed_duration_is_seen_coming():
    wraps = Durations(60.0)
    for _ in range(200):
        wraps.add(20.0, left=True)
    wraps.refresh(())
    assert wraps.left_within(0, 15)[15] < 0.2
    assert wraps.left_within(15, 10)[10] > 0.9


def test_long_tails_leave_later_the_longer_they_last():
    draw = random.Random(2)
    talks = Durations(60.0)
    for _ in range(3000):
        talks.add(draw.lognormvariate(4, 1.3), left=True)
    talks.refresh(())
    assert talks.left_within(30, 30)[30] > 1.5 * talks.left_within(400, 30)[30]


def test_conversations_that_last_count_while_they_do():
    talks = Durations(60.0)
    for _ in range(20):
        talks.add(10.0, left=True)
    talks.refresh(())
    hasty = talks.left_within(9, 5)[5]
    talks.refresh([300.0] * 20)
    assert talks.left_within(9, 5)[5] < 0.75 * hasty


def test_what_was_cut_short_is_no_departure():
    cut, left = Durations(60.0), Durations(60.0)
    for _ in range(100):
        cut.add(30.0, left=False)
        left.add(30.0, left=True)
    cut.refresh(())
    left.refresh(())
    assert cut.departures == 0
    assert cut.left_within(25, 10)[10] < left.left_within(25, 10)[10]


def test_beyond_the_table_chances_go_on():
    talks = Durations(100.0)
    talks.refresh(())
    assert talks.left_within(590, 30)[30] == pytest.approx(talks.left_within(5000, 30)[30])


def chain(draw, known, times=2000):
    """Lets agents talk, wrap up and sometimes go on a break; returns their talks and wraps."""
    lives = []
    for _ in range(times):
        talk, wrap = draw.uniform(20, 60), draw.uniform(5, 15)
        to = AWAY if draw.random() < 0.2 else IDLE
        known.left(TALKING, talk, WRAPPING)
        known.left(WRAPPING, wrap, to)
        lives.append((talk, wrap, to))
    return lives


@pytest.mark.parametrize("elapsed", [0, 25, 45])
def test_the_way_from_talk_over_wrap_up_to_idle_is_that_of_the_past(elapsed):
    known = Availability()
    lives = chain(random.Random(3), known)
    known.refresh({})
    curve = known.free_within(TALKING, elapsed)
    still = [(talk - elapsed + wrap, to) for talk, wrap, to in lives if talk > elapsed]
    for step in range(STEPS):
        within = (step + 1) * STEP_S
        seen = sum(left <= within and to == IDLE for left, to in still) / len(still)
        assert curve[step] == pytest.approx(seen, abs=0.08)


def test_after_the_chances_come_their_variances():
    known = Availability()
    chain(random.Random(4), known)
    known.refresh({})
    curve = known.free_within(WRAPPING, 6)
    assert len(curve) == 2 * STEPS
    assert curve[STEPS + 2] == pytest.approx(curve[2] * (1 - curve[2]))


def test_what_was_never_seen_is_not_counted_upon():
    known = Availability()
    assert set(known.free_within("a new stage", 10)) == {0.0}
    known.refresh({"a new stage": [10.0]})
    assert set(known.free_within("a new stage", 10)) == {0.0}
    assert set(known.free_within(AWAY, 10)) == {0.0}


def test_a_stage_of_the_script_tells_more_than_the_conversation():
    known = Availability()
    draw = random.Random(5)
    for _ in range(500):
        known.left("offer", draw.uniform(60, 200), "closing")
        known.left("closing", draw.uniform(5, 15), IDLE)
    known.refresh({})
    assert known.free_within("closing", 6)[4] > 0.9
    assert known.free_within("offer", 6)[4] < 0.05


def ring(known, cell, calls, share, draw, second=10):
    for _ in range(calls):
        answered = draw.random() < share
        known.ended(cell, second if answered else 30, answered=answered)


def test_answers_and_their_time_are_learnt():
    known = Answering()
    ring(known, HERE, 1000, 0.4, random.Random(1))
    curve = known.outlook(HERE).within(0)
    assert curve[2] < 0.05, "nobody answered within nine seconds"
    assert curve[3] == pytest.approx(0.4, abs=0.08)
    assert known.outlook(HERE).within(12)[-1] < 0.05, "who did not answer by then never did"


def test_segments_are_told_apart_and_a_new_one_is_like_all():
    known, draw = Answering(), random.Random(2)
    for _ in range(20):
        ring(known, Cell("warm", 9), 25, 0.6, draw)
        ring(known, Cell("cold", 9), 25, 0.1, draw)
    warm, cold, new = (
        known.outlook(Cell(name, 9)).within(0)[-1] for name in ("warm", "cold", "new")
    )
    assert warm == pytest.approx(0.6, abs=0.1)
    assert cold == pytest.approx(0.1, abs=0.06)
    assert cold < new < warm


def test_a_worse_hour_is_learnt_for_that_hour():
    known, draw = Answering(), random.Random(3)
    for _ in range(10):
        ring(known, Cell("all", 9), 60, 0.5, draw)
        ring(known, Cell("all", 20), 60, 0.2, draw)
    good, bad = (known.outlook(Cell("all", hour)).within(0)[-1] for hour in (9, 20))
    assert bad < 0.65 * good


def test_a_sudden_change_is_followed_within_some_hundred_calls():
    known, draw = Answering(), random.Random(4)
    ring(known, HERE, 2000, 0.5, draw)
    ring(known, HERE, 300, 0.2, draw)
    assert known.outlook(HERE).within(0)[-1] < 0.3


def test_giving_calls_up_does_not_look_like_nobody_answering():
    patient, hasty = Answering(), Answering()
    draw = random.Random(5)
    for _ in range(3000):
        second = draw.randint(5, 25)
        answered = draw.random() < 0.5
        patient.ended(HERE, second if answered else 30, answered=answered)
        if answered and second < 15:
            hasty.ended(HERE, second, answered=True)
        else:
            hasty.ended(HERE, 15, answered=False, given_up=True)
    by_14 = [known.outlook(HERE).answered_by[14] for known in (patient, hasty)]
    assert by_14[1] == pytest.approx(by_14[0], abs=0.03)


def test_answers_before_a_call_may_be_given_up_are_fewer():
    known = Answering()
    draw = random.Random(6)
    for _ in range(1000):
        known.ended(HERE, draw.randint(3, 28), answered=True)
    curve = known.outlook(HERE).within(0, 15)
    whole, forced = curve[:STEPS], curve[2 * STEPS :]
    assert forced[-1] < 0.6
    assert whole[-1] > 0.9
    assert all(less <= more + 1e-12 for less, more in zip(forced, whole, strict=True))
    assert set(known.outlook(HERE).within(20, 15)[2 * STEPS :]) == {0.0}
