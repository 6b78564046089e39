"""Sound for recordings that made-up facts say are stored, each of a length of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import asyncpg
import numpy as np

from openseat.core.events import Fact, RecordingWasStored
from openseat.recordings.audio import FORMATS, RawSound
from openseat.recordings.store import LocalStore

RATE = 16_000


async def give_sound(dsn: str, store: Path, facts: Iterable[Fact], scratch: Path) -> None:
    """Put a file into the store for every stored recording, and its size into the tables."""
    raw = scratch / "made-up.raw"
    connection = await asyncpg.connect(dsn)
    try:
        for number, fact in enumerate(facts):
            event = fact.event
            if not isinstance(event, RecordingWasStored):
                continue
            seconds = event.duration_ms / 1000 + number / 100
            left = (np.sin(np.arange(int(RATE * seconds)) / 9) * 8000).astype("<i2")
            raw.write_bytes(np.column_stack([left, -left]).astype("<i2").tobytes())
            stored = LocalStore(store).put(event.path, FORMATS["wav"].encode(RawSound.stereo(raw)))
            await connection.execute(
                "update recording_files set bytes = $3, sha256 = $4"
                " where recording_id = $1 and segment_id = $2",
                event.recording_id,
                event.segment_id,
                stored.size,
                stored.sha256,
            )
    finally:
        await connection.close()
