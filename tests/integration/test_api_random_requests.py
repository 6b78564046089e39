"""Random requests against the real API on a real database: never a fault, always as described.

`OPENSEAT_RANDOM_REQUESTS=10000` asks for that many in all; without it a few hundred are sent.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from openseat.platform.settings import Settings
from openseat.platform.web import PREFIX, build
from openseat.testing.api import settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

WANTED = int(os.environ.get("OPENSEAT_RANDOM_REQUESTS", "400"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
REAL_IDS = {
    "/operators": ["yuansheng"],
    "/branches": ["shanghai"],
    "/clients": ["jincheng", "beidou"],
    "/projects": ["jincheng-service", "beidou-service"],
    "/queues": ["jincheng-care", "beidou-complaints"],
    "/flows": ["jincheng-menu", "shared-menu"],
    "/agents": ["agent-1001", "agent-1016"],
    "/agent-groups": ["group-one"],
    "/skills": ["claims", "english"],
    "/numbers": ["number-shared"],
    "/listed-numbers": ["listed-nuisance"],
    "/hours": ["office"],
    "/calendars": ["china"],
    "/phones": ["1001", "seat-1"],
    "/trunks": ["carrier-ip"],
    "/users": ["user-1002", "user-beidou"],
}


@dataclass(frozen=True)
class Server:
    url: str
    settings: Settings
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API and a floor as an installation runs them, with a token for each role."""
    settings = settings_for(database, tmp_path_factory.mktemp("home"))
    environment = {**os.environ, **settings.environment(), "PYTHONPATH": "src"}
    seeding = (
        "import asyncio; from openseat.directory.seed import seed;"
        "from openseat.platform.settings import Settings; asyncio.run(seed(Settings.load()))"
    )
    subprocess.run([sys.executable, "-c", seeding], env=environment, check=True)
    url = f"http://127.0.0.1:{settings.ports.web}"
    with (
        _running("openseat.testing.memory_floor", settings, environment),
        _running("openseat.api", settings, environment),
    ):
        _await(url)
        yield Server(url, settings, {login: _token(url, settings, login) for login in _LOGINS})


@contextmanager
def _running(module: str, settings: Settings, environment: dict[str, str]) -> Iterator[None]:
    with (settings.paths.log / f"{module}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module], env=environment, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


_LOGINS = {"admin": "demo_admin", "agent1": "demo_agent", "jincheng": "demo_client"}


def _await(url: str) -> None:
    """Wait until the API answers, and has found the floor."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            health = httpx.get(f"{url}{PREFIX}/health", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        if health.json()["status"] == "ok":
            return
        time.sleep(0.1)
    raise AssertionError("the API or the floor did not start")


def _token(url: str, settings: Settings, login: str) -> str:
    password = settings.secrets.read(_LOGINS[login])
    with httpx.Client(base_url=url + PREFIX, timeout=60) as client:
        answer = client.post("/session", json={"login": login, "password": password})
        client.headers["X-OpenSeat-CSRF"] = answer.raise_for_status().json()["csrf_token"]
        made = client.post("/me/tokens", json={"name": "random requests"})
        return made.raise_for_status().json()["token"]


def _aim(case: Any, chance: random.Random) -> None:
    """Now and then ask for what really is there, so that more than the front door is tried."""
    for collection, ids in REAL_IDS.items():
        if case.path.startswith(f"{PREFIX}{collection}/{{subject}}") and chance.random() < 0.6:
            case.path_parameters = {**case.path_parameters, "subject": chance.choice(ids)}
            if chance.random() < 0.7:
                case.headers["If-Match"] = f'"{chance.choice([1, 1, 1, 2, 3])}"'
    for key in list(case.body) if isinstance(case.body, dict) else []:
        ids = REAL_IDS.get("/" + key.removesuffix("_id") + "s")
        if key.endswith("_id") and ids and chance.random() < 0.6:
            case.body[key] = chance.choice(ids)


def test_random_requests_meet_no_fault_and_answers_are_as_described(server: Server) -> None:
    document = build(server.settings).openapi()
    schema = schemathesis.openapi.from_dict(document)
    found: list[Any] = list(schema.get_all_operations())
    operations = [result.ok() for result in found]
    # A twentieth more than its share: what takes no input can be asked in one way only.
    each = max(2, math.ceil(1.05 * WANTED / (2 * len(operations))))
    chance = random.Random(7)
    seen: Counter[int] = Counter()
    with _session() as session:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _try(server, operation, mode, each, chance, session, seen)
    sys.stdout.write(f"\n{sum(seen.values())} requests: {dict(sorted(seen.items()))}\n")
    assert sum(seen.values()) >= WANTED
    assert not [status for status in seen if status >= 500]


def _session() -> Any:
    import requests

    return requests.Session()


def _try(
    server: Server,
    operation: Any,
    mode: GenerationMode,
    count: int,
    chance: random.Random,
    session: Any,
    seen: Counter[int],
) -> None:
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=tuple(HealthCheck),
    )
    def ask(case: Any) -> None:
        _aim(case, chance)
        login = chance.choice(["admin", "admin", "admin", "jincheng", "agent1"])
        if "/me/agent" in case.path:
            login = "agent1"
        headers = {"Authorization": f"Bearer {server.tokens[login]}"}
        response = case.call(base_url=server.url, headers=headers, session=session)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        # An operation without input cannot be asked wrongly.
        return
