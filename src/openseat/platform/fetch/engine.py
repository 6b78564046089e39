"""The telephone switch and its load generator: Asterisk and SIPp.

An Asterisk of the host is used when it is new enough.  Otherwise the packages of the machine's own
archive are unpacked into a private prefix and started through the prefix's own loader, so neither
root nor a matching C library is needed.  What was once fetched stays: a set of packages that
worked is not replaced behind the user's back.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openseat.platform.fetch.apt import PrivateApt, unpack
from openseat.platform.fetch.errors import FetchError
from openseat.platform.fetch.sources import switch_archive

#: From these versions on, ARI takes requests over its WebSocket: major to lowest minor.
_USABLE = {20: 14, 21: 9, 22: 4}
_NEEDED = "Asterisk 22.4 or newer (20.14 and 21.9 will do)"

_PACKAGES = (
    "asterisk",
    "asterisk-modules",
    "asterisk-mp3",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
    "sip-tester",
    "libc6",
)
#: Raised whenever the recipe changes in a way that needs a new prefix.
_RECIPE = 1
_MANIFEST = "openseat-engine.json"

Report = Callable[[str], None]


class EngineMissingError(FetchError):
    """Asterisk or SIPp is not there yet; ``bin/up`` fetches them."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An Asterisk and a SIPp that can be started, and where their files are."""

    version: str
    #: Folder with the ``*.so`` modules (``astmoddir``).
    modules: Path
    #: Folder with sounds, music and documentation (``astdatadir``).
    data: Path
    _asterisk: tuple[str, ...]
    _sipp: tuple[str, ...]

    def asterisk_command(self, etc: Path, *options: str) -> list[str]:
        """Return the command that runs Asterisk in the foreground with ``etc/asterisk.conf``.

        Args:
            etc: folder of the configuration.
            options: replace ``-f``, for example ``-rx 'core show version'`` to ask a running one.
        """
        return [*self._asterisk, "-C", str(etc / "asterisk.conf"), *(options or ("-f",))]

    def sipp_command(self) -> list[str]:
        """Return the command that runs SIPp."""
        return list(self._sipp)


def find_engine(cache: Path) -> Engine:
    """Return the engine of the host or of the private prefix under ``cache``.

    Raises:
        EngineMissingError: neither is there.
    """
    prefix = _prefix(cache)
    manifest = prefix / _MANIFEST
    if manifest.is_file():
        return _private_engine(prefix, json.loads(manifest.read_text(encoding="utf-8"))["version"])
    host = _host_engine()
    if host is not None:
        return host
    raise EngineMissingError("Asterisk has not been fetched yet: run bin/up")


def fetch_engine(cache: Path, report: Report = lambda _: None) -> Engine:
    """Return an engine, fetching it into ``cache`` if the machine has none.

    Raises:
        FetchError: it cannot be had; the message says what to do.
    """
    try:
        return find_engine(cache)
    except EngineMissingError:
        pass
    cache.mkdir(parents=True, exist_ok=True)
    with _only_one(cache / "engine.lock"):
        # Another copy may have fetched it while this one waited for the lock.
        prefix = _prefix(cache)
        if not (prefix / _MANIFEST).is_file():
            _build(cache, prefix, report)
        return find_engine(cache)


def _prefix(cache: Path) -> Path:
    return cache / f"engine-{_RECIPE}"


def _build(cache: Path, prefix: Path, report: Report) -> None:
    report("downloading Asterisk and SIPp from this machine's package archive")
    apt = PrivateApt(cache / "apt", switch_archive())
    packages = apt.download(_PACKAGES)
    report(f"unpacking {len(packages)} packages into {prefix}")
    partial = prefix.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(prefix, ignore_errors=True)
    partial.mkdir(parents=True)
    unpack(packages, partial)
    sounds = partial / "usr/share/asterisk/sounds"
    if not (sounds / "en").exists():
        # The package's own script would have made this link.
        (sounds / "en").symlink_to("en_US_f_Allison")
    version = _version(_commands(partial)[0])
    if version is None or not usable(version):
        raise FetchError(
            f"the archive of this machine carries Asterisk {version or 'unknown'}, and OpenSeat "
            f"needs {_NEEDED}: install one so that `asterisk` and `sipp` are on the PATH"
        )
    manifest = {
        "version": version,
        "archive": apt.archive.line().strip(),
        "packages": {path.name: _digest(path) for path in packages},
    }
    (partial / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    partial.rename(prefix)
    shutil.rmtree(cache / "apt", ignore_errors=True)


def _private_engine(prefix: Path, version: str) -> Engine:
    asterisk, sipp = _commands(prefix)
    return Engine(
        version=version,
        modules=_one(prefix / "usr/lib", "*/asterisk/modules"),
        data=prefix / "usr/share/asterisk",
        _asterisk=asterisk,
        _sipp=sipp,
    )


def _commands(prefix: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    loader = _one(prefix / "usr", "lib*/ld-linux-*.so.*")
    libraries = _one(prefix / "usr/lib", "*-linux-gnu*/libc.so.6").parent

    def command(name: str, program: str) -> tuple[str, ...]:
        return (
            str(loader), "--library-path", str(libraries), "--argv0", name, str(prefix / program),
        )  # fmt: skip

    return command("asterisk", "usr/sbin/asterisk"), command("sipp", "usr/bin/sipp")


def _host_engine() -> Engine | None:
    asterisk = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin")
    sipp = shutil.which("sipp")
    if asterisk is None or sipp is None:
        return None
    version = _version((asterisk,))
    if version is None or not usable(version):
        return None
    usr = Path(asterisk).resolve().parents[1]
    modules = [*usr.glob("lib*/*/asterisk/modules"), *usr.glob("lib*/asterisk/modules")]
    data = [path for path in (usr / "share/asterisk", Path("/var/lib/asterisk")) if path.is_dir()]
    if not modules or not data:
        return None
    return Engine(version, modules[0], data[0], (asterisk,), (sipp,))


def _version(asterisk: tuple[str, ...]) -> str | None:
    try:
        said = subprocess.run(
            [*asterisk, "-V"], capture_output=True, text=True, check=False, timeout=30
        ).stdout
    except OSError:
        return None
    found = re.search(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", said)
    return found[1] if found else None


def usable(version: str) -> bool:
    """Tell whether OpenSeat can drive this Asterisk.

    Args:
        version: as Asterisk says it, for example ``22.10.1``.
    """
    major, minor, *_ = [*(int(part) for part in version.split(".")), 0]
    return major > max(_USABLE) or minor >= _USABLE.get(major, minor + 1)


def _one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FetchError(f"{folder}/{pattern} is missing: delete {folder.parent} and run bin/up")
    return found[0]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
