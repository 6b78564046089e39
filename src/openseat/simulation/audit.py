"""Holding what OpenSeat wrote down against what everybody else saw.

Three witnesses: the customers themselves (`people.Account`), the carrier's own
call detail records, and the recordings' samples.
"""

from __future__ import annotations

import csv
import hashlib
import statistics
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

BILLED_TOLERANCE_S = 1.0
"""How far one call's billed time may be from the carrier's.

Answer and hang-up each pass one SIP hop, and a machine short of processor time takes either up
late: on two cores under a load of 11, one call in twenty was off by more than 0.25 s, none by 0.9.
"""

BILLED_MEDIAN_S = 0.05
"""How far the middle one of a run's calls may be; 0.008 s was measured under that load.

What is wrong by rule and not by a late turn shows here.
"""

ENOUGH_FOR_MEDIAN = 5


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


def carrier_seconds(call_records: Path) -> dict[str, float]:
    """Return the carrier's own billed seconds by channel id, from its call detail records.

    A channel without an answer has 0.0; without a record it is not there.
    """
    found: dict[str, float] = {}
    if not call_records.exists():
        return found
    with call_records.open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            channel_id, disposition = row[0], row[-1]
            answered_at, ended_at = float(row[-3]), float(row[-2])
            billed = ended_at - answered_at if disposition == ANSWERED_DISPOSITION else 0.0
            found[channel_id] = max(found.get(channel_id, 0.0), billed)
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
    carrier_seconds: float = 0.0
    billed_apart_median_s: float = 0.0
    """How far journal and carrier are from each other, half of the calls at most."""
    billed_apart_worst_s: float = 0.0
    mismatches: list[str] = field(default_factory=list)


def compare(
    accounts: Iterable[Account],
    calls: dict[str, Told],
    carrier: dict[str, float],
    recordings: Path,
) -> Findings:
    """Compare every customer's own account with the journal, the carrier and the recordings."""
    found = Findings()
    apart: list[float] = []
    for account in accounts:
        call = calls.get(account.plan.caller)
        if call is None:
            found.mismatches.append(f"{account.plan.caller}: the journal knows no call")
            continue
        _compare_call(account, call, carrier, found, apart)
        _compare_recordings(account, call, recordings, found)
    found.journal_seconds = round(found.journal_seconds, 3)
    found.carrier_seconds = round(found.carrier_seconds, 3)
    _compare_medians(apart, found)
    return found


def _compare_medians(apart: list[float], found: Findings) -> None:
    found.billed_apart_median_s = round(statistics.median(apart or [0.0]), 3)
    found.billed_apart_worst_s = round(max(apart, default=0.0), 3)
    if len(apart) >= ENOUGH_FOR_MEDIAN and found.billed_apart_median_s > BILLED_MEDIAN_S:
        found.mismatches.append(
            f"half of the calls are billed more than {found.billed_apart_median_s:.3f} s"
            " beside the carrier's time"
        )


def _compare_call(
    account: Account, call: Told, carrier: dict[str, float], found: Findings, apart: list[float]
) -> None:
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
        journaled = call.billable_ms / 1000
        found.carrier_seconds += billed
        found.journal_seconds += journaled
        if call.answered:
            apart.append(abs(billed - journaled))
        check(
            abs(billed - journaled) <= BILLED_TOLERANCE_S,
            f"{journaled:.3f} s journaled, {billed:.3f} s at the carrier",
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
