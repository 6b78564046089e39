"""The journal's writer and reader on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from openseat.core.events import CallAnswered, Fact
from openseat.journal.reader import JournalReader
from openseat.journal.writer import JournalWriter
from openseat.testing.database import Database

pytestmark = pytest.mark.database


def fact(no: int, stream: str = "call:a") -> Fact:
    return Fact(stream=stream, no=no, at=1000 + no, client_id="", event=CallAnswered(leg_id="l"))


@pytest.fixture
async def reader(fresh_database: Database) -> AsyncIterator[JournalReader]:
    made = JournalReader(fresh_database.url("floor"), cell_id="main")
    yield made
    await made.close()


async def test_what_was_appended_is_read_back_in_order(
    fresh_database: Database, reader: JournalReader, tmp_path: Path
):
    writer = JournalWriter(fresh_database.url("floor"), cell_id="main", spool_folder=tmp_path)
    await writer.open()
    await writer.append([fact(1), fact(2)])
    await writer.append([fact(1, "agent:x")])
    await writer.close()
    entries = await reader.read(0)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.fact for entry in entries] == [fact(1), fact(2), fact(1, "agent:x")]
    assert [entry.seq for entry in await reader.read_stream("call:a", after_no=1)] == [2]


async def test_a_checkpoint_is_kept_and_replaced(
    fresh_database: Database, reader: JournalReader, tmp_path: Path
):
    writer = JournalWriter(fresh_database.url("floor"), cell_id="main", spool_folder=tmp_path)
    await writer.open()
    assert await reader.load_checkpoint() is None
    await writer.append([fact(no) for no in range(1, 8)])
    assert await writer.save_checkpoint(3, 1, b"old")
    assert await writer.save_checkpoint(7, 2, b"new")
    assert not await writer.save_checkpoint(8, 2, b"ahead of the journal")
    await writer.close()
    found = await reader.load_checkpoint()
    assert found is not None
    assert (found.seq, found.version, found.data) == (7, 2, b"new")


async def test_a_checkpoint_waits_for_the_facts_it_holds(
    fresh_database: Database, reader: JournalReader, tmp_path: Path
):
    writer = JournalWriter(fresh_database.url("floor"), cell_id="main", spool_folder=tmp_path)
    await writer.open()
    stored = writer.submit([fact(1), fact(2)])
    assert await writer.save_checkpoint(writer.last_seq, 1, b"state")
    assert stored.done()
    await writer.close()
    found = await reader.load_checkpoint()
    assert found is not None
    assert found.seq == await reader.last_seq() == 2
