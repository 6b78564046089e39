"""Agents' own recordings: where the project lets them, the stretches in which they talked.

A stretch's file is cut at the stretch's borders, so nothing of what was said before the agent came
or after they left is in it; the whole is never given out here.
"""

from __future__ import annotations

import time
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select

from openseat.directory.standing import own_recordings_days
from openseat.history.service import not_own_call, stretches_of
from openseat.platform.access import Access
from openseat.platform.problems import Problem
from openseat.recordings import service
from openseat.recordings.service import Recording
from openseat.recordings.tables import recording_files, recordings

_DAY_MS = 86_400_000


class OwnRecordings(BaseModel):
    """What an agent may hear of a call, or why not."""

    items: list[Recording] = Field(description="The agent's own stretches that are stored")
    days: int | None = Field(
        description="For how many days the project lets agents hear their own; null: not at all"
    )
    too_old: bool = Field(description="The days are over")


async def of_call(access: Access, call_id: str) -> OwnRecordings:
    """Return the caller's own stretches of a call's recordings.

    Raises:
        Problem: `not_found`: the caller never talked in such a call.
    """
    project_id, began = await _own(access, call_id)
    days = await own_recordings_days(access.session, project_id)
    if days is None:
        return OwnRecordings(items=[], days=None, too_old=False)
    heard = {segment_id for segment_id, at in began.items() if not _too_old(at, days)}
    found = await service.finished(access.session, call_id)
    items = [one for one in found if one.segment_id in heard]
    return OwnRecordings(items=items, days=days, too_old=not heard)


async def find_file(access: Access, recording_id: str, segment_id: str) -> dict[str, Any]:
    """Return the row of a file that holds one of the caller's own stretches.

    Raises:
        Problem: `not_found`, `recording.not_allowed` or `recording.too_old`; that others' was
            asked for is put on record.
    """
    table = recordings
    recording = await access.session.row(select(table).where(table.c.id == recording_id))
    if recording is None:
        raise Problem("not_found", kind="recording", id=recording_id)
    project_id, began = await _own(access, recording["call_id"], recording_id)
    if segment_id not in began:
        raise await access.not_own(table, "recording", recording_id)
    days = await own_recordings_days(access.session, project_id)
    if days is None:
        raise Problem("recording.not_allowed")
    if _too_old(began[segment_id], days):
        raise Problem("recording.too_old", days=days)
    files = recording_files
    file = await access.session.row(
        select(files).where(files.c.recording_id == recording_id, files.c.segment_id == segment_id)
    )
    if file is None:
        raise Problem("not_found", kind="recording", id=recording_id)
    return {**file, "layout": recording["layout"]}


async def note(access: Access, file: dict[str, Any]) -> None:
    """Put on record that the caller hears a file, once for each listening."""
    if await service.note(access, file, "listened"):
        await access.record(
            "recording.heard",
            "recording",
            file["recording_id"],
            {"segment_id": file["segment_id"], "call_id": file["call_id"]},
            client_id=file["client_id"],
        )


async def _own(
    access: Access, call_id: str, recording_id: str | None = None
) -> tuple[str, dict[str, int]]:
    """Return the project and the caller's own stretches of a call."""
    agent_id = access.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    found = await stretches_of(access.session, agent_id, call_id)
    if found is not None:
        return found
    if recording_id is not None:
        raise await access.not_own(recordings, "recording", recording_id)
    raise await not_own_call(access, call_id)


def _too_old(began: int, days: int) -> bool:
    return time.time_ns() // 1_000_000 - began > days * _DAY_MS
