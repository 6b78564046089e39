"""The identities of the KPI definitions hold on any history."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core import events as e
from openseat.core.kpi import (
    Calendar,
    Dimension,
    Fold,
    Place,
    QuarterLedger,
    Tally,
    Today,
    Width,
    merge,
    total,
)
from openseat.core.kpi import ratios as r
from openseat.core.kpi.open import Open
from openseat.core.kpi.tally import FIELDS, STATE_FIELDS
from openseat.testing.stories import PROJECTS, by_stream, random_history

DAYS = {
    "Europe/Berlin": (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    "Asia/Shanghai": (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)),
}
ZONES = st.sampled_from(sorted(DAYS))
WIDTHS = st.sampled_from(list(Width))


@st.composite
def histories(draw):
    zone = draw(ZONES)
    start = draw(st.sampled_from(DAYS[zone])) + timedelta(minutes=draw(st.integers(-600, 600)))
    random = draw(st.randoms(use_true_random=False))
    facts = random_history(
        random,
        start=int(start.timestamp()) * 1000,
        agents=draw(st.integers(0, 3)),
        calls=draw(st.integers(0, 8)),
    )
    return zone, facts


def folded(facts):
    fold, ledger = Fold(), QuarterLedger()
    for fact in facts:
        fold.apply(fact, ledger)
    return fold, ledger


@given(histories())
def test_offered_is_answered_abandoned_short_overflowed_and_waiting(history):
    _, facts = history
    fold, ledger = folded(facts)
    whole = total(tally for _, _, tally in ledger)
    waiting = sum(len(call.entries) for call in fold.open.calls.values())
    assert whole.waiting == waiting
    assert whole.offered == sum(isinstance(fact.event, e.QueueEntered) for fact in facts)
    exits = Counter(f.event.outcome for f in facts if isinstance(f.event, e.QueueLeft))
    assert whole.answered == exits[e.QueueExit.ANSWERED]
    assert whole.abandoned == exits[e.QueueExit.ABANDONED]
    assert whole.short_abandoned == exits[e.QueueExit.SHORT_ABANDONED]
    assert whole.overflowed == exits[e.QueueExit.OVERFLOWED]
    for _, _, tally in ledger:
        assert tally.waiting >= 0
        assert tally.within_target <= tally.answered
        assert tally.abandoned_within_target <= tally.abandoned + tally.short_abandoned


@given(histories(), WIDTHS)
def test_states_add_up_to_the_signed_in_time_of_every_agent_in_every_interval(history, width):
    zone, facts = history
    fold, ledger = folded(facts)
    now = max((fact.at for fact in facts), default=0)
    fold.still_open(ledger, now)
    spans: dict[str, list[tuple[int, int]]] = {}
    since: dict[str, int] = {}
    for fact in facts:
        if isinstance(fact.event, e.AgentSignedIn):
            since[fact.event.agent_id] = fact.at
        elif isinstance(fact.event, e.AgentSignedOut):
            began = since.pop(fact.event.agent_id)
            assert fact.at - began == fact.event.session_ms
            spans.setdefault(fact.event.agent_id, []).append((began, fact.at))
    for agent_id, began in since.items():
        spans.setdefault(agent_id, []).append((began, now))
    calendar = Calendar(zone, width)
    for (agent_id, interval), tally in ledger.sums(Dimension.AGENT, calendar).items():
        signed_in = sum(
            max(0, min(end, interval.end) - max(start, interval.start))
            for start, end in spans.get(agent_id, [])
        )
        assert tally.signed_in_ms == signed_in
        assert tally.signed_in_ms <= interval.end - interval.start
    everybody = total(tally for _, _, tally in ledger)
    assert everybody.signed_in_ms == sum(b - a for found in spans.values() for a, b in found)
    assert everybody.sign_ins == sum(len(found) for found in spans.values())


@given(histories())
def test_talk_hold_and_after_call_work_are_those_of_the_segments(history):
    _, facts = history
    _, ledger = folded(facts)
    whole = total(tally for _, _, tally in ledger)
    ended = [f.event for f in facts if isinstance(f.event, e.SegmentEnded)]
    assert whole.handled == len(ended)
    assert whole.talk_ms == sum(event.talk_ms for event in ended)
    assert whole.hold_ms == sum(event.hold_ms for event in ended)
    assert whole.after_call_work_ms == whole.after_call_ms
    assert whole.billable_ms == sum(
        f.event.billable_ms for f in facts if isinstance(f.event, e.CallEnded)
    )


@given(histories())
def test_every_call_is_counted_once_at_its_own_client(history):
    _, facts = history
    _, ledger = folded(facts)
    clients = {f.stream: f.client_id for f in facts if f.stream.startswith("call:")}
    expected = Counter(clients.values())
    counted: Counter[str] = Counter()
    for place, _, tally in ledger:
        counted[place.client_id] += tally.calls_in + tally.calls_out + tally.calls_internal
    assert +counted == expected


@given(histories(), st.integers(0, 200))
def test_parts_merge_to_the_whole_wherever_the_journal_is_cut(history, cut):
    _, facts = history
    _, whole = folded(facts)
    fold, first, second = Fold(), QuarterLedger(), QuarterLedger()
    for fact in facts[:cut]:
        fold.apply(fact, first)
    saved = msgspec.json.encode(fold.open)
    fold = Fold(msgspec.json.decode(saved, type=Open))
    for fact in facts[cut:]:
        fold.apply(fact, second)
    parts: dict[tuple[Place, int], Tally] = {}
    for ledger in (first, second):
        for place, start, tally in ledger.drain():
            parts.setdefault((place, start), Tally()).add(tally)
    assert {k: v for k, v in parts.items() if v} == {(p, s): t for p, s, t in whole}
    assert not list(first)


@given(st.lists(st.builds(Tally, *[st.integers(0, 1000)] * len(FIELDS)), min_size=3, max_size=3))
def test_merging_is_associative_and_commutative_with_nothing_as_neutral(three):
    a, b, c = three
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, b) == merge(b, a)
    assert merge(a, Tally()) == a == merge(a)
    assert merge() == Tally()


@given(histories(), st.randoms(use_true_random=False))
def test_calls_may_be_told_in_any_order_of_streams(history, random):
    """Only an agent's own stream must keep its place among the segments the agent served."""
    _, facts = history
    _, expected = folded(facts)
    calls = [f for f in facts if f.stream.startswith("call:")]
    _, expected = folded(calls)
    queues = list(by_stream(calls).values())
    mixed = []
    while queues:
        stream = random.choice(queues)
        mixed.append(stream.pop(0))
        queues = [left for left in queues if left]
    _, found = folded(mixed)
    assert {(p, s): t for p, s, t in found} == {(p, s): t for p, s, t in expected}


@given(histories())
def test_longer_intervals_are_the_sums_of_shorter_ones(history):
    zone, facts = history
    _, ledger = folded(facts)
    for dimension in Dimension:
        sums = {width: ledger.sums(dimension, Calendar(zone, width)) for width in Width}
        whole = {
            name: total(t for (n, _), t in sums[Width.DAY].items() if n == name)
            for name, _ in sums[Width.DAY]
        }
        for found in sums.values():
            assert {
                name: total(t for (n, _), t in found.items() if n == name) for name, _ in found
            } == whole
        for (name, day), tally in sums[Width.DAY].items():
            parts = [
                t
                for (n, part), t in sums[Width.QUARTER_HOUR].items()
                if n == name and part.start in day
            ]
            assert total(parts) == tally


@given(histories())
def test_the_live_day_shows_what_history_says_of_that_day(history):
    zone, facts = history
    today = Today({project_id: zone for _, project_id in PROJECTS})
    live, past, ledger = Fold(), Fold(), QuarterLedger()
    calendar = Calendar(zone, Width.DAY)
    for fact in facts:
        live.apply(fact, today)
        past.apply(fact, ledger)
        if isinstance(fact.event, e.QueueLeft):
            day = calendar.interval(fact.at)
            sums = ledger.sums(Dimension.QUEUE, calendar)
            expected = sums.get((fact.event.queue_id, day), Tally())
            assert today.queue(fact.event.queue_id, fact.at) == expected


@given(histories())
def test_ratios_are_shares_and_variants_of_the_service_level_are_ordered(history):
    _, facts = history
    _, ledger = folded(facts)
    for _, _, tally in ledger:
        levels = [r.service_level(tally, variant) for variant in r.ServiceLevelVariant]
        defined = [level for level in levels if level is not None]
        assert defined == sorted(defined)
        assert all(0 <= level <= 1 for level in defined)
        missed, _, met = levels
        assert (missed is None) == (met is None) == (not tally.offered)
        for rate in (r.abandon_rate, r.short_abandon_rate, r.queued_rate, r.occupancy):
            found = rate(tally)
            assert found is None or 0 <= found <= 1
        longer = r.occupancy_with_after_call_work(tally)
        assert longer is None or longer >= (r.occupancy(tally) or 0)


INSTANTS = st.datetimes(datetime(2001, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001
    lambda at: int(at.replace(tzinfo=UTC).timestamp() * 1000)
)
ODD_ZONES = [
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Asia/Gaza",
]


@given(INSTANTS, WIDTHS, st.sampled_from(sorted(DAYS) + ODD_ZONES))
def test_intervals_part_time_without_gap_or_overlap(at, width, zone):
    fresh = lambda: Calendar(zone, width)  # noqa: E731
    interval = fresh().interval(at)
    assert at in interval
    assert fresh().interval(interval.start) == interval == fresh().interval(interval.end - 1)
    assert fresh().interval(interval.end).start == interval.end
    assert fresh().interval(interval.start - 1).end == interval.start
    assert fresh().between(interval.start, interval.end) == (interval,)


def changes(zone, year):
    """The instants of a year at which a zone's clock is changed."""
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    hours = [first + 3600 * n for n in range(366 * 24)]
    info = ZoneInfo(zone)
    offsets = [datetime.fromtimestamp(at, info).utcoffset() for at in hours]
    for at, (before, after) in zip(hours[1:], pairwise(offsets), strict=False):
        if before != after:
            seconds = range(at - 3600, at + 1)
            found = [datetime.fromtimestamp(s, info).utcoffset() for s in seconds]
            yield 1000 * (seconds.start + found.index(after))


@pytest.mark.parametrize("year", [2010, 2011, 2026])
@pytest.mark.parametrize("zone", sorted(DAYS) + ODD_ZONES)
def test_intervals_part_time_around_every_change_of_a_clock(zone, year):
    """Clocks change at odd places: over midnight, by half hours, by a whole day."""
    for change in changes(zone, year):
        for width in Width:
            calendar = Calendar(zone, width)
            for minute in range(-180, 181, 7):
                at = change + minute * 60_000
                interval = Calendar(zone, width).interval(at)
                assert at in interval
                assert interval == Calendar(zone, width).interval(interval.end - 1)
                assert Calendar(zone, width).interval(interval.end).start == interval.end
                assert calendar.interval(at) == interval
            if calendar.width in (Width.QUARTER_HOUR, Width.HALF_HOUR, Width.HOUR):
                assert calendar.start(change) == change


@given(INSTANTS, ZONES)
def test_shorter_intervals_lie_within_longer_ones(at, zone):
    order = [Width.QUARTER_HOUR, Width.HALF_HOUR, Width.HOUR, Width.DAY]
    found = [Calendar(zone, width).interval(at) for width in order]
    for inner, outer in pairwise(found):
        assert outer.start <= inner.start
        assert inner.end <= outer.end
    for width in (Width.WEEK, Width.MONTH):
        outer = Calendar(zone, width).interval(at)
        assert outer.start <= found[-1].start
        assert found[-1].end <= outer.end


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 29), 23),
        ("Europe/Berlin", (2026, 10, 25), 25),
        ("America/New_York", (2026, 3, 8), 23),
        ("America/New_York", (2026, 11, 1), 25),
        ("Asia/Shanghai", (2026, 3, 29), 24),
    ],
)
def test_a_day_has_the_hours_that_its_clock_shows(zone, day, hours):
    year, month, number = day
    noon = int(datetime(year, month, number, 12, tzinfo=ZoneInfo(zone)).timestamp()) * 1000
    interval = Calendar(zone, Width.DAY).interval(noon)
    assert interval.end - interval.start == hours * 3_600_000
    for width, each in ((Width.HOUR, 1), (Width.HALF_HOUR, 2), (Width.QUARTER_HOUR, 4)):
        parts = Calendar(zone, width).between(interval.start, interval.end)
        assert len(parts) == hours * each
        assert (parts[0].start, parts[-1].end) == (interval.start, interval.end)


def test_the_hour_that_exists_twice_is_two_intervals():
    first = int(datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()) * 1000
    hour = Calendar("Europe/Berlin", Width.HOUR)
    assert hour.label(hour.start(first)) == "2026-10-25T02:00:00+02:00"
    assert hour.label(hour.start(first + 3_600_000)) == "2026-10-25T02:00:00+01:00"
    assert hour.start(first) != hour.start(first + 3_600_000)


def test_time_in_a_state_across_the_change_of_the_clock_is_real_time():
    """Signed in from 01:30 to 03:30 local time on the spring change: two half hours."""
    zone = ZoneInfo("Europe/Berlin")
    start = int(datetime(2026, 3, 29, 1, 30, tzinfo=zone).timestamp()) * 1000
    end = int(datetime(2026, 3, 29, 3, 30, tzinfo=zone).timestamp()) * 1000
    facts = random_history(Random(1), start=start, agents=0, calls=0)
    signed_in = e.AgentSignedIn(
        agent_id="a", group_id="g", endpoint="p", session_id="s", state=e.AgentState.IDLE
    )
    signed_out = e.AgentSignedOut(
        agent_id="a",
        session_id="s",
        previous=e.AgentState.IDLE,
        previous_ms=end - start,
        session_ms=end - start,
        cause="own",
    )
    fact = e.Fact(stream="agent:a", no=1, at=start, client_id="", event=signed_in)
    _, ledger = folded([*facts, fact, replace(fact, no=2, at=end, event=signed_out)])
    hours = ledger.sums(Dimension.AGENT, Calendar(zone, Width.HOUR))
    assert [tally.idle_ms for tally in hours.values()] == [1_800_000, 1_800_000]
    assert end - start == 3_600_000


def test_every_signed_in_state_has_a_field():
    assert set(STATE_FIELDS) == set(e.AgentState) - {e.AgentState.SIGNED_OUT}
    assert set(STATE_FIELDS.values()) <= set(FIELDS)
