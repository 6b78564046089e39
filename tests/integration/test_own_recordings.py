"""Agents hear their own stretches where the project lets them, and nothing else."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import time_ns

import httpx
import pytest
import pytest_asyncio

from openseat.journal.writer import JournalWriter
from openseat.testing.api import running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.own_day import OwnDay
from openseat.testing.own_sound import give_sound
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

HOUR = 3_600_000
OWN = "/me/recordings/r-care/s-care-1"


@dataclass(frozen=True)
class Desk:
    """Two agents of one call, and the administrator."""

    database: Database
    own: httpx.AsyncClient
    colleague: httpx.AsyncClient
    admin: httpx.AsyncClient

    async def let(self, days: int | None) -> None:
        """Have the project let agents hear their own recordings."""
        project = (await self.admin.get("/projects/jincheng-service")).raise_for_status().json()
        answer = await self.admin.patch(
            "/projects/jincheng-service",
            json={"own_recordings_days": days},
            headers={"If-Match": f'"{project["version"]}"'},
        )
        assert answer.status_code == 200, answer.text

    async def audited(self, action: str) -> list[tuple[str, str, str]]:
        asked = {"action": action, "limit": 200}
        entries = (await self.admin.get("/audit", params=asked)).raise_for_status().json()["items"]
        found = [one for one in entries if one["kind"] in {"recording", "call"}]
        return [
            (one["actor_id"], one["subject_id"], one["detail"].get("segment_id", ""))
            for one in reversed(found)
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("own")
    facts = OwnDay(time_ns() // 1_000_000 - 30 * HOUR).facts()
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(facts)
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    settings = settings_for(database, folder / "home")
    await give_sound(database.url("floor"), settings.paths.recordings, facts, folder)
    async with running_api(settings) as api:
        yield Desk(
            database,
            await api.sign_in("agent1"),
            await api.sign_in("agent2"),
            await api.sign_in("admin"),
        )


async def test_no_agent_hears_anything_until_the_project_lets_them(desk: Desk):
    found = (await desk.own.get("/me/calls/c-care/recordings")).raise_for_status().json()
    assert found == {"items": [], "days": None, "too_old": False}
    for what in ("audio", "waveform"):
        answer = await desk.own.get(f"{OWN}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (403, "recording.not_allowed")


async def test_an_agent_hears_their_own_stretch_and_that_is_on_record_once(desk: Desk):
    await desk.let(30)
    found = (await desk.own.get("/me/calls/c-care/recordings")).raise_for_status().json()
    assert [(one["recording_id"], one["segment_id"]) for one in found["items"]] == [
        ("r-care", "s-care-1")
    ]
    whole = (await desk.own.get(f"{OWN}/audio")).raise_for_status()
    with wave.open(io.BytesIO(whole.content)) as file:
        assert file.getnchannels() == 2
    assert len(whole.content) == found["items"][0]["bytes"]
    assert whole.headers["Content-Disposition"].startswith("inline")
    part = await desk.own.get(f"{OWN}/audio", headers={"Range": "bytes=44-143"})
    assert (part.status_code, part.content) == (206, whole.content[44:144])
    shape = (await desk.own.get(f"{OWN}/waveform")).raise_for_status().json()
    assert [one["side"] for one in shape["channels"]] == ["customer", "agent"]
    assert await desk.audited("recording.heard") == [("user-1001", "r-care", "s-care-1")]
    accesses = (await desk.admin.get("/recordings/r-care/accesses")).json()["items"]
    assert [(one["segment_id"], one["action"]) for one in accesses] == [("s-care-1", "listened")]


@pytest.mark.parametrize(
    "path",
    [
        # The colleague's stretch of the very same call, the whole, and a call of others.
        "/me/recordings/r-care/s-care-2",
        "/me/recordings/r-care/whole",
        "/me/recordings/r-other/s-other",
        "/me/recordings/r-other/s-care-1",
        "/me/recordings/none/s-care-1",
    ],
)
@pytest.mark.parametrize("what", ["audio", "waveform"])
async def test_nothing_of_others_is_heard(desk: Desk, path: str, what: str):
    await desk.let(30)
    answer = await desk.own.get(f"{path}/{what}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_asking_for_others_recordings_is_on_record(desk: Desk):
    await desk.own.get("/me/recordings/r-other/s-other/audio")
    assert (await desk.own.get("/me/calls/c-other/recordings")).status_code == 404
    refused = {subject for _, subject, _ in await desk.audited("access.refused")}
    assert {"r-other", "c-other"} <= refused


async def test_the_colleague_hears_the_other_half(desk: Desk):
    await desk.let(30)
    found = (await desk.colleague.get("/me/calls/c-care/recordings")).raise_for_status().json()
    assert [one["segment_id"] for one in found["items"]] == ["s-care-2"]
    assert (await desk.colleague.get(f"{OWN}/audio")).status_code == 404


async def test_after_the_days_that_the_project_gives_it_is_over(desk: Desk):
    await desk.let(1)
    found = (await desk.own.get("/me/calls/c-care/recordings")).raise_for_status().json()
    assert found == {"items": [], "days": 1, "too_old": True}
    answer = await desk.own.get(f"{OWN}/audio")
    assert (answer.status_code, answer.json()["code"]) == (403, "recording.too_old")
    assert "1" in answer.json()["detail"]
    await desk.let(2)
    assert (await desk.own.get(f"{OWN}/audio")).status_code == 200


async def test_the_list_of_all_recordings_stays_closed_to_agents(desk: Desk):
    await desk.let(30)
    for path in ("/calls/c-care/recordings", "/recordings/r-care/audio"):
        answer = await desk.own.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission.missing")
