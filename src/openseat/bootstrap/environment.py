"""The Python environment: locked, hashed dependencies in a virtual environment under the cache.

The environment is named after the lock file's content, so an unchanged clone finds it at once and
two clones with the same lock share it.  The program itself is not installed into it; it runs from
the clone.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from openseat.bootstrap.console import StepError
from openseat.platform.fetch.apt import PrivateApt, unpack
from openseat.platform.fetch.errors import FetchError
from openseat.platform.fetch.sources import host_suite_archive

_COMPLETE = "openseat-complete"
#: Raised whenever the way environments are made changes.
_RECIPE = "1"
_ATTEMPTS = 3

Note = Callable[[str], None]


def environment_python(lock: Path, cache: Path) -> Path:
    """Return the interpreter of the environment for ``lock``, whether or not it exists yet."""
    digest = hashlib.sha256(lock.read_bytes())
    digest.update(f"{_RECIPE} {sys.version} {sysconfig.get_platform()} {sys.prefix}".encode())
    return cache / f"python-{digest.hexdigest()[:16]}/bin/python"


def is_complete(python: Path) -> bool:
    """Tell whether the environment of ``python`` was made to its end."""
    return (python.parents[1] / _COMPLETE).is_file()


def make_environment(lock: Path, cache: Path, note: Note) -> Path:
    """Return the interpreter of the environment for ``lock``, making it if need be.

    Raises:
        StepError: it cannot be made; the message says what to do.
    """
    python = environment_python(lock, cache)
    if is_complete(python):
        return python
    folder = python.parents[1]
    cache.mkdir(parents=True, exist_ok=True)
    with only_one(cache / f"{folder.name}.lock"):
        if is_complete(python):
            return python
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], dict(os.environ))
        installer = _installer(cache, note)
        note(f"installing {lock.name} into {folder}")
        _install(installer, python, lock)
        (folder / _COMPLETE).touch()
    return python


def _install(installer: _Installer, python: Path, lock: Path) -> None:
    command = [
        *installer.command, "--python", str(python), "install", "--quiet",
        "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes",
        "--root-user-action=ignore", "-r", str(lock),
    ]  # fmt: skip
    environment = {**os.environ, **installer.variables}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _run(command, environment)
        except StepError:
            if attempt == _ATTEMPTS:
                raise
        else:
            return


class _Installer:
    """A pip that can install into another interpreter's environment."""

    def __init__(self, command: list[str], variables: dict[str, str] | None = None) -> None:
        self.command = command
        self.variables = variables or {}


def _installer(cache: Path, note: Note) -> _Installer:
    if importlib.util.find_spec("pip") is not None:
        return _Installer([sys.executable, "-m", "pip"])
    # A wheel can be run where it lies.  Debian ships Python without pip, but Python's own copy or
    # the distribution's wheel may be there.
    wheel = _bundled_wheel()
    if wheel is None:
        wheel = _fetched_wheel(cache, note)
    return _Installer([sys.executable, "-m", "pip"], {"PYTHONPATH": str(wheel)})


def _bundled_wheel() -> Path | None:
    folders = [Path("/usr/share/python-wheels")]
    spec = importlib.util.find_spec("ensurepip")
    if spec is not None and spec.origin is not None:
        folders.append(Path(spec.origin).parent / "_bundled")
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def _fetched_wheel(cache: Path, note: Note) -> Path:
    folder = cache / "pip"
    if not folder.is_dir():
        note("this Python has no pip; fetching the distribution's own")
        try:
            apt = PrivateApt(cache / "apt-pip", host_suite_archive())
            packages = apt.download(["python3-pip-whl"])
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            unpack(packages, partial)
            partial.rename(folder)
        except FetchError as error:
            raise StepError(
                "this Python has no pip. Install the package python3-venv (or python3-pip) and "
                f"run the command again.\n{error}"
            ) from error
        shutil.rmtree(cache / "apt-pip", ignore_errors=True)
    wheels = sorted((folder / "usr/share/python-wheels").glob("pip-*.whl"))
    if not wheels:
        raise StepError("the package python3-pip-whl holds no pip; install python3-venv")
    return wheels[-1]


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-8:])
        raise StepError(
            "the Python environment could not be made; check the network, the package index and "
            f"the free disk space, then run the command again.\n{' '.join(command[:4])} said:\n"
            f"{said}"
        )


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one process at a time work on what ``path`` stands for."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
