"""Every dependency is locked by hash and has its reason written down."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
LISTS = sorted(path.stem for path in CLONE.glob("requirements*.in"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(stem: str) -> set[str]:
    lines = (CLONE / f"{stem}.in").read_text("utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line) for line in lines)
    return {normal(name[0]) for name in names if name}


def locked(stem: str) -> dict[str, str]:
    text = (CLONE / f"{stem}.lock").read_text("utf-8").replace("\\\n", " ")
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)(.*)$", text, re.MULTILINE)
    return {normal(name): rest for name, _, rest in found}


@pytest.mark.parametrize("stem", LISTS)
def test_everything_wanted_is_locked_and_everything_locked_has_a_hash(stem: str):
    lock = locked(stem)
    assert wanted(stem) <= lock.keys()
    assert not [name for name, rest in lock.items() if "--hash=sha256:" not in rest]


def test_every_dependency_has_its_reason():
    reasons = (CLONE / "docs/decisions/dependencies.md").read_text("utf-8").lower()
    for stem in LISTS:
        missing = [name for name in wanted(stem) if name not in reasons]
        assert not missing, stem


def test_every_package_of_the_pages_has_its_reason_and_a_fixed_version():
    reasons = (CLONE / "docs/decisions/dependencies.md").read_text("utf-8")
    package = json.loads((CLONE / "web/package.json").read_text("utf-8"))
    packages = {**package["dependencies"], **package["devDependencies"]}
    assert not [name for name in packages if name not in reasons]
    assert not [name for name, version in packages.items() if not re.match(r"\d", version)]


def test_the_locks_hold_no_download_addresses():
    for path in CLONE.glob("requirements*.lock"):
        assert "://" not in path.read_text("utf-8"), path
    assert '"resolved"' not in (CLONE / "web/package-lock.json").read_text("utf-8")
