"""The projection `calls`: one row a call."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from openseat.core.events import (
    CallAnswered,
    CallAssigned,
    CallbackPromised,
    CallEnded,
    CallLanguageSet,
    CallRefused,
    CallStarted,
    Direction,
    Event,
    Fact,
    LegKind,
    LegStarted,
    LegWasAnswered,
    OfferMade,
    QueueEntered,
    QueueExit,
    QueueLeft,
    RatingGiven,
    RecordingStarted,
    SegmentEnded,
    SegmentStarted,
    TransferMade,
    VoicemailLeft,
)
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold

_PREFIX = "call:"


class CallOutcome(StrEnum):
    """What became of a call, seen from the customer. The first that applies, in this order."""

    REFUSED = "refused"
    """Turned away before anything was done for it."""
    SERVED = "served"
    """At least one agent talked with the customer."""
    VOICEMAIL = "voicemail"
    ABANDONED = "abandoned"
    """The customer left while waiting in a queue."""
    SELF_SERVICE = "self_service"
    """Answered, and ended within flows."""
    UNANSWERED = "unanswered"


@dataclass(slots=True)
class CallRow:
    """A row of `calls`. Times are instants of the core, spans milliseconds."""

    call_id: str
    cell_id: str
    client_id: str
    started_at: int
    direction: str
    caller: str
    called: str
    caller_name: str
    trunk_id: str
    number_id: str
    project_id: str
    language: str
    answered_at: int | None = None
    ended_at: int | None = None
    outcome: str = ""
    ended_by: str = ""
    cause: int | None = None
    queue_ids: list[str] = field(default_factory=list[str])
    agent_ids: list[str] = field(default_factory=list[str])
    offers: int = 0
    segments: int = 0
    transfers: int = 0
    queue_outcome: str = ""
    voicemail: bool = False
    callback: bool = False
    recorded: bool = False
    wait_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    duration_ms: int | None = None
    billable_ms: int | None = None
    score: int | None = None
    scale: int | None = None


class Calls(RowFold[CallRow]):
    """Folds the facts of streams `call:<id>`."""

    name: ClassVar = "calls"
    version: ClassVar = 2
    table: ClassVar = "calls"
    row: ClassVar = CallRow
    key: ClassVar = {"call_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """Every fact of a call touches its row."""
        if fact.stream.startswith(_PREFIX):
            yield (fact.stream.removeprefix(_PREFIX),)

    def step(self, rows: MutableMapping[Key, CallRow], entry: Entry) -> None:
        """Apply one fact of a call."""
        fact = entry.fact
        call_id = fact.stream.removeprefix(_PREFIX)
        key = (call_id,)
        if isinstance(fact.event, CallStarted):
            rows[key] = _begun(call_id, entry, fact.event)
        row = rows.get(key)
        if row is not None:
            _change(row, fact.event, fact.at)


def _begun(call_id: str, entry: Entry, event: CallStarted) -> CallRow:
    return CallRow(
        call_id=call_id,
        cell_id=entry.cell_id,
        client_id=event.client_id,
        project_id=event.project_id,
        started_at=entry.fact.at,
        direction=event.direction.value,
        caller=event.caller,
        called=event.called,
        caller_name=event.caller_name,
        trunk_id=event.trunk_id,
        number_id=event.number_id,
        language=event.language,
        agent_ids=[event.agent_id] if event.agent_id else [],
    )


def _change(row: CallRow, event: Event, at: int) -> None:  # noqa: C901, PLR0912 - one case an event
    match event:
        case CallAssigned():
            row.client_id, row.project_id = event.client_id, event.project_id
        case CallRefused():
            row.outcome, row.cause = CallOutcome.REFUSED, event.cause
            row.ended_at = at
        case CallAnswered():
            row.answered_at = at
        case QueueEntered():
            _note(row.queue_ids, event.queue_id)
        case QueueLeft():
            row.wait_ms += event.wait_ms
            row.queue_outcome = event.outcome.value
        case OfferMade():
            row.offers += 1
        case LegStarted() if row.direction != Direction.INBOUND and event.kind is LegKind.AGENT:
            _note(row.agent_ids, event.agent_id)
        case LegWasAnswered() if row.direction == Direction.INTERNAL:
            row.outcome = CallOutcome.SERVED  # a colleague: whoever dialled is the call's own leg
        case SegmentStarted():
            row.segments += 1
            _note(row.agent_ids, event.agent_id)
        case SegmentEnded():
            row.talk_ms += event.talk_ms
            row.hold_ms += event.hold_ms
        case TransferMade():
            row.transfers += 1
        case VoicemailLeft():
            row.voicemail = True
        case CallbackPromised():
            row.callback = True
        case CallLanguageSet():
            row.language = event.language
        case RecordingStarted():
            row.recorded = True
        case RatingGiven():
            row.score, row.scale = event.score, event.scale
        case CallEnded():
            row.ended_at = at
            row.ended_by, row.cause = event.ended_by.value, event.cause
            row.duration_ms, row.billable_ms = event.duration_ms, event.billable_ms
            row.outcome = row.outcome or _outcome(row, answered=event.answered)
        case _:
            pass  # of no concern to the row


def _outcome(row: CallRow, *, answered: bool) -> str:
    if row.segments:
        return CallOutcome.SERVED
    if row.voicemail:
        return CallOutcome.VOICEMAIL
    if row.queue_outcome in {QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED}:
        return CallOutcome.ABANDONED
    return CallOutcome.SELF_SERVICE if answered else CallOutcome.UNANSWERED


def _note(ids: list[str], new: str) -> None:
    if new and new not in ids:
        ids.append(new)
