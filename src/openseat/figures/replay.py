"""`bin/openseat replay FILE`: a day of calls through facts, codec and fold, against the file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openseat.core.events import Fact
from openseat.core.kpi import Calendar, Dimension, Fold, QuarterLedger, Tally, Width, total
from openseat.core.kpi.ratios import ServiceLevelVariant, service_level
from openseat.figures.bank.facts import facts
from openseat.figures.bank.rows import TREATMENT, BankDay, read_day
from openseat.figures.bank.straight import Figures, straight
from openseat.journal.codec import decode_fact, encode_fact

SERVICE_LEVEL_S = 20
SHORT_ABANDON_S = 5

Table = dict[tuple[str, str, int], Figures]

_SHOWN = {
    "call": ("calls_in", "calls_by_flow", "billable_ms"),
    "queue": (
        "offered", "answered", "abandoned", "short_abandoned", "overflowed", "within_target",
        "answered_wait_ms", "abandoned_wait_ms", "short_abandoned_wait_ms", "talk_ms",
    ),
    "agent": ("handled", "talk_ms"),
}  # fmt: skip
_DIMENSIONS = {
    "call": Dimension.CLIENT,
    "queue": Dimension.QUEUE,
    "agent": Dimension.AGENT,
}


@dataclass(frozen=True, slots=True)
class Replay:
    """What a file gave, by both ways."""

    day: BankDay
    facts: int
    ledger: QuarterLedger
    calendar: Calendar
    folded: Table
    straight: Table

    @property
    def differences(self) -> list[str]:
        """Every figure in which the two ways differ; none when they agree to the second."""
        found: list[str] = []
        for key in sorted(self.folded.keys() | self.straight.keys()):
            mine, theirs = self.folded.get(key, {}), self.straight.get(key, {})
            found += [
                f"{key}: {name} is {mine.get(name, 0)} by the fold, {theirs.get(name, 0)} straight"
                for name in sorted(mine.keys() | theirs.keys())
                if mine.get(name, 0) != theirs.get(name, 0)
            ]
        return found


def replay(path: Path, day: date, zone: ZoneInfo) -> Replay:
    """Replay a file and count it straight.

    Raises:
        OSError, ValueError: the file cannot be read, or lacks a column.
    """
    read = read_day(path)
    told = facts(
        read.calls,
        day,
        zone,
        service_level_ms=1000 * SERVICE_LEVEL_S,
        short_abandon_ms=1000 * SHORT_ABANDON_S,
    )
    fold, ledger = Fold(), QuarterLedger()
    for fact in _through_the_journal(told):
        fold.apply(fact, ledger)
    calendar = Calendar(zone, Width.HALF_HOUR)
    return Replay(
        day=read,
        facts=len(told),
        ledger=ledger,
        calendar=calendar,
        folded=_table(ledger, calendar, day),
        straight=straight(path, service_level_s=SERVICE_LEVEL_S, short_abandon_s=SHORT_ABANDON_S),
    )


def _through_the_journal(told: Iterable[Fact]) -> Iterable[Fact]:
    """Write every fact as the journal does, and read it back."""
    for seq, fact in enumerate(told, 1):
        yield decode_fact(encode_fact("bank", seq, fact))


def _table(ledger: QuarterLedger, calendar: Calendar, day: date) -> Table:
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=calendar.zone).timestamp()) * 1000
    found: Table = {}
    for kind, dimension in _DIMENSIONS.items():
        for (name, interval), tally in ledger.sums(dimension, calendar).items():
            half_hour = (interval.start - midnight) // 1_800_000
            key = (kind, "" if kind == "call" else name, half_hour)
            figures = found.setdefault(key, {})
            for field in _SHOWN[kind]:
                _enter(figures, field, getattr(tally, field))
    return {key: figures for key, figures in found.items() if figures}


def _enter(figures: Figures, field: str, value: int) -> None:
    name = {"calls_by_flow": "by_flow"}.get(field, field)
    if name.endswith("_ms"):
        name = f"{name.removesuffix('_ms')}_s"
        value, rest = divmod(value, 1000)
        if rest:
            raise ValueError(f"{field} is not whole seconds")
    if value:
        figures[name] = figures.get(name, 0) + value


def report(path: Path, made: Replay) -> dict[str, Any]:
    """Return what a replay found, ready for JSON."""
    by_half_hour: dict[int, Tally] = {}
    halves = made.ledger.sums(Dimension.CLIENT, made.calendar)
    for (_, interval), tally in halves.items():
        by_half_hour.setdefault(interval.start, Tally()).add(tally)
    whole = total(by_half_hour.values())
    return {
        "file": path.name,
        "rows": made.day.rows,
        "calls": len(made.day.calls),
        "facts": made.facts,
        "agrees": not made.differences,
        "figures_compared": sum(len(figures) for figures in made.straight.values()),
        "differences": made.differences,
        "service_level_time_s": SERVICE_LEVEL_S,
        "short_abandon_s": SHORT_ABANDON_S,
        "total": _figures(whole),
        "half_hours": [
            {"start": made.calendar.label(start), **_figures(tally)}
            for start, tally in sorted(by_half_hour.items())
        ],
        "anomalies": {
            anomaly.value: {
                "rows": len(rows),
                "treatment": TREATMENT[anomaly],
                "examples": rows[:5],
            }
            for anomaly, rows in sorted(made.day.anomalies.items())
        },
    }


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "calls_in": tally.calls_in,
        "by_flow": tally.calls_by_flow,
        "offered": tally.offered,
        "answered": tally.answered,
        "abandoned": tally.abandoned,
        "short_abandoned": tally.short_abandoned,
        "wait_s": tally.wait_ms // 1000,
        "answered_wait_s": tally.answered_wait_ms // 1000,
        "service_s": tally.talk_ms // 1000,
        "within_target": tally.within_target,
        "service_level": {
            variant.value: service_level(tally, variant) for variant in ServiceLevelVariant
        },
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay the file named by `arguments`; return 0 when the two ways agree."""
    parser = argparse.ArgumentParser("bin/openseat replay", description=__doc__)
    parser.add_argument("file", type=Path, help="a day of calls, CSV")
    parser.add_argument("--date", type=date.fromisoformat, default=date(1999, 8, 1))
    parser.add_argument("--time-zone", type=ZoneInfo, default=ZoneInfo("Asia/Jerusalem"))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    try:
        made = replay(given.file, given.date, given.time_zone)
    except (OSError, ValueError) as error:
        print(f"{given.file}: {error}", file=sys.stderr)
        return 2
    found = report(given.file, made)
    print(json.dumps(found, indent=1) if given.json else _text(found))
    return 0 if found["agrees"] else 1


def _text(found: dict[str, Any]) -> str:
    lines = ["half hour  offered answered abandoned short   wait s  service s  in 20 s"]
    for row in [*found["half_hours"], {"start": "whole day", **found["total"]}]:
        level = row["service_level"]["abandons_missed"]
        lines.append(
            f"{row['start'][11:16] or row['start']:<9}{row['offered']:>9}{row['answered']:>9}"
            f"{row['abandoned']:>10}{row['short_abandoned']:>6}{row['wait_s']:>9}"
            f"{row['service_s']:>11}{'' if level is None else f'{level:8.1%}':>9}"
        )
    lines += [
        f"{name}: {it['rows']} rows; {it['treatment']}" for name, it in found["anomalies"].items()
    ]
    verdict = "agree" if found["agrees"] else "DIFFER"
    lines.append(
        f"{found['calls']} calls, {found['facts']} facts: fold and file {verdict}"
        f" in {found['figures_compared']} figures"
    )
    return "\n".join([*lines, *found["differences"]])


if __name__ == "__main__":
    sys.exit(main())
