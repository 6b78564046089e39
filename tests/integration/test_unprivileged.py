"""PostgreSQL on behalf of root, each way that works; as an ordinary user, plainly."""

from __future__ import annotations

import os
from pathlib import Path

import asyncpg
import pytest

from openseat.platform import postgres, unprivileged
from openseat.platform.postgres import Cluster
from openseat.platform.unprivileged import Disguise, UnprivilegedError
from openseat.testing.ports import free_port

pytestmark = pytest.mark.database

WAYS = (
    {"namespace": unprivileged._NAMESPACE, "nobody": unprivileged._NOBODY_KEEPING_PATHS}
    if os.geteuid() == 0
    else {"plain": Disguise()}
)


@pytest.mark.parametrize("way", WAYS)
async def test_postgres_runs_in_a_folder_nobody_else_may_enter(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "disguise", lambda: WAYS[way])
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "pg", free_port(), "secret", durable=False)
    process = cluster.start(tmp_path / "log")
    try:
        connection = await asyncpg.connect(cluster.url)
        try:
            assert await connection.fetchval("SELECT 1") == 1
        finally:
            await connection.close()
    finally:
        Cluster.stop(process)


async def test_a_folder_made_one_way_is_taken_over_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cluster = Cluster(tmp_path / "pg", free_port(), "secret", durable=False)
    for way in (*WAYS.values(), *reversed(WAYS.values())):
        monkeypatch.setattr(postgres, "disguise", lambda way=way: way)
        Cluster.stop(cluster.start(tmp_path / "log"))


def test_root_without_any_way_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(unprivileged, "_works", lambda _: False)
    with pytest.raises(UnprivilegedError, match="OPENSEAT_DATABASE_URL"):
        unprivileged.disguise.__wrapped__()
