"""What an installation is told from outside: small frozen groups read from ``OPENSEAT_*``.

Only the standard library is imported here: every process of OpenSeat reads its settings first,
and a killed process must be back within a fraction of a second.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from openseat.platform.ports import Ports
from openseat.platform.secrets import Secrets

DEFAULT_BASE_PORT = 20000
LOOPBACK = "127.0.0.1"
LANGUAGES = ("zh-CN", "en")
RECORDING_FORMATS = ("wav", "alaw")

_CLONE = Path(__file__).resolve().parents[3]


class SettingError(ValueError):
    """A setting has a value OpenSeat cannot work with; the message names it and its limits."""


@dataclass(frozen=True)
class Paths:
    """Where an installation keeps its files: data under ``home``, downloads under ``cache``."""

    home: Path
    cache: Path
    clone: Path = _CLONE

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, readable by the owner only."""
        return self.home / "secrets"

    @property
    def run(self) -> Path:
        """Process files and sockets of the running copy."""
        return self.home / "run"

    @property
    def log(self) -> Path:
        """One log file per process."""
        return self.home / "log"

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL's data."""
        return self.home / "pg"

    @property
    def asterisk(self) -> Path:
        """Configuration, state and logs of the switches, one folder each (main, carrier)."""
        return self.home / "asterisk"

    @property
    def recordings(self) -> Path:
        """Recorded calls."""
        return self.home / "recordings"

    @property
    def prompts(self) -> Path:
        """Prompt files the switch plays."""
        return self.home / "prompts"

    @property
    def spool(self) -> Path:
        """Events waiting for the database."""
        return self.home / "spool"

    @property
    def web(self) -> Path:
        """The built pages."""
        return self.home / "web"

    def create(self) -> None:
        """Make every folder of ``home`` that does not exist yet."""
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (
            self.secrets,
            self.run,
            self.log,
            self.asterisk,
            self.recordings,
            self.prompts,
            self.spool,
        ):
            folder.mkdir(parents=True, exist_ok=True)
            # Recorded calls, passwords and logs are nobody else's business on this machine.
            folder.chmod(0o700)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Addresses OpenSeat listens on; loopback unless told otherwise."""

    #: Pages and API.
    web_host: str = LOOPBACK
    #: SIP and RTP of the main switch.
    sip_host: str = LOOPBACK


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Which PostgreSQL holds the data."""

    #: An administrator's DSN of a given server, or None for the embedded one.
    server_url: str | None = None
    name: str = "openseat"

    @property
    def embedded(self) -> bool:
        """Whether OpenSeat runs its own PostgreSQL."""
        return self.server_url is None


@dataclass(frozen=True, slots=True)
class FloorSettings:
    """How the floor process behaves."""

    cell_id: str = "main"
    #: How long a lease lasts without renewal, in milliseconds.
    lease_ms: int = 1500
    #: Inner hosts (``name`` or ``name:port``) that flows and webhooks may ask; others are public.
    http_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """How calls are recorded."""

    format: str = "wav"


@dataclass(frozen=True)
class Settings:
    """Everything one process needs to know about the installation it belongs to.

    Database roles are ``openseat_owner`` (migrates), ``openseat_app`` (the API, under row-level
    security) and ``openseat_floor`` (the floor).
    """

    paths: Paths
    ports: Ports
    network: NetworkSettings
    database: DatabaseSettings
    floor: FloorSettings
    recording: RecordingSettings
    language: str

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from ``environment`` (the process's own when None).

        Raises:
            SettingError: a value is not usable.
        """
        reader = _Reader(os.environ if environment is None else environment)
        try:
            ports = Ports(reader.integer("OPENSEAT_BASE_PORT", DEFAULT_BASE_PORT))
        except ValueError as error:
            raise SettingError(str(error)) from None
        return cls(
            paths=Paths(
                home=reader.path("OPENSEAT_HOME", _CLONE / "var"),
                cache=reader.path("OPENSEAT_CACHE", _default_cache(reader)),
            ),
            ports=ports,
            network=NetworkSettings(
                web_host=reader.text("OPENSEAT_WEB_HOST", LOOPBACK),
                sip_host=reader.text("OPENSEAT_SIP_HOST", LOOPBACK),
            ),
            database=DatabaseSettings(
                server_url=reader.text("OPENSEAT_DATABASE_URL", "") or None,
                name=reader.text("OPENSEAT_DATABASE_NAME", "openseat"),
            ),
            floor=FloorSettings(
                cell_id=reader.text("OPENSEAT_CELL", "main"),
                lease_ms=reader.integer("OPENSEAT_LEASE_MS", 1500, lowest=500, highest=60_000),
                http_hosts=frozenset(reader.text("OPENSEAT_HTTP_HOSTS", "").split()),
            ),
            recording=RecordingSettings(
                format=reader.choice("OPENSEAT_RECORDING_FORMAT", RECORDING_FORMATS),
            ),
            language=reader.choice("OPENSEAT_LANGUAGE", LANGUAGES),
        )

    @cached_property
    def secrets(self) -> Secrets:
        """The installation's secrets, read from their files when asked for."""
        return Secrets(self.paths.secrets)

    def database_url(self, role: str) -> str:
        """Return the DSN (``postgresql://…``) for the database role ``role``.

        Args:
            role: ``owner``, ``app`` or ``floor``; or ``superuser``, who may create roles and
                databases (with a given server: the DSN's own user).

        Raises:
            SecretMissingError: the installation has no password for it yet.
        """
        if self.database.server_url is not None:
            given = urlsplit(self.database.server_url)
            if role == "superuser":
                return self.database.server_url
            address = given.netloc.rpartition("@")[2]
            query = given.query
        else:
            address = f"{LOOPBACK}:{self.ports.postgres}"
            query = ""
            if role == "superuser":
                password = quote(self.secrets.read("postgres_superuser"), safe="")
                return f"postgresql://postgres:{password}@{address}/postgres"
        password = quote(self.secrets.read(f"database_{role}"), safe="")
        netloc = f"openseat_{role}:{password}@{address}"
        return urlunsplit(("postgresql", netloc, f"/{self.database.name}", query, ""))

    def environment(self) -> dict[str, str]:
        """Return the ``OPENSEAT_*`` variables from which a child reads these same settings."""
        values = {
            "OPENSEAT_HOME": str(self.paths.home),
            "OPENSEAT_CACHE": str(self.paths.cache),
            "OPENSEAT_BASE_PORT": str(self.ports.base),
            "OPENSEAT_WEB_HOST": self.network.web_host,
            "OPENSEAT_SIP_HOST": self.network.sip_host,
            "OPENSEAT_DATABASE_NAME": self.database.name,
            "OPENSEAT_CELL": self.floor.cell_id,
            "OPENSEAT_LEASE_MS": str(self.floor.lease_ms),
            "OPENSEAT_HTTP_HOSTS": " ".join(sorted(self.floor.http_hosts)),
            "OPENSEAT_RECORDING_FORMAT": self.recording.format,
            "OPENSEAT_LANGUAGE": self.language,
        }
        if self.database.server_url is not None:
            values["OPENSEAT_DATABASE_URL"] = self.database.server_url
        return values


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def integer(
        self, name: str, default: int, lowest: int | None = None, highest: int | None = None
    ) -> int:
        raw = self.text(name, str(default))
        try:
            value = int(raw)
        except ValueError:
            raise SettingError(f"{name} must be a whole number, not {raw!r}") from None
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            raise SettingError(f"{name} must be {lowest}..{highest}, not {value}")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, choices[0])
        if value not in choices:
            raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def path(self, name: str, default: Path) -> Path:
        raw = self.text(name, "")
        return Path(raw).expanduser().absolute() if raw else default


def _default_cache(reader: _Reader) -> Path:
    home = Path(reader.text("HOME", "~")).expanduser()
    return reader.path("XDG_CACHE_HOME", home / ".cache") / "openseat"
