"""The tables of figures equal the fold in memory, however the journal was read."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import asyncpg
import msgspec
import pytest

from openseat.core.events import Fact
from openseat.core.kpi import Fold, Place, QuarterLedger, Tally, total
from openseat.core.kpi.tally import FIELDS
from openseat.figures.projection import PLACE_COLUMNS, Figures
from openseat.journal.codec import Entry
from openseat.testing.database import Database
from openseat.testing.stories import random_history

pytestmark = pytest.mark.database

START = 1_780_000_000_000


def entries(seed: int, cell_id: str = "main", **size: Any) -> list[Entry]:
    facts = random_history(Random(seed), start=START, **size)
    return [Entry(seq, fact, cell_id) for seq, fact in enumerate(facts, 1)]


def folded(facts: Sequence[Fact]) -> tuple[Fold, QuarterLedger]:
    fold, ledger = Fold(), QuarterLedger()
    for fact in facts:
        fold.apply(fact, ledger)
    return fold, ledger


async def run(database: Database, batches: Sequence[Sequence[Entry]]) -> None:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        for batch in batches:
            async with connection.transaction():
                await Figures().apply(connection, batch)
    finally:
        await connection.close()


async def rows(database: Database, query: str) -> list[Any]:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def stored(database: Database) -> dict[tuple[Place, int], Tally]:
    return {
        (Place(*(row[name] for name in PLACE_COLUMNS)), row["start_at"]): Tally(
            *(row[name] for name in FIELDS)
        )
        for row in await rows(database, "select * from figures")
    }


async def stored_calls(database: Database) -> dict[tuple[Place, int], Tally]:
    return {
        (
            Place(*(row[name] for name in PLACE_COLUMNS), row["call_id"]),
            row["start_at"],
        ): Tally(**msgspec.json.decode(row["counts"]))
        for row in await rows(database, "select * from figure_calls")
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_tables_equal_the_fold_in_memory(fresh_database: Database, seed: int):
    told = entries(seed, agents=4, calls=20)
    random = Random(seed)
    batches, at = [], 0
    while at < len(told):
        size = random.choice((1, 2, 7, 40))
        batches.append(told[at : at + size])
        at += size
    await run(fresh_database, batches)
    fold, ledger = folded([entry.fact for entry in told])
    found = {key: tally for key, tally in (await stored(fresh_database)).items() if tally}
    assert found == {(place, start): tally for place, start, tally in ledger.shared()}
    assert await stored_calls(fresh_database) == {
        (place, start): tally for place, start, tally in ledger if place.call_id
    }
    streams = {row["stream"] for row in await rows(fresh_database, "select * from figure_state")}
    assert streams == {f"call:{name}" for name in fold.open.calls} | {
        f"agent:{name}" for name in fold.open.agents
    }


async def test_every_number_opens_to_the_calls_behind_it(fresh_database: Database):
    told = entries(5, agents=4, calls=20)
    await run(fresh_database, [told])
    sums: dict[tuple[Place, int], Tally] = {}
    for (place, start), tally in (await stored_calls(fresh_database)).items():
        sums.setdefault((place.without_call(), start), Tally()).add(tally)
    for key, tally in (await stored(fresh_database)).items():
        if key[0].client_id:
            assert sums[key] == tally


async def test_a_cell_is_folded_anew_without_touching_another(fresh_database: Database):
    other = [Entry(entry.seq, entry.fact, "other") for entry in entries(8, agents=0, calls=3)]
    await run(fresh_database, [other])
    before = await stored(fresh_database)
    connection = await asyncpg.connect(fresh_database.url("floor"))
    try:
        async with connection.transaction():
            await Figures().clear(connection, "main")
    finally:
        await connection.close()
    assert await stored(fresh_database) == before
    connection = await asyncpg.connect(fresh_database.url("floor"))
    try:
        await Figures().clear(connection, "other")
    finally:
        await connection.close()
    for table in ("figures", "figure_calls", "figure_state"):
        assert await rows(fresh_database, f"select * from {table}") == []


async def test_no_facts_change_nothing(fresh_database: Database):
    await run(fresh_database, [[]])
    assert await stored(fresh_database) == {}


async def test_a_failed_transaction_leaves_no_trace_in_memory(fresh_database: Database):
    told = entries(9, agents=3, calls=10)
    connection = await asyncpg.connect(fresh_database.url("floor"))
    projection = Figures()
    try:
        transaction = connection.transaction()
        await transaction.start()
        await projection.apply(connection, told)
        await transaction.rollback()
        async with connection.transaction():
            await projection.apply(connection, told)
    finally:
        await connection.close()
    _, ledger = folded([entry.fact for entry in told])
    assert total((await stored(fresh_database)).values()) == total(t for _, _, t in ledger)
