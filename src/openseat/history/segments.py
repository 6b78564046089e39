"""The projection `segments`: one row for each agent's stretch of a call."""

from __future__ import annotations

import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import ClassVar

from openseat.core.events import Fact, SegmentDisposed, SegmentEnded, SegmentStarted
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold


@dataclass(slots=True)
class SegmentRow:
    """A row of `segments`. Times are instants of the core, spans milliseconds."""

    segment_id: str
    cell_id: str
    call_id: str
    client_id: str
    agent_id: str
    group_id: str
    leg_id: str
    via: str
    queue_id: str
    started_at: int
    ended_at: int | None = None
    talk_ms: int = 0
    hold_ms: int = 0
    ended_by: str = ""
    disposition: str = ""
    notes: str = ""
    form_id: str = ""
    form_version: int = 0
    answers: str = "[]"
    """JSON: a list of objects with `name`, `label` and `value`."""


class Segments(RowFold[SegmentRow]):
    """Folds `segment.*` facts."""

    name: ClassVar = "segments"
    version: ClassVar = 1
    table: ClassVar = "segments"
    row: ClassVar = SegmentRow
    key: ClassVar = {"segment_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """A segment's own facts touch its row."""
        if isinstance(fact.event, SegmentStarted | SegmentEnded | SegmentDisposed):
            yield (fact.event.segment_id,)

    def step(self, rows: MutableMapping[Key, SegmentRow], entry: Entry) -> None:
        """Apply one fact of a segment."""
        fact, event = entry.fact, entry.fact.event
        if isinstance(event, SegmentStarted):
            rows[event.segment_id,] = SegmentRow(
                segment_id=event.segment_id,
                cell_id=entry.cell_id,
                call_id=fact.stream.removeprefix("call:"),
                client_id=fact.client_id,
                agent_id=event.agent_id,
                group_id=event.group_id,
                leg_id=event.leg_id,
                via=event.via.value,
                queue_id=event.queue_id,
                started_at=fact.at,
            )
        elif isinstance(event, SegmentEnded | SegmentDisposed):
            row = rows.get((event.segment_id,))
            if row is not None:
                _change(row, event, fact.at)


def _change(row: SegmentRow, event: SegmentEnded | SegmentDisposed, at: int) -> None:
    match event:
        case SegmentEnded():
            row.ended_at, row.ended_by = at, event.ended_by.value
            row.talk_ms, row.hold_ms = event.talk_ms, event.hold_ms
        case SegmentDisposed():
            row.disposition, row.notes = event.code, event.notes
            row.form_id, row.form_version = event.form_id, event.form_version
            row.answers = json.dumps([dict(one) for one in event.answers], ensure_ascii=False)
