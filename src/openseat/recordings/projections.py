"""The projections `recordings` and `recording_files`."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import ClassVar

from openseat.core.events import (
    Fact,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    RecordingWasStored,
    VoicemailLeft,
)
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold

_Own = (
    RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | RecordingWasStored
    | VoicemailLeft
)


@dataclass(slots=True)
class RecordingRow:
    """A row of `recordings`. Times are instants of the core."""

    recording_id: str
    cell_id: str
    call_id: str
    client_id: str
    leg_id: str
    layout: str
    started_at: int
    stopped_at: int | None = None
    ok: bool | None = None
    paused: list[int] = field(default_factory=list[int])
    """Alternately from and until: an odd length means paused still."""
    box: str = ""
    stored_at: int | None = None
    """When the whole's file was stored, which is stored last."""


class Recordings(RowFold[RecordingRow]):
    """Folds `recording.*` and `voicemail.left`."""

    name: ClassVar = "recordings"
    version: ClassVar = 1
    table: ClassVar = "recordings"
    row: ClassVar = RecordingRow
    key: ClassVar = {"recording_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """A recording's own facts touch its row."""
        if isinstance(fact.event, _Own):
            yield (fact.event.recording_id,)

    def step(self, rows: MutableMapping[Key, RecordingRow], entry: Entry) -> None:
        """Apply one fact of a recording."""
        fact, event = entry.fact, entry.fact.event
        if isinstance(event, RecordingStarted):
            rows[event.recording_id,] = RecordingRow(
                recording_id=event.recording_id,
                cell_id=entry.cell_id,
                call_id=fact.stream.removeprefix("call:"),
                client_id=fact.client_id,
                leg_id=event.leg_id,
                layout=event.layout,
                started_at=fact.at,
                box=event.box,
            )
        elif isinstance(event, _Own):
            row = rows.get((event.recording_id,))
            if row is not None:
                # It may begin before it is known whose call it is.
                row.client_id = fact.client_id or row.client_id
                _change(row, event, fact.at)


def _change(row: RecordingRow, event: _Own, at: int) -> None:
    match event:
        case RecordingPaused() if len(row.paused) % 2 == 0:
            row.paused.append(at)
        case RecordingResumed() if len(row.paused) % 2 == 1:
            row.paused.append(at)
        case RecordingStopped():
            row.stopped_at, row.ok = at, event.ok
        case RecordingWasStored(segment_id=""):
            row.stored_at = at
        case VoicemailLeft():
            row.box = event.box
        case _:
            pass  # a segment's part, or paused twice


@dataclass(slots=True)
class RecordingFileRow:
    """A row of `recording_files`: a finished file; `segment_id` is empty for the whole."""

    recording_id: str
    segment_id: str
    cell_id: str
    call_id: str
    client_id: str
    path: str
    sha256: str
    bytes: int
    duration_ms: int


class RecordingFiles(RowFold[RecordingFileRow]):
    """Folds `recording.stored`."""

    name: ClassVar = "recording_files"
    version: ClassVar = 1
    table: ClassVar = "recording_files"
    row: ClassVar = RecordingFileRow
    key: ClassVar = {"recording_id": "text", "segment_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """A stored file is a row."""
        if isinstance(fact.event, RecordingWasStored):
            yield fact.event.recording_id, fact.event.segment_id

    def step(self, rows: MutableMapping[Key, RecordingFileRow], entry: Entry) -> None:
        """Note the file; the newest fact about it counts."""
        fact, event = entry.fact, entry.fact.event
        if isinstance(event, RecordingWasStored):
            rows[event.recording_id, event.segment_id] = RecordingFileRow(
                recording_id=event.recording_id,
                segment_id=event.segment_id,
                cell_id=entry.cell_id,
                call_id=event.call_id,
                client_id=fact.client_id,
                path=event.path,
                sha256=event.sha256,
                bytes=event.bytes,
                duration_ms=event.duration_ms,
            )
