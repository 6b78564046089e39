"""When a recording of a call is complete, by files that are written as Asterisk writes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from openseat.core.effects import StartRecording, StopRecording
from openseat.core.inputs import RecordingEnded, SwitchInput
from openseat.switch.asterisk.ami import AmiConnection, Block
from openseat.switch.asterisk.lanes import Lanes
from openseat.switch.asterisk.legs import Leg
from openseat.switch.asterisk.recorder import Recorder
from openseat.switch.asterisk.site import SwitchSite

BYTES_PER_MS = 32


class Manager:
    """Answers every action at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def action(self, name: str, replied: Callable[[Block], None] | None, **fields: object) -> None:
        self.asked.append(name)
        if replied is not None:
            replied(cast("Block", {"Response": "Success", **fields}))


class Scene:
    """A recorder, one leg, and the file that Asterisk would write."""

    def __init__(self, folder: Path) -> None:
        site = SimpleNamespace(call_recordings=folder, voice_recordings=folder)
        self.told: list[SwitchInput] = []
        self.recorder = Recorder(cast("SwitchSite", site), self.told.append)
        self.manager = Manager()
        self.recorder.attach(cast("Lanes", SimpleNamespace()), cast("AmiConnection", self.manager))
        self.leg = Leg(leg_id="leg-1", arrived=True)
        self.file = folder / "rec-1.raw"

    def write(self, ms: int) -> None:
        with self.file.open("ab") as file:
            file.write(bytes(ms * BYTES_PER_MS))

    async def ended(self) -> RecordingEnded:
        async with asyncio.timeout(30):
            while not self.told:
                await asyncio.sleep(0.01)
        (told,) = self.told
        assert isinstance(told, RecordingEnded)
        return told


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_what_a_busy_switch_writes_after_the_end_still_belongs_to_it(scene: Scene):
    scene.recorder.start(StartRecording(recording_id="rec-1", leg_id="leg-1"), scene.leg)
    scene.write(100)
    await asyncio.sleep(0.7)
    scene.recorder.stop(StopRecording(recording_id="rec-1", leg_id="leg-1"), scene.leg)
    # Its thread gets a turn after much longer than a file's ordinary pause between two writes.
    await asyncio.sleep(0.3)
    assert scene.told == []
    scene.write(600)
    told = await scene.ended()
    assert (told.ok, told.duration_ms) == (True, 700)


async def test_a_file_as_long_as_its_call_is_complete(scene: Scene):
    scene.recorder.start(StartRecording(recording_id="rec-1", leg_id="leg-1"), scene.leg)
    scene.write(200)
    scene.recorder.stop(StopRecording(recording_id="rec-1", leg_id="leg-1"), scene.leg)
    assert await scene.ended() == RecordingEnded(recording_id="rec-1", ok=True, duration_ms=200)


async def test_of_a_recording_that_another_process_began_the_file_has_to_rest(scene: Scene):
    scene.write(100)
    scene.recorder.restore(scene.leg, str(scene.file))
    scene.recorder.leg_ended(scene.leg)
    await asyncio.sleep(0.3)
    scene.write(50)
    told = await scene.ended()
    assert told.duration_ms == 150


async def test_a_recording_of_which_no_file_came_has_failed(scene: Scene):
    scene.recorder.start(StartRecording(recording_id="rec-1", leg_id="leg-1"), scene.leg)
    scene.recorder.leg_ended(scene.leg)
    assert await scene.ended() == RecordingEnded(recording_id="rec-1", ok=False, duration_ms=0)
