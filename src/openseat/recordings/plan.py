"""What a recording's finished files are: pure, from the facts of its call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from openseat.core.events import (
    CallEnded,
    Fact,
    RecordingStarted,
    RecordingStopped,
    SegmentEnded,
    SegmentStarted,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the recording, in milliseconds from its start; `segment_id` is its agent's."""

    segment_id: str
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class _Stretch:
    start: int
    end: int | None = None


@dataclass(slots=True)
class RecordingPlan:
    """One recording and the parts to be cut from it."""

    recording_id: str
    call_id: str
    cell_id: str
    client_id: str
    layout: str
    started_at: int
    ended_at: int | None = None
    """When it stopped, or the call ended; None while neither is known."""
    _stretches: dict[str, _Stretch] = field(default_factory=dict[str, _Stretch])

    def parts(self) -> tuple[Part, ...]:
        """Return the agents' stretches that lie in the recording, in their order."""
        if self.layout != "call" or self.ended_at is None:
            return ()
        found: list[Part] = []
        for segment_id, stretch in self._stretches.items():
            start = max(stretch.start, self.started_at)
            end = min(stretch.end or self.ended_at, self.ended_at)
            if end > start:
                found.append(Part(segment_id, start - self.started_at, end - self.started_at))
        return tuple(found)

    def key(self, extension: str, segment_id: str = "") -> str:
        """Return the store's key of the whole or of a part: by cell and UTC day."""
        day = datetime.fromtimestamp(self.started_at / 1000, UTC)
        name = f"{self.recording_id}.{segment_id}" if segment_id else self.recording_id
        return f"{self.cell_id}/{day:%Y/%m/%d}/{name}.{extension}"


def plan_recording(
    recording_id: str, call_id: str, cell_id: str, facts: Iterable[Fact]
) -> RecordingPlan | None:
    """Return the plan that the call's facts give, None when they know no such recording.

    The switch begins to write within milliseconds of `recording.started`, so instants of the
    journal are places in the file.
    """
    plan: RecordingPlan | None = None
    stretches: dict[str, _Stretch] = {}
    client_id = ""
    call_ended: int | None = None
    for fact in facts:
        client_id = fact.client_id or client_id
        match fact.event:
            case RecordingStarted(recording_id=found, layout=layout) if found == recording_id:
                plan = RecordingPlan(recording_id, call_id, cell_id, "", layout, fact.at)
            case RecordingStopped(recording_id=found) if found == recording_id and plan:
                plan.ended_at = fact.at
            case SegmentStarted(segment_id=segment_id):
                stretches[segment_id] = _Stretch(fact.at)
            case SegmentEnded(segment_id=segment_id) if segment_id in stretches:
                stretches[segment_id].end = fact.at
            case CallEnded():
                call_ended = fact.at
            case _:
                pass  # says nothing about sound
    if plan is None:
        return None
    plan.client_id = client_id
    plan.ended_at = plan.ended_at if plan.ended_at is not None else call_ended
    plan._stretches = stretches  # noqa: SLF001 - this module's own
    return plan
