"""The projection `call_notes`: where in the journal facts about a call stand outside its stream.

A disposition may come, and a recording be stored, when the call is over; their streams are the
agent's and the recording's. A call's timeline finds them here.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import ClassVar

from openseat.core.events import Fact, RecordingWasStored, SegmentDisposed
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold


@dataclass(slots=True)
class CallNoteRow:
    """A row of `call_notes`."""

    note_id: str
    cell_id: str
    seq: int
    call_id: str
    client_id: str


class CallNotes(RowFold[CallNoteRow]):
    """Notes facts that name a call but stand in another stream."""

    name: ClassVar = "call_notes"
    version: ClassVar = 1
    table: ClassVar = "call_notes"
    row: ClassVar = CallNoteRow
    key: ClassVar = {"note_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """Each such fact is a row of its own."""
        if isinstance(fact.event, SegmentDisposed | RecordingWasStored):
            yield (f"{fact.stream}#{fact.no}",)

    def step(self, rows: MutableMapping[Key, CallNoteRow], entry: Entry) -> None:
        """Note where the fact stands."""
        fact = entry.fact
        if isinstance(fact.event, SegmentDisposed | RecordingWasStored):
            note_id = f"{fact.stream}#{fact.no}"
            rows[note_id,] = CallNoteRow(
                note_id, entry.cell_id, entry.seq, fact.event.call_id, fact.client_id
            )
