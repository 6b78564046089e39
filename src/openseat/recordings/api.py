"""The part of the API that gives out recordings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import StreamingResponse

from openseat.platform.access import Access, needs
from openseat.platform.fields import Id
from openseat.platform.paging import PAGE_DEFAULT, Cursor, Limit, Page
from openseat.platform.problems import Problem, responses
from openseat.recordings import own, service
from openseat.recordings.own import OwnRecordings
from openseat.recordings.ranges import UnsatisfiableRange, requested_range
from openseat.recordings.service import Recording, RecordingAccess, Waveform

router = APIRouter(tags=["recordings"])

_AUDIO = "audio/wav"
DOWNLOAD = "recordings.download"
"""To be given a recording as a file; without it one may listen."""

Reads = Annotated[Access, needs("recordings.read")]
Own = Annotated[Access, needs("agents.self")]
CallId = Annotated[Id, Path(description="A call's identifier")]
RecordingId = Annotated[Id, Path(description="A recording's identifier")]
OwnSegmentId = Annotated[Id, Path(description="One of the agent's own stretches")]
SegmentId = Annotated[Id | None, Query(description="One segment's part; the whole when left out")]


@router.get(
    "/calls/{call_id}/recordings",
    operation_id="list_call_recordings",
    responses=responses(401, 403, 404),
)
async def list_call_recordings(access: Reads, call_id: CallId) -> Page[Recording]:
    """A call's finished recordings: each whole, then its segments' parts."""
    return await service.of_call(access, call_id)


_SOUND: dict[int | str, dict[str, Any]] = {
    **responses(401, 403, 404, 416),
    200: {"content": {_AUDIO: {"schema": {"type": "string", "format": "binary"}}}},
    206: {
        "description": "The range asked for",
        "content": {_AUDIO: {"schema": {"type": "string", "format": "binary"}}},
    },
}


@router.get(
    "/recordings/{recording_id}/audio",
    operation_id="read_recording_audio",
    response_class=StreamingResponse,
    responses=_SOUND,
)
async def read_recording_audio(
    access: Reads,
    recording_id: RecordingId,
    segment_id: SegmentId = None,
    download: Annotated[bool, Query(description="As a file to be kept")] = False,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header(alias="If-Range")] = None,
) -> StreamingResponse:
    """A recording's sound, whole or a range of bytes. Who is given it is put on record."""
    if download and DOWNLOAD not in access.principal.permissions:
        raise Problem("permission.missing", permission=DOWNLOAD)
    file = await service.find_file(access, recording_id, segment_id or "")
    answer = sound(access, file, range_, if_range, download=download)
    await service.note(access, file, "downloaded" if download else "listened")
    return answer


def sound(
    access: Access,
    file: dict[str, Any],
    range_: str | None,
    if_range: str | None,
    *,
    download: bool = False,
) -> StreamingResponse:
    """Return the answer with a file's sound, or the range asked for.

    Raises:
        Problem: `range.unsatisfiable`, or `not_found`: the store has lost the file.
    """
    tag = f'"{file["sha256"]}"'
    try:
        part = requested_range(range_ if if_range in {None, tag} else None, file["bytes"])
    except UnsatisfiableRange:
        raise Problem(
            "range.unsatisfiable", headers={"Content-Range": f"bytes */{file['bytes']}"}
        ) from None
    content = service.pieces(service.store_of(access), file["path"], part.start, part.end)
    name = file["path"].rpartition("/")[2]
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(part.length),
        "Content-Disposition": f'{"attachment" if download else "inline"}; filename="{name}"',
        "ETag": tag,
        # A recording must not outlive its right to be heard in some browser's cache.
        "Cache-Control": "no-store",
    }
    if part.partial:
        headers["Content-Range"] = part.content_range
    return StreamingResponse(
        content, status_code=206 if part.partial else 200, headers=headers, media_type=_AUDIO
    )


@router.get(
    "/recordings/{recording_id}/waveform",
    operation_id="read_recording_waveform",
    responses=responses(401, 403, 404),
)
async def read_recording_waveform(
    access: Reads,
    recording_id: RecordingId,
    segment_id: SegmentId = None,
    points: Annotated[int, Query(ge=10, le=4000, description="Steps at most")] = 1000,
) -> Waveform:
    """How loud each side of a recording is over its length."""
    file = await service.find_file(access, recording_id, segment_id or "")
    return await service.waveform(access, file, points)


@router.get(
    "/recordings/{recording_id}/accesses",
    operation_id="list_recording_accesses",
    responses=responses(401, 403, 404),
)
async def list_recording_accesses(
    access: Reads,
    recording_id: RecordingId,
    limit: Limit = PAGE_DEFAULT,
    cursor: Cursor | None = None,
) -> Page[RecordingAccess]:
    """Who listened to a recording or downloaded it, newest first."""
    return await service.accesses(access, recording_id, limit, cursor)


@router.get(
    "/me/calls/{call_id}/recordings",
    operation_id="list_own_recordings",
    responses=responses(401, 403, 404),
)
async def list_own_recordings(access: Own, call_id: CallId) -> OwnRecordings:
    """The parts of a call's recordings in which the signed-in agent talked, where allowed."""
    return await own.of_call(access, call_id)


@router.get(
    "/me/recordings/{recording_id}/{segment_id}/audio",
    operation_id="read_own_recording_audio",
    response_class=StreamingResponse,
    responses=_SOUND,
)
async def read_own_recording_audio(
    access: Own,
    recording_id: RecordingId,
    segment_id: OwnSegmentId,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header(alias="If-Range")] = None,
) -> StreamingResponse:
    """The sound of one of the agent's own stretches. That it was heard is put on record."""
    file = await own.find_file(access, recording_id, segment_id)
    answer = sound(access, file, range_, if_range)
    await own.note(access, file)
    return answer


@router.get(
    "/me/recordings/{recording_id}/{segment_id}/waveform",
    operation_id="read_own_recording_waveform",
    responses=responses(401, 403, 404),
)
async def read_own_recording_waveform(
    access: Own,
    recording_id: RecordingId,
    segment_id: OwnSegmentId,
    points: Annotated[int, Query(ge=10, le=4000, description="Steps at most")] = 1000,
) -> Waveform:
    """How loud each side is over one of the agent's own stretches."""
    return await service.waveform(
        access, await own.find_file(access, recording_id, segment_id), points
    )
