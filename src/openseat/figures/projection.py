"""The projection `figures`: the fold of `openseat.core.kpi`, kept in tables.

What the fold has open is stored beside its counts, and loaded for just the calls and agents a batch
is about: nothing is kept in memory between batches, so that rows, memory and cursor cannot disagree
after a kill or a failed transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from openseat.core.events import Fact
from openseat.core.identity import Instant
from openseat.core.kpi import VERSION, Fold, Place, QuarterLedger, Tally
from openseat.core.kpi.open import Open, OpenAgent, OpenCall
from openseat.core.kpi.tally import FIELDS, GREATEST
from openseat.journal.codec import Entry
from openseat.journal.database import Connection
from openseat.journal.projection import Projection

PLACE_COLUMNS = ("client_id", "project_id", "queue_id", "agent_id", "group_id", "trunk_id")
"""The columns of a place in both tables, in the order of `Place`."""

_KEY = ("start_at", *PLACE_COLUMNS)
_CALL, _AGENT = "call:", "agent:"


class Figures(Projection):
    """Folds facts into `figures`, `figure_calls` and `figure_state`."""

    name = "figures"
    version = VERSION

    async def apply(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Fold `entries`, all of one cell, inside the caller's transaction."""
        if not entries:
            return
        cell_id = entries[0].cell_id
        facts = [entry.fact for entry in entries]
        streams = _streams(facts)
        fold = Fold(await _load(connection, cell_id, streams))
        ledger = QuarterLedger()
        for fact in facts:
            fold.apply(fact, ledger)
        await _add(connection, cell_id, ledger.shared())
        await _add_calls(connection, cell_id, ledger)
        await _save(connection, cell_id, streams, fold.open)

    async def clear(self, connection: Connection, cell_id: str) -> None:
        """Remove everything folded from the cell."""
        for table in ("figures", "figure_calls", "figure_state"):
            await connection.execute(f"delete from {table} where cell_id = $1", cell_id)  # noqa: S608 - names from code


def _streams(facts: Iterable[Fact]) -> list[str]:
    """Return the streams whose open state a batch may need: its own, and the agents it names."""
    streams: set[str] = set()
    for fact in facts:
        if fact.stream.startswith((_CALL, _AGENT)):
            streams.add(fact.stream)
        agent_id = getattr(fact.event, "agent_id", "")
        if agent_id:
            streams.add(_AGENT + agent_id)
    return sorted(streams)


async def _load(connection: Connection, cell_id: str, streams: Sequence[str]) -> Open:
    rows = await connection.fetch(
        "select stream, data from figure_state where cell_id = $1 and stream = any($2::text[])",
        cell_id,
        streams,
    )
    return restored(rows)


def restored(rows: Iterable[Mapping[str, Any]]) -> Open:
    """Return what rows of `figure_state` (`stream`, `data` as JSON text) say is open."""
    found = Open()
    for row in rows:
        if row["stream"].startswith(_CALL):
            call = msgspec.json.decode(row["data"], type=OpenCall)
            found.calls[call.call_id] = call
        else:
            agent = msgspec.json.decode(row["data"], type=OpenAgent)
            found.agents[agent.agent_id] = agent
    return found


async def _save(connection: Connection, cell_id: str, streams: Sequence[str], state: Open) -> None:
    """Keep what of the loaded streams is still open, and forget what is over."""
    kept: list[tuple[str, str, str]] = []
    closed: list[str] = []
    for stream in streams:
        found = _found(state, stream)
        if found is None:
            closed.append(stream)
        else:
            kept.append((cell_id, stream, msgspec.json.encode(found).decode()))
    await connection.executemany(
        "insert into figure_state (cell_id, stream, data) values ($1, $2, $3)"
        " on conflict (cell_id, stream) do update set data = excluded.data",
        kept,
    )
    await connection.execute(
        "delete from figure_state where cell_id = $1 and stream = any($2::text[])", cell_id, closed
    )


def _found(state: Open, stream: str) -> OpenCall | OpenAgent | None:
    if stream.startswith(_CALL):
        return state.calls.get(stream.removeprefix(_CALL))
    return state.agents.get(stream.removeprefix(_AGENT))


async def _add(connection: Connection, cell_id: str, ledger: QuarterLedger) -> None:
    await connection.executemany(
        _ADD,
        [
            (cell_id, start, *place[: len(PLACE_COLUMNS)], *(getattr(tally, f) for f in FIELDS))
            for place, start, tally in sorted(ledger, key=lambda row: (row[1], row[0]))
        ],
    )


async def _add_calls(connection: Connection, cell_id: str, ledger: QuarterLedger) -> None:
    changed = {(place, start): tally for place, start, tally in ledger if place.call_id}
    rows = await connection.fetch(
        f"select call_id, counts, {', '.join(_KEY)} from figure_calls"  # noqa: S608 - names from code
        " where cell_id = $1 and call_id = any($2::text[])",
        cell_id,
        sorted({place.call_id for place, _ in changed}),
    )
    for row in rows:
        place = Place(**{name: row[name] for name in (*PLACE_COLUMNS, "call_id")})
        key = (place, row["start_at"])
        if key in changed:
            changed[key].add(Tally(**msgspec.json.decode(row["counts"])))
    await _store_calls(connection, cell_id, changed)


async def _store_calls(
    connection: Connection, cell_id: str, changed: Mapping[tuple[Place, Instant], Tally]
) -> None:
    rows = [
        (place.call_id, start, *place[: len(PLACE_COLUMNS)], cell_id, _counts(tally))
        for (place, start), tally in sorted(changed.items(), key=lambda item: item[0])
    ]
    await connection.executemany(_PUT_CALL, rows)
    await connection.execute(
        "delete from figure_calls where cell_id = $1 and call_id = any($2::text[])"
        " and counts = '{}'::jsonb",
        cell_id,
        sorted({row[0] for row in rows}),
    )


def _counts(tally: Tally) -> str:
    counts = {name: value for name in FIELDS if (value := getattr(tally, name))}
    return msgspec.json.encode(counts).decode()


def _placeholders(count: int) -> str:
    return ", ".join(f"${number}" for number in range(1, count + 1))


def _merged(name: str) -> str:
    if name in GREATEST:
        return f"{name} = greatest(figures.{name}, excluded.{name})"
    return f"{name} = figures.{name} + excluded.{name}"


_ADD = (
    f"insert into figures (cell_id, {', '.join(_KEY)}, {', '.join(FIELDS)})"  # noqa: S608 - names from code
    f" values ({_placeholders(1 + len(_KEY) + len(FIELDS))})"
    f" on conflict (cell_id, {', '.join(_KEY)}) do update set"
    f" {', '.join(_merged(name) for name in FIELDS)}"
)
_PUT_CALL = (
    f"insert into figure_calls (call_id, {', '.join(_KEY)}, cell_id, counts)"  # noqa: S608 - names from code
    f" values ({_placeholders(3 + len(_KEY))})"
    f" on conflict (call_id, {', '.join(_KEY)}) do update set counts = excluded.counts"
)
