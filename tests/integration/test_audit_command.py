"""`bin/openseat audit verify` on a real database: whole, broken, cut off, and away."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from openseat.platform import audit_command
from openseat.platform.audit import AuditEntry, AuditTrail
from openseat.platform.audit_command import BROKEN, UNKNOWN, WHOLE
from openseat.platform.database import Database as Pool
from openseat.platform.database import OperatorScope
from openseat.platform.settings import Settings
from openseat.testing.api import settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database


@pytest.fixture
def installation(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """An installation with three entries, which commands of this process find."""
    settings = settings_for(fresh_database, tmp_path)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    asyncio.run(write_down(settings, 3))
    return settings


async def write_down(settings: Settings, count: int) -> None:
    pool = Pool(settings.database_url("app"), pool_size=1)
    try:
        for _ in range(count):
            async with pool.tenant_session(OperatorScope()) as session:
                entry = AuditEntry(action="skill.created", actor_id="user-admin")
                await AuditTrail.of(settings).record(session, entry)
    finally:
        await pool.close()


def tamper(database: Database, statement: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(database.url("superuser"))
        try:
            await connection.execute("set session_replication_role = replica;" + statement)
        finally:
            await connection.close()

    asyncio.run(work())


def verified(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = audit_command.main(["verify", *more])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_whole_trail_and_its_head(installation: Settings, capsys: pytest.CaptureFixture[str]):
    code, said = verified(capsys)
    assert (code, "whole: 3 entries" in said) == (WHOLE, True)
    head = said.split()[-1]
    asyncio.run(write_down(installation, 2))
    code, said = verified(capsys, "--since", head, "--json")
    found = json.loads(said)
    assert (code, found["whole"], found["entries"], found["broken_at"]) == (WHOLE, True, 5, None)


def test_an_entry_that_was_changed_is_named(
    installation: Settings, fresh_database: Database, capsys: pytest.CaptureFixture[str]
):
    tamper(fresh_database, "update audit_entries set actor_id = 'nobody' where seq = 2")
    assert verified(capsys) == (BROKEN, "audit trail BROKEN at entry 2\n")
    code, said = verified(capsys, "--json")
    assert (code, json.loads(said)["broken_at"]) == (BROKEN, 2)


def test_entries_cut_off_show_against_a_head_noted_earlier(
    installation: Settings, fresh_database: Database, capsys: pytest.CaptureFixture[str]
):
    head = verified(capsys)[1].split()[-1]
    tamper(
        fresh_database,
        "delete from audit_entries where seq = 3;"
        "update audit_head set seq = 2,"
        " digest = (select digest from audit_entries where seq = 2)",
    )
    assert verified(capsys)[0] == WHOLE
    assert verified(capsys, "--since", head)[0] == BROKEN


def test_a_head_that_is_none_is_refused(installation: Settings):
    with pytest.raises(SystemExit) as ended:
        audit_command.main(["verify", "--since", "yesterday"])
    assert ended.value.code == 2


def test_without_a_database_nothing_is_said_of_the_trail(
    installation: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("OPENSEAT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/postgres")
    code, said = verified(capsys)
    assert (code, "bin/up" in said) == (UNKNOWN, True)
