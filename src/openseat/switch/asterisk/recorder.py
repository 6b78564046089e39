"""Starts, pauses and ends recordings, and tells when a file is complete."""

from __future__ import annotations

import asyncio
import math
import re
import time
import wave
from collections import deque
from collections.abc import Callable
from pathlib import Path

from openseat.core.effects import Layout, PauseRecording, StartRecording, StopRecording
from openseat.core.inputs import RecordingEnded, SwitchInput
from openseat.switch.asterisk.ami import AmiConnection, Block
from openseat.switch.asterisk.ari import Reply
from openseat.switch.asterisk.lanes import Lanes
from openseat.switch.asterisk.legs import Leg
from openseat.switch.asterisk.messages import Recording
from openseat.switch.asterisk.site import SwitchSite

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
#: 8 kHz, two channels, two bytes.
_BYTES_PER_MS = 32
#: Asterisk writes and closes a file in another thread than the one that answers, a busy machine
#: seconds later: its size has to rest so long, a file as long as its call has lasted less long.
_SETTLE_S = 0.05
_SETTLE_SHORT_S = 1.0
#: What a file may lack of its call without being suspected of more to come.
_LACKING_MS = 250
_LONGEST_S = 24 * 3600
#: So many recordings' ends are remembered, lest one be reported twice.
_REMEMBERED = 4096

_END_KEYS = {"#": "#", "*": "*"}


class Recorder:
    """Both kinds of recording: whole calls by MixMonitor, voices by ARI."""

    def __init__(self, site: SwitchSite, inbox: Callable[[SwitchInput], None]) -> None:
        self._site = site
        self._inbox = inbox
        self._terminators: dict[str, str] = {}
        self._reported: deque[str] = deque(maxlen=_REMEMBERED)
        self._began: dict[str, float] = {}
        self._lanes: Lanes | None = None
        self._ami: AmiConnection | None = None

    def attach(self, lanes: Lanes, ami: AmiConnection) -> None:
        """Use these connections from now on."""
        self._lanes, self._ami = lanes, ami

    def file(self, recording_id: str) -> Path:
        """Return where a recording lies.

        Raises:
            ValueError: the identifier is not one that was ever recorded under.
        """
        if not _NAME.fullmatch(recording_id):
            raise ValueError(f"{recording_id!r} is not a recording's identifier")
        voice = self._site.voice_recordings / f"{recording_id}.wav"
        return voice if voice.is_file() else self._call_file(recording_id)

    def start(self, effect: StartRecording, leg: Leg) -> None:
        """Begin a recording of a live leg."""
        if not _NAME.fullmatch(effect.recording_id):
            self._failed(effect.recording_id)
        elif effect.layout is Layout.CALL:
            self._start_call(effect, leg)
        else:
            self._start_voice(effect, leg)

    def pause(self, effect: PauseRecording, leg: Leg) -> None:
        """Write silence instead of voices, or voices again."""
        if self._ami is not None and leg.call_recording == effect.recording_id:
            state = "1" if effect.paused else "0"
            self._ami.action(
                "MixMonitorMute", None, Channel=leg.leg_id, Direction="both", State=state
            )

    def stop(self, effect: StopRecording, leg: Leg) -> None:
        """End a recording; one that does not run is left alone."""
        if leg.call_recording == effect.recording_id:
            leg.call_recording = ""
            if self._ami is not None:
                self._ami.action(
                    "StopMixMonitor",
                    lambda _: self._complete(effect.recording_id),
                    Channel=leg.leg_id,
                )
        elif leg.voice_recording == effect.recording_id:
            self.stop_voice(leg)

    def stop_orphan(self, recording_id: str) -> None:
        """Report the end of a recording whose leg ended unheard, under another process's eyes."""
        if recording_id not in self._reported and _NAME.fullmatch(recording_id):
            self._complete(recording_id)

    def restore(self, leg: Leg, file_name: str) -> None:
        """Take up a recording that Asterisk says is running on a live leg."""
        path = Path(file_name)
        if path.parent == self._site.call_recordings:
            leg.call_recording = path.stem

    def stop_voice(self, leg: Leg) -> None:
        """End the voice recording that keeps a leg occupied, if there is one."""
        if leg.voice_recording and self._lanes is not None:
            uri = f"recordings/live/{leg.voice_recording}/stop"
            self._lanes.request((leg.leg_id,), "POST", uri)

    def digit(self, leg: Leg, digit: str) -> None:
        """End a voice recording whose terminators Asterisk itself cannot watch for."""
        if digit in self._terminators.get(leg.voice_recording, ""):
            self.stop_voice(leg)

    def voice_ended(self, leg: Leg | None, recording: Recording, *, ok: bool) -> None:
        """Asterisk closed a voice recording."""
        self._terminators.pop(recording.name, None)
        if leg is not None and leg.voice_recording == recording.name:
            leg.voice_recording = ""
        duration = _wave_ms(self._site.voice_recordings / f"{recording.name}.wav") if ok else 0
        self._report(recording.name, ok=ok, duration_ms=duration)

    def leg_ended(self, leg: Leg) -> None:
        """A leg's end ends its recording."""
        if leg.call_recording:
            self._complete(leg.call_recording)

    # -- inside ------------------------------------------------------------------------

    def _call_file(self, recording_id: str) -> Path:
        return self._site.call_recordings / f"{recording_id}.raw"

    def _failed(self, recording_id: str) -> None:
        self._report(recording_id, ok=False, duration_ms=0)

    def _report(self, recording_id: str, *, ok: bool, duration_ms: int) -> None:
        self._reported.append(recording_id)
        self._inbox(RecordingEnded(recording_id=recording_id, ok=ok, duration_ms=duration_ms))

    def _start_call(self, effect: StartRecording, leg: Leg) -> None:
        if leg.call_recording == effect.recording_id:
            return
        if leg.call_recording or self._ami is None:
            self._failed(effect.recording_id)
            return
        leg.call_recording = effect.recording_id

        def started(reply: Block) -> None:
            if reply.get("Response") == "Success":
                self._began[effect.recording_id] = time.monotonic()
            elif leg.call_recording == effect.recording_id:
                leg.call_recording = ""
                self._failed(effect.recording_id)

        self._ami.action(
            "MixMonitor", started,
            Channel=leg.leg_id, File=str(self._call_file(effect.recording_id)), options="D",
        )  # fmt: skip

    def _start_voice(self, effect: StartRecording, leg: Leg) -> None:
        if self._lanes is None:
            self._failed(effect.recording_id)
            return
        leg.voice_recording = effect.recording_id
        native = _END_KEYS.get(effect.terminators, "none")
        if native == "none" and effect.terminators:
            self._terminators[effect.recording_id] = effect.terminators

        def started(reply: Reply) -> None:
            if not reply.ok and leg.voice_recording == effect.recording_id:
                leg.voice_recording = ""
                self._terminators.pop(effect.recording_id, None)
                self._failed(effect.recording_id)

        longest = _LONGEST_S if effect.max_ms is None else math.ceil(effect.max_ms / 1000)
        silence = 0 if effect.silence_ms is None else math.ceil(effect.silence_ms / 1000)
        self._lanes.request(
            (leg.leg_id,),
            "POST",
            f"channels/{leg.leg_id}/record",
            {
                "name": effect.recording_id,
                "format": "wav",
                "maxDurationSeconds": longest,
                "maxSilenceSeconds": silence,
                "ifExists": "overwrite",
                "beep": effect.beep,
                "terminateOn": native,
            },
            started,
        )

    def _complete(self, recording_id: str) -> None:
        """Report the end of a recording that was told to end, once its file is complete."""
        now = time.monotonic()
        # Of one that began under another process's eyes nobody knows how long it should be.
        began = self._began.pop(recording_id, None)
        expected_ms = math.inf if began is None else (now - began) * 1000 - _LACKING_MS
        self._watch(recording_id, expected_ms, -1, now)

    def _watch(self, recording_id: str, expected_ms: float, last: int, since: float) -> None:
        path = self.file(recording_id)
        size = path.stat().st_size if path.is_file() else 0
        now = time.monotonic()
        if size != last:
            since = now
        whole = size // _BYTES_PER_MS >= expected_ms
        if size != last or now - since < (_SETTLE_S if whole else _SETTLE_SHORT_S):
            loop = asyncio.get_running_loop()
            loop.call_later(_SETTLE_S, self._watch, recording_id, expected_ms, size, since)
            return
        voice = path.suffix == ".wav"
        duration = _wave_ms(path) if voice else size // _BYTES_PER_MS
        self._report(recording_id, ok=path.is_file(), duration_ms=duration)


def _wave_ms(path: Path) -> int:
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() * 1000 // file.getframerate()
    except (OSError, EOFError, wave.Error):
        return 0
