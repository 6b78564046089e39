"""Names and logos: the operator's for everybody, a client's for its own people alone."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from openseat.platform.settings import Settings
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

DRAWN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="%d"/></svg>'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAEElEQVR4nGNgGAWjYBTAAAADEAABPywr7AAAAABJ"
    "RU5ErkJggg=="
)


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


async def put(who: httpx.AsyncClient, of: str, data: bytes) -> httpx.Response:
    return await who.put(f"{of}/logo", files={"file": ("logo", data)})


async def operator_of(admin: httpx.AsyncClient) -> str:
    return f"/operators/{(await admin.get('/operators')).json()['items'][0]['id']}"


def shown(answer: httpx.Response) -> dict[str, Any]:
    return answer.raise_for_status().json()


async def test_the_operators_name_and_logo_are_there_before_anybody_signs_in(api: Api) -> None:
    admin, nobody = await api.sign_in("admin"), await api.anonymous()
    operator = await operator_of(admin)
    named = shown(await admin.get(operator))
    assert shown(await nobody.get("/brand")) == {
        "name": named["name"],
        "short_name": named["short_name"],
        "logo": None,
    }
    assert (await nobody.get("/brand/logo")).status_code == 204

    made = shown(await put(admin, operator, DRAWN % 1))
    assert shown(await nobody.get("/brand"))["logo"] == made["logo"]
    picture = await nobody.get("/brand/logo")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["content-security-policy"].endswith("sandbox")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["cache-control"] == "public, max-age=300"
    assert b'rect width="1"' in picture.content
    again = await nobody.get("/brand/logo", headers={"If-None-Match": picture.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    other = shown(await put(admin, operator, PNG))
    assert other["logo"] != made["logo"]
    fresh = await nobody.get("/brand/logo", headers={"If-None-Match": picture.headers["etag"]})
    assert (fresh.status_code, fresh.headers["content-type"]) == (200, "image/png")

    assert (await admin.delete(f"{operator}/logo")).status_code == 204
    assert (await nobody.get("/brand/logo")).status_code == 204
    assert (await admin.delete(f"{operator}/logo")).status_code == 404
    entries = (await admin.get("/audit", params={"kind": "operator"})).json()["items"]
    deeds = [one for one in entries if one["action"].startswith("operator.logo")]
    assert [one["action"] for one in deeds] == [
        "operator.logo_deleted",
        "operator.logo_changed",
        "operator.logo_changed",
    ]
    assert deeds[1]["detail"] == {"before": made["logo"], "after": other["logo"]}


async def test_a_clients_logo_is_seen_by_its_own_people_and_by_no_other_client(api: Api) -> None:
    admin = await api.sign_in("admin")
    jincheng, beidou = await api.sign_in("jincheng"), await api.sign_in("beidou")
    made = shown(await put(admin, "/clients/jincheng", DRAWN % 2))
    own = shown(await jincheng.get("/brand/mine"))
    assert own["client"] == made
    assert own["operator"]["logo"] is None
    assert (await jincheng.get("/clients/jincheng/logo")).status_code == 200
    for path in ("/brand/mine", "/brand"):
        assert made["logo"] not in (await beidou.get(path)).text
    assert (await beidou.get("/clients/jincheng/logo")).status_code == 404
    assert (await beidou.get("/clients/beidou/logo")).status_code == 204
    assert shown(await admin.get("/brand/mine"))["client"] is None
    assert (await admin.get("/clients/jincheng/logo")).status_code == 200
    # The one without a client is the operator's: a client's does not stand in for it.
    assert (await beidou.get("/brand/logo")).status_code == 204


async def test_only_administrators_change_logos(api: Api) -> None:
    operator = await operator_of(await api.sign_in("admin"))
    for login in ("supervisor", "agent1", "jincheng"):
        person = await api.sign_in(login)
        for of in ("/clients/jincheng", operator):
            assert (await put(person, of, DRAWN % 3)).status_code == 403, (login, of)
            assert (await person.delete(f"{of}/logo")).status_code == 403, (login, of)


async def test_what_is_refused_says_why_in_the_callers_language_and_leaves_what_was(
    api: Api,
) -> None:
    admin = await api.sign_in("admin")
    kept = shown(await put(admin, "/clients/beidou", PNG))
    bad = (DRAWN % 1).replace(b"<rect", b"<script>alert(1)</script><rect")
    refused = await put(admin, "/clients/beidou", bad)
    assert (refused.status_code, refused.json()["code"]) == (422, "logo.forbidden")
    assert "<script>" in refused.json()["detail"]
    admin.headers["Accept-Language"] = "en"
    assert "without scripts" in (await put(admin, "/clients/beidou", bad)).json()["detail"]
    large = await put(admin, "/clients/beidou", PNG + bytes(300_000))
    assert (large.status_code, large.json()["code"]) == (413, "logo.too_large")
    beidou = await api.sign_in("beidou")
    assert shown(await beidou.get("/brand/mine"))["client"] == kept


async def test_a_client_that_goes_takes_its_logo_along(api: Api) -> None:
    admin = await api.sign_in("admin")
    made = (await admin.post("/clients", json={"name": "短期客户"})).raise_for_status()
    client, version = made.json()["id"], made.headers["etag"]
    shown(await put(admin, f"/clients/{client}", PNG))
    gone = await admin.delete(f"/clients/{client}", headers={"If-Match": version})
    assert gone.status_code == 204
    assert (await admin.get(f"/clients/{client}/logo")).status_code == 404
