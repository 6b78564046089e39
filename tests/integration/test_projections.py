"""Projections: folded as the journal grows, they equal folding it from the start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import asyncpg
import pytest

from openseat.core.events import Fact
from openseat.history.agent_time import AgentTime
from openseat.history.calls import Calls
from openseat.history.notes import CallNotes
from openseat.history.segments import Segments
from openseat.journal.codec import Entry
from openseat.journal.database import Connection
from openseat.journal.projection import Projection, RowFold
from openseat.journal.writer import JournalWriter
from openseat.recordings.projections import RecordingFiles, Recordings
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.worker.projector import Projector, rebuild

pytestmark = pytest.mark.database

FOLDS: tuple[type[RowFold[Any]], ...] = (
    Calls,
    Segments,
    CallNotes,
    AgentTime,
    Recordings,
    RecordingFiles,
)


async def fill(database: Database, folder: Path, facts: Sequence[Fact]) -> None:
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder)
    await writer.open()
    await writer.append(facts)
    await writer.close()


async def table(database: Database, fold: RowFold[Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        rows = await connection.fetch(f"select * from {fold.table}")
    finally:
        await connection.close()
    return {tuple(row[column] for column in fold.key): dict(row) for row in rows}


def replayed(fold: RowFold[Any], facts: Sequence[Fact]) -> dict[tuple[Any, ...], dict[str, Any]]:
    entries = [Entry(seq, fact, "main") for seq, fact in enumerate(facts, 1)]
    return {key: asdict(row) for key, row in fold.replay(entries).items()}


def projector(database: Database, *projections: Projection) -> Projector:
    return Projector(database.url("floor"), cell_id="main", projections=projections, pace_s=0)


@pytest.mark.parametrize("seed", range(3))
async def test_folding_as_it_grows_equals_folding_from_the_start(
    fresh_database: Database, tmp_path: Path, seed: int
):
    random = Random(seed)
    maker, facts = HistoryMaker(random), list[Fact]()
    folds = [fold() for fold in FOLDS]
    for _ in range(6):
        new = maker.facts(random.randint(1, 12))
        facts += new
        await fill(fresh_database, tmp_path, new)
        # A new one each time: a worker that was restarted in between.
        await projector(fresh_database, *folds).catch_up()
    for fold in folds:
        expected = replayed(fold, facts)
        assert expected
        assert await table(fresh_database, fold) == expected, fold.name
        await rebuild(fresh_database.url("floor"), "main", fold)
        assert await table(fresh_database, fold) == expected, fold.name


async def test_two_workers_at_once_count_nothing_twice(fresh_database: Database, tmp_path: Path):
    facts = HistoryMaker(Random(5)).facts(60)
    await fill(fresh_database, tmp_path, facts)
    running = [asyncio.create_task(projector(fresh_database, Counting()).run()) for _ in range(2)]
    try:
        await until_read(fresh_database, "counting", len(facts))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert await counted(fresh_database) == len(facts)


async def test_a_new_version_is_folded_anew(fresh_database: Database, tmp_path: Path):
    class Renamed(Calls):
        version: ClassVar = Calls.version + 1

        def step(self, rows: Any, entry: Entry) -> None:
            super().step(rows, entry)
            for row in rows.values():
                row.caller_name = "version 2"

    facts = HistoryMaker(Random(1)).facts(10)
    await fill(fresh_database, tmp_path, facts)
    await projector(fresh_database, Calls()).catch_up()
    await projector(fresh_database, Renamed()).catch_up()
    rows = await table(fresh_database, Calls())
    assert rows
    assert {row["caller_name"] for row in rows.values()} == {"version 2"}


async def test_one_that_fails_stands_still_and_says_why_while_others_go_on(
    fresh_database: Database, tmp_path: Path
):
    class Failing(Calls):
        name: ClassVar = "failing"

        async def apply(self, connection: Connection, entries: Sequence[Entry]) -> None:
            await super().apply(connection, entries)
            raise ZeroDivisionError("by design")

    facts = HistoryMaker(Random(2)).facts(10)
    await fill(fresh_database, tmp_path, facts)
    with pytest.raises(RuntimeError, match="failing"):
        await projector(fresh_database, Failing(), Segments()).catch_up()
    assert await table(fresh_database, Calls()) == {}
    assert await table(fresh_database, Segments()) == replayed(Segments(), facts)
    connection = await asyncpg.connect(fresh_database.url("floor"))
    cursors = dict(await connection.fetch("select name, trouble from projection_cursor"))
    await connection.close()
    assert cursors == {"failing": "ZeroDivisionError: by design", "segments": ""}


async def test_a_worker_killed_in_the_middle_of_a_batch_counts_nothing_twice(
    fresh_database: Database, tmp_path: Path
):
    facts = HistoryMaker(Random(3)).facts(400)
    await fill(fresh_database, tmp_path, facts)
    script = tmp_path / "worker.py"
    script.write_text(
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_projections import Counting\n"
        "from openseat.worker import projector\n"
        "projector._BATCH = 40\n"
        "asyncio.run(projector.Projector(sys.argv[1], cell_id='main',"
        " projections=[Counting(slow=True)], pace_s=0).run())\n"
    )
    last = 0
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(script),
            fresh_database.url("floor"),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            await until_read(fresh_database, "counting", last + 1)
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        last = await position(fresh_database, "counting")
        assert last < len(facts), "killed too late to show anything"
    await projector(fresh_database, Counting()).catch_up()
    assert await counted(fresh_database) == len(facts)


class Counting(Projection):
    """Adds up how many facts it was given, in a way that a doubled batch would show."""

    name: ClassVar = "counting"
    version: ClassVar = 1

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow

    async def apply(self, connection: Connection, entries: Sequence[Entry]) -> None:
        await connection.execute(
            "insert into projection_cursor (name, cell_id, version, seq) values ('sum', 'x', 1, $1)"
            " on conflict (name, cell_id) do update set seq = projection_cursor.seq + $1",
            len(entries),
        )
        if self.slow:
            await connection.execute("select pg_sleep(0.1)")

    async def clear(self, connection: Connection, cell_id: str) -> None:
        await connection.execute("delete from projection_cursor where name = 'sum'")


async def position(database: Database, name: str) -> int:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        found = await connection.fetchval("select seq from projection_cursor where name = $1", name)
    finally:
        await connection.close()
    return found or 0


async def counted(database: Database) -> int:
    return await position(database, "sum")


async def until_read(database: Database, name: str, seq: int, limit_s: float = 30) -> None:
    async with asyncio.timeout(limit_s):
        while await position(database, name) < seq:
            await asyncio.sleep(0.02)


async def test_facts_of_another_cell_are_left_alone(fresh_database: Database, tmp_path: Path):
    facts = HistoryMaker(Random(4)).facts(5)
    await fill(fresh_database, tmp_path, facts)
    other = Projector(fresh_database.url("floor"), cell_id="other", projections=[Calls()], pace_s=0)
    await other.catch_up()
    assert await table(fresh_database, Calls()) == {}


def test_an_agents_stretches_add_up_to_the_time_signed_in():
    facts = HistoryMaker(Random(6)).facts(300)
    rows = replayed(AgentTime(), facts).values()
    sessions: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        sessions.setdefault(row["session_id"], []).append(row)
    ended = {
        fact.event.session_id: fact.event.session_ms
        for fact in facts
        if fact.event.TYPE == "agent.signed_out"
    }
    assert ended
    for session_id, session_ms in ended.items():
        assert sum(row["ms"] for row in sessions[session_id]) == session_ms
