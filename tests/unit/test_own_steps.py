"""A call as one agent lived it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openseat.core import events as e
from openseat.history.own_steps import StepKind, own_steps
from openseat.journal.codec import encode_event
from openseat.testing.own_day import COLLEAGUE, MINE, OwnDay

START = 1_767_225_600_000
ELSEWHERE = ("agent.", "recording.stored")


def rows(facts: list[e.Fact], call_id: str) -> list[dict[str, Any]]:
    """Return a call's facts as the journal's table has them."""
    return [
        {"type": fact.event.TYPE, "at": fact.at, "data": json.loads(encode_event(fact.event))}
        for fact in facts
        if (fact.stream == f"call:{call_id}" or getattr(fact.event, "call_id", "") == call_id)
        and not fact.event.TYPE.startswith(ELSEWHERE)
    ]


def kinds(call_id: str, agent_id: str) -> list[str]:
    return [step.kind.value for step in own_steps(rows(OwnDay(START).facts(), call_id), agent_id)]


def test_a_call_handed_over_is_told_up_to_where_it_left_the_agent():
    steps = own_steps(rows(OwnDay(START).facts(), "c-care"), MINE)
    assert [step.kind for step in steps] == [
        StepKind.RANG,
        StepKind.TALKING,
        StepKind.HELD,
        StepKind.RESUMED,
        StepKind.TRANSFERRED,
        StepKind.LEFT,
        StepKind.DISPOSED,
    ]
    by_kind = {step.kind: step for step in steps}
    sent = by_kind[StepKind.TRANSFERRED]
    assert (sent.target_kind, sent.target_id) == ("agent", COLLEAGUE)
    assert by_kind[StepKind.LEFT].spent_ms == 40_000
    assert by_kind[StepKind.LEFT].by == "transfer"
    assert by_kind[StepKind.DISPOSED].code == "resolved"


def test_the_colleagues_part_of_the_same_call_is_another_story():
    assert kinds("c-care", COLLEAGUE) == ["rang", "talking", "left", "disposed"]


@pytest.mark.parametrize(
    ("call_id", "told"),
    [
        ("c-missed", ["rang", "missed"]),
        ("c-out", ["dialled", "talking", "left", "disposed"]),
        ("c-dead", ["dialled"]),
        ("c-other", []),
    ],
)
def test_what_did_not_concern_the_agent_is_not_told(call_id: str, told: list[str]):
    assert kinds(call_id, MINE) == told


def test_a_pause_of_the_recording_is_told_only_while_nobody_else_talks():
    day = OwnDay(START)
    day.sign_in(MINE, "group-one", 0)
    day.sign_in(COLLEAGUE, "group-two", 0)
    day.talk("c", "mine", MINE, 1000, 10)
    day.tell(2000, "c", e.RecordingPaused(recording_id="r"))
    day.tell(3000, "c", e.RecordingResumed(recording_id="r"))
    day.talk("c", "theirs", COLLEAGUE, 12_000, 10)
    day.tell(13_000, "c", e.RecordingPaused(recording_id="r"))
    steps = own_steps(rows(day.story.facts(), "c"), MINE)
    assert [step.kind.value for step in steps] == [
        "talking",
        "recording_paused",
        "recording_resumed",
        "left",
    ]


def test_a_transfer_that_failed_is_told_to_whom_it_was():
    day = OwnDay(START)
    day.sign_in(MINE, "group-one", 0)
    day.talk("c", "mine", MINE, 1000, 10)
    target = {"target_kind": "outside", "target_id": "+8613000000000"}
    day.tell(5000, "c", e.TransferMade(segment_id="mine", agent_id=MINE, consulted=False, **target))
    day.tell(9000, "c", e.TransferFailed(reason="busy", **target))
    facts = rows(day.story.facts(), "c")
    assert "transfer_failed" in [step.kind.value for step in own_steps(facts, MINE)]
    assert own_steps(facts, COLLEAGUE) == []
