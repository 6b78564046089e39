"""Recordings are finished once, whatever is killed on the way."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from openseat.core.events import (
    CallAnswered,
    CallAssigned,
    CallEnded,
    CallStarted,
    Direction,
    EndedBy,
    Event,
    Fact,
    RecordingStarted,
    RecordingStopped,
    RecordingWasStored,
    SegmentEnded,
    SegmentStarted,
    Via,
)
from openseat.core.inputs import RecordingStored
from openseat.history.calls import Calls
from openseat.journal.database import Connection, connect
from openseat.journal.reader import JournalReader
from openseat.journal.writer import JournalWriter
from openseat.recordings.audio import FORMATS
from openseat.recordings.finaliser import Finaliser, FloorAway, Patience, RawFiles
from openseat.recordings.projections import RecordingFiles, Recordings
from openseat.recordings.store import LocalStore, StoredFile
from openseat.testing.database import Database
from openseat.worker.projector import Projector

pytestmark = pytest.mark.database

START = 1_767_225_600_000
IMPATIENT = Patience(pause_s=0, rest_s=0, first_retry_s=0, last_retry_s=0, sweep_s=0)


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@dataclass(slots=True)
class Fate:
    """Kills at the n-th dangerous moment; 0 never."""

    at: int = 0
    moments: int = 0

    def moment(self) -> None:
        self.moments += 1
        if self.moments == self.at:
            raise Killed


class Store(LocalStore):
    """The local store, with moments to die at before and after each file."""

    def __init__(self, folder: Path, fate: Fate) -> None:
        super().__init__(folder)
        self.fate = fate

    def put(self, key: str, content: Iterable[bytes]) -> StoredFile:
        self.fate.moment()
        stored = super().put(key, content)
        self.fate.moment()
        return stored


@dataclass(slots=True)
class Floor:
    """Journals each part once, as the cell does; may be away."""

    writer: JournalWriter
    fate: Fate = field(default_factory=Fate)
    away: bool = False
    known: set[str] = field(default_factory=set)

    async def send(self, stored: RecordingStored) -> None:
        if self.away:
            raise FloorAway
        self.fate.moment()
        name = f"{stored.recording_id}/{stored.segment_id or 'whole'}"
        if name not in self.known:
            self.known.add(name)
            event = RecordingWasStored(
                call_id=stored.call_id,
                recording_id=stored.recording_id,
                segment_id=stored.segment_id,
                path=stored.path,
                sha256=stored.sha256,
                bytes=stored.bytes,
                duration_ms=stored.duration_ms,
            )
            await self.writer.append(
                [
                    Fact(
                        stream=f"recording:{name}",
                        no=1,
                        at=START + 10_000,
                        client_id=stored.client_id,
                        event=event,
                    )
                ]
            )
        self.fate.moment()


@dataclass(slots=True)
class Stage:
    database: Database
    folder: Path
    writer: JournalWriter
    connection: Connection
    raw: RawFiles

    async def happen(self, *facts: tuple[int, Event], call_id: str = "c") -> None:
        await self.writer.append(
            [
                Fact(stream=f"call:{call_id}", no=no, at=START + at, client_id="k", event=event)
                for no, (at, event) in enumerate(facts, 1)
            ]
        )
        await self.project()

    async def project(self) -> None:
        await Projector(
            self.database.url("floor"),
            cell_id="main",
            projections=[Calls(), Recordings(), RecordingFiles()],
        ).catch_up()

    def finaliser(self, floor: Floor, fate: Fate | None = None) -> Finaliser:
        return Finaliser(
            self.database.url("floor"),
            cell_id="main",
            raw=self.raw,
            store=Store(self.folder / "recordings", fate or Fate()),
            audio=FORMATS["wav"],
            sender=floor,
            patience=IMPATIENT,
        )

    def record(self, recording_id: str = "r", seconds: int = 3) -> None:
        """The customer's side counts milliseconds, the other side is silent."""
        left = np.repeat(np.arange(seconds * 1000), 8)
        sound = np.column_stack([left, np.zeros_like(left)]).astype("<i2")
        (self.raw.calls / f"{recording_id}.raw").write_bytes(sound.tobytes())

    async def stored(self) -> list[RecordingWasStored]:
        reader = JournalReader(self.database.url("floor"), cell_id="main")
        entries = await reader.read(0)
        await reader.close()
        return [
            entry.fact.event
            for entry in entries
            if isinstance(entry.fact.event, RecordingWasStored)
        ]

    def content(self, stored: RecordingWasStored) -> np.ndarray:
        data = (self.folder / "recordings" / stored.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == stored.sha256
        assert len(data) == stored.bytes
        with wave.open(io.BytesIO(data)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


@pytest.fixture
async def stage(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    for name in ("recordings", "calls", "voices"):
        (tmp_path / name).mkdir()
    writer = JournalWriter(
        fresh_database.url("floor"), cell_id="main", spool_folder=tmp_path / "spool"
    )
    await writer.open()
    connection = await connect(fresh_database.url("floor"), name="test")
    raw = RawFiles(calls=tmp_path / "calls", voices=tmp_path / "voices")
    yield Stage(fresh_database, tmp_path, writer, connection, raw)
    await connection.close()
    await writer.close()


def begun() -> list[tuple[int, Event]]:
    started = CallStarted(direction=Direction.INBOUND, leg_id="l", caller="1", called="2")
    return [
        (0, started),
        (0, CallAnswered(leg_id="l")),
        (0, CallAssigned(client_id="k", project_id="p")),
        (0, RecordingStarted(recording_id="r", leg_id="l", layout="call")),
        (500, segment_started("s1")),
        (1500, segment_ended("s1")),
        (2000, segment_started("s2")),
    ]


def segment_started(segment_id: str) -> SegmentStarted:
    return SegmentStarted(
        segment_id=segment_id, agent_id="a", group_id="g", leg_id="x", via=Via.QUEUE
    )


def segment_ended(segment_id: str) -> SegmentEnded:
    return SegmentEnded(
        segment_id=segment_id, agent_id="a", talk_ms=0, hold_ms=0, ended_by=EndedBy.AGENT
    )


OVER = (
    3000,
    CallEnded(
        ended_by=EndedBy.CUSTOMER, cause=16, answered=True, duration_ms=3000, billable_ms=3000
    ),
)
COMPLETE: Sequence[tuple[int, Event]] = (
    *begun(),
    (2800, segment_ended("s2")),
    OVER,
    (3050, RecordingStopped(recording_id="r", ok=True)),
)


async def test_the_whole_and_each_segment_are_cut_stored_and_journaled(stage: Stage):
    stage.record()
    await stage.happen(*COMPLETE)
    finaliser = stage.finaliser(Floor(stage.writer))
    assert await finaliser.finish_due(stage.connection) == 1
    stored = await stage.stored()
    assert [part.segment_id for part in stored] == ["s1", "s2", ""]
    assert [part.duration_ms for part in stored] == [1000, 800, 3000]
    first, second, whole = (stage.content(part)[:, 0] for part in stored)
    assert (first[0], first[-1]) == (500, 1499)
    assert (second[0], second[-1]) == (2000, 2799)
    assert (whole[0], whole[-1]) == (0, 2999)
    await stage.project()
    assert await finaliser.finish_due(stage.connection) == 0
    assert await finaliser.sweep(stage.connection) == 1
    assert stage.raw.leftovers() == {}


async def test_killed_at_any_moment_it_is_finished_once_by_the_next(stage: Stage):
    stage.record()
    await stage.happen(*COMPLETE)
    floor = Floor(stage.writer)
    deaths = 0
    for moment in range(1, 100):
        fate = Fate(at=moment)
        floor.fate = fate
        try:
            await stage.finaliser(floor, fate).finish_due(stage.connection)
        except Killed:
            deaths += 1
        else:
            break
    assert deaths == 12  # before and after each of three files and three messages
    await stage.project()
    stored = await stage.stored()
    assert sorted(part.segment_id for part in stored) == ["", "s1", "s2"]
    for part in stored:
        stage.content(part)
    hidden = [path for path in stage.folder.rglob("recordings/**/.*") if path.is_file()]
    assert hidden == []


async def test_nothing_is_sent_twice_while_the_projection_is_behind(stage: Stage):
    stage.record()
    await stage.happen(*COMPLETE)
    floor = Floor(stage.writer, fate=Fate())
    finaliser = stage.finaliser(floor)
    await finaliser.finish_due(stage.connection)
    sent = floor.fate.moments
    assert await finaliser.finish_due(stage.connection) == 0
    assert floor.fate.moments == sent


async def test_while_the_floor_is_away_it_waits_without_trouble(stage: Stage):
    stage.record()
    await stage.happen(*COMPLETE)
    floor = Floor(stage.writer, away=True)
    finaliser = stage.finaliser(floor)
    assert await finaliser.finish_due(stage.connection) == 0
    floor.away = False
    assert await finaliser.finish_due(stage.connection) == 1
    assert await troubles(stage) == []


async def test_a_recording_whose_end_nobody_saw_is_finished_when_the_call_is_over(stage: Stage):
    stage.record()
    finaliser = stage.finaliser(Floor(stage.writer))
    await stage.happen(*begun())
    assert await finaliser.finish_due(stage.connection) == 0
    ended = Fact(stream="call:c", no=8, at=START + 3000, client_id="k", event=OVER[1])
    await stage.writer.append([ended])
    await stage.project()
    assert await finaliser.finish_due(stage.connection) == 1
    assert [part.segment_id for part in await stage.stored()] == ["s1", "s2", ""]


async def test_a_missing_raw_file_is_noted_tried_again_and_forgiven(stage: Stage):
    await stage.happen(*COMPLETE)
    finaliser = stage.finaliser(Floor(stage.writer))
    await finaliser.finish_due(stage.connection)
    await finaliser.finish_due(stage.connection)
    assert [(row["recording_id"], row["attempts"]) for row in await troubles(stage)] == [("r", 2)]
    stage.record()
    assert await finaliser.finish_due(stage.connection) == 1
    assert await troubles(stage) == []


async def test_a_full_disk_is_a_trouble_and_no_half_file(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    stage.record()
    await stage.happen(*COMPLETE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    finaliser = stage.finaliser(Floor(stage.writer))
    with monkeypatch.context() as patch:
        patch.setattr("openseat.recordings.store.os.fsync", full)
        assert await finaliser.finish_due(stage.connection) == 0
    assert "No space" in (await troubles(stage))[0]["reason"]
    assert [path for path in stage.folder.rglob("recordings/**/*") if path.is_file()] == []
    assert await finaliser.finish_due(stage.connection) == 1


async def test_a_voice_message_is_one_file(stage: Stage):
    with wave.open(str(stage.raw.voices / "v.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\5\0" * 8000)
    await stage.happen(
        begun()[0],
        (0, RecordingStarted(recording_id="v", leg_id="l", layout="voice")),
        (1000, RecordingStopped(recording_id="v", ok=True)),
        OVER,
    )
    await stage.finaliser(Floor(stage.writer)).finish_due(stage.connection)
    assert [(part.segment_id, part.duration_ms) for part in await stage.stored()] == [("", 1000)]


async def troubles(stage: Stage) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(stage.database.url("floor"))
    rows = await connection.fetch("select * from recording_troubles")
    await connection.close()
    return rows
