"""Finding recordings inside the caller's scope, and noting who was given them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import func, insert, select

from openseat.history.documents import moment, seconds
from openseat.history.service import call_row
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.paging import Page, read_cursor, write_cursor
from openseat.platform.problems import Problem
from openseat.recordings.audio import UnreadableSound, peaks
from openseat.recordings.store import InvalidKey, LocalStore, RecordingStore
from openseat.recordings.tables import recording_access, recording_files, recordings

NOTED_EVERY = timedelta(minutes=10)
"""A player asks for a file in many pieces: one listening is noted once in this time."""

Action = Literal["listened", "downloaded"]


class Recording(BaseModel):
    """A finished file of a call."""

    recording_id: str
    segment_id: str = Field(description="Empty for the whole")
    layout: Literal["call", "voice"] = Field(
        description="`call`: left the customer, right what the customer hears"
    )
    started_at: datetime = Field(description="When the whole began")
    duration_s: float
    bytes: int
    sha256: str
    box: str = Field(description="Voicemail box, empty for other recordings")


class Channel(BaseModel):
    """One side's loudness."""

    side: Literal["customer", "agent", "voice"]
    peaks: list[float] = Field(description="Loudest sample of each equal stretch, 0..1")


class Waveform(BaseModel):
    """What a recording looks like."""

    duration_s: float
    channels: list[Channel]


class RecordingAccess(BaseModel):
    """Somebody was given a recording."""

    at: datetime
    user_id: str
    segment_id: str
    action: Action


def store_of(access: Access) -> RecordingStore:
    """Return the installation's store."""
    return LocalStore(access.services.settings.paths.recordings)


async def of_call(access: Access, call_id: str) -> Page[Recording]:
    """Return a call's finished files, wholes first.

    Raises:
        Problem: `not_found`: there is no such call for this caller.
    """
    await call_row(access, call_id)
    return Page(items=await finished(access.session, call_id), next_cursor=None)


async def finished(session: ScopedSession, call_id: str) -> list[Recording]:
    """Return a call's finished files, each whole before its parts."""
    rows = await session.rows(
        select(recording_files, recordings.c.layout, recordings.c.started_at, recordings.c.box)
        .join(recording_files, recording_files.c.recording_id == recordings.c.id)
        .where(recordings.c.call_id == call_id)
        .order_by(recordings.c.started_at, recordings.c.id, recording_files.c.segment_id)
    )
    return [
        Recording(
            **{name: row[name] for name in ("recording_id", "segment_id", "layout", "box")},
            started_at=_moment(row["started_at"]),
            duration_s=row["duration_ms"] / 1000,
            bytes=row["bytes"],
            sha256=row["sha256"],
        )
        for row in rows
    ]


async def find_file(access: Access, recording_id: str, segment_id: str) -> dict[str, Any]:
    """Return the row of a finished file, with its recording's `layout`.

    Raises:
        Problem: `not_found`: there is none (yet) for this caller.
    """
    recording = await access.session.row(select(recordings).where(recordings.c.id == recording_id))
    if recording is None:
        raise await access.missing(recordings, "recording", recording_id)
    await call_row(access, recording["call_id"])
    file = await access.session.row(
        select(recording_files).where(
            recording_files.c.recording_id == recording_id,
            recording_files.c.segment_id == segment_id,
        )
    )
    if file is None:
        raise Problem("not_found", kind="recording", id=recording_id)
    return {**file, "layout": recording["layout"]}


async def note(access: Access, file: dict[str, Any], action: Action) -> bool:
    """Put on record that the caller is given a file; return whether it was not there already."""
    log = recording_access
    recent = await access.session.value(
        select(log.c.id)
        .where(
            log.c.recording_id == file["recording_id"],
            log.c.segment_id == file["segment_id"],
            log.c.user_id == access.principal.user_id,
            log.c.action == action,
            log.c.at > func.now() - NOTED_EVERY,
        )
        .limit(1)
    )
    if recent is None:
        await access.session.run(
            insert(log).values(
                user_id=access.principal.user_id,
                client_id=file["client_id"],
                recording_id=file["recording_id"],
                segment_id=file["segment_id"],
                action=action,
                request_id=access.request_id,
            )
        )
    return recent is None


async def waveform(access: Access, file: dict[str, Any], points: int) -> Waveform:
    """Return a file's loudness in at most `points` steps.

    Raises:
        Problem: `not_found`: the store has lost the file.
    """
    try:
        found = await asyncio.to_thread(_peaks, store_of(access), file["path"], points)
    except (FileNotFoundError, InvalidKey, UnreadableSound):
        raise Problem("not_found", kind="recording", id=file["recording_id"]) from None
    sides = ("customer", "agent") if file["layout"] == "call" else ("voice",)
    return Waveform(
        duration_s=seconds(found.duration_ms) or 0,
        channels=[
            Channel(side=side, peaks=list(channel))
            for side, channel in zip(sides, found.channels, strict=False)
        ],
    )


async def accesses(
    access: Access, recording_id: str, limit: int, cursor: str | None
) -> Page[RecordingAccess]:
    """Return who was given a recording, newest first.

    Raises:
        Problem: `not_found`: there is no such recording for this caller.
    """
    recording = await access.session.row(select(recordings).where(recordings.c.id == recording_id))
    if recording is None:
        raise await access.missing(recordings, "recording", recording_id)
    log = recording_access
    statement = select(log).where(log.c.recording_id == recording_id).order_by(log.c.id.desc())
    if cursor is not None:
        statement = statement.where(log.c.id < read_cursor(cursor, int)[0])
    rows = await access.session.rows(statement.limit(limit + 1))
    page = rows[:limit]
    return Page(
        items=[RecordingAccess.model_validate(row) for row in page],
        next_cursor=write_cursor(page[-1]["id"]) if len(rows) > limit else None,
    )


def _peaks(store: RecordingStore, key: str, points: int):  # noqa: ANN202 - see `peaks`
    with store.open(key) as file:
        return peaks(file, points)


def _moment(milliseconds: int) -> datetime:
    found = moment(milliseconds)
    if found is None:
        raise ValueError("a recording has a start")
    return found


def pieces(store: RecordingStore, key: str, start: int, end: int) -> Iterable[bytes]:
    """Return a stored file's bytes [start, end); nothing is read before it is known to be there.

    Raises:
        Problem: `not_found`: the store has lost the file.
    """
    try:
        return store.read(key, start, end)
    except (FileNotFoundError, InvalidKey):
        raise Problem("not_found", kind="recording", id=key) from None
