"""Debian packages unpacked into a private folder.

apt runs with its own lists, its own cache and an empty record of installed packages, so it
resolves every dependency afresh, needs no root, and leaves the machine's packages alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openseat.platform.fetch.errors import FetchError
from openseat.platform.fetch.sources import Archive

_ATTEMPTS = 4
_PAUSE_S = 5.0
_COMMAND_TIMEOUT_S = 900.0

#: Settings of the machine that reach the archive: proxies, certificates, credentials.
_KEPT_SETTINGS = ("Acquire::http", "Acquire::https", "Acquire::ftp", "Dir::Etc::netrc")

_NOT_UNPACKED = (
    "./usr/share/doc",
    "./usr/share/man",
    "./usr/share/info",
    "./usr/share/lintian",
    "./usr/share/locale",
    "./usr/share/zoneinfo",
    "./usr/share/perl*",
    "./usr/lib/*/perl*",
    "./usr/lib/*/gconv",
    "./usr/share/bash-completion",
    "./var/lib/systemd",
)


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """apt with ``folder`` as its whole world, fed from one archive."""

    folder: Path
    archive: Archive

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetch ``packages`` with all they depend on and return the package files.

        Raises:
            FetchError: apt is missing, or the archive did not deliver after several attempts.
        """
        for tool in ("apt-get", "apt-config", "dpkg-deb", "tar"):
            if shutil.which(tool) is None:
                raise FetchError(f"`{tool}` is not on this machine: install the package apt or tar")
        environment = self._prepare()
        self._retry(["apt-get", "update"], environment)
        self._retry(
            ["apt-get", "--yes", "--download-only", "install", *packages],
            environment,
        )
        return sorted((self.folder / "cache/archives").glob("*.deb"))

    def _prepare(self) -> dict[str, str]:
        for name in ("etc/preferences.d", "lists/partial", "cache/archives/partial", "state"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        # A half-read index of an earlier attempt is never a help; package files are.
        shutil.rmtree(self.folder / "lists")
        (self.folder / "lists/partial").mkdir(parents=True)
        (self.folder / "state/status").write_text("", encoding="ascii")
        (self.folder / "etc/sources.list").write_text(self.archive.line(), encoding="utf-8")
        (self.folder / "etc/apt.conf").write_text(self._configuration(), encoding="utf-8")
        return {**os.environ, "APT_CONFIG": str(self.folder / "etc/apt.conf"), "LC_ALL": "C"}

    def _configuration(self) -> str:
        dump = subprocess.run(
            ["apt-config", "dump"], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        kept = [line for line in dump.splitlines() if line.startswith(_KEPT_SETTINGS)]
        own = {
            "Dir::Etc": self.folder / "etc",
            "Dir::Etc::parts": "/dev/null",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::trustedparts": "/etc/apt/trusted.gpg.d",
            "Dir::State": self.folder / "state",
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.folder / "state/status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Log": self.folder / "state",
            "APT::Install-Recommends": "false",
            "APT::Install-Suggests": "false",
            "APT::Get::AllowUnauthenticated": "false",
            "APT::Sandbox::User": "root",
            # A mirror may be a snapshot whose lists have expired; their signatures still hold.
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Retries": "3",
            "Acquire::Languages": "none",
        }
        return "\n".join([*kept, *(f'{name} "{value}";' for name, value in own.items())]) + "\n"

    def _retry(self, command: list[str], environment: dict[str, str]) -> None:
        said = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_S * attempt)
            try:
                done = subprocess.run(
                    command,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    timeout=_COMMAND_TIMEOUT_S,
                )
            except subprocess.TimeoutExpired:
                said = f"no answer within {_COMMAND_TIMEOUT_S:.0f} s"
                continue
            if done.returncode == 0:
                return
            said = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise FetchError(
            f"`{' '.join(command)}` failed {_ATTEMPTS} times; check the network and the apt "
            f"sources of this machine, then run the command again. apt said:\n{said}"
        )


def unpack(packages: Sequence[Path], prefix: Path) -> None:
    """Unpack package files into ``prefix``, without documentation and translations.

    Raises:
        FetchError: a package file is damaged.
    """
    (prefix / "usr").mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (prefix / "usr" / name).mkdir()
        (prefix / name).symlink_to(f"usr/{name}")
    excluded = [f"--exclude={pattern}" for pattern in _NOT_UNPACKED]
    for package in packages:
        source = subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with source:
            target = subprocess.run(
                [
                    "tar", "--extract", "--keep-directory-symlink", "--no-same-owner",
                    "--directory", prefix, *excluded,
                ],
                stdin=source.stdout,
                capture_output=True,
                text=True,
                check=False,
            )  # fmt: skip
        if source.returncode or target.returncode:
            raise FetchError(
                f"{package.name} could not be unpacked ({target.stderr.strip() or 'damaged'}); "
                "check the free disk space and run the command again"
            )
