"""The commands a newcomer types, on an installation of their own beside the shared one."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import Status, child_record, supervisor_process
from openseat.testing.product import ProductError, command, running_product

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

#: A whole span below the shared product's ports.
BASE_PORT = 2000
CHILDREN = ("postgres", "switch", "carrier", "floor", "worker", "api", "standby")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with running_product(tmp_path_factory.mktemp("copy"), BASE_PORT) as settings:
        yield settings


def wait(settings: Settings, condition: Callable[[Status], object]) -> Status:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        status = Status.read(settings.paths.run)
        if status is not None and status.state == "ready" and condition(status):
            return status
        time.sleep(0.02)
    raise AssertionError(f"not reached: {Status.read(settings.paths.run)}")


def pids(settings: Settings) -> dict[str, int]:
    found = {}
    for name in CHILDREN:
        record = ProcessRecord.read(child_record(settings.paths.run, name))
        assert record is not None
        assert record.alive()
        found[name] = record.pid
    return found


def doctor(settings: Settings) -> dict[str, dict[str, str]]:
    report = json.loads(command("run", "doctor", "--json", settings=settings))
    assert report["ok"]
    return {check["name"]: check for check in report["checks"]}


def test_two_copies_run_side_by_side_and_the_doctor_is_content(product: Settings, copy: Settings):
    assert product.ports.base != copy.ports.base
    for settings in (product, copy):
        checks = doctor(settings)
        assert checks["trunks"]["verdict"] == "ok"
        assert checks["floor lease"]["verdict"] == "ok"
        assert checks["web"]["verdict"] == "ok"


def test_up_again_changes_nothing(copy: Settings):
    before = pids(copy)
    said = command("up", "--detach", settings=copy)
    assert "already running" in said
    assert f"http://127.0.0.1:{copy.ports.web}/" in said
    assert pids(copy) == before


@pytest.mark.parametrize("name", CHILDREN)
def test_a_killed_process_is_back_and_reported(copy: Settings, name: str):
    before = pids(copy)
    os.kill(before[name], signal.SIGKILL)
    status = wait(
        copy,
        lambda status: (
            status.crashes
            and status.crashes[-1].child == name
            and status.crashes[-1].back_after_ms is not None
        ),
    )
    assert status.crashes[-1].how in {"killed by SIGKILL", "cause unknown"}
    after = pids(copy)
    assert after[name] != before[name]
    assert {other: pid for other, pid in after.items() if other != name} == {
        other: pid for other, pid in before.items() if other != name
    }
    said = command("run", "status", settings=copy)
    assert f"{name} ended unexpectedly" in said


def test_everything_outlives_the_supervisor_and_its_standby_adopts_it(copy: Settings):
    before = pids(copy)
    heir = before.pop("standby")
    supervisor = supervisor_process(copy.paths.run)
    assert supervisor is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    wait(copy, lambda status: status.crashes and status.crashes[-1].child == "supervisor")
    command("up", "--detach", settings=copy)
    after = pids(copy)
    assert after.pop("standby") != heir
    assert after == before
    acting = supervisor_process(copy.paths.run)
    assert acting is not None
    assert acting.pid == heir
    doctor(copy)


def test_a_taken_port_is_named_with_its_holder(tmp_path: Path):
    base = BASE_PORT + 200  # nothing of the other copy is there
    with socket.create_server(("127.0.0.1", base)):
        settings = Settings.load(
            {
                **os.environ,
                "OPENSEAT_HOME": str(tmp_path),
                "OPENSEAT_BASE_PORT": str(base),
            }
        )
        with pytest.raises(ProductError) as refused:
            command("up", "--detach", settings=settings)
    said = str(refused.value)
    assert f"port {base} (web) is taken by process {os.getpid()}" in said
    assert "OPENSEAT_BASE_PORT" in said


def test_down_leaves_nothing_and_up_comes_back_with_the_same_data(tmp_path: Path):
    with running_product(tmp_path, BASE_PORT + 100) as settings:
        password = settings.secrets.read("demo_admin")
        command("down", settings=settings)
        assert supervisor_process(settings.paths.run) is None
        assert not list(settings.paths.run.glob("*.pid"))
        command("up", "--detach", settings=settings)
        assert settings.secrets.read("demo_admin") == password
        doctor(settings)
