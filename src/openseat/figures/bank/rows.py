"""Rows of the file as calls: what is contradictory is treated by one rule each, and reported."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

COLUMNS = (
    "vru+line", "call_id", "type", "vru_entry", "vru_exit", "vru_time", "q_start", "q_exit",
    "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server", "server_abv",
)  # fmt: skip

DAY_S = 86_400
NOBODY = "NO_SERVER"


class Anomaly(StrEnum):
    """What can be wrong with a row. `TREATMENT` says what is made of it."""

    UNREADABLE = "unreadable"
    PHANTOM = "phantom"
    PASSES_MIDNIGHT = "passes_midnight"
    VRU_BACKWARDS = "vru_backwards"
    WAIT_DISAGREES = "wait_disagrees"
    NEGATIVE_WAIT = "negative_wait"
    SERVICE_DISAGREES = "service_disagrees"
    SERVICE_BEFORE_QUEUE_EXIT = "service_before_queue_exit"
    SERVICE_AFTER_QUEUE_EXIT = "service_after_queue_exit"
    SERVICE_WHILE_IN_VRU = "service_while_in_vru"
    HANG_WITH_SERVICE = "hang_with_service"
    HANG_WITHOUT_WAIT = "hang_without_wait"
    AGENT_WITHOUT_SERVICE = "agent_without_service"
    AGENT_UNNAMED = "agent_unnamed"
    SERVER_OVERLAPS = "server_overlaps"


TREATMENT: Mapping[Anomaly, str] = {
    Anomaly.UNREADABLE: "left out: a time, number or outcome cannot be read",
    Anomaly.PHANTOM: "left out: the file says to ignore it",
    Anomaly.PASSES_MIDNIGHT: "times more than 12 h before the entry are of the next day",
    Anomaly.VRU_BACKWARDS: "the call starts at the earlier of VRU entry and exit",
    Anomaly.WAIT_DISAGREES: "q_time is the wait, q_start the time it began",
    Anomaly.NEGATIVE_WAIT: "the wait is 0",
    Anomaly.SERVICE_DISAGREES: "ser_time is the service time",
    Anomaly.SERVICE_BEFORE_QUEUE_EXIT: "service begins when the wait ends; its length is ser_time",
    Anomaly.SERVICE_AFTER_QUEUE_EXIT: "service begins when the wait ends; its length is ser_time",
    Anomaly.SERVICE_WHILE_IN_VRU: "not queued: offered and answered at VRU exit, wait 0",
    Anomaly.HANG_WITH_SERVICE: "abandoned, as the outcome says; the service is ignored",
    Anomaly.HANG_WITHOUT_WAIT: "offered and abandoned at once: a short abandon",
    Anomaly.AGENT_WITHOUT_SERVICE: "answered, service time 0",
    Anomaly.AGENT_UNNAMED: "handled by the agent NO_SERVER",
    Anomaly.SERVER_OVERLAPS: "both calls count; agents' states are not replayed",
}


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "AGENT"
    HUNG_UP = "HANG"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCall:
    """A call of the file; times are seconds since its day's midnight, and may pass 86,400."""

    row: int
    """Line in the file, the heading being 1."""
    name: str
    line: str
    kind: str
    started: int
    offered: int | None
    """When it was offered to agents; None if the caller left in the voice response unit."""
    wait_s: int
    service_s: int
    outcome: Outcome
    server: str
    ended: int


@dataclass(slots=True)
class BankDay:
    """The calls of a file, and what was wrong with it."""

    rows: int = 0
    calls: list[BankCall] = field(default_factory=list[BankCall])
    anomalies: dict[Anomaly, list[int]] = field(default_factory=dict[Anomaly, list[int]])
    """Anomaly → the rows that have it."""

    def note(self, anomaly: Anomaly, row: int) -> None:
        """Report an anomaly of a row."""
        self.anomalies.setdefault(anomaly, []).append(row)


@dataclass(frozen=True, slots=True)
class _Times:
    """The times and spans of a row as they stand in the file, in seconds."""

    vru_entry: int
    vru_exit: int
    q_start: int
    q_exit: int
    q_time: int
    ser_start: int
    ser_exit: int
    ser_time: int

    @property
    def queued(self) -> bool:
        """Whether the call came to the queue; a queue entered at midnight has other times."""
        return bool(self.q_start or self.q_exit or self.q_time)

    @property
    def served(self) -> bool:
        """Whether there was a service."""
        return bool(self.ser_start or self.ser_exit or self.ser_time)


def read_day(path: Path) -> BankDay:
    """Read a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it lacks a column.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path.name} lacks the columns {', '.join(sorted(missing))}")
        return make_day(reader)


def make_day(rows: Iterable[Mapping[str, str]]) -> BankDay:
    """Return the day that rows of the file tell of."""
    day = BankDay()
    for number, row in enumerate(rows, 2):
        day.rows += 1
        times = _times(row)
        if times is None or row["outcome"] not in (*Outcome, "PHANTOM"):
            day.note(Anomaly.UNREADABLE, number)
        elif row["outcome"] == "PHANTOM":
            day.note(Anomaly.PHANTOM, number)
        else:
            for anomaly in _contradictions(row, times):
                day.note(anomaly, number)
            day.calls.append(_call(number, row, times))
    for number in _overlaps(day.calls):
        day.note(Anomaly.SERVER_OVERLAPS, number)
    return day


def _times(row: Mapping[str, str]) -> _Times | None:
    try:
        entry = _seconds(row["vru_entry"])
        found = [entry, _after(entry, _seconds(row["vru_exit"]))]
        for stage in ("q", "ser"):
            start, end = _seconds(row[f"{stage}_start"]), _seconds(row[f"{stage}_exit"])
            span = int(row[f"{stage}_time"])
            if start or end or span:
                start, end = _after(entry, start), _after(entry, end)
            found += [start, end, span]
        return _Times(*found)
    except (ValueError, TypeError):
        return None


def _seconds(time: str) -> int:
    hours, minutes, seconds = (int(part) for part in time.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(time)
    return 3600 * hours + 60 * minutes + seconds


def _after(entry: int, time: int) -> int:
    return time + DAY_S if time < entry - DAY_S // 2 else time


def _call(number: int, row: Mapping[str, str], times: _Times) -> BankCall:
    outcome = Outcome(row["outcome"])
    answered = outcome is Outcome.ANSWERED
    wait_s = max(0, times.q_time)
    service_s = max(0, times.ser_time) if answered else 0
    offered = times.q_start if times.queued else times.vru_exit if answered else None
    started = min(times.vru_entry, times.vru_exit if offered is None else offered)
    left_vru = max(times.vru_entry, times.vru_exit)
    return BankCall(
        row=number,
        name=f"{row['vru+line']}-{row['call_id']}-{number}",
        line=row["vru+line"],
        kind=row["type"],
        started=started,
        offered=offered,
        wait_s=wait_s,
        service_s=service_s,
        outcome=outcome,
        server=row["server"],
        ended=left_vru if offered is None else offered + wait_s + service_s,
    )


def _contradictions(row: Mapping[str, str], times: _Times) -> Iterator[Anomaly]:
    answered = row["outcome"] == Outcome.ANSWERED
    if max(times.vru_exit, times.q_exit, times.ser_exit) >= DAY_S:
        yield Anomaly.PASSES_MIDNIGHT
    if times.vru_exit < times.vru_entry:
        yield Anomaly.VRU_BACKWARDS
    if times.q_time < 0:
        yield Anomaly.NEGATIVE_WAIT
    elif times.q_exit - times.q_start != times.q_time:
        yield Anomaly.WAIT_DISAGREES
    if times.ser_exit - times.ser_start != times.ser_time:
        yield Anomaly.SERVICE_DISAGREES
    if answered:
        yield from _answered_contradictions(row, times)
    elif times.served:
        yield Anomaly.HANG_WITH_SERVICE
    if not answered and times.queued and times.q_time == 0:
        yield Anomaly.HANG_WITHOUT_WAIT


def _answered_contradictions(row: Mapping[str, str], times: _Times) -> Iterator[Anomaly]:
    if row["server"] == NOBODY:
        yield Anomaly.AGENT_UNNAMED
    if not times.served:
        yield Anomaly.AGENT_WITHOUT_SERVICE
        return
    if times.queued and times.ser_start < times.q_exit:
        yield Anomaly.SERVICE_BEFORE_QUEUE_EXIT
    if times.queued and times.ser_start > times.q_exit:
        yield Anomaly.SERVICE_AFTER_QUEUE_EXIT
    if not times.queued and times.ser_start != times.vru_exit:
        yield Anomaly.SERVICE_WHILE_IN_VRU


def _overlaps(calls: Iterable[BankCall]) -> list[int]:
    """Return the rows whose agent was, by the file, still in another call."""
    until: dict[str, int] = {}
    found: list[int] = []
    answered = (call for call in calls if call.outcome is Outcome.ANSWERED and call.service_s)
    for call in sorted(answered, key=lambda call: call.ended - call.service_s):
        if call.server != NOBODY and call.ended - call.service_s < until.get(call.server, 0) - 2:
            found.append(call.row)
        until[call.server] = max(until.get(call.server, 0), call.ended)
    return found
