"""The lint that bans clocks, chance and the outside world in the core, seen catching each."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def lint() -> ModuleType:
    path = Path(__file__).parents[2] / "tools/core_purity.py"
    spec = importlib.util.spec_from_file_location("core_purity", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["core_purity"] = module
    spec.loader.exec_module(module)
    return module


def test_the_core_is_pure(lint: ModuleType):
    assert list(lint.breaches(lint.CORE)) == []


@pytest.mark.parametrize(
    ("planted", "caught"),
    [
        ("import time", "import time"),
        ("import asyncio", "import asyncio"),
        ("import logging", "import logging"),
        ("import secrets", "import secrets"),
        ("from uuid import uuid4", "import from uuid"),
        ("from os import environ", "import from os"),
        ("from openseat.platform.settings import Settings", "import from openseat.platform"),
        ("import sqlalchemy", "import sqlalchemy"),
        ("from . import x", "import from ."),
        ("from datetime import datetime\nnow = datetime.now()", "datetime.now()"),
        ("import datetime\nnow = datetime.datetime.now(datetime.UTC)", "datetime.datetime.now()"),
        ("import random\nx = random.random()", "random.random()"),
        ("from random import choice", "random.choice"),
        ("from random import Random\nr = Random()", "without a seed"),
        ("print('x')", "print()"),
        ("x = hash('a')", "hash()"),
    ],
)
def test_a_planted_breach_is_caught(lint: ModuleType, tmp_path: Path, planted: str, caught: str):
    (tmp_path / "planted.py").write_text(planted)
    [breach] = lint.breaches(tmp_path)
    assert caught in breach
    assert lint.main([str(tmp_path)]) == 1


def test_what_is_pure_passes(lint: ModuleType, tmp_path: Path):
    (tmp_path / "fine.py").write_text(
        "from __future__ import annotations\n"
        "from collections.abc import Mapping\n"
        "from datetime import UTC, datetime\n"
        "from random import Random\n"
        "from openseat.core.identity import Instant\n"
        "def f(now: int, seed: int):\n"
        "    return datetime.fromtimestamp(now, UTC), Random(seed).random()\n"
    )
    assert list(lint.breaches(tmp_path)) == []
