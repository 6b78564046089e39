"""What the set-up's pages ask the API beside reading and writing rows."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from openseat.platform.settings import Settings
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.flows import definition, step

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


def sound(hertz: int = 440) -> bytes:
    """Return a second of a tone as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        samples = [round(9000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(8000)]
        written.writeframes(struct.pack("<8000h", *samples))
    return file.getvalue()


async def test_steps_in_the_page_are_checked_without_saving_them(api: Api) -> None:
    admin = await api.sign_in("admin")
    drawn = definition(step("hello", "announce", prompt=["prompt:nobody-recorded-this"]))
    checked = await admin.post("/flows/beidou-menu/check", json={"definition": drawn})
    found = {(one["code"], one["step_id"]) for one in checked.json()["problems"]}
    assert found == {("flow.edge_missing", "hello"), ("flow.prompt_missing", "hello")}
    assert (await admin.post("/flows/beidou-menu/check")).json()["publishable"]


async def test_the_public_holidays_know_the_make_up_workdays(api: Api) -> None:
    admin = await api.sign_in("admin")
    items = (await admin.get("/calendars/public-holidays")).json()["items"]
    days = {one["date"]: one for one in items}
    assert days["2026-02-17"] == {"date": "2026-02-17", "name": "春节", "works": False}
    assert days["2026-02-28"]["works"]
    assert sorted(days) == [one["date"] for one in items]


async def test_a_prompt_tells_which_flows_play_it(api: Api) -> None:
    admin = await api.sign_in("admin")
    made = await admin.post(
        "/prompts",
        data={"name": "where-used", "language": "zh-CN", "text": "您好"},
        files={"file": ("hello.wav", sound(), "audio/wav")},
    )
    prompt = made.json()["id"]
    assert (await admin.get(f"/prompts/{prompt}/uses")).json() == {"items": []}
    drawn = definition(
        step("hello", "announce", prompt=["prompt:where-used"], next="end"), step("end", "hang_up")
    )
    flow = (await admin.post("/flows", json={"name": "where-used", "draft": drawn})).json()
    used = (await admin.get(f"/prompts/{prompt}/uses")).json()["items"]
    assert used == [{"kind": "flow", "id": flow["id"], "name": "where-used"}]
    refused = await admin.delete(f"/prompts/{prompt}")
    assert (refused.status_code, refused.json()["used_by"]) == (409, used)


async def test_sounds_are_heard_by_name_and_a_clients_own_by_nobody_else(api: Api) -> None:
    admin, owner, other = [await api.sign_in(one) for one in ("admin", "jincheng", "beidou")]
    shipped = await other.get("/prompts/sounds/zh-CN/digit-1")
    assert (shipped.status_code, shipped.headers["content-type"]) == (200, "audio/wav")
    made = await owner.post(
        "/prompts", data={"name": "secret"}, files={"file": ("s.wav", sound(), "audio/wav")}
    )
    name = made.json()["name"]
    assert name == "jincheng-secret"
    for asking, status in ((owner, 200), (admin, 200), (other, 404)):
        assert (await asking.get(f"/prompts/sounds/zh-CN/{name}")).status_code == status
    assert (await other.get(f"/prompts/{made.json()['id']}/uses")).status_code == 404


async def test_another_sound_takes_a_prompts_place(api: Api) -> None:
    owner, other = [await api.sign_in(one) for one in ("jincheng", "beidou")]
    made = await owner.post(
        "/prompts",
        data={"name": "season", "text": "夏"},
        files={"file": ("s.wav", sound(440), "audio/wav")},
    )
    prompt = made.json()
    path, new = f"/prompts/{prompt['id']}/audio", {"file": ("s.wav", sound(880), "audio/wav")}
    assert (await other.put(path, files=new)).status_code == 404
    replaced = (await owner.put(path, files=new, data={"text": "秋"})).json()
    assert (replaced["text"], replaced["version"]) == ("秋", 2)
    assert replaced["sha256"] != prompt["sha256"]
    heard = await owner.get(path)
    assert hashlib.sha256(heard.content).hexdigest() == replaced["sha256"]
    broken = await owner.put(path, files={"file": ("s.wav", b"no sound at all", "audio/wav")})
    assert (broken.status_code, broken.json()["code"]) == (422, "prompt.not_audio")
    assert (await owner.get(path)).content == heard.content


async def test_nothing_is_spoken_without_voices(api: Api) -> None:
    admin, client = [await api.sign_in(one) for one in ("admin", "jincheng")]
    ready = (await admin.get("/prompts/voices")).json()["ready"]
    refused = await admin.post("/prompts/speech", json={"text": "您好"})
    assert refused.status_code == (200 if ready else 409)
    assert (await client.get("/prompts/voices")).json() == {"ready": ready}


async def test_the_audit_trail_is_narrowed_to_a_time(api: Api) -> None:
    admin = await api.sign_in("admin")
    before = datetime.now(UTC).isoformat()
    made = (await admin.post("/skills", json={"name": "舞龙"})).json()
    wanted = {"subject_id": made["id"]}
    for query, count in (({"from": before}, 1), ({"to": before}, 0), ({}, 1)):
        page = (await admin.get("/audit", params={**wanted, **query})).json()
        assert len(page["items"]) == count, query
