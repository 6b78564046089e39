"""Recordings of the in-memory switch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from openseat.core import effects as e
from openseat.core.inputs import RecordingEnded
from openseat.switch.memory_leg import MemoryLeg
from openseat.switch.people import Party
from openseat.switch.sound import Track

if TYPE_CHECKING:
    from openseat.switch.memory import MemorySwitch


class MemoryRecordings:
    """Records the legs of a `MemorySwitch`; ``voices_for`` tells whose voices a leg hears."""

    def __init__(
        self,
        switch: MemorySwitch,
        legs: dict[str, MemoryLeg],
        voices_for: Callable[[str], set[Party]],
        folder: Path | None,
    ) -> None:
        self._switch = switch
        self._legs = legs
        self._voices_for = voices_for
        self._folder = folder
        self._voice: set[str] = set()

    def file(self, recording_id: str) -> Path:
        """Return where a recording lies."""
        if self._folder is None:
            raise ValueError("this switch keeps no recordings")
        ending = "wav" if recording_id in self._voice else "raw"
        return self._folder / f"{recording_id}.{ending}"

    def digit(self, leg_id: str, digit: str) -> None:
        """A key ends the voice recordings that wait for it."""
        leg = self._legs.get(leg_id)
        if leg is not None:
            for recording_id in [name for name, keys in leg.terminators.items() if digit in keys]:
                self.finish(leg, recording_id)

    def finish_all(self, leg_id: str) -> None:
        """End the recordings of a leg that ended, and forget it."""
        leg = self._legs[leg_id]
        for recording_id in list(leg.tracks):
            self.finish(leg, recording_id)
        del self._legs[leg_id]

    def finish_voices(self, leg: MemoryLeg) -> None:
        """End the recordings of a leg's voice alone."""
        for recording_id in [name for name in leg.tracks if name in self._voice]:
            self.finish(leg, recording_id)

    def start(self, effect: e.StartRecording) -> None:
        """Record a leg alone (its voice), or with all it hears (its call)."""
        leg = self._legs.get(effect.leg_id)
        name = effect.recording_id
        stereo = effect.layout is e.Layout.CALL
        running = leg is not None and any(track.stereo for track in leg.tracks.values())
        if leg is None or (stereo and running and name not in leg.tracks):
            self._switch.give(RecordingEnded(recording_id=name, ok=False))
            return
        if name in leg.tracks:
            return
        leg.tracks[name] = Track(name, self._switch.clock.now(), stereo)
        self.mark(leg)
        if not stereo:
            self._voice.add(name)
            leg.terminators[name] = effect.terminators
        if effect.max_ms is not None:
            self._switch.clock.call_later(effect.max_ms, lambda: self.finish(leg, name))

    def pause(self, effect: e.PauseRecording) -> None:
        """Record silence, or sound again."""
        leg = self._legs.get(effect.leg_id)
        track = leg.tracks.get(effect.recording_id) if leg is not None else None
        if leg is not None and track is not None:
            track.paused = effect.paused
            self.mark(leg)

    def stop(self, effect: e.StopRecording) -> None:
        """End a recording, if it runs."""
        leg = self._legs.get(effect.leg_id)
        if leg is not None:
            self.finish(leg, effect.recording_id)

    def finish(self, leg: MemoryLeg, recording_id: str) -> None:
        """Write a recording's file and tell of its end."""
        track = leg.tracks.pop(recording_id, None)
        leg.terminators.pop(recording_id, None)
        if track is not None:
            self.write(track)
            duration = self._switch.clock.now() - track.started
            self._switch.give(RecordingEnded(recording_id=recording_id, duration_ms=duration))

    def write(self, track: Track) -> None:
        """Write what was recorded so far."""
        if self._folder is not None:
            track.write(self.file(track.recording_id), self._switch.clock.now())

    def mark(self, leg: MemoryLeg) -> None:
        """Note what is on a leg from now on in its recordings."""
        if not leg.tracks:
            return
        voices = self._voices_for(leg.party.leg_id)
        spoken = max((one.voice_hz for one in voices), default=0)
        right = leg.queue[0].tone if leg.queue else spoken
        left = leg.party.voice_hz if leg.party.up else 0
        for track in leg.tracks.values():
            track.mark(self._switch.clock.now(), left, right)
