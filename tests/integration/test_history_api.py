"""Calls, timelines and recordings over HTTP, as operator, supervisor and client."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import numpy as np
import pytest
import pytest_asyncio

from openseat.core.events import CallEnded, CallStarted, Fact, RecordingWasStored, SegmentDisposed
from openseat.journal.writer import JournalWriter
from openseat.recordings.audio import FORMATS, RawSound
from openseat.recordings.store import LocalStore
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

CLIENTS = ("jincheng", "beidou")


@dataclass(frozen=True)
class History:
    """A day of calls of the demonstration's two clients, in journal and tables."""

    api: Api
    database: Database
    facts: list[Fact]
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def signed_in(self, login: str) -> httpx.AsyncClient:
        """Return a client; each user signs in once, as sign-ins are throttled."""
        if login not in self.clients:
            self.clients[login] = await self.api.sign_in(login)
        return self.clients[login]

    def events(self, kind: type[Any]) -> list[Fact]:
        return [fact for fact in self.facts if isinstance(fact.event, kind)]

    async def store_sound(self) -> RecordingWasStored:
        """Give one stored recording its file."""
        fact = self.events(RecordingWasStored)[0]
        settings = self.api.settings
        raw = settings.paths.home / "r.raw"
        left = np.arange(16_000)
        raw.write_bytes(np.column_stack([left, -left]).astype("<i2").tobytes())
        stored = LocalStore(settings.paths.recordings).put(
            fact.event.path, FORMATS["wav"].encode(RawSound.stereo(raw))
        )
        connection = await asyncpg.connect(self.database.url("floor"))
        await connection.execute(
            "update recording_files set bytes = $2, sha256 = $3 where recording_id = $1",
            fact.event.recording_id,
            stored.size,
            stored.sha256,
        )
        await connection.close()
        return fact.event

    def client_of(self, call_id: str) -> str:
        own = [fact for fact in self.facts if fact.stream == f"call:{call_id}"]
        return next(fact.client_id for fact in own if fact.client_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[History]:
    folder = tmp_path_factory.mktemp("history")
    facts = HistoryMaker(Random(7), client_ids=CLIENTS).facts(60)
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(facts)
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    async with running_api(settings_for(database, folder / "home")) as api:
        yield History(api, database, facts)


async def everything(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        given = {**query, **({"cursor": cursor} if cursor else {})}
        answer = await client.get("/calls", params=given)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


async def test_every_call_is_listed_once_page_by_page(history: History):
    admin = await history.signed_in("admin")
    found = await everything(admin, limit=7)
    expected = [fact.stream.removeprefix("call:") for fact in history.events(CallStarted)]
    assert sorted(call["call_id"] for call in found) == sorted(expected)
    starts = [call["started_at"] for call in found]
    assert starts == sorted(starts, reverse=True)


@pytest.mark.parametrize("sort", ["started_at", "-wait_s", "talk_s", "-duration_s"])
async def test_pages_follow_the_order_asked_for(history: History, sort: str):
    admin = await history.signed_in("admin")
    found = await everything(admin, limit=5, sort=sort)
    values = [call[sort.removeprefix("-")] for call in found]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len({call["call_id"] for call in found}) == len(history.events(CallStarted))


async def test_pages_do_not_shift_when_calls_come_in_between(history: History):
    admin = await history.signed_in("admin")
    first = (await admin.get("/calls", params={"limit": 5})).json()
    seen = {call["call_id"] for call in first["items"]}
    connection = await asyncpg.connect(history.database.url("floor"))
    await connection.execute(
        "insert into calls select 'new', cell_id, client_id, project_id, number_id, trunk_id,"
        " direction, caller, called, caller_name, language, started_at + 99999999, answered_at,"
        " ended_at, outcome, ended_by, cause, queue_ids, agent_ids, offers, segments, transfers,"
        " queue_outcome, voicemail, callback, recorded, wait_ms, talk_ms, hold_ms, duration_ms,"
        " billable_ms, score, scale from calls limit 1"
    )
    rest = await everything(admin, limit=5)
    following = (
        await admin.get("/calls", params={"limit": 200, "cursor": first["next_cursor"]})
    ).json()["items"]
    await connection.execute("delete from calls where call_id = 'new'")
    await connection.close()
    assert not seen & {call["call_id"] for call in following}
    assert seen | {call["call_id"] for call in following} | {"new"} == {
        call["call_id"] for call in rest
    }


async def test_a_cursor_of_another_order_is_refused(history: History):
    admin = await history.signed_in("admin")
    cursor = (await admin.get("/calls", params={"limit": 1})).json()["next_cursor"]
    answer = await admin.get("/calls", params={"cursor": cursor, "sort": "wait_s"})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor.invalid")


async def test_filters_narrow_the_list(history: History):
    admin = await history.signed_in("admin")
    all_calls = await everything(admin)
    one = next(call for call in all_calls if call["agent_ids"] and call["queue_ids"])
    middle = sorted(call["started_at"] for call in all_calls)[len(all_calls) // 2]
    cases = {
        "client_id": (one["client_id"], lambda call: call["client_id"] == one["client_id"]),
        "project_id": (one["project_id"], lambda call: call["project_id"] == one["project_id"]),
        "queue_id": (one["queue_ids"][0], lambda call: one["queue_ids"][0] in call["queue_ids"]),
        "agent_id": (one["agent_ids"][0], lambda call: one["agent_ids"][0] in call["agent_ids"]),
        "outcome": ("served", lambda call: call["outcome"] == "served"),
        "direction": ("outbound", lambda call: call["direction"] == "outbound"),
        "number": (one["caller"][3:9], lambda call: one["caller"][3:9] in call["caller"]),
        "from": (middle, lambda call: call["started_at"] >= middle),
        "to": (middle, lambda call: call["started_at"] < middle),
    }
    for name, (value, condition) in cases.items():
        found = await everything(admin, **{name: value})
        expected = {call["call_id"] for call in all_calls if condition(call)}
        assert {call["call_id"] for call in found} == expected, name


async def test_days_are_those_of_the_projects_calendar(history: History):
    admin, beidou = await history.signed_in("admin"), await history.signed_in("beidou")
    # Almost two days apart: hardly a call has the same date in both.
    zones = {"beidou": ZoneInfo("Pacific/Honolulu"), "jincheng": ZoneInfo("Pacific/Kiritimati")}
    connection = await asyncpg.connect(history.database.url("superuser"))
    try:
        for client, zone in zones.items():
            await connection.execute(
                "insert into projects (id, client_id, name, time_zone) values ($1, $2, $1, $3)",
                f"project-{client}",
                client,
                zone.key,
            )
        days: dict[str, set[str]] = {}
        for call in await everything(admin):
            if call["project_id"]:
                began = datetime.fromisoformat(call["started_at"])
                there = began.astimezone(zones[call["client_id"]])
                days.setdefault(there.date().isoformat(), set()).add(call["call_id"])
        assert len(days) >= 2
        known = set().union(*days.values())
        for day, expected in days.items():
            found = await everything(admin, first_day=day, last_day=day)
            assert {call["call_id"] for call in found} & known == expected, day
        whole = await everything(admin, first_day=min(days), last_day=max(days))
        assert known <= {call["call_id"] for call in whole}
        own = {one["call_id"] for one in await everything(beidou)} & known
        for day, expected in days.items():
            seen = await everything(beidou, first_day=day, last_day=day)
            assert {one["call_id"] for one in seen} & known == expected & own, day
    finally:
        await connection.execute("delete from projects where id like 'project-%'")
        await connection.close()


async def test_a_day_out_of_reach_is_refused(history: History):
    admin = await history.signed_in("admin")
    for day in ("0001-01-01", "9999-12-31", "2026-02-30", "x"):
        assert (await admin.get("/calls", params={"last_day": day})).status_code == 422, day


async def test_a_call_shows_its_parts_and_whole_timeline(history: History):
    admin = await history.signed_in("admin")
    disposed = history.events(SegmentDisposed)[0].event
    call = (await admin.get(f"/calls/{disposed.call_id}")).json()
    part = next(part for part in call["parts"] if part["segment_id"] == disposed.segment_id)
    assert (part["disposition"], part["notes"]) == ("done", "好")
    events = (await admin.get(f"/calls/{disposed.call_id}/events")).json()["items"]
    stream = f"call:{disposed.call_id}"
    expected = [
        (fact.stream, fact.no)
        for fact in history.facts
        if fact.stream == stream or getattr(fact.event, "call_id", "") == disposed.call_id
        if fact.event.TYPE != "agent.state_changed"
    ]
    assert [(event["stream"], event["no"]) for event in events] == expected
    ended = next(event for event in events if event["type"] == "call.ended")
    fact = next(fact for fact in history.events(CallEnded) if fact.stream == stream)
    assert ended["data"]["billable_ms"] == fact.event.billable_ms
    assert call["billable_s"] == fact.event.billable_ms / 1000
    assert ended["at"].startswith("2026-01-01")


async def test_a_client_sees_its_own_calls_whole_and_no_others(history: History):
    admin, beidou = await history.signed_in("admin"), await history.signed_in("beidou")
    mine = await everything(beidou)
    everybody = await everything(admin)
    assert {call["call_id"] for call in mine} == {
        call["call_id"] for call in everybody if call["client_id"] == "beidou"
    }
    own = mine[0]["call_id"]
    assert (await beidou.get(f"/calls/{own}/events")).json() == (
        await admin.get(f"/calls/{own}/events")
    ).json()
    other = next(call["call_id"] for call in everybody if call["client_id"] == "jincheng")
    for path in (f"/calls/{other}", f"/calls/{other}/events", f"/calls/{other}/recordings"):
        answer = await beidou.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    refused = (await admin.get("/audit", params={"action": "access.refused"})).json()["items"]
    assert other in {entry["subject_id"] for entry in refused}


async def test_a_supervisor_sees_the_calls_of_managed_queues_only(history: History):
    admin, supervisor = await history.signed_in("admin"), await history.signed_in("supervisor")
    calls = await everything(admin)
    connection = await asyncpg.connect(history.database.url("superuser"))
    await connection.execute(
        "update users set queue_ids = '{queue-beidou}', group_ids = '{}' where login = 'supervisor'"
    )
    await connection.close()
    found = await everything(supervisor)
    assert {call["call_id"] for call in found} == {
        call["call_id"] for call in calls if "queue-beidou" in call["queue_ids"]
    }


async def test_a_recording_is_heard_whole_in_ranges_and_by_its_owner_alone(history: History):
    stored = await history.store_sound()
    path = f"/recordings/{stored.recording_id}/audio"
    owner = history.client_of(stored.call_id)
    client = await history.signed_in(owner)
    whole = await client.get(path)
    assert whole.status_code == 200
    assert whole.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(whole.content)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 16_000)
    part = await client.get(path, headers={"Range": "bytes=44-143"})
    assert part.status_code == 206
    assert part.content == whole.content[44:144]
    assert part.headers["content-range"] == f"bytes 44-143/{len(whole.content)}"
    changed = await client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert changed.status_code == 200
    outside = await client.get(path, headers={"Range": "bytes=99999999-"})
    assert (outside.status_code, outside.json()["code"]) == (416, "range.unsatisfiable")
    other = await history.signed_in(next(name for name in CLIENTS if name != owner))
    for suffix in ("audio", "waveform", "accesses"):
        answer = await other.get(f"/recordings/{stored.recording_id}/{suffix}")
        assert answer.status_code == 404


async def test_who_listened_is_on_record_once_and_seen_by_the_owner(history: History):
    stored = await history.store_sound()
    path = f"/recordings/{stored.recording_id}"
    admin = await history.signed_in("admin")
    for header in ("bytes=0-99", "bytes=100-199", "bytes=1-"):
        await admin.get(f"{path}/audio", headers={"Range": header})
    await admin.get(f"{path}/audio", params={"download": True})
    client = await history.signed_in(history.client_of(stored.call_id))
    log = (await client.get(f"{path}/accesses")).json()["items"]
    who = next(entry["user_id"] for entry in log if entry["action"] == "downloaded")
    assert [e["action"] for e in log if e["user_id"] == who] == ["downloaded", "listened"]


async def test_a_waveform_tells_the_sides_apart(history: History):
    stored = await history.store_sound()
    admin = await history.signed_in("admin")
    answer = await admin.get(f"/recordings/{stored.recording_id}/waveform", params={"points": 10})
    found = answer.json()
    assert found["duration_s"] == 2.0
    assert [channel["side"] for channel in found["channels"]] == ["customer", "agent"]
    assert [len(channel["peaks"]) for channel in found["channels"]] == [10, 10]
    assert found["channels"][0]["peaks"] == sorted(found["channels"][0]["peaks"])


async def test_a_file_the_store_has_lost_is_not_found(history: History):
    stored = history.events(RecordingWasStored)[-1].event
    admin = await history.signed_in("admin")
    for suffix in ("audio", "waveform"):
        answer = await admin.get(f"/recordings/{stored.recording_id}/{suffix}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_calls_recordings_are_listed_with_the_whole_first(history: History):
    stored = history.events(RecordingWasStored)[0].event
    client = await history.signed_in(history.client_of(stored.call_id))
    found = (await client.get(f"/calls/{stored.call_id}/recordings")).json()["items"]
    assert [(one["recording_id"], one["segment_id"]) for one in found] == [
        (stored.recording_id, "")
    ]
    assert found[0]["started_at"].startswith("2026-01-01")
    missing = await client.get(
        f"/recordings/{stored.recording_id}/audio", params={"segment_id": "segment-x"}
    )
    assert missing.status_code == 404


async def test_the_access_log_is_paged(history: History):
    stored = await history.store_sound()
    path = f"/recordings/{stored.recording_id}"
    for login in ("admin", history.client_of(stored.call_id)):
        await (await history.signed_in(login)).get(f"{path}/audio", params={"download": True})
    admin = await history.signed_in("admin")
    first = (await admin.get(f"{path}/accesses", params={"limit": 1})).json()
    rest = await admin.get(f"{path}/accesses", params={"cursor": first["next_cursor"]})
    seen = first["items"] + rest.json()["items"]
    assert seen == (await admin.get(f"{path}/accesses")).json()["items"]
    assert len(seen) >= 2
