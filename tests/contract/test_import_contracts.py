"""The architecture's borders, each seen catching a planted violation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]


def check(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(CLONE / "tools/import_contracts.py"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    shutil.copy(CLONE / "pyproject.toml", folder)
    shutil.copytree(CLONE / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_all_contracts_hold(copy: Path):
    code, said = check(copy)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("core", "from openseat.platform.settings import Settings", "core imports only itself"),
        ("core", "import msgspec", "core imports only itself"),
        ("platform", "from openseat.directory import tables", "platform imports no area"),
        ("history", "from openseat.journal.writer import JournalWriter", "only the floor writes"),
        ("history", "from openseat.directory import tables", "directory keeps its internals"),
        ("directory", "from openseat.history import calls", "history keeps its internals"),
        ("directory", "from openseat.floor import server", "floor keeps its internals"),
        ("history", "from openseat.switch.asterisk import site", "switch keeps its internals"),
    ],
)
def test_a_planted_import_breaks_its_contract(copy: Path, module: str, planted: str, contract: str):
    file = copy / "src/openseat" / module / "planted.py"
    file.write_text(planted + "\n")
    try:
        code, said = check(copy)
    finally:
        file.unlink()
    assert code == 1
    broken = said[said.index("Broken contracts") :]
    assert contract in broken
    assert f"openseat.{module}.planted" in broken


def test_the_bootstrap_runs_on_the_standard_library_alone():
    # -S leaves out every installed package; -I leaves out the folder and the environment.
    code = (
        f"import sys; sys.path.insert(0, {str(CLONE / 'src')!r})\n"
        "import openseat.bootstrap.__main__, openseat.bootstrap.up, openseat.bootstrap.down\n"
        "import openseat.installation.supervise, openseat.installation.doctor, openseat.cli\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
