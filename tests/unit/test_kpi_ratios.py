"""Every KPI against values worked out by hand, and None over nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest

from openseat.core.kpi import Tally
from openseat.core.kpi import ratios as r

DAY = 86_400_000

BUSY_HOUR = Tally(
    offered=100, answered=80, abandoned=10, short_abandoned=5, overflowed=3, queued=60,
    within_target=64, abandoned_within_target=8,
    answered_wait_ms=1_200_000, abandoned_wait_ms=900_000, short_abandoned_wait_ms=15_000,
    overflowed_wait_ms=285_000,
    calls_in=125, calls_blocked=5, calls_by_agent=80, calls_transferred=4,
    handled=82, talk_ms=14_760_000, hold_ms=820_000, after_call_work_ms=2_460_000,
    offers_accepted=80, ring_ms=1_000_000,
    talking_ms=14_000_000, holding_ms=800_000, consulting_ms=100_000, conferencing_ms=100_000,
    after_call_ms=3_000_000, idle_ms=5_000_000, busy_ms=4_000_000, disconnected_ms=1_000_000,
    ringing_ms=500_000, reserved_ms=500_000, outbound_only_ms=700_000,
    ratings=3, rating_points=12, rating_scale=15,
)  # fmt: skip


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        (r.average_after_call_work, 30.0),
        (r.average_time_to_abandon, 90.0),
        (r.average_handle_time, 220.0),
        (r.average_hold_time, 10.0),
        (r.average_rings, 2.5),
        (r.average_queue_time, 40.0),
        (r.average_speed_of_answer, 15.0),
        (r.average_talk_time, 180.0),
        (r.calls_per_hour, 82 * 3_600_000 / 29_700_000),
        (r.occupancy, 0.75),
        (r.occupancy_with_after_call_work, 18 / 23),
        (r.abandon_rate, 0.1),
        (r.short_abandon_rate, 0.05),
        (r.blocked_rate, 0.04),
        (r.queued_rate, 0.6),
        (r.transfer_rate, 0.05),
        (r.satisfaction, 0.8),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_kpi_of_a_busy_hour_and_of_an_empty_one(kpi, expected):
    assert kpi(BUSY_HOUR) == expected
    assert kpi(Tally()) is None


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (r.ServiceLevelVariant.ABANDONS_MISSED, 0.64),
        (r.ServiceLevelVariant.ABANDONS_IGNORED, 64 / 92),
        (r.ServiceLevelVariant.ABANDONS_MET, 0.72),
    ],
)
def test_the_service_level_in_its_variants(variant, expected):
    assert r.service_level(BUSY_HOUR, variant) == expected
    assert r.service_level(Tally(), variant) is None


def test_abandons_alone_leave_the_service_level_that_ignores_them_undefined():
    only = Tally(offered=1, short_abandoned=1, abandoned_within_target=1)
    levels = [r.service_level(only, variant) for variant in r.ServiceLevelVariant]
    assert levels == [0.0, None, 1.0]


def test_rings_follow_the_cadence_of_the_network():
    assert r.average_rings(BUSY_HOUR, cadence_ms=6_250) == 2.0


def test_adherence_is_ready_time_over_scheduled_time():
    assert r.adherence(BUSY_HOUR, 27_444_444) == 24_700_000 / 27_444_444
    assert r.adherence(BUSY_HOUR, 0) is None


def test_cost_per_call_is_exact_over_all_calls_that_came_in():
    assert r.cost_per_call(BUSY_HOUR, Decimal("300.10")) == Fraction("2.4008")
    assert r.cost_per_call(Tally(), Decimal(1)) is None


def test_the_monitoring_score_is_a_mean():
    assert r.monitoring_score([Decimal(80), Decimal(91)]) == Decimal("85.5")
    assert r.monitoring_score([]) is None


def test_attendance_looks_at_scheduled_agents_only():
    assert r.attendance({"a", "b", "x"}, ["a", "b", "c", "d"]) == 0.5
    assert r.attendance({"a"}, []) is None


def contact(day, customer="c", matter="m"):
    return r.Contact(at=day * DAY, customer=customer, matter=matter)


def test_a_contact_with_a_repeat_within_the_days_was_not_resolved():
    contacts = [contact(6), contact(0), contact(0, "d"), contact(3, matter="n")]
    assert r.first_contact_resolution(contacts, known_until=99 * DAY) == 0.75


def test_a_repeat_after_exactly_the_days_is_a_new_matter():
    assert r.first_contact_resolution([contact(0), contact(7)], known_until=99 * DAY) == 1.0


def test_a_contact_whose_days_are_not_over_is_left_out_unless_repeated():
    contacts = [contact(0), contact(10), contact(12)]
    assert r.first_contact_resolution(contacts, known_until=13 * DAY) == 0.5
    assert r.first_contact_resolution([contact(10)], known_until=13 * DAY) is None


def test_a_promised_callback_counts_only_when_made_in_time():
    made = [r.Callback(due_at=9, made_at=at) for at in (9, 10, None, 1)]
    assert r.callback_completion(made) == 0.5
    assert r.callback_completion([]) is None


def test_turnover_is_over_the_average_headcount():
    assert r.turnover(r.Headcount(at_start=110, at_end=90, leavers=26)) == 0.26
    assert r.turnover(r.Headcount(at_start=0, at_end=0, leavers=0)) is None
