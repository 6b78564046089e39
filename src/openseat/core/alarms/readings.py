"""What the rows of the live floor say about a threshold's figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openseat.core.alarms.threshold import Measure, Scope, Threshold
from openseat.core.events import AgentState
from openseat.core.identity import Instant
from openseat.core.kpi.ratios import share

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the live floor: agents and queues."""

    agents: Iterable[Row]
    queues: Iterable[Row]


def readings(threshold: Threshold, rows: Rows, now: Instant) -> dict[str, float]:
    """Return the figure by agent ("" for what is not about one); undefined ones are left out."""
    match threshold.measure:
        case Measure.WAITING:
            return {"": float(sum(row["waiting"] for row in _queues(threshold, rows)))}
        case Measure.LONGEST_WAIT:
            begun = [row["longest_since"] for row in _queues(threshold, rows)]
            waits = [now - at for at in begun if at is not None]
            return {"": max(0, *waits) / 1000 if waits else 0.0}
        case Measure.SERVICE_LEVEL:
            return _day_share(threshold, rows, "within_service_level")
        case Measure.ABANDON_RATE:
            return _day_share(threshold, rows, "abandoned")
        case Measure.IDLE:
            return {"": _count(threshold, rows, lambda state: state == AgentState.IDLE)}
        case Measure.SIGNED_IN:
            return {"": _count(threshold, rows, lambda state: state != AgentState.SIGNED_OUT)}
        case Measure.STATE_COUNT:
            return {"": _count(threshold, rows, lambda state: state == threshold.state)}
        case Measure.STATE_TIME:
            return {
                row["agent_id"]: max(0, now - row["since"]) / 1000
                for row in _agents(threshold, rows)
                if row["state"] == threshold.state
            }


def _queues(threshold: Threshold, rows: Rows) -> list[Row]:
    key = "queue_id" if threshold.scope is Scope.QUEUE else "project_id"
    return [row for row in rows.queues if row[key] == threshold.subject_id]


def _agents(threshold: Threshold, rows: Rows) -> list[Row]:
    if threshold.scope is Scope.GROUP:
        return [row for row in rows.agents if row["group_id"] == threshold.subject_id]
    lines = {row["queue_id"] for row in _queues(threshold, rows)}
    return [row for row in rows.agents if lines.intersection(row["queues"])]


def _count(threshold: Threshold, rows: Rows, wanted: Callable[[str], bool]) -> float:
    return float(sum(1 for row in _agents(threshold, rows) if wanted(row["state"])))


def _day_share(threshold: Threshold, rows: Rows, part: str) -> dict[str, float]:
    days = [row["today"] for row in _queues(threshold, rows)]
    offered = sum(day["offered"] for day in days)
    found = share(sum(day[part] for day in days), offered)
    return {} if found is None or offered < threshold.at_least else {"": found}
