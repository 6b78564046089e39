"""The doctor's findings about a machine and an installation it has never seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openseat.installation import doctor
from openseat.installation.checks.machine import check_machine
from openseat.installation.checks.result import Result, Verdict
from openseat.installation.checks.running import check_running
from openseat.platform.settings import Settings
from openseat.testing.ports import free_port


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    # Ports above the kernel's range for outgoing connections are nobody's.
    monkeypatch.setenv("OPENSEAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENSEAT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENSEAT_BASE_PORT", str(min(free_port(), 50_000)))
    return Settings.load()


def by_name(results: list[Result]) -> dict[str, Result]:
    return {result.name: result for result in results}


def test_a_bare_machine_is_told_to_run_bin_up(settings: Settings):
    found = by_name(list(check_machine(settings)))
    assert found["python"].verdict is Verdict.OK
    for name in ("web pages", "secrets"):
        assert found[name].verdict is Verdict.FAILED
        assert "bin/up" in found[name].remedy


def test_secrets_others_can_read_are_named(settings: Settings):
    settings.secrets.ensure()
    (settings.paths.secrets / "ari").chmod(0o644)
    found = by_name(list(check_machine(settings)))["secrets"]
    assert found.verdict is Verdict.FAILED
    assert "ari" in found.found
    assert "chmod" in found.remedy


def test_nothing_running_is_found_out_without_raising(settings: Settings):
    settings.secrets.ensure()
    results = list(check_running(settings))
    failures = {result.name for result in results if result.verdict is Verdict.FAILED}
    assert {"supervisor", "postgres", "switch control", "carrier control", "web"} <= failures
    assert all(result.remedy for result in results if result.verdict is not Verdict.OK)


def test_the_report_is_one_json_object_and_the_exit_code_tells(
    settings: Settings, capsys: pytest.CaptureFixture[str]
):
    assert doctor.main(["--json", "--machine"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert {"name", "verdict", "found", "remedy"} == set(report["checks"][0])


def test_each_finding_is_one_line(settings: Settings, capsys: pytest.CaptureFixture[str]):
    doctor.main(["--machine"])
    lines = capsys.readouterr().out.splitlines()
    assert all(line[0] in "✓!✗" for line in lines[:-1])
    assert lines[-1].endswith("checks failed.")


def test_what_a_deposed_floor_left_behind_is_named(settings: Settings):
    settings.secrets.ensure()
    settings.paths.create()
    assert by_name(list(check_running(settings)))["spool"].verdict is Verdict.OK
    (settings.paths.spool / "main.spool").write_bytes(b"events")
    assert "PostgreSQL" in by_name(list(check_running(settings)))["spool"].found
    (settings.paths.spool / "main-7.orphan").touch()
    found = by_name(list(check_running(settings)))["spool"]
    assert found.verdict is Verdict.WARNING
    assert "main-7.orphan" in found.found
