"""What each fact adds, and what facts without a beginning do not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from openseat.core import events as e
from openseat.core.kpi import (
    Calendar,
    Dimension,
    Fold,
    Interval,
    Place,
    QuarterLedger,
    Tally,
    Today,
    Width,
    total,
)
from openseat.core.kpi.fold import HANDLERS, WITHOUT_FIGURES

NOON = int(datetime(2026, 5, 4, 12, tzinfo=UTC).timestamp()) * 1000
CALL, AGENT = "call:c1", "agent:a1"

STARTED = e.CallStarted(
    direction=e.Direction.INBOUND,
    leg_id="l",
    caller="+1",
    called="+2",
    trunk_id="t",
    client_id="acme",
    project_id="care",
)
SIGNED_IN = e.AgentSignedIn(
    agent_id="a1", group_id="g1", endpoint="p", session_id="s", state=e.AgentState.IDLE
)
ENTERED = e.QueueEntered(entry_id="q1", queue_id="care", priority=0, service_level_ms=20_000)
SEGMENT = e.SegmentStarted(
    segment_id="s1", agent_id="a1", group_id="g1", leg_id="l2", via=e.Via.QUEUE, queue_id="care"
)
ENDED = e.CallEnded(
    ended_by=e.EndedBy.CUSTOMER, cause=16, answered=True, duration_ms=90_000, billable_ms=80_000
)


def left(outcome, wait_ms):
    return e.QueueLeft(entry_id="q1", queue_id="care", outcome=outcome, wait_ms=wait_ms)


def changed(previous, state, previous_ms, *, counted=True):
    return e.AgentStateChanged(
        agent_id="a1", state=state, previous=previous, previous_ms=previous_ms, counted=counted
    )


def transfer(kind):
    return e.TransferMade(
        segment_id="s1", agent_id="a1", target_kind=kind, target_id="x", consulted=False
    )


def offer_ended(result):
    return e.OfferEnded(offer_id="o1", agent_id="a1", result=result, ring_ms=7_000)


def facts(*told):
    """Facts from (seconds after noon, stream, event)."""
    return [
        e.Fact(stream=stream, no=number, at=NOON + int(seconds * 1000), client_id="", event=event)
        for number, (seconds, stream, event) in enumerate(told, 1)
    ]


def folded(*told):
    fold, ledger = Fold(), QuarterLedger()
    for fact in facts(*told):
        fold.apply(fact, ledger)
    return fold, ledger


def whole(*told):
    return total(tally for _, _, tally in folded(*told)[1])


def test_every_event_is_counted_or_known_to_have_no_figures():
    assert set(HANDLERS) | WITHOUT_FIGURES == set(e.EVENTS.values())
    assert not set(HANDLERS) & WITHOUT_FIGURES


@pytest.mark.parametrize(
    "event",
    [
        e.CallAssigned(client_id="c", project_id="p"),
        e.CallRefused(reason="blacklisted", cause=21),
        ENDED,
        e.FlowEntered(run_id="r", flow_id="f", flow_version=1),
        e.CallbackPromised(callback_id="c", number="+1", due_at=0, reason="requested"),
        e.VoicemailLeft(recording_id="r", box="b", duration_ms=1),
        ENTERED,
        left(e.QueueExit.ANSWERED, 5),
        e.OfferMade(offer_id="o", agent_id="a1", leg_id="l"),
        offer_ended(e.OfferResult.ACCEPTED),
        SEGMENT,
        e.SegmentEnded(
            segment_id="s1", agent_id="a1", talk_ms=1, hold_ms=1, ended_by=e.EndedBy.AGENT
        ),
        transfer("agent"),
        e.RatingGiven(score=1, scale=5),
        changed(e.AgentState.IDLE, e.AgentState.BUSY, 5),
        e.AgentSignedOut(
            agent_id="a1",
            session_id="s",
            previous=e.AgentState.IDLE,
            previous_ms=5,
            session_ms=5,
            cause="own",
        ),
        e.CallAnswered(leg_id="l"),
    ],
    ids=lambda event: event.TYPE,
)
def test_an_end_without_a_beginning_counts_nothing(event):
    fold, ledger = folded((0, CALL, event))
    assert not list(ledger)
    assert not fold.open.calls


@pytest.mark.parametrize(
    "event",
    [
        left(e.QueueExit.ANSWERED, 5),
        offer_ended(e.OfferResult.ACCEPTED),
        e.SegmentEnded(
            segment_id="s1", agent_id="a1", talk_ms=1, hold_ms=1, ended_by=e.EndedBy.AGENT
        ),
        transfer("agent"),
    ],
    ids=lambda event: event.TYPE,
)
def test_a_part_of_a_known_call_that_never_began_counts_nothing(event):
    assert whole((0, CALL, STARTED), (1, CALL, event)) == Tally(calls_in=1)


def test_an_answered_call_counts_in_the_quarter_hour_it_was_offered_in():
    """Offered at 12:14:50, answered 20 s and over 5 minutes later: all in the first quarter."""
    _, ledger = folded(
        (0, AGENT, SIGNED_IN),
        (880, CALL, STARTED),
        (890, CALL, ENTERED),
        (905, CALL, e.OfferMade(offer_id="o1", agent_id="a1", leg_id="l2", queue_id="care")),
        (910, CALL, offer_ended(e.OfferResult.ACCEPTED)),
        (910, CALL, left(e.QueueExit.ANSWERED, 20_000)),
        (910, CALL, SEGMENT),
        (
            1200,
            CALL,
            e.SegmentEnded(
                segment_id="s1",
                agent_id="a1",
                talk_ms=280_000,
                hold_ms=10_000,
                ended_by=e.EndedBy.CUSTOMER,
            ),
        ),
        (1200, CALL, ENDED),
        (1200, AGENT, changed(e.AgentState.IDLE, e.AgentState.AFTER_CALL_WORK, 1_200_000)),
        (1230, AGENT, changed(e.AgentState.AFTER_CALL_WORK, e.AgentState.IDLE, 30_000)),
    )
    sums = ledger.sums(Dimension.QUEUE, Calendar("UTC", Width.QUARTER_HOUR))
    assert sums == {
        ("care", Interval(NOON, NOON + 900_000)): Tally(
            offered=1,
            answered=1,
            queued=1,
            within_target=1,
            answered_wait_ms=20_000,
            longest_wait_ms=20_000,
            handled=1,
            talk_ms=280_000,
            hold_ms=10_000,
            after_call_work_ms=30_000,
            offers=1,
            offers_accepted=1,
            ring_ms=7_000,
            calls_by_agent=1,
        )
    }
    groups = ledger.sums(Dimension.GROUP, Calendar("UTC", Width.HOUR))
    assert groups["g1", Interval(NOON, NOON + 3_600_000)].offers_accepted == 1
    lines = ledger.sums(Dimension.LINE, Calendar("UTC", Width.HOUR))
    assert lines["t", Interval(NOON, NOON + 3_600_000)].billable_ms == 80_000


def test_an_answer_one_millisecond_late_misses_the_target():
    assert whole(
        (0, CALL, STARTED), (0, CALL, ENTERED), (21, CALL, left(e.QueueExit.ANSWERED, 20_001))
    ) == Tally(
        calls_in=1,
        offered=1,
        answered=1,
        queued=1,
        answered_wait_ms=20_001,
        longest_wait_ms=20_001,
    )


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (e.QueueExit.ABANDONED, {"abandoned": 1, "abandoned_wait_ms": 9}),
        (e.QueueExit.SHORT_ABANDONED, {"short_abandoned": 1, "short_abandoned_wait_ms": 9}),
    ],
)
def test_who_gives_up_in_time_is_known_for_the_variants_of_the_service_level(outcome, expected):
    found = whole((0, CALL, STARTED), (0, CALL, ENTERED), (1, CALL, left(outcome, 9)))
    assert found == Tally(
        calls_in=1, offered=1, queued=1, abandoned_within_target=1, longest_wait_ms=9, **expected
    )


def test_an_overflow_is_neither_answered_nor_abandoned():
    found = whole(
        (0, CALL, STARTED), (0, CALL, ENTERED), (0, CALL, left(e.QueueExit.OVERFLOWED, 0))
    )
    assert found == Tally(calls_in=1, offered=1, overflowed=1)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("no_capacity", {"calls_blocked": 1}), ("blacklisted", {"calls_refused": 1})],
)
def test_only_want_of_capacity_is_blocking(reason, expected):
    found = whole((0, CALL, STARTED), (0, CALL, e.CallRefused(reason=reason, cause=34)))
    assert found == Tally(calls_in=1, **expected)


@pytest.mark.parametrize(
    ("direction", "name"),
    [
        (e.Direction.INBOUND, "calls_in"),
        (e.Direction.OUTBOUND, "calls_out"),
        (e.Direction.INTERNAL, "calls_internal"),
    ],
)
def test_calls_are_told_apart_by_direction(direction, name):
    started = e.CallStarted(direction=direction, leg_id="l", caller="1", called="2")
    assert whole((0, CALL, started)) == Tally(**{name: 1})


def test_a_call_of_a_shared_number_moves_to_the_client_it_turns_out_to_be_for():
    started = e.CallStarted(direction=e.Direction.INBOUND, leg_id="l", caller="1", called="2")
    assigned = e.CallAssigned(client_id="acme", project_id="care")
    _, ledger = folded((0, CALL, started), (5, CALL, assigned))
    assert [(place, tally) for place, _, tally in ledger] == [
        (Place("acme", "care", call_id="c1"), Tally(calls_in=1))
    ]


def test_a_call_that_only_a_flow_served_is_by_flow():
    entered = e.FlowEntered(run_id="r", flow_id="f", flow_version=1)
    voicemail = e.VoicemailLeft(recording_id="r", box="b", duration_ms=1)
    served = ((0, CALL, STARTED), (0, CALL, entered))
    found = whole(*served, (80, CALL, voicemail), (80, CALL, ENDED))
    assert found.calls_by_flow == 1
    assert found.voicemails == 1
    assert whole(*served, (1, CALL, ENTERED), (80, CALL, ENDED)).calls_by_flow == 0
    assert whole(*served, (1, CALL, SEGMENT), (80, CALL, ENDED)).calls_by_flow == 0


def test_a_call_transferred_twice_to_agents_counts_once_and_one_to_outside_does_not():
    begun = ((0, CALL, STARTED), (0, CALL, SEGMENT))
    found = whole(*begun, (9, CALL, transfer("agent")), (10, CALL, transfer("queue")))
    assert (found.transfers, found.calls_transferred) == (2, 1)
    found = whole(*begun, (9, CALL, transfer("outside")))
    assert (found.transfers, found.calls_transferred) == (1, 0)


def test_a_second_segment_does_not_make_a_second_handled_call():
    second = e.SegmentStarted(
        segment_id="s2", agent_id="a2", group_id="g1", leg_id="l3", via=e.Via.TRANSFER
    )
    assert whole((0, CALL, STARTED), (0, CALL, SEGMENT), (9, CALL, second)).calls_by_agent == 1


@pytest.mark.parametrize(
    ("result", "missed"),
    [
        (e.OfferResult.REFUSED, 1),
        (e.OfferResult.TIMED_OUT, 1),
        (e.OfferResult.FAILED, 1),
        (e.OfferResult.WITHDRAWN, 0),
    ],
)
def test_an_offer_not_taken_is_missed_unless_it_was_withdrawn(result, missed):
    made = e.OfferMade(offer_id="o1", agent_id="a1", leg_id="l2")
    found = whole((0, CALL, STARTED), (0, CALL, made), (7, CALL, offer_ended(result)))
    assert found == Tally(calls_in=1, offers=1, offers_missed=missed)


def test_a_rating_goes_to_the_segment_or_else_to_the_agent_who_served():
    rating = e.RatingGiven(score=4, scale=5, agent_id="a1", segment_id="s1")
    _, ledger = folded((0, CALL, STARTED), (0, CALL, SEGMENT), (9, CALL, rating))
    rated = {p.queue_id for p, _, t in ledger if t.ratings}
    assert rated == {"care"}
    _, ledger = folded((0, CALL, STARTED), (9, CALL, rating))
    (found,) = [(p, t) for p, _, t in ledger if t.ratings]
    assert found[0] == Place("acme", "care", agent_id="a1", trunk_id="t", call_id="c1")
    assert (found[1].rating_points, found[1].rating_scale) == (4, 5)


def test_a_promised_callback_counts_in_its_queue():
    promised = e.CallbackPromised(
        callback_id="c", number="+1", due_at=0, reason="overflow", queue_id="care"
    )
    _, ledger = folded((0, CALL, STARTED), (1, CALL, ENTERED), (9, CALL, promised))
    (place,) = [p for p, _, t in ledger if t.callbacks_promised]
    assert place.queue_id == "care"


def test_agent_time_is_split_at_interval_borders():
    _, ledger = folded(
        (600, AGENT, SIGNED_IN),
        (2000, AGENT, changed(e.AgentState.IDLE, e.AgentState.BUSY, 1_400_000)),
    )
    assert [tally.idle_ms for _, _, tally in ledger] == [300_000, 900_000, 200_000]


def test_a_busy_spell_below_the_minimum_passes_for_idle():
    told = (
        (0, AGENT, SIGNED_IN),
        (10, AGENT, changed(e.AgentState.IDLE, e.AgentState.BUSY, 10_000)),
    )
    back = changed(e.AgentState.BUSY, e.AgentState.IDLE, 5_000, counted=False)
    assert whole(*told, (15, AGENT, back)) == Tally(sign_ins=1, idle_ms=15_000)
    back = changed(e.AgentState.BUSY, e.AgentState.IDLE, 5_000)
    assert whole(*told, (15, AGENT, back)) == Tally(
        sign_ins=1, breaks=1, idle_ms=10_000, busy_ms=5_000
    )


def test_after_call_work_without_a_known_segment_is_agent_time_only():
    found = whole(
        (0, AGENT, SIGNED_IN),
        (0, AGENT, changed(e.AgentState.IDLE, e.AgentState.AFTER_CALL_WORK, 0)),
        (9, AGENT, changed(e.AgentState.AFTER_CALL_WORK, e.AgentState.IDLE, 9_000)),
    )
    assert found == Tally(sign_ins=1, after_call_ms=9_000)


def test_an_uncounted_flag_means_nothing_in_another_state_than_busy():
    found = whole(
        (0, AGENT, SIGNED_IN),
        (4, AGENT, changed(e.AgentState.OUTBOUND_ONLY, e.AgentState.IDLE, 4_000, counted=False)),
    )
    assert found.outbound_only_ms == 4_000


def test_states_not_yet_left_are_read_up_to_now():
    fold, ledger = folded((0, AGENT, SIGNED_IN))
    running = QuarterLedger()
    fold.still_open(running, NOON + 5_000)
    assert total(t for _, _, t in running) == Tally(idle_ms=5_000)
    later = QuarterLedger()
    fold.still_open(later, NOON + 5_000, since=NOON + 2_000)
    assert total(t for _, _, t in later) == Tally(idle_ms=3_000)
    assert total(t for _, _, t in ledger) == Tally(sign_ins=1)


class TestToday:
    ZONE = "Asia/Shanghai"
    MIDNIGHT = int(datetime(2026, 5, 5, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000

    def play(self, today, *told):
        fold = Fold()
        for number, (at, event) in enumerate(told, 1):
            fold.apply(e.Fact(stream=CALL, no=number, at=at, client_id="acme", event=event), today)

    def test_a_queue_starts_from_nothing_at_local_midnight(self):
        today = Today({"care": self.ZONE}, default="UTC")
        self.play(today, (self.MIDNIGHT - 1, STARTED), (self.MIDNIGHT - 1, ENTERED))
        assert today.queue("care", self.MIDNIGHT - 1).offered == 1
        assert today.queue("care", self.MIDNIGHT) == Tally()
        assert today.queue("unknown", self.MIDNIGHT) == Tally()

    def test_what_was_offered_yesterday_does_not_show_today(self):
        today = Today({"care": self.ZONE})
        second = e.QueueEntered(entry_id="q2", queue_id="care", priority=0)
        self.play(
            today,
            (self.MIDNIGHT - 1, STARTED),
            (self.MIDNIGHT - 1, ENTERED),
            (self.MIDNIGHT + 5, second),
            (self.MIDNIGHT + 9, left(e.QueueExit.ABANDONED, 10)),
        )
        assert today.queue("care", self.MIDNIGHT + 9) == Tally(offered=1)

    def test_a_checkpoint_brings_the_day_back(self):
        today, later = Today({}), Today({})
        self.play(today, (NOON, STARTED), (NOON, ENTERED))
        later.restore(today.save())
        assert later.queue("care", NOON).offered == 1


def test_a_day_whose_midnight_the_clock_jumped_over_begins_where_it_would_have_been():
    """Toronto, 1919: 23:30 on 30 March was followed by 00:30 on 31 March."""
    jump = int(datetime(1919, 3, 31, 4, 30, tzinfo=UTC).timestamp()) * 1000
    days = Calendar("America/Toronto", Width.DAY)
    assert days.label(jump - 1000) == "1919-03-30T23:29:59-05:00"
    assert days.label(jump) == "1919-03-31T00:30:00-04:00"
    before, after = days.interval(jump), days.interval(jump + 1_800_000)
    assert jump in before
    assert before.end == after.start == jump + 1_800_000


def test_calls_of_one_place_are_put_together():
    second = "call:c2"
    _, ledger = folded((0, CALL, STARTED), (1, second, STARTED), (2, second, ENTERED))
    assert {place.call_id for place, _, _ in ledger} == {"c1", "c2"}
    assert [(place, tally) for place, _, tally in ledger.shared()] == [
        (Place("acme", "care", trunk_id="t"), Tally(calls_in=2)),
        (Place("acme", "care", "care", trunk_id="t"), Tally(offered=1)),
    ]


def test_a_ledger_is_empty_after_it_was_drained():
    _, ledger = folded((0, CALL, STARTED))
    assert len(ledger.drain()) == 1
    assert ledger.drain() == ()


def test_derived_times():
    tally = Tally(
        idle_ms=1, talking_ms=2, holding_ms=4, consulting_ms=8, conferencing_ms=16, busy_ms=32,
        disconnected_ms=64, after_call_ms=128, answered_wait_ms=1, abandoned_wait_ms=2,
        short_abandoned_wait_ms=4, overflowed_wait_ms=8,
    )  # fmt: skip
    assert tally.signed_in_ms == 255
    assert tally.ready_ms == 159
    assert tally.contact_ms == 30
    assert tally.wait_ms == 15
