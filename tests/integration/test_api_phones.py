"""What the set-up keeps of agents on the telephone: numbers, PINs, codes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from openseat.core.pin import matches
from openseat.directory.picture import read_picture
from openseat.platform.settings import Settings
from openseat.testing.api import Api, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


async def change(api: Api, path: str, **values: object) -> dict[str, object]:
    admin = await api.sign_in("admin")
    tag = (await admin.get(path)).headers["ETag"]
    answer = await admin.patch(path, json=values, headers={"If-Match": tag})
    return {"status": answer.status_code, **answer.json()}


async def test_a_pin_is_written_never_shown_and_reaches_the_floor_as_a_digest(api: Api) -> None:
    told = await change(api, "/agents/agent-1001", telephone="+8613700000001", pin="471100")
    assert (told["status"], told["has_pin"], told["telephone"]) == (200, True, "+8613700000001")
    assert "pin" not in told
    assert (await change(api, "/agents/agent-1001", language="en"))["has_pin"], "it stays"
    connection = await asyncpg.connect(api.settings.database_url("floor"))
    try:
        known = (await read_picture(connection, "main")).config.agents["agent-1001"]
    finally:
        await connection.close()
    assert (known.telephone, known.language) == ("+8613700000001", "en")
    assert matches("agent-1001", "471100", known.pin)
    assert not matches("agent-1001", "471101", known.pin)
    admin = await api.sign_in("admin")
    trail = (await admin.get("/audit", params={"subject_id": "agent-1001"})).text
    assert "471100" not in trail
    assert (await change(api, "/agents/agent-1001", pin=""))["has_pin"] is False


@pytest.mark.parametrize("pin", ["123", "12345678901", "12a4"])
async def test_a_pin_is_digits(api: Api, pin: str) -> None:
    assert (await change(api, "/agents/agent-1001", pin=pin))["status"] == 422


async def test_codes_reach_the_floor_and_must_be_told_apart(api: Api) -> None:
    admin = await api.sign_in("admin")
    (operator,) = (await admin.get("/operators")).json()["items"]
    path = f"/operators/{operator['id']}"
    assert operator["code_sign_in"] == "*81"
    told = await change(api, path, code_echo="*8", service_number="+862150109099")
    assert told["status"] == 422
    (wrong,) = told["errors"]
    assert (wrong["field"], wrong["code"]) == ("code_echo", "taken")
    assert (await change(api, path, code_echo="", code_idle="#1"))["status"] == 200
    connection = await asyncpg.connect(api.settings.database_url("floor"))
    try:
        codes = (await read_picture(connection, "main")).config.phone_codes
    finally:
        await connection.close()
    assert (codes.echo, codes.idle, codes.busy) == ("", "#1", "*84")
    assert (await change(api, path, code_echo="*87", code_idle="*83"))["status"] == 200
