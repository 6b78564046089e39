"""Reading figures inside the caller's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import text

from openseat.core.identity import Instant
from openseat.core.kpi import (
    VERSION,
    Calendar,
    Dimension,
    Fold,
    Interval,
    QuarterLedger,
    Tally,
    Width,
)
from openseat.core.kpi.place import COLUMNS
from openseat.core.kpi.tally import FIELDS, GREATEST
from openseat.figures.documents import (
    CallBehind,
    CallsQuery,
    Figures,
    FiguresQuery,
    Row,
    counts,
    kpis,
    shown_value,
)
from openseat.figures.projection import restored
from openseat.platform.database import OperatorScope, ScopedSession
from openseat.platform.paging import Page, read_cursor, write_cursor
from openseat.platform.problems import Problem
from openseat.platform.reach import Reach

DEFAULT_ZONE = "Asia/Shanghai"
MOST_INTERVALS = 3000
MOST_ROWS = 20_000

NAMES: Mapping[Dimension, str] = {
    Dimension.CLIENT: "clients",
    Dimension.PROJECT: "projects",
    Dimension.QUEUE: "queues",
    Dimension.AGENT: "agents",
    Dimension.GROUP: "agent_groups",
    Dimension.LINE: "trunks",
}
"""The directory's table that names the keys of a dimension."""

_FILTERS = ("client_id", "project_id", "queue_id", "agent_id", "group_id", "trunk_id")
_SUMS = ", ".join(
    f"{'max' if name in GREATEST else 'sum'}({name})::bigint as {name}" for name in FIELDS
)


@dataclass(frozen=True, slots=True)
class Window:
    """Whole intervals of a calendar."""

    calendar: Calendar
    intervals: tuple[Interval, ...]

    @property
    def start(self) -> Instant:
        """Where the first interval begins."""
        return self.intervals[0].start

    @property
    def end(self) -> Instant:
        """Where the last interval ends."""
        return self.intervals[-1].end

    def shown(self, at: Instant) -> datetime:
        """Return an instant as the local clock shows it."""
        return datetime.fromtimestamp(at / 1000, self.calendar.zone)


async def figures(
    session: ScopedSession, query: FiguresQuery, now: Instant, reach: Reach | None = None
) -> Figures:
    """Return figures by key and interval, as far as `reach` goes.

    Raises:
        Problem: ``figures.too_many``: more intervals or rows than one answer may have.
    """
    window = await window_of(session, query, now)
    return await shown_figures(
        session, query, window, await tallied(session, query, window, now, reach)
    )


async def tallied(
    session: ScopedSession,
    query: FiguresQuery,
    window: Window,
    now: Instant,
    reach: Reach | None = None,
) -> dict[tuple[str, int], Tally]:
    """Return the tallies by key and number of the interval, with what goes on up to `now`.

    Raises:
        Problem: ``figures.too_many`` rows.
    """
    found = await _tallies(session, query, window, reach)
    if query.by in (Dimension.AGENT, Dimension.GROUP):
        await _add_open_time(session, query, window, now, found, reach)
    return found


async def shown_figures(
    session: ScopedSession,
    query: FiguresQuery,
    window: Window,
    found: Mapping[tuple[str, int], Tally],
) -> Figures:
    """Return tallies as the API shows them, by name."""
    names = await _names(session, query.by, {key for key, _ in found})
    rows = sorted(
        ((slot, names.get(key, ""), key, tally) for (key, slot), tally in found.items() if tally),
        key=lambda row: row[:3],
    )
    whole: dict[tuple[str, str], Tally] = {}
    for _, name, key, tally in rows:
        whole.setdefault((name, key), Tally()).add(tally)
    everything = Interval(window.start, window.end)
    return Figures(
        by=query.by,
        interval=query.interval,
        time_zone=str(window.calendar.zone),
        start=window.shown(window.start),
        end=window.shown(window.end),
        version=VERSION,
        starts=[window.shown(interval.start) for interval in window.intervals],
        items=[
            _row(window, window.intervals[slot], key, name, tally)
            for slot, name, key, tally in rows
        ],
        totals=[
            _row(window, everything, key, name, tally)
            for (name, key), tally in sorted(whole.items(), key=lambda item: item[0])
        ],
    )


async def calls_behind(
    session: ScopedSession, query: CallsQuery, now: Instant, reach: Reach | None = None
) -> Page[CallBehind]:
    """Return one page of the calls that add to a number, in the order they were offered.

    Raises:
        Problem: ``figures.unknown_measure``, ``cursor.invalid``.
    """
    if query.measure not in FIELDS:
        raise Problem("figures.unknown_measure", measure=query.measure[:100])
    window = await window_of(session, query, now)
    condition, values = _condition(query, window, reach)
    if query.key is not None:
        condition += f" and {COLUMNS[query.by]} = :key"
        values["key"] = query.key
    if query.cursor is not None:
        condition += " and (start_at, call_id) > (:after_at, :after_id)"
        values["after_at"], values["after_id"] = read_cursor(query.cursor, int, str)
    merge = "max" if query.measure in GREATEST else "sum"
    rows = await session.rows(
        text(
            f"select start_at, call_id, {merge}((counts ->> :measure)::bigint)::bigint as value"  # noqa: S608 - names from code
            f" from figure_calls where {condition} and jsonb_exists(counts, :measure)"
            " group by start_at, call_id order by start_at, call_id limit :limit"
        ),
        **values,
        measure=query.measure,
        limit=query.limit + 1,
    )
    page = rows[: query.limit]
    last = page[-1] if len(rows) > query.limit else None
    return Page[CallBehind](
        items=[
            CallBehind(
                call_id=row["call_id"],
                start=window.shown(row["start_at"]),
                value=shown_value(query.measure, row["value"])[1],
            )
            for row in page
        ],
        next_cursor=None if last is None else write_cursor(last["start_at"], last["call_id"]),
    )


async def window_of(session: ScopedSession, query: FiguresQuery, now: Instant) -> Window:
    """Return the whole intervals that the query's time touches; today's when it names no time.

    Raises:
        Problem: ``figures.too_many`` intervals.
    """
    calendar = Calendar(query.time_zone or await _zone(session, query), query.interval)
    days = Calendar(calendar.zone, Width.DAY)
    # Noon is there on every day, unlike midnight.
    noon = None if query.day is None else datetime.combine(query.day, time(12), calendar.zone)
    today = days.interval(now if noon is None else _instant(noon))
    start = today.start if query.since is None else _instant(query.since)
    end = _day_end(calendar, start, today) if query.until is None else _instant(query.until)
    shortest = {Width.QUARTER_HOUR: 1, Width.HALF_HOUR: 2, Width.HOUR: 4}.get(query.interval, 90)
    if (end - start) // (900_000 * shortest) > MOST_INTERVALS:
        raise Problem("figures.too_many", most=MOST_INTERVALS)
    return Window(calendar, calendar.between(start, max(end, start + 1)))


def _day_end(calendar: Calendar, start: Instant, today: Interval) -> Instant:
    """Return the end of today, or of the day that `start` is in when that is later."""
    return max(today.end, Calendar(calendar.zone, Width.DAY).interval(start).end)


def _instant(moment: datetime) -> Instant:
    return round(moment.timestamp() * 1000)


async def _zone(session: ScopedSession, query: FiguresQuery) -> str:
    zones = await session.rows(
        text(
            "select distinct time_zone from projects"
            " where (cast(:project as text) is null or id = :project)"
            " and (cast(:client as text) is null or client_id = :client) limit 2"
        ),
        project=query.project_id,
        client=query.client_id,
    )
    return zones[0]["time_zone"] if len(zones) == 1 else DEFAULT_ZONE


_REACHED: Mapping[Dimension, str] = {
    Dimension.QUEUE: "queue_id = any(:queues)",
    Dimension.AGENT: "(group_id = any(:groups) or agent_id = :own)",
    Dimension.GROUP: "group_id = any(:groups)",
}
"""What a supervisor sees by a dimension that is managed; by others what either of these lets."""


def _condition(
    query: FiguresQuery, window: Window, reach: Reach | None
) -> tuple[str, dict[str, Any]]:
    """Return the rows of either table that the query is about."""
    parts = ["start_at >= :start", "start_at < :end", f"{COLUMNS[query.by]} <> ''"]
    values: dict[str, Any] = {"start": window.start, "end": window.end}
    for name in _FILTERS:
        asked = getattr(query, name)
        if asked is not None:
            parts.append(f"{name} = :{name}")
            values[name] = asked
    if reach is not None:
        either = "(queue_id = any(:queues) or group_id = any(:groups))"
        parts.append(_REACHED.get(query.by, either))
        values |= {
            "queues": sorted(reach.queue_ids),
            "groups": sorted(reach.group_ids),
            "own": reach.agent_id,
        }
    return " and ".join(parts), values


async def _tallies(
    session: ScopedSession, query: FiguresQuery, window: Window, reach: Reach | None
) -> dict[tuple[str, int], Tally]:
    condition, values = _condition(query, window, reach)
    rows = await session.rows(
        text(
            f"select {COLUMNS[query.by]} as key,"  # noqa: S608 - names from code
            f" width_bucket(start_at, cast(:starts as bigint[])) - 1 as slot, {_SUMS}"
            f" from figures where {condition} group by 1, 2 limit :limit"
        ),
        **values,
        starts=[interval.start for interval in window.intervals],
        limit=MOST_ROWS + 1,
    )
    if len(rows) > MOST_ROWS:
        raise Problem("figures.too_many", most=MOST_ROWS)
    return {
        (row["key"], row["slot"]): Tally(**{name: row[name] for name in FIELDS}) for row in rows
    }


async def _add_open_time(
    session: ScopedSession,
    query: FiguresQuery,
    window: Window,
    now: Instant,
    found: dict[tuple[str, int], Tally],
    reach: Reach | None,
) -> None:
    """Add the time of states that agents are still in: the journal tells of a state at its end."""
    if not isinstance(session.scope, OperatorScope) or not window.start <= now:
        return
    if query.client_id or query.project_id or query.queue_id or query.trunk_id:
        return
    rows = await session.rows(
        text("select stream, data::text as data from figure_state where stream like :stream"),
        stream=f"agent:{_literal(query.agent_id)}" if query.agent_id else "agent:%",
    )
    ledger = QuarterLedger()
    Fold(restored(rows)).still_open(ledger, min(now, window.end), window.start)
    slots = {interval.start: slot for slot, interval in enumerate(window.intervals)}
    for place, start, tally in ledger:
        wanted = (query.agent_id or place.agent_id, query.group_id or place.group_id)
        if wanted != (place.agent_id, place.group_id):
            continue
        own = reach is not None and query.by is Dimension.AGENT and place.agent_id == reach.agent_id
        if reach is not None and place.group_id not in reach.group_ids and not own:
            continue
        slot = slots[window.calendar.start(start)]
        found.setdefault((place.key(query.by), slot), Tally()).add(tally)


def _literal(word: str) -> str:
    """Return a word for `like`, which then means nothing but itself."""
    return word.replace("_", "\\_").replace("%", "\\%")


async def _names(session: ScopedSession, by: Dimension, keys: Iterable[str]) -> dict[str, str]:
    rows = await session.rows(
        text(f"select id, name from {NAMES[by]} where id = any(:keys)"),  # noqa: S608 - names from code
        keys=sorted(keys),
    )
    return {row["id"]: row["name"] for row in rows}


def _row(window: Window, interval: Interval, key: str, name: str, tally: Tally) -> Row:
    return Row(
        key=key,
        name=name,
        start=window.shown(interval.start),
        end=window.shown(interval.end),
        counts=counts(tally),
        kpis=kpis(tally),
    )
