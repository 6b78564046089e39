"""Trying a flow through the API: what would be said, where keys lead, and nobody else's flows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from openseat.platform.settings import Settings
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.flows import definition, step

pytestmark = pytest.mark.database

NOON_ON_A_WORKDAY = "2026-05-06T12:00:00+08:00"


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


async def test_a_trial_says_what_is_heard_and_where_a_key_leads(api: Api) -> None:
    admin = await api.sign_in("admin")
    asked = {"at": NOON_ON_A_WORKDAY, "happened": []}
    first = (await admin.post("/flows/beidou-menu/trial", json=asked)).json()
    assert first["waits_for"] == "saying"
    said = [one for one in first["moments"][0]["asked"] if one["kind"] == "say"]
    assert [one["name"] for one in said[0]["heard"]] == ["welcome-beidou", "recorded-notice"]
    assert "北斗" in said[0]["heard"][0]["text"]

    asked["happened"] = [{"kind": "heard"}, {"kind": "key", "key": "3"}]
    track = (await admin.post("/flows/beidou-menu/trial", json=asked)).json()
    assert (track["step_id"], track["waits_for"]) == ("track", "asking")

    asked["happened"] += [{"kind": "key", "key": key} for key in "12345#"]
    repeated = (await admin.post("/flows/beidou-menu/trial", json=asked)).json()
    assert repeated["variables"]["parcel"] == "12345"
    assert [one["name"] for one in repeated["moments"][-1]["asked"][-1]["heard"]] == [
        "you-entered", "digit-1", "digit-2", "digit-3", "digit-4", "digit-5",
    ]  # fmt: skip


async def test_silence_waits_until_the_flow_gives_up(api: Api) -> None:
    admin = await api.sign_in("admin")
    happened = [{"kind": "heard"}] + [{"kind": "heard"}, {"kind": "silence"}] * 3
    asked = {"at": NOON_ON_A_WORKDAY, "happened": happened}
    trial = (await admin.post("/flows/beidou-menu/trial", json=asked)).json()
    assert trial["step_id"] == "parcels"
    # Three times five seconds of silence, and a second for each prompt.
    assert trial["moments"][-1]["at_s"] == 19


async def test_steps_in_the_page_are_tried_without_saving_them(api: Api) -> None:
    admin = await api.sign_in("admin")
    drawn = definition(
        step("hello", "announce", prompt=["prompt:welcome-beidou"], next="wait"),
        step("wait", "queue", queue="beidou-parcels", overflowed="sorry", served="sorry"),
        step("sorry", "hang_up"),
    )
    served = {"kind": "returned", "outcome": "served"}
    asked = {"definition": drawn, "happened": [{"kind": "heard"}, {"kind": "connected"}, served]}
    trial = (await admin.post("/flows/beidou-menu/trial", json=asked)).json()
    assert (trial["waits_for"], trial["outcome"]) == ("done", "completed")
    kinds = [[one["kind"] for one in moment["asked"]] for moment in trial["moments"]]
    assert kinds == [["answer_call", "say"], ["enqueue"], [], ["finish"]]
    draft = (await admin.get("/flows/beidou-menu")).json()["draft"]
    assert draft["start"] == "greeted"


async def test_steps_that_are_no_flow_are_refused_with_their_places(api: Api) -> None:
    admin = await api.sign_in("admin")
    drawn = definition(step("hello", "announce", prompt=["not a prompt"]))
    refused = await admin.post("/flows/beidou-menu/trial", json={"definition": drawn})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "hello"


async def test_a_client_tries_its_own_flow_and_not_anothers(api: Api) -> None:
    client = await api.sign_in("jincheng")
    assert (await client.post("/flows/jincheng-menu/trial", json={})).status_code == 200
    assert (await client.post("/flows/beidou-menu/trial", json={})).status_code == 404


async def test_a_trial_enters_no_flow_of_another_client(api: Api) -> None:
    client = await api.sign_in("jincheng")
    drawn = definition(
        step("in", "subflow", flow="beidou-menu", next="end"), step("end", "hang_up")
    )
    asked = {"definition": drawn}
    trial = (await client.post("/flows/jincheng-menu/trial", json=asked)).json()
    finish = trial["moments"][0]["asked"][-1]
    assert (finish["kind"], finish["detail"]["reason"]) == ("finish", "flow.gone")
