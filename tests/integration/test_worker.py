"""The worker as it runs: settings, floor link, projections and recordings together."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import asyncpg
import pytest

from openseat.core.events import Fact, RecordingStarted, RecordingWasStored
from openseat.core.inputs import RecordingStored
from openseat.floor.wire import LinkBroken, decode_input, encode_frame, read_frame
from openseat.journal.writer import JournalWriter
from openseat.platform.settings import LOOPBACK, Settings
from openseat.testing.api import settings_for
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.worker import command
from openseat.worker.__main__ import work

pytestmark = pytest.mark.database


@dataclass
class Floor:
    """The floor's end of the link: journals stored recordings, once, and can refuse."""

    settings: Settings
    writer: JournalWriter
    refusal: str = ""
    stored: list[RecordingStored] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, LOOPBACK, self.settings.ports.floor_link)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._talk(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_frame(reader)
        assert hello["token"] == self.settings.secrets.read("floor_link")
        try:
            while True:
                message = await read_frame(reader)
                writer.write(encode_frame({"id": message["id"], **await self._answer(message)}))
        except LinkBroken:
            writer.close()

    async def _answer(self, message: dict) -> dict:
        if self.refusal:
            return {"error": self.refusal, "arguments": {}}
        it = decode_input(message["input"])
        assert isinstance(it, RecordingStored)
        self.stored.append(it)
        event = RecordingWasStored(
            call_id=it.call_id,
            recording_id=it.recording_id,
            segment_id=it.segment_id,
            path=it.path,
            sha256=it.sha256,
            bytes=it.bytes,
            duration_ms=it.duration_ms,
        )
        stream = f"recording:{it.recording_id}/{it.segment_id or 'whole'}"
        fact = Fact(stream=stream, no=1, at=0, client_id=it.client_id, event=event)
        await self.writer.append([fact])
        return {"ok": True}


@dataclass
class Stage:
    settings: Settings
    floor: Floor
    connection: asyncpg.Connection
    facts: list[Fact]

    def recorded(self) -> list[str]:
        return [f.event.recording_id for f in self.facts if isinstance(f.event, RecordingStarted)]

    async def wait_for(self, query: str, wanted: object) -> None:
        async with asyncio.timeout(30):
            while await self.connection.fetchval(query) != wanted:
                await asyncio.sleep(0.02)


@pytest.fixture
async def stage(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    settings = settings_for(fresh_database, tmp_path / "home")
    facts = [
        fact
        for fact in HistoryMaker(Random(9)).facts(12)
        if not isinstance(fact.event, RecordingWasStored)
    ]
    writer = JournalWriter(
        fresh_database.url("floor"), cell_id="main", spool_folder=settings.paths.spool
    )
    await writer.open()
    await writer.append(facts)
    floor = Floor(settings, writer)
    server = await floor.serve()
    connection = await asyncpg.connect(fresh_database.url("floor"))
    raw = settings.paths.asterisk / "main" / "spool" / "monitor"
    raw.mkdir(parents=True)
    made = Stage(settings, floor, connection, facts)
    for recording_id in made.recorded():
        (raw / f"{recording_id}.raw").write_bytes(bytes(32_000))
    yield made
    await connection.close()
    server.close()
    await asyncio.gather(*floor.tasks)
    await writer.close()


async def test_it_folds_finishes_recordings_and_ends_when_told(stage: Stage):
    working = asyncio.create_task(work(stage.settings))
    recorded = len(stage.recorded())
    assert recorded > 2
    await stage.wait_for("select count(*) from recordings where stored_at is not null", recorded)
    wholes = [stored for stored in stage.floor.stored if not stored.segment_id]
    assert sorted(stored.recording_id for stored in wholes) == sorted(stage.recorded())
    assert all((stage.settings.paths.recordings / stored.path).exists() for stored in wholes)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await working


async def test_what_the_floor_refuses_is_a_trouble_and_what_it_cannot_keep_is_not(stage: Stage):
    stage.floor.refusal = "floor.not_durable"
    working = asyncio.create_task(work(stage.settings))
    await stage.wait_for("select count(*) > 0 from recordings where stopped_at is not null", True)
    await asyncio.sleep(0.6)
    assert await stage.connection.fetchval("select count(*) from recording_troubles") == 0
    stage.floor.refusal = "call.unknown"
    await stage.wait_for("select count(*) > 0 from recording_troubles", True)
    reason = await stage.connection.fetchval("select reason from recording_troubles limit 1")
    assert "call.unknown" in reason
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await working


async def test_the_command_shows_where_folds_stand_and_folds_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(Settings, "load", lambda: stage.settings)
    assert await asyncio.to_thread(command.main, ["rebuild", "calls"]) == 0
    assert f"calls: folded anew from {len(stage.facts)} facts" in capsys.readouterr().out
    assert await stage.connection.fetchval("select count(*) from calls") > 0
    assert await asyncio.to_thread(command.main, []) == 0
    assert "0 behind" in capsys.readouterr().out
    await stage.connection.execute("update projection_cursor set trouble = 'by design'")
    assert await asyncio.to_thread(command.main, []) == 1
    assert "by design" in capsys.readouterr().out
    with pytest.raises(LookupError):
        await command.rebuild_named(stage.settings, "dreams")
