"""The same figures counted straight from the file: no facts, no fold, nothing shared with them.

Kept as plain as the file allows, so that it can be believed by reading it.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

Figures = dict[str, int]
"""Counts, and seconds where the name ends in `_s`."""

HALF_HOUR_S = 1800


def straight(
    path: Path, *, service_level_s: int, short_abandon_s: int
) -> dict[tuple[str, str, int], Figures]:
    """Return the figures of a file by (`queue` or `agent` or `call`, its name, half hour).

    Half hours are counted from midnight. Calls themselves are under ("call", "", half hour) of
    their start; queues and agents under that of the offer.
    """
    found: dict[tuple[str, str, int], Counter[str]] = {}

    def add(kind: str, name: str, at: int, **counts: int) -> None:
        figures = found.setdefault((kind, name, at // HALF_HOUR_S), Counter())
        for count, value in counts.items():
            figures[count] += value

    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["outcome"] not in ("AGENT", "HANG"):
                continue
            try:
                entry = _clock(row["vru_entry"], 0)
                left_vru = _clock(row["vru_exit"], entry)
                q_start, q_exit = _clock(row["q_start"], 0), _clock(row["q_exit"], 0)
                _ = _clock(row["ser_start"], 0), _clock(row["ser_exit"], 0)
                wait, service = int(row["q_time"]), int(row["ser_time"])
            except (ValueError, TypeError):
                continue
            answered = row["outcome"] == "AGENT"
            in_queue = q_start != 0 or q_exit != 0 or wait != 0
            wait, service = max(0, wait), max(0, service) if answered else 0
            if in_queue:
                offered = _clock(row["q_start"], entry)
            elif answered:
                offered = left_vru
            else:
                length = abs(left_vru - entry)
                add("call", "", min(entry, left_vru), calls_in=1, by_flow=1, billable_s=length)
                continue
            start = min(entry, offered)
            add("call", "", start, calls_in=1, billable_s=offered + wait + service - start)
            in_time = int(wait <= service_level_s)
            if answered:
                add(
                    "queue", row["type"], offered,
                    offered=1, answered=1, within_target=in_time, answered_wait_s=wait,
                    talk_s=service,
                )  # fmt: skip
                add("agent", row["server"], offered, handled=1, talk_s=service)
            elif wait < short_abandon_s:
                add("queue", row["type"], offered, offered=1, short_abandoned=1,
                    short_abandoned_wait_s=wait)  # fmt: skip
            else:
                add("queue", row["type"], offered, offered=1, abandoned=1, abandoned_wait_s=wait)
    return {key: dict(+figures) for key, figures in found.items()}


def _clock(time: str, entry: int) -> int:
    """Return seconds since midnight; a time 12 hours before the entry is of the next day."""
    hours, minutes, seconds = map(int, time.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(time)
    at = hours * 3600 + minutes * 60 + seconds
    return at + 86_400 if at < entry - 43_200 else at
