"""The embedded PostgreSQL: killed, started again, and closed to strangers."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from openseat.platform.migrate import is_current, migrate
from openseat.platform.postgres import Cluster, PostgresError, binaries
from openseat.platform.provision import provision
from openseat.platform.settings import Settings
from openseat.testing.ports import free_port

pytestmark = pytest.mark.database


class Running:
    def __init__(self, folder: Path):
        # A path longer than a Unix socket's name may be.
        long = folder / ("a-rather-long-folder-name-" * 6)
        long.mkdir()
        self.log = long / "log"
        self.cluster = Cluster(long / "pg", free_port(), "secret")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        self.process = self.cluster.start(self.log)
        return self.process

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        Cluster.stop(made.process)


async def test_what_was_committed_survives_a_kill(running: Running):
    connection = await asyncpg.connect(running.cluster.url)
    await connection.execute("CREATE TABLE facts (n int)")
    await connection.execute("INSERT INTO facts SELECT generate_series(1, 1000)")
    running.kill()
    connection.terminate()
    running.start()
    connection = await asyncpg.connect(running.cluster.url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM facts") == 1000
    finally:
        await connection.close()


async def test_it_starts_again_while_an_orphan_of_the_killed_one_is_busy(running: Running):
    # A loop that never waits does not notice that the server is gone.
    connection = await asyncpg.connect(running.cluster.url)
    loop = "DO $$ BEGIN FOR i IN 1..2000000000 LOOP END LOOP; END $$"
    busy = asyncio.create_task(connection.execute(loop))
    watcher = await asyncpg.connect(running.cluster.url)
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
    async with asyncio.timeout(20):
        while not await watcher.fetchval(query):
            await asyncio.sleep(0.02)
    running.kill()
    running.start()
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await busy
    watcher.terminate()
    again = await asyncpg.connect(running.cluster.url)
    try:
        assert await again.fetchval("SELECT 1") == 1
    finally:
        await again.close()


def test_a_second_server_on_the_same_folder_is_refused(running: Running):
    with pytest.raises(PostgresError, match="already runs"):
        running.cluster.prepare()


def test_the_folder_is_the_owners_alone(running: Running):
    assert stat.S_IMODE(running.cluster.folder.stat().st_mode) == 0o700
    assert not list(running.cluster.folder.parent.glob("*.password"))
    assert not list(running.cluster.folder.glob(".s.PGSQL*"))


async def test_a_copy_taken_while_it_runs_is_a_server_of_its_own(running: Running, tmp_path: Path):
    connection = await asyncpg.connect(running.cluster.url)
    await connection.execute("CREATE TABLE facts AS SELECT generate_series(1, 1000) AS n")
    await connection.close()
    backup = [str(binaries() / "pg_basebackup"), "-d", running.cluster.url, "-D", tmp_path / "copy"]
    await asyncio.to_thread(subprocess.run, backup, check=True)
    copy = Cluster(tmp_path / "copy", free_port(), "secret")
    process = copy.start(tmp_path / "copy.log")
    try:
        connection = await asyncpg.connect(copy.url)
        assert await connection.fetchval("SELECT count(*) FROM facts") == 1000
        await connection.close()
    finally:
        Cluster.stop(process)


async def test_a_wrong_password_is_refused(running: Running):
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host="127.0.0.1", port=running.cluster.port, user="postgres", password="wrong"
        )


def test_a_reused_process_id_in_a_stale_file_is_seen_through(running: Running):
    running.kill()
    stale = running.cluster.folder / "postmaster.pid"
    lines = stale.read_text().splitlines()
    lines[0] = str(os.getpid())
    stale.write_text("\n".join(lines) + "\n")
    assert running.cluster.running_pid() is None
    running.start()
    assert running.cluster.ready()


async def test_a_given_server_gets_roles_database_and_schema(running: Running, tmp_path: Path):
    settings = Settings.load(
        {"OPENSEAT_HOME": str(tmp_path), "OPENSEAT_DATABASE_URL": running.cluster.url}
    )
    settings.secrets.ensure()
    owner = settings.database_url("owner")
    assert not await is_current(owner)
    await provision(settings)
    await provision(settings)
    assert not await is_current(owner)
    migrate(owner)
    assert await is_current(owner)
    # New passwords reach the server: the secrets are the truth.
    for name in ("database_owner", "database_app"):
        (settings.paths.secrets / name).unlink()
    settings.secrets.ensure()
    assert not await is_current(settings.database_url("owner"))
    await provision(settings)
    assert await is_current(settings.database_url("owner"))
