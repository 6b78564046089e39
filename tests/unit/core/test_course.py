"""The course of a floor, folded from its samples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openseat.core.kpi.course import (
    MINUTE,
    SERVICE_LEVEL_OF,
    GroupSample,
    QueueSample,
    course,
)

START = 1_790_000_040_000 // (5 * MINUTE) * (5 * MINUTE)


def sample(minute: int, queue_id: str = "q", **more: int) -> QueueSample:
    counts = dict.fromkeys(
        ("peak", "talking", "idle", "offered", "answered", "abandoned", "within"), 0
    )
    return QueueSample(at=START + minute * MINUTE, queue_id=queue_id, **{**counts, **more})


def group(minute: int, group_id: str = "g", **states: int) -> GroupSample:
    return GroupSample(at=START + minute * MINUTE, group_id=group_id, states=states)


def test_contacts_are_what_the_days_counters_gained_and_waiting_is_the_highest_minute():
    queues = [
        sample(-1, offered=100, answered=90, within=80),
        sample(0, peak=4, offered=103, answered=92, within=81),
        sample(1, peak=2, offered=104, answered=93, abandoned=1, within=82),
        sample(1, "other", peak=1, offered=50),
        sample(2, "other", peak=0, offered=52),
    ]
    first, second = course(queues, [], START, MINUTE)[:2]
    assert (first.waiting, first.offered, first.answered, first.within) == (4, 3, 2, 1)
    # Nothing is known of the other queue before its first sample.
    assert (second.waiting, second.offered, second.abandoned) == (3, 1, 1)
    (one,) = course(queues, [], START, 5 * MINUTE)
    assert (one.waiting, one.offered) == (4, 6)


def test_counters_that_begin_anew_at_midnight_lose_nothing():
    queues = [sample(0, offered=900), sample(1, offered=2), sample(2, offered=5)]
    assert [one.offered for one in course(queues, [], START, MINUTE)] == [0, 2, 3]


def test_the_service_level_is_of_a_quarter_of_an_hour():
    counts = [(0, 0), (10, 10), (20, 10)]
    queues = [sample(n, offered=new, within=soon) for n, (new, soon) in enumerate(counts)]
    points = course(queues, [], START, MINUTE)
    assert [one.service_level for one in points] == [None, 1.0, 0.5]
    late = SERVICE_LEVEL_OF // MINUTE + 1
    points = course([*queues, sample(late, offered=30, within=20)], [], START, MINUTE)
    # The first ten are no longer of that quarter.
    assert points[-1].service_level == 0.5
    later = course([*queues, sample(40, offered=20, within=10)], [], START, MINUTE)
    assert later[-1].service_level is None


def test_agents_are_counted_by_group_and_as_at_the_steps_last_minute():
    groups = [
        group(0, talking=3, idle=1, busy=2),
        group(1, talking=1, holding=1, idle=2),
        group(1, "h", idle=4, after_call_work=1),
    ]
    (one,) = course([sample(0, talking=9, idle=1)], groups, START, 5 * MINUTE)
    assert one.states == {"talking": 1, "holding": 1, "idle": 6, "after_call_work": 1}
    assert one.occupancy == 2 / 8
    (alone,) = course([sample(0, talking=9, idle=1)], [], START, 5 * MINUTE)
    assert (alone.occupancy, alone.states) == (0.9, {})
    (nobody,) = course([sample(0)], [], START, 5 * MINUTE)
    assert nobody.occupancy is None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.sampled_from([1, 5]))
def test_no_contact_is_lost_or_counted_twice_however_wide_the_steps(gains: list[int], wide: int):
    total, queues = 0, [sample(-1)]
    for minute, gain in enumerate(gains):
        total += gain
        queues.append(sample(minute, offered=total, within=total // 2, peak=gain))
    points = course(queues, [], START, wide * MINUTE)
    assert sum(one.offered for one in points) == total
    assert sum(one.within for one in points) == total // 2
    assert max(one.waiting or 0 for one in points) == max(gains)
    assert all(one.service_level is None or 0 <= one.service_level <= 1 for one in points)
