"""Holding what OpenSeat wrote down against what everybody else saw.

Three witnesses: the customers themselves (`people.Account`), the carrier's own
call detail records, and the recordings' samples.
"""

from __future__ import annotations

import csv
import hashlib
import wave
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from openseat.core import events as e
from openseat.core.events import Fact
from openseat.simulation.people import Account

HEARD_RMS = 150.0
"""Root mean square of 16-bit samples, over the loudest second, above which a side was heard."""

ANSWERED_DISPOSITION = "ANSWERED"


@dataclass(slots=True)
class Told:
    """What the journal tells of one call."""

    call_id: str
    client_id: str = ""
    caller: str = ""
    started_at: int = 0
    answered: bool = False
    billable_ms: int = 0
    ended: bool = False
    queue_exits: list[e.QueueExit] = field(default_factory=list)
    segments: int = 0
    recordings: set[str] = field(default_factory=set)
    stored: dict[str, e.RecordingWasStored] = field(default_factory=dict)


def told(facts: Iterable[Fact]) -> dict[str, Told]:
    """Return calls by caller's number, from facts in journal order."""
    calls: dict[str, Told] = {}
    for fact in facts:
        call_id = fact.stream.partition(":")[2]
        event = fact.event
        if isinstance(event, e.CallStarted):
            calls[call_id] = Told(call_id=call_id, caller=event.caller, started_at=fact.at)
        if isinstance(event, e.RecordingWasStored):
            call_id = event.call_id
        call = calls.get(call_id)
        if call is None:
            continue
        call.client_id = fact.client_id or call.client_id
        match event:
            case e.CallEnded(answered=answered, billable_ms=billable):
                call.ended, call.answered, call.billable_ms = True, answered, billable
            case e.QueueLeft(outcome=outcome):
                call.queue_exits.append(outcome)
            case e.SegmentStarted():
                call.segments += 1
            case e.RecordingStarted(recording_id=recording_id):
                call.recordings.add(recording_id)
            case e.RecordingWasStored(segment_id=""):
                call.stored[event.recording_id] = event
            case _:
                pass
    return {call.caller: call for call in calls.values()}


def carrier_seconds(folder: Path) -> dict[str, int]:
    """Return the carrier's own billed seconds by channel id, from its CDR files."""
    found: dict[str, int] = {}
    for path in sorted(folder.glob("**/Master.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                # …, duration, billsec, disposition, amaflags, uniqueid
                channel_id = row[-1]
                answered = row[-3] == ANSWERED_DISPOSITION
                found[channel_id] = max(found.get(channel_id, 0), int(row[-4]) if answered else 0)
    return found


def both_heard(path: Path) -> tuple[bool, bool]:
    """Tell whether the left (customer) and right (what they hear) channel carry sound."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        rate, channels = file.getframerate(), file.getnchannels()
    if channels != 2 or samples.size < 2 * rate:
        return False, False
    sides = samples.reshape(-1, 2).astype(np.float64)
    seconds = sides[: len(sides) // rate * rate].reshape(-1, rate, 2)
    loudest = np.sqrt((seconds**2).mean(axis=1)).max(axis=0)
    return bool(loudest[0] > HEARD_RMS), bool(loudest[1] > HEARD_RMS)


@dataclass(slots=True)
class Findings:
    """Counts of one run and every disagreement found."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    overflowed: int = 0
    recordings: int = 0
    recordings_both_heard: int = 0
    journal_seconds: float = 0.0
    carrier_seconds: int = 0
    mismatches: list[str] = field(default_factory=list)


def compare(
    accounts: Iterable[Account],
    calls: dict[str, Told],
    carrier: dict[str, int],
    recordings: Path,
) -> Findings:
    """Compare every customer's own account with the journal, the carrier and the recordings."""
    found = Findings()
    for account in accounts:
        call = calls.get(account.plan.caller)
        if call is None:
            found.mismatches.append(f"{account.plan.caller}: the journal knows no call")
            continue
        _compare_call(account, call, carrier, found)
        _compare_recordings(account, call, recordings, found)
    found.journal_seconds = round(found.journal_seconds, 3)
    return found


def _compare_call(account: Account, call: Told, carrier: dict[str, int], found: Findings) -> None:
    who = f"{account.plan.caller} ({call.call_id})"

    def check(same: bool, what: str) -> None:
        if not same:
            found.mismatches.append(f"{who}: {what}")

    exits = call.queue_exits
    found.offered += bool(exits)
    found.answered += e.QueueExit.ANSWERED in exits
    found.abandoned += e.QueueExit.ABANDONED in exits
    found.short_abandoned += e.QueueExit.SHORT_ABANDONED in exits
    found.overflowed += e.QueueExit.OVERFLOWED in exits
    check(call.ended, "the journal never ended it")
    check(call.answered == account.answered, "answered by one account only")
    check(
        (e.QueueExit.ANSWERED in exits) == account.met_agent,
        f"met an agent: {account.met_agent}, but left queues as {[str(x) for x in exits]}",
    )
    check((call.segments > 0) == account.met_agent, "segments and conversation disagree")
    billed = carrier.get(account.channel_id)
    check(billed is not None, "the carrier has no record")
    if billed is not None:
        found.carrier_seconds += billed
        found.journal_seconds += call.billable_ms / 1000
        # Two clocks that each cut to whole seconds may differ by one.
        check(
            abs(billed - call.billable_ms / 1000) <= 1.0,
            f"{call.billable_ms / 1000:.3f} s journaled, {billed} s at the carrier",
        )


def _compare_recordings(account: Account, call: Told, folder: Path, found: Findings) -> None:
    who = f"{account.plan.caller} ({call.call_id})"
    for recording_id in sorted(call.recordings):
        found.recordings += 1
        stored = call.stored.get(recording_id)
        if stored is None:
            found.mismatches.append(f"{who}: recording {recording_id} is not in the store")
            continue
        path = folder / stored.path
        if hashlib.sha256(path.read_bytes()).hexdigest() != stored.sha256:
            found.mismatches.append(f"{who}: recording {recording_id} is not what was stored")
        customer, agent = both_heard(path)
        if customer and agent:
            found.recordings_both_heard += 1
        elif account.met_agent and call.segments:
            side = "customer" if not customer else "agent"
            found.mismatches.append(f"{who}: the {side} is not heard in {recording_id}")
    if call.segments and not call.recordings:
        found.mismatches.append(f"{who}: a conversation without a recording")
