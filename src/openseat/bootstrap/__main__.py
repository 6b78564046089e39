"""Entry of the commands in ``bin/``: ``python -m openseat.bootstrap COMMAND …``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from openseat.bootstrap.console import Console, StepError
from openseat.bootstrap.environment import environment_python, is_complete, make_environment
from openseat.bootstrap.node import find_node
from openseat.platform.fetch import FetchError, fetch_engine
from openseat.platform.fetch.chromium import fetch_chromium
from openseat.platform.secrets import SecretMissingError
from openseat.platform.settings import SettingError, Settings

#: Commands of `bin/openseat` that also work before anything was installed.
_NEED_NO_PACKAGES = frozenset({"doctor", "status", "logs", "passwords", "--help", "-h"})

#: Commands that need what tests need, and their scripts.
_WITH_TEST_PACKAGES = {"test": "tools/test_run.py", "pictures": "tools/pictures.py"}


def main(arguments: list[str]) -> int:
    """Carry out one of the ``bin/`` commands; return its exit code."""
    console = Console()
    try:
        settings = Settings.load()
        command, rest = arguments[0], arguments[1:]
        if command == "up":
            return _up(settings, console, rest)
        if command == "down":
            return _down(settings, console, rest)
        if command in _WITH_TEST_PACKAGES:
            return _with_test_packages(settings, console, _WITH_TEST_PACKAGES[command], rest)
        return _run(settings, console, rest)
    except (StepError, FetchError, SettingError, SecretMissingError) as error:
        sys.stdout.flush()
        sys.stderr.write(f"\nOpenSeat: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _up(settings: Settings, console: Console, rest: list[str]) -> int:
    from openseat.bootstrap.up import up

    parser = argparse.ArgumentParser("bin/up", description="Start OpenSeat, installing it first.")
    parser.add_argument("--detach", action="store_true", help="return once everything is ready")
    return up(settings, console, detach=parser.parse_args(rest).detach)


def _down(settings: Settings, console: Console, rest: list[str]) -> int:
    from openseat.bootstrap.down import down

    argparse.ArgumentParser("bin/down", description="Stop OpenSeat.").parse_args(rest)
    return down(settings, console)


def _with_test_packages(settings: Settings, console: Console, script: str, rest: list[str]) -> int:
    paths = settings.paths
    with console.step("Python packages for tests") as note:
        python = make_environment(paths.clone / "requirements-dev.lock", paths.cache, note)
    with console.step("Asterisk and SIPp") as note:
        fetch_engine(paths.cache, note)
    with console.step("Chromium") as note:
        fetch_chromium(note)
    with console.step("Node") as note:
        # The type checker is a Node program too, and looks for Node on the path.
        os.environ["PATH"] = find_node(paths.clone, paths.cache, note).environment()["PATH"]
    return _hand_over(settings, [str(python), str(paths.clone / script), *rest])


def _run(settings: Settings, console: Console, rest: list[str]) -> int:
    lock = settings.paths.clone / "requirements.lock"
    python = environment_python(lock, settings.paths.cache)
    if not is_complete(python) and rest[:1] and rest[0] in _NEED_NO_PACKAGES:
        python = Path(sys.executable)
    elif not is_complete(python):
        with console.step("Python packages") as note:
            python = make_environment(lock, settings.paths.cache, note)
    return _hand_over(settings, [str(python), "-m", "openseat.cli", *rest])


def _hand_over(settings: Settings, command: list[str]) -> int:
    environment = {
        **os.environ,
        **settings.environment(),
        "PYTHONPATH": str(settings.paths.clone / "src"),
    }
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - becoming another program is the point


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
