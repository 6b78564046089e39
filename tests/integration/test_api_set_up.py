"""What the set-up's pages ask the API beside reading and writing rows."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import AsyncIterator

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
