"""Which files a recording becomes, from the facts of its call."""

from __future__ import annotations

from openseat.core.events import (
    CallAssigned,
    CallEnded,
    EndedBy,
    Event,
    Fact,
    RecordingStarted,
    RecordingStopped,
    SegmentEnded,
    SegmentStarted,
    Via,
)
from openseat.recordings.plan import Part, RecordingPlan, plan_recording

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def started(segment_id: str) -> SegmentStarted:
    return SegmentStarted(
        segment_id=segment_id, agent_id="a", group_id="g", leg_id="l", via=Via.QUEUE
    )


def ended(segment_id: str) -> SegmentEnded:
    return SegmentEnded(
        segment_id=segment_id, agent_id="a", talk_ms=0, hold_ms=0, ended_by=EndedBy.AGENT
    )


RECORDED = RecordingStarted(recording_id="r", leg_id="l", layout="call")
STOPPED = RecordingStopped(recording_id="r", ok=True)
OVER = CallEnded(ended_by=EndedBy.CUSTOMER, cause=16, answered=True, duration_ms=0, billable_ms=0)


def plan(*facts: tuple[int, Event]) -> RecordingPlan | None:
    made = [
        Fact(stream="call:c", no=no, at=START + at, client_id="k" if at > 0 else "", event=event)
        for no, (at, event) in enumerate(facts, 1)
    ]
    return plan_recording("r", "c", "main", made)


def test_each_agents_stretch_is_a_part():
    made = plan(
        (0, RECORDED),
        (1000, started("s1")),
        (4000, ended("s1")),
        (5000, started("s2")),
        (9000, ended("s2")),
        (9000, OVER),
        (9100, STOPPED),
    )
    assert made is not None
    assert made.parts() == (Part("s1", 1000, 4000), Part("s2", 5000, 9000))
    assert made.client_id == "k"


def test_parts_are_cut_to_what_was_recorded():
    made = plan(
        (100, started("s1")),
        (500, RECORDED),
        (2000, ended("s1")),
        (3000, started("s2")),
        (5000, STOPPED),
        (8000, ended("s2")),
        (8000, started("s3")),
        (9000, ended("s3")),
    )
    assert made is not None
    assert made.parts() == (Part("s1", 0, 1500), Part("s2", 2500, 4500))


def test_a_part_that_never_ended_reaches_to_the_end_of_the_recording():
    made = plan((0, RECORDED), (1000, started("s1")), (2000, STOPPED))
    assert made is not None
    assert made.parts() == (Part("s1", 1000, 2000),)


def test_without_its_own_end_a_recording_ends_with_the_call():
    made = plan((0, RECORDED), (7000, OVER))
    assert made is not None
    assert made.ended_at == START + 7000


def test_while_nothing_ended_nothing_is_cut():
    made = plan((0, RECORDED), (1000, started("s1")))
    assert made is not None
    assert made.ended_at is None
    assert made.parts() == ()


def test_a_voice_message_is_one_piece():
    voice = RecordingStarted(recording_id="r", leg_id="l", layout="voice")
    made = plan((0, started("s1")), (0, voice), (1000, STOPPED))
    assert made is not None
    assert made.parts() == ()


def test_another_recordings_facts_are_not_ones_own():
    other = RecordingStarted(recording_id="other", leg_id="l", layout="call")
    assert plan((0, other), (0, CallAssigned(client_id="k", project_id="p"))) is None


def test_files_lie_by_cell_and_day():
    made = plan((0, RECORDED))
    assert made is not None
    assert made.key("wav") == "main/2026/01/01/r.wav"
    assert made.key("wav", "s1") == "main/2026/01/01/r.s1.wav"
