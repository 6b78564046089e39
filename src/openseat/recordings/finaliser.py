"""Makes finished files of raw recordings and has them journaled, whatever is killed in between.

There is no state of its own to lose: what is to be done is what the journal knows as stopped (or
its call as ended) and not as stored. File names follow from the recording, writing replaces whole
files, and the floor takes each part's `RecordingStored` once, so doing a thing again is harmless.
Raw files are removed when the journal knows the whole as stored, not before.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from openseat.core.events import Fact
from openseat.core.inputs import RecordingStored
from openseat.journal.database import AWAY_ERRORS, Connection, PostgresError, connect, is_away
from openseat.journal.reader import read_stream
from openseat.recordings.audio import AudioFormat, RawSound, UnreadableSound
from openseat.recordings.plan import RecordingPlan, plan_recording
from openseat.recordings.store import InvalidKey, RecordingStore

log = logging.getLogger(__name__)

T = TypeVar("T")

Planner = Callable[[str, str, str, Iterable[Fact]], RecordingPlan | None]
"""Tells from (recording, call, cell, the call's facts) which files are made."""


class FloorAway(Exception):
    """Nobody takes the news at the moment."""


class Unfinishable(Exception):
    """This recording cannot be finished now; it is tried again, less and less often."""


class Sender(Protocol):
    """Takes the news of a stored file to the floor."""

    async def send(self, stored: RecordingStored) -> None:
        """Return once it is journaled, or was before.

        Raises:
            FloorAway: it may or may not be.
            Unfinishable: the floor refuses it.
        """
        ...


@dataclass(frozen=True, slots=True)
class RawFiles:
    """Where the switch writes: raw stereo of calls, and WAV files of single voices."""

    calls: Path
    voices: Path

    def find(self, recording_id: str) -> RawSound:
        """Return the raw sound of a recording.

        Raises:
            FileNotFoundError, UnreadableSound: as they say.
        """
        voice = self.voices / f"{recording_id}.wav"
        if voice.is_file():
            return RawSound.voice(voice)
        return RawSound.stereo(self.calls / f"{recording_id}.raw")

    def leftovers(self) -> dict[str, Path]:
        """Return every raw file there is, by its recording."""
        found = [*self.calls.glob("*.raw"), *self.voices.glob("*.wav")]
        return {path.stem: path for path in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the finaliser waits for what; all in seconds."""

    pause_s: float = 0.5
    """Between looks for work."""
    rest_s: float = 2.0
    """A file nobody reported the end of must not have changed for this long."""
    first_retry_s: float = 5.0
    last_retry_s: float = 3600.0
    sweep_s: float = 30.0
    """Between looks for raw files that are not needed any more."""


class Finaliser:
    """Finishes the recordings of one cell."""

    def __init__(
        self,
        dsn: str,
        *,
        cell_id: str,
        raw: RawFiles,
        store: RecordingStore,
        audio: AudioFormat,
        sender: Sender,
        planner: Planner = plan_recording,
        patience: Patience | None = None,
    ) -> None:
        self._dsn = dsn
        self._cell_id = cell_id
        self._raw = raw
        self._store = store
        self._audio = audio
        self._sender = sender
        self._planner = planner
        self._patience = patience or Patience()
        self._sent: set[str] = set()

    async def run(self) -> None:
        """Work for ever; outages of PostgreSQL and of the floor are waited out."""
        while True:
            try:
                connection = await connect(self._dsn, name="openseat finaliser")
                try:
                    await self._work(connection)
                finally:
                    connection.terminate()
            except (PostgresError, *AWAY_ERRORS) as error:
                if not is_away(error):
                    raise
                log.info("finaliser: PostgreSQL is away: %s", error)
                await asyncio.sleep(self._patience.pause_s)

    async def _work(self, connection: Connection) -> None:
        swept = -self._patience.sweep_s
        while True:
            await self.finish_due(connection)
            if time.monotonic() - swept > self._patience.sweep_s:
                await self.sweep(connection)
                swept = time.monotonic()
            await asyncio.sleep(self._patience.pause_s)

    async def finish_due(self, connection: Connection) -> int:
        """Finish what can be finished now; return how many recordings that was."""
        due = await connection.fetch(_DUE, self._cell_id)
        self._sent.intersection_update(row["recording_id"] for row in due)
        finished = 0
        for row in due:
            if row["recording_id"] in self._sent:
                continue  # the projection has not heard of it yet
            try:
                finished += await self._finish(connection, row)
            except FloorAway as error:
                log.info("finaliser: the floor is away: %s", error)
                break
            except Unfinishable as error:
                await self._note_trouble(connection, row, error)
        return finished

    async def sweep(self, connection: Connection) -> int:
        """Remove raw files of recordings that are stored; return how many."""
        raw = await asyncio.to_thread(self._raw.leftovers)
        if not raw:
            return 0
        stored = await connection.fetch(
            "select recording_id from recordings"
            " where recording_id = any($1) and stored_at is not null",
            list(raw),
        )
        for row in stored:
            await asyncio.to_thread(raw[row["recording_id"]].unlink, missing_ok=True)
        return len(stored)

    async def _finish(self, connection: Connection, row: Mapping[str, Any]) -> bool:
        recording_id, call_id = row["recording_id"], row["call_id"]
        entries = await read_stream(connection, self._cell_id, f"call:{call_id}")
        plan = self._planner(
            recording_id, call_id, self._cell_id, (entry.fact for entry in entries)
        )
        if plan is None or plan.ended_at is None:
            return False
        sound = await _on_disk(self._raw.find, recording_id)
        if row["stopped_at"] is None and not await _on_disk(self._rests, sound.path):
            return False
        made = await _on_disk(self._make, plan, sound)
        for stored in made:
            await self._sender.send(stored)
        self._sent.add(recording_id)
        await connection.execute(
            "delete from recording_troubles where recording_id = $1", recording_id
        )
        return True

    def _rests(self, path: Path) -> bool:
        return time.time() - path.stat().st_mtime >= self._patience.rest_s

    def _make(self, plan: RecordingPlan, sound: RawSound) -> list[RecordingStored]:
        """Write the parts' files, then the whole's, which tells that all are there."""
        pieces = [(part.segment_id, sound.cut(part.start_ms, part.end_ms)) for part in plan.parts()]
        made: list[RecordingStored] = []
        for segment_id, piece in [*pieces, ("", sound)]:
            key = plan.key(self._audio.extension, segment_id)
            file = self._store.put(key, self._audio.encode(piece))
            made.append(
                RecordingStored(
                    client_id=plan.client_id,
                    call_id=plan.call_id,
                    recording_id=plan.recording_id,
                    segment_id=segment_id,
                    path=file.key,
                    sha256=file.sha256,
                    bytes=file.size,
                    duration_ms=piece.duration_ms,
                )
            )
        return made

    async def _note_trouble(
        self, connection: Connection, row: Mapping[str, Any], error: Unfinishable
    ) -> None:
        log.warning("recording %s cannot be finished yet: %s", row["recording_id"], error)
        await connection.execute(
            _NOTE_TROUBLE,
            row["recording_id"],
            row["client_id"],
            row["call_id"],
            str(error)[:2000],
            self._patience.first_retry_s,
            self._patience.last_retry_s,
        )


async def _on_disk(work: Callable[..., T], *args: Any) -> T:
    """Do `work` in a thread; what is wrong with files is wrong with the recording."""
    try:
        return await asyncio.to_thread(work, *args)
    except (OSError, UnreadableSound, InvalidKey) as error:
        raise Unfinishable(f"{type(error).__name__}: {error}") from error


# What the switch reported as closed, or else what a dead switch or floor left of an ended call.
_DUE = """
select recordings.recording_id, recordings.call_id, recordings.client_id, recordings.stopped_at
from recordings
left join calls using (call_id)
left join recording_troubles trouble using (recording_id)
where recordings.cell_id = $1 and recordings.stored_at is null
    and (recordings.stopped_at is not null or calls.ended_at is not null)
    and (trouble.retry_at is null or trouble.retry_at <= now())
order by recordings.started_at
limit 50
"""

_NOTE_TROUBLE = """
insert into recording_troubles (recording_id, client_id, call_id, attempts, reason, retry_at)
values ($1, $2, $3, 1, $4, now() + make_interval(secs => $5))
on conflict (recording_id) do update set
    attempts = recording_troubles.attempts + 1, reason = excluded.reason, last_at = now(),
    retry_at = now() + make_interval(
        secs => least($6::float8, $5::float8 * 2 ^ least(recording_troubles.attempts, 20)))
"""
