"""The parts of ``bin/up`` that decide something."""

from __future__ import annotations

from pathlib import Path

import pytest

from openseat.bootstrap.console import Background, Console
from openseat.bootstrap.environment import environment_python, is_complete
from openseat.bootstrap.pages import built_pages


def test_an_environment_is_named_after_its_lock(tmp_path: Path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1")
    first = environment_python(lock, tmp_path)
    assert environment_python(lock, tmp_path) == first
    lock.write_text("a==2")
    assert environment_python(lock, tmp_path) != first
    assert not is_complete(first)


def test_pages_are_named_after_their_sources_and_nothing_else(tmp_path: Path):
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "src/main.ts").write_text("1")
    (web / "package.json").write_text("{}")
    first = built_pages(tmp_path, tmp_path)
    (web / "node_modules").mkdir()
    (web / "node_modules/x.js").write_text("x")
    (web / "dist").mkdir()
    assert built_pages(tmp_path, tmp_path) == first
    (web / "src/main.ts").write_text("2")
    assert built_pages(tmp_path, tmp_path) != first


def test_a_step_tells_its_name_and_time():
    said: list[str] = []
    console = Console(write=said.append)
    with console.step("Pages") as note:
        note("building")
    assert said[0] == "   Pages: building\n"
    assert said[1].startswith(" ✓ Pages  0.")


def test_a_failed_step_says_so_and_raises():
    said: list[str] = []
    console = Console(write=said.append)

    def fail() -> None:
        with console.step("Pages"):
            raise RuntimeError("no disk")

    with pytest.raises(RuntimeError, match="no disk"):
        fail()
    assert said[-1].startswith(" ✗ Pages")


def test_a_step_beside_others_hands_over_what_it_raised():
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Background(fail).result()
    Background(lambda: None).result()
