"""The supervisor over real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openseat.platform.processes import ProcessRecord
from openseat.platform.status import ChildState, Status, child_record, supervisor_process

# A small installation: `base` must be ready before `job` runs once and `top` starts.
_PROGRAM = """
import os
import sys
from pathlib import Path
from openseat.platform.child import ChildSpec
from openseat.platform.supervisor import Supervisor
folder = Path(sys.argv[1])
python = sys.executable
def stays(name):
    code = f"import time; open({str(folder / name)!r}, 'w'); time.sleep(600)"
    return (python, "-S", "-c", code)
def touched(name):
    return (folder / name).exists
specs = [
    ChildSpec("base", stays("base-up"), ready=touched("base-up")),
    ChildSpec("job", (python, "-S", "-c", f"open({str(folder / 'jobs')!r}, 'a').write('x')"),
              requires=frozenset({"base"}), once=True),
    ChildSpec("top", stays("top-up"), ready=touched("top-up"), requires=frozenset({"base", "job"})),
]
if sys.argv[2:] == ["spare"]:
    code = (
        "import time, openseat.platform.spare as spare;"
        f"open({str(folder / 'spares')!r}, 'a').write('x'); spare.wait_for_turn();"
        f"open({str(folder / 'acting')!r}, 'a').write('x'); time.sleep(600)"
    )
    specs.append(ChildSpec("acts", (python, "-c", code), ready=touched("acting"), spare=True))
if sys.argv[2:] == ["full"]:
    import openseat.platform.processes as processes
    import openseat.platform.status as status
    def full(path, text):
        if path.name != "supervisor.pid":
            raise OSError(28, "No space left on device")
    processes.write_atomically = status.write_atomically = full
if "standby" in sys.argv[2:]:
    specs.append(ChildSpec("standby", (python, __file__, str(folder), "standby", "wait")))
if sys.argv[2:] == ["broken"]:
    fails = (python, "-S", "-c", "raise SystemExit(3)")
    specs.append(ChildSpec("broken", fails, ready=lambda: False))
supervisor = Supervisor(specs, folder / "run", folder / "log", dict(os.environ))
if sys.argv[-1] == "wait":
    supervisor.stand_by("standby")
else:
    supervisor.run()
"""


class Installation:
    def __init__(self, folder: Path):
        self.folder = folder
        self.run = folder / "run"
        self.run.mkdir()
        (folder / "log").mkdir()
        (folder / "program.py").write_text(_PROGRAM)
        self.supervisors: list[subprocess.Popen[bytes]] = []

    def supervise(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log/supervisor.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(self.folder / "program.py"), str(self.folder), *arguments],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
                stdout=log,
                stderr=log,
            )
        self.supervisors.append(process)
        return process

    def wait(self, condition: Callable[[Status], object]) -> Status:
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            status = Status.read(self.run)
            if status is not None and condition(status):
                return status
            time.sleep(0.01)
        log = (self.folder / "log/supervisor.log").read_text()
        raise AssertionError(f"not reached; status {Status.read(self.run)}; log:\n{log}")

    def pid(self, name: str) -> int:
        status = Status.read(self.run)
        assert status is not None
        child = status.child(name)
        assert child is not None
        assert child.pid is not None
        return child.pid

    def clean_up(self) -> None:
        # The standby first, lest it take over.
        for name in ("standby", "supervisor", "base", "top", "broken", "job", "acts"):
            record = ProcessRecord.read(child_record(self.run, name))
            if record is not None and record.alive():
                os.kill(record.pid, signal.SIGKILL)
        for process in self.supervisors:
            process.kill()
            process.wait()


def ready(status: Status) -> bool:
    return status.state == "ready"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.clean_up()


def test_children_start_in_order_of_need_and_stop_in_reverse(installation: Installation):
    supervisor = installation.supervise()
    status = installation.wait(ready)
    assert [child.state for child in status.children] == [
        ChildState.READY,
        ChildState.DONE,
        ChildState.READY,
    ]
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0
    log = (installation.folder / "log/supervisor.log").read_text()
    assert log.index("base: ready") < log.index("job: done") < log.index("top: ready")
    assert log.index("top: stopped") < log.index("base: stopped")
    assert supervisor_process(installation.run) is None


def test_a_killed_child_is_started_again_and_reported(installation: Installation):
    installation.supervise()
    installation.wait(ready)
    old = installation.pid("top")
    os.kill(old, signal.SIGKILL)
    status = installation.wait(
        lambda status: (
            status.crashes and status.crashes[-1].back_after_ms is not None and ready(status)
        )
    )
    assert installation.pid("top") != old
    assert [(crash.child, crash.how) for crash in status.crashes] == [("top", "killed by SIGKILL")]
    assert (installation.folder / "jobs").read_text() == "x"


def test_a_new_supervisor_adopts_what_a_killed_one_left_running(installation: Installation):
    first = installation.supervise()
    installation.wait(ready)
    before = {name: installation.pid(name) for name in ("base", "top")}
    first.kill()
    first.wait()
    (installation.run / "status.json").unlink()
    second = installation.supervise()
    installation.wait(ready)
    assert {name: installation.pid(name) for name in ("base", "top")} == before
    # Adopted children are watched like its own.
    os.kill(before["top"], signal.SIGKILL)
    installation.wait(lambda status: status.crashes and ready(status))
    assert installation.pid("top") != before["top"]
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
    assert ProcessRecord.of(before["base"]) is None


def test_a_second_supervisor_of_the_same_installation_gives_way(installation: Installation):
    installation.supervise()
    installation.wait(ready)
    second = installation.supervise()
    assert second.wait(20) != 0
    assert "already running" in (installation.folder / "log/supervisor.log").read_text()
    assert supervisor_process(installation.run) is not None


def test_a_child_that_keeps_ending_is_paused_and_does_not_disturb_the_others(
    installation: Installation,
):
    installation.supervise("broken")
    status = installation.wait(lambda status: len(status.crashes) >= 3)
    assert {crash.how for crash in status.crashes} == {"exit code 3"}
    top = status.child("top")
    assert top is not None
    assert top.crashes == 0
    assert "starting it again in 0.25 s" in (installation.folder / "log/supervisor.log").read_text()


def test_a_full_disk_does_not_keep_a_killed_child_from_coming_back(installation: Installation):
    supervisor = installation.supervise("full")
    log = installation.folder / "log/supervisor.log"
    limit = time.monotonic() + 20
    while "top: ready" not in log.read_text():
        assert time.monotonic() < limit
        time.sleep(0.01)
    children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children")
    os.kill(int(children.read_text().split()[-1]), signal.SIGKILL)
    while "after its end" not in log.read_text():
        assert time.monotonic() < limit
        time.sleep(0.01)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0


def times(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


def test_a_spare_waits_and_takes_the_place_of_a_killed_process(installation: Installation):
    supervisor = installation.supervise("spare")
    started, acting = installation.folder / "spares", installation.folder / "acting"
    installation.wait(lambda status: ready(status) and times(started) == 2)
    assert times(acting) == 1
    killed = installation.pid("acts")
    os.kill(killed, signal.SIGKILL)
    installation.wait(lambda status: status.crashes and ready(status) and times(started) == 3)
    assert times(acting) == 2
    assert installation.pid("acts") != killed
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0
    # Neither the acting process nor the spare is left, and no spare acted on its own.
    assert times(acting) == 2
    assert ProcessRecord.read(child_record(installation.run, "acts")) is None


def succeeded_by(heir: int) -> Callable[[Status], object]:
    """Whether the heir's own report is out: its standby is another than itself."""

    def holds(status: Status) -> object:
        standby = status.child("standby")
        return ready(status) and standby is not None and standby.pid != heir

    return holds


def test_a_standby_goes_on_where_a_killed_supervisor_left_off(installation: Installation):
    first = installation.supervise("standby")
    installation.wait(ready)
    before = {name: installation.pid(name) for name in ("base", "top")}
    for _ in range(2):  # the one that took over has a standby of its own
        acting = supervisor_process(installation.run)
        assert acting is not None
        heir = installation.pid("standby")
        os.kill(acting.pid, signal.SIGKILL)
        first.wait()
        status = installation.wait(succeeded_by(heir))
        taken_over = supervisor_process(installation.run)
        assert taken_over is not None
        assert taken_over.pid == heir
        assert status.crashes[-1].child == "supervisor"
        assert status.crashes[-1].back_after_ms is not None
    assert {name: installation.pid(name) for name in ("base", "top")} == before
    assert (installation.folder / "jobs").read_text() == "x"
    os.kill(before["top"], signal.SIGKILL)
    installation.wait(lambda status: ready(status) and status.crashes[-1].child == "top")
    heir = installation.pid("standby")
    last = supervisor_process(installation.run)
    assert last is not None
    os.kill(last.pid, signal.SIGTERM)
    installation.wait(lambda status: status.state == "stopped")
    assert ProcessRecord.of(heir) is None
    assert ProcessRecord.of(before["base"]) is None


def test_a_standby_does_not_bring_back_what_was_told_to_stop(installation: Installation):
    supervisor = installation.supervise("standby")
    installation.wait(ready)
    heir = installation.pid("standby")
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0
    assert ProcessRecord.of(heir) is None
    assert supervisor_process(installation.run) is None


def test_a_killed_standby_is_replaced(installation: Installation):
    installation.supervise("standby")
    installation.wait(ready)
    heir = installation.pid("standby")
    os.kill(heir, signal.SIGKILL)
    installation.wait(lambda status: ready(status) and status.crashes)
    assert installation.pid("standby") != heir


def test_the_status_report_is_plain_json(installation: Installation):
    installation.supervise()
    installation.wait(ready)
    report = json.loads((installation.run / "status.json").read_text())
    assert report["state"] == "ready"
    assert report["children"][0]["name"] == "base"
