"""The test runner: what it counts, and what it finds left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from openseat.platform.processes import ProcessRecord

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    import test_run

    return test_run


def part(tools: ModuleType, code: str, *, tests: bool = False):
    return tools.Part("a part", (sys.executable, "-c", code), tests=tests)


def outcomes(tools: ModuleType, folder: Path, *parts) -> tuple[int, int]:
    found = tools.run(parts, folder)
    return sum(it.passed for it in found), sum(it.failed for it in found)


def test_a_part_that_ends_well_counts_one(tools: ModuleType, tmp_path: Path):
    # The other one is the check that nothing was left behind.
    assert outcomes(tools, tmp_path, part(tools, "pass")) == (2, 0)


def test_a_failed_part_shows_what_it_printed(
    tools: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert outcomes(tools, tmp_path, part(tools, "raise SystemExit('why it failed')")) == (1, 1)
    assert "why it failed" in capsys.readouterr().out


def test_tests_are_counted_one_by_one_and_a_skipped_one_fails(tools: ModuleType, tmp_path: Path):
    suite = tmp_path / "test_some.py"
    suite.write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): pass\n"
        "def test_c(): assert 0\n"
        "def test_d(): pytest.skip('not today')\n"
    )
    command = (sys.executable, "-m", "pytest", "-c", os.devnull, "-q", str(suite))
    chosen = tools.Part("tests", command, tests=True)
    assert outcomes(tools, tmp_path, chosen) == (3, 2)


def suite_alone(tools: ModuleType, folder: Path, text: str):
    suite = folder / "test_some.py"
    suite.write_text(text)
    command = (sys.executable, "-m", "pytest", "-c", os.devnull, "-q", str(suite))
    return tools.Part("calls", command, tests=True, alone=True)


def test_what_fails_once_beside_real_media_is_tried_again_and_named(
    tools: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    chosen = suite_alone(
        tools,
        tmp_path,
        "import pathlib\n"
        "def test_a(): pass\n"
        "def test_b():\n"
        f"    seen = pathlib.Path({str(tmp_path / 'seen')!r})\n"
        "    first = not seen.exists()\n"
        "    seen.touch()\n"
        "    assert not first, 'the machine was slow'\n",
    )
    assert outcomes(tools, tmp_path, chosen) == (3, 0)
    shown = capsys.readouterr().out
    assert "passed only the second time: test_some::test_b" in shown
    assert "the machine was slow" in shown


@pytest.mark.parametrize(
    ("bad", "runs"), [("def test_b(n={n}): assert 0\n", 2), ("def test_{n}(): assert 0\n", 1)]
)
def test_what_fails_twice_fails_and_many_at_once_are_not_tried_again(
    tools: ModuleType, tmp_path: Path, bad: str, runs: int
):
    chosen = suite_alone(
        tools,
        tmp_path,
        f"with open({str(tmp_path / 'runs')!r}, 'a') as file: file.write('run ')\n"
        + "".join(bad.format(n=n) for n in range(5))
        + "def test_c():\n    import pytest\n    pytest.skip('not today')\n"
        + "def test_d(): pass\n",
    )
    failed = 2 if runs == 2 else 6
    assert outcomes(tools, tmp_path, chosen) == (2, failed)
    assert (tmp_path / "runs").read_text().split() == ["run"] * runs


def test_parts_that_may_run_side_by_side_do_and_others_wait(tools: ModuleType, tmp_path: Path):
    meet = (
        "import pathlib, sys, time\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "mine, other = sys.argv[1:]\n"
        "(folder / mine).touch()\n"
        "end = time.monotonic() + 30\n"
        "while not (folder / other).exists():\n"
        "    assert time.monotonic() < end, 'it never came'\n"
        "    time.sleep(0.02)\n"
    )
    alone = f"import pathlib; assert not pathlib.Path({str(tmp_path / 'last')!r}).exists()"
    last = f"import pathlib; pathlib.Path({str(tmp_path / 'last')!r}).touch()"

    def made(name: str, *words: str, beside: str = ""):
        command = (sys.executable, "-c", *words)
        return tools.Part(name, command, alone=True, beside=beside)

    parts = (
        made("one", meet, "one", "two", beside="calls"),
        made("two", meet, "two", "one", beside="calls"),
        made("three", alone),
        made("four", last),
    )
    assert outcomes(tools, tmp_path, *parts) == (5, 0)


def test_a_test_run_that_finds_no_test_fails(tools: ModuleType, tmp_path: Path):
    command = (sys.executable, "-m", "pytest", "-c", os.devnull, "-q", str(tmp_path))
    chosen = tools.Part("tests", command, tests=True)
    assert outcomes(tools, tmp_path, chosen) == (1, 1)


def test_an_interrupted_run_takes_its_processes_along(tmp_path: Path):
    code = (
        "import pathlib, sys, test_run\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "code = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'\n"
        "test_run.run([test_run.Part('sleeps', (sys.executable, '-c', code))], folder)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], env={"PYTHONPATH": str(TOOLS)})
    log = tmp_path / "sleeps.log"
    limit = time.monotonic() + 30
    while not log.exists() or not log.read_text().endswith("\n"):
        assert time.monotonic() < limit
        time.sleep(0.02)
    run.terminate()
    assert run.wait(30) == 128 + signal.SIGTERM
    assert ProcessRecord.of(int(log.read_text())) is None


def test_a_process_left_behind_is_found_and_ended(tools: ModuleType):
    import leftovers

    left = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env={"LEFT_BY": "this test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with left:
        assert left.stdout is not None
        left.stdout.readline()
        [found] = leftovers.end_leftovers("LEFT_BY", "this test", patience_s=0)
        assert str(left.pid) in found
        assert left.wait(10) == -9
    assert leftovers.end_leftovers("LEFT_BY", "this test", patience_s=0) == []
