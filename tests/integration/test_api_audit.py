"""The audit trail checked from a page: whole, tampered with, cut off; the check is on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from openseat.testing.api import running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database


async def tamper(database: Database, statement: str) -> None:
    connection = await asyncpg.connect(database.url("superuser"))
    try:
        await connection.execute("set session_replication_role = replica;" + statement)
    finally:
        await connection.close()


async def check(who: httpx.AsyncClient, since: str = "") -> dict[str, Any]:
    answer = await who.post("/audit/verification", json={"since": since})
    return answer.raise_for_status().json()


async def test_the_trail_is_told_whole_until_somebody_touches_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with running_api(settings_for(fresh_database, tmp_path)) as api:
        admin = await api.sign_in("admin")
        first = await check(admin)
        assert first["whole"]
        assert first["broken_at"] is None
        second = await check(admin, first["head"])
        assert (second["whole"], second["entries"]) == (True, first["entries"] + 1)
        newest = (await admin.get("/audit", params={"limit": 1})).json()["items"][0]
        assert newest["action"] == "audit.verified"
        assert newest["detail"]["entries"] == second["entries"]

        # A head that is not in the chain: the end was cut off, or another trail put in its place.
        other = f"{first['entries']}:{'0' * 64}"
        assert not (await check(admin, other))["whole"]

        await tamper(fresh_database, "update audit_entries set actor_id = 'somebody' where seq = 1")
        broken = await check(admin)
        assert (broken["whole"], broken["broken_at"]) == (False, 1)

        refused = await admin.post("/audit/verification", json={"since": "no head"})
        assert refused.status_code == 422
