"""Projections of what clients use: connected seconds of calls, kept bytes of recordings."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import ClassVar

from openseat.core.events import CallAssigned, CallEnded, CallStarted, Fact, RecordingWasStored
from openseat.core.identity import Instant, Milliseconds
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold


@dataclass(slots=True)
class UsageCallRow:
    """A row of `usage_calls`; `ended_at` and `seq` are None while the call lives."""

    call_id: str
    cell_id: str
    client_id: str
    project_id: str
    direction: str
    started_at: Instant
    ended_at: Instant | None = None
    billable_ms: Milliseconds = 0
    seq: int | None = None


class UsageCalls(RowFold[UsageCallRow]):
    """Folds calls into what they are charged for: answered to ended."""

    name: ClassVar = "usage_calls"
    version: ClassVar = 1
    table: ClassVar = "usage_calls"
    row: ClassVar = UsageCallRow
    key: ClassVar = {"call_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """A call that starts, is assigned or ends is a row."""
        if isinstance(fact.event, CallStarted | CallAssigned | CallEnded):
            yield (fact.stream.removeprefix("call:"),)

    def step(self, rows: MutableMapping[Key, UsageCallRow], entry: Entry) -> None:
        """Note whose call it is, and at its end what it used."""
        fact, event = entry.fact, entry.fact.event
        call_id = fact.stream.removeprefix("call:")
        if isinstance(event, CallStarted):
            rows[call_id,] = UsageCallRow(
                call_id=call_id,
                cell_id=entry.cell_id,
                client_id=event.client_id,
                project_id=event.project_id,
                direction=event.direction,
                started_at=fact.at,
            )
            return
        row = rows.get((call_id,))
        if row is None:
            return
        if isinstance(event, CallAssigned):
            row.client_id, row.project_id = event.client_id, event.project_id
        elif isinstance(event, CallEnded):
            row.ended_at = fact.at
            row.billable_ms = event.billable_ms
            row.seq = entry.seq


@dataclass(slots=True)
class UsageStorageRow:
    """A row of `usage_storage`: `bytes` kept from `since` until before `until` (None: still)."""

    recording_id: str
    segment_id: str
    cell_id: str
    client_id: str
    bytes: int
    since: Instant
    until: Instant | None = None


class UsageStorage(RowFold[UsageStorageRow]):
    """Folds stored recordings into the space they take."""

    name: ClassVar = "usage_storage"
    version: ClassVar = 1
    table: ClassVar = "usage_storage"
    row: ClassVar = UsageStorageRow
    key: ClassVar = {"recording_id": "text", "segment_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """A stored file is a row."""
        if isinstance(fact.event, RecordingWasStored):
            yield fact.event.recording_id, fact.event.segment_id

    def step(self, rows: MutableMapping[Key, UsageStorageRow], entry: Entry) -> None:
        """Note the file; one that is told of again keeps its first day."""
        fact, event = entry.fact, entry.fact.event
        if isinstance(event, RecordingWasStored):
            key = (event.recording_id, event.segment_id)
            since = rows[key].since if key in rows else fact.at
            rows[key] = UsageStorageRow(
                recording_id=event.recording_id,
                segment_id=event.segment_id,
                cell_id=entry.cell_id,
                client_id=fact.client_id,
                bytes=event.bytes,
                since=since,
            )
