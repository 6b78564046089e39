"""Recordings and messages, from the first sample to the store."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.registry import event


@event("recording.started")
class RecordingStarted:
    """A recording began; `layout` is call (stereo) or voice (mono)."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str
    leg_id: str
    layout: str
    box: str = ""
    """Voicemail box the message is for; empty for other recordings."""


@event("recording.paused")
class RecordingPaused:
    """Voices are replaced by silence from here."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str


@event("recording.resumed")
class RecordingResumed:
    """Voices are recorded again."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str


@event("recording.stopped")
class RecordingStopped:
    """The switch closed the file."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str
    ok: bool


@event("recording.stored")
class RecordingWasStored:
    """A finished file is in the store: the whole (`segment_id` empty) or one segment's part.

    Its stream is `recording:<id>/whole` or `recording:<id>/<segment>`.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    call_id: str
    recording_id: str
    segment_id: str
    path: str
    sha256: str
    bytes: int
    duration_ms: int


@event("voicemail.left")
class VoicemailLeft:
    """The caller left a message."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str
    box: str
    duration_ms: int
