"""Does everything that should run really work?"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any

from openseat.installation.checks.result import Result, failed, ok, warning
from openseat.platform.migrate import newest_revision
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.status import SETTLED, Status, supervisor_process

_TIMEOUT_S = 5
#: Some seconds of the busiest traffic; more means that the worker cannot keep up.
_MOST_EVENTS_BEHIND = 20_000
_SEE_LOGS = "see bin/openseat logs"


def check_running(settings: Settings) -> Iterator[Result]:
    """Yield the result of every check of the running installation."""
    yield from _processes(settings)
    yield from _database(settings)
    yield _spool(settings)
    for name, port, secret in (
        ("switch", settings.ports.main.http, "ari"),
        ("carrier", settings.ports.carrier.http, "carrier_ari"),
    ):
        yield _ari(settings, name, port, secret)
    yield _trunks(settings)
    yield _api(settings)


def _processes(settings: Settings) -> Iterator[Result]:
    run = settings.paths.run
    supervisor = supervisor_process(run)
    if supervisor is None:
        yield failed("supervisor", "not running", "run bin/up")
    else:
        yield ok("supervisor", f"process {supervisor.pid}")
    status = Status.read(run)
    if status is None:
        return
    for child in status.children:
        if child.state in SETTLED:
            found = f"{child.state}" + (f", process {child.pid}" if child.pid else "")
            if child.crashes:
                last = [crash for crash in status.crashes if crash.child == child.name]
                how = f", last at {last[-1].at} ({last[-1].how})" if last else ""
                yield warning(child.name, f"{found}, crashed {child.crashes} times{how}", _SEE_LOGS)
            else:
                yield ok(child.name, found)
        else:
            yield failed(child.name, str(child.state), f"see bin/openseat logs {child.name}")


def _database(settings: Settings) -> Iterator[Result]:
    try:
        yield from asyncio.run(_ask_database(settings))
    except OSError as error:
        yield failed("postgres", f"no answer: {error}", _SEE_LOGS + " postgres")
    except LookupError as error:
        yield failed("postgres", str(error), "run bin/up")
    except ImportError:
        yield failed("postgres", "cannot be asked without the packages", "run bin/up")


async def _ask_database(settings: Settings) -> list[Result]:
    import asyncpg

    try:
        owner = await asyncpg.connect(settings.database_url("owner"), timeout=_TIMEOUT_S)
    except asyncpg.PostgresError as error:
        return [failed("postgres", str(error), "run bin/openseat prepare-database")]
    try:
        version = await owner.fetchval("SHOW server_version")
        results = [ok("postgres", f"version {version}")]
        try:
            found = await owner.fetchval("SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            found = None
    finally:
        await owner.close()
    newest = newest_revision()
    if found != newest:
        said = f"revision {found or 'none'}, this program wants {newest}"
        return [*results, failed("schema", said, "run bin/openseat prepare-database")]
    results.append(ok("schema", f"revision {found}"))
    floor = await asyncpg.connect(settings.database_url("floor"), timeout=_TIMEOUT_S)
    try:
        results.append(await _lease(floor, settings))
        results.append(await _projections(floor, settings))
        results.append(await _recordings(floor, settings))
    finally:
        await floor.close()
    return results


async def _lease(connection: Any, settings: Settings) -> Result:
    """Watch the lease for longer than its renewal takes: a beating heart is the proof of life."""
    query = "SELECT token, holder, beat FROM cell_lease WHERE cell_id = $1"
    first = await connection.fetchrow(query, settings.floor.cell_id)
    if first is None:
        return failed("floor lease", "nobody holds it", "see bin/openseat logs floor")
    await asyncio.sleep(settings.floor.lease_ms / 1000)
    second = await connection.fetchrow(query, settings.floor.cell_id)
    if second is None or second["beat"] == first["beat"]:
        return failed("floor lease", "not renewed", "see bin/openseat logs floor")
    return ok("floor lease", f"held by {second['holder']}, token {second['token']}")


async def _projections(connection: Any, settings: Settings) -> Result:
    rows = await connection.fetch(
        "SELECT name, seq, trouble FROM projection_cursor WHERE cell_id = $1",
        settings.floor.cell_id,
    )
    newest = await connection.fetchval(
        "SELECT coalesce(max(seq), 0) FROM journal WHERE cell_id = $1", settings.floor.cell_id
    )
    troubled = [f"{row['name']}: {row['trouble']}" for row in rows if row["trouble"]]
    if troubled:
        return failed("projections", "; ".join(troubled), "see bin/openseat logs worker")
    behind = max((newest - row["seq"] for row in rows), default=newest)
    if behind > _MOST_EVENTS_BEHIND:
        return warning("projections", f"{behind} events behind", "see bin/openseat logs worker")
    return ok("projections", f"{len(rows)} follow the journal ({newest} events)")


async def _recordings(connection: Any, settings: Settings) -> Result:
    """Look for recordings that were tried more than once and cannot be finished."""
    rows = await connection.fetch(
        "SELECT recording_id, reason FROM recording_troubles JOIN recordings USING (recording_id)"
        " WHERE cell_id = $1 AND attempts > 2 ORDER BY last_at DESC",
        settings.floor.cell_id,
    )
    if rows:
        first = f"{rows[0]['recording_id']}: {rows[0]['reason']}"
        said = f"{len(rows)} cannot be finished ({first})"
        return warning("recordings", said, "see bin/openseat logs worker")
    waiting = await connection.fetchval(
        "SELECT count(*) FROM recordings WHERE cell_id = $1 AND stopped_at IS NOT NULL"
        " AND stored_at IS NULL",
        settings.floor.cell_id,
    )
    return ok("recordings", f"{waiting} being finished" if waiting else "all finished")


def _spool(settings: Settings) -> Result:
    """Look for facts that a deposed floor could not store."""
    orphans = sorted(path.name for path in settings.paths.spool.glob("*.orphan"))
    if orphans:
        said = f"another node became the writer before {', '.join(orphans)} was stored"
        return warning("spool", said, f"read docs/decisions/journal.md ({settings.paths.spool})")
    waiting = [path for path in settings.paths.spool.glob("*.spool") if path.stat().st_size]
    if waiting:
        return warning("spool", "events wait on disk for PostgreSQL", _SEE_LOGS + " postgres")
    return ok("spool", "empty")


def _ari(settings: Settings, name: str, port: int, secret: str) -> Result:
    what = f"{name} control"
    status, answer = _get(port, "/ari/asterisk/info", _basic(settings, secret))
    if status == http.client.OK and isinstance(answer, dict):
        return ok(what, f"Asterisk {answer['system']['version']} answers")
    if status == http.client.UNAUTHORIZED:
        return failed(what, "refuses the password", f"restart: bin/down, bin/up ({name})")
    return failed(what, "no answer", f"see bin/openseat logs {name}")


def _trunks(settings: Settings) -> Result:
    status, answer = _get(settings.ports.main.http, "/ari/endpoints/PJSIP", _basic(settings, "ari"))
    if status == http.client.NOT_FOUND:
        answer = []  # how the switch says that it has no endpoint at all
    elif status != http.client.OK:
        return failed("trunks", "the switch does not tell", "see bin/openseat logs switch")
    trunks = {
        endpoint["resource"]: endpoint["state"]
        for endpoint in answer
        if endpoint["resource"].startswith("trunk-")
    }
    if not trunks:
        return failed("trunks", "none", "define one, or seed the demonstration floor")
    down = sorted(name for name, state in trunks.items() if state != "online")
    if down:
        return failed("trunks", f"{', '.join(down)} not reachable", "ask the carrier")
    return ok("trunks", f"{', '.join(sorted(trunks))} reachable")


def _api(settings: Settings) -> Result:
    status, _ = _get(settings.ports.web, "/api/v1/health", {})
    if status == http.client.OK:
        return ok("web", f"answers on port {settings.ports.web}")
    return failed("web", f"answer {status}" if status else "no answer", "see bin/openseat logs api")


def _basic(settings: Settings, secret: str) -> dict[str, str]:
    try:
        password = settings.secrets.read(secret)
    except LookupError:
        password = ""  # the refusal that follows says what is wrong
    token = base64.b64encode(f"openseat:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def _get(port: int, path: str, headers: dict[str, str]) -> tuple[int | None, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None, None
    finally:
        connection.close()
    try:
        return response.status, json.loads(body)
    except ValueError:
        return response.status, None
