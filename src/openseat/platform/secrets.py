"""Secrets made at installation, one file each, readable by their owner only.

There are no default secrets: a name that was never generated cannot be read.
"""

from __future__ import annotations

import os
import secrets as entropy
from dataclasses import dataclass
from pathlib import Path

#: Every secret an installation has, and what it opens.
NAMES: dict[str, str] = {
    "postgres_superuser": "embedded PostgreSQL's superuser",
    "database_owner": "role openseat_owner, which migrates",
    "database_app": "role openseat_app, the API's",
    "database_floor": "role openseat_floor, the floor's",
    "ari": "the main switch's ARI user",
    "ami": "the main switch's manager user",
    "carrier_ari": "the carrier's ARI user",
    "carrier_ami": "the carrier's manager user",
    "trunk": "SIP password between main switch and carrier",
    "phones": "seed of the agents' SIP passwords",
    "floor_link": "token of the connection between API and floor",
    "session_key": "key that signs browser sessions",
    "audit_key": "key of the audit trail's chain",
    "webhooks": "seed of the secrets that sign events for webhooks",
    "metrics": "bearer token that may read /metrics from elsewhere than this machine",
    "demo_admin": "password of the demo operator's administrator",
    "demo_supervisor": "password of the demo supervisors",
    "demo_agent": "password of the demo agents",
    "demo_client": "password of the demo clients' viewers",
}

#: Secrets people type by hand: short enough to type, still 71 bits.
_TYPED = frozenset({"demo_admin", "demo_supervisor", "demo_agent", "demo_client"})
#: No look-alikes (0 o, 1 l i): these passwords are read off a terminal.
_TYPED_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_TYPED_LENGTH = 14

_OWNER_ONLY_FILE = 0o600
_OWNER_ONLY_FOLDER = 0o700


class SecretMissingError(LookupError):
    """A secret that was never generated was asked for."""


def _generate(name: str) -> str:
    if name in _TYPED:
        return "".join(entropy.choice(_TYPED_ALPHABET) for _ in range(_TYPED_LENGTH))
    return entropy.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one installation, kept as files in ``folder``."""

    folder: Path

    def ensure(self) -> None:
        """Generate every secret that does not exist yet; existing ones stay as they are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(_OWNER_ONLY_FOLDER)
        for name in NAMES:
            self._create(name, _generate(name))

    def read(self, name: str) -> str:
        """Return the secret called ``name``.

        Raises:
            SecretMissingError: it is not one of :data:`NAMES`, or was never generated.
        """
        if name not in NAMES:
            raise SecretMissingError(f"there is no secret called {name!r}")
        try:
            return (self.folder / name).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise SecretMissingError(
                f"the secret {name!r} is missing from {self.folder}; run bin/up once"
            ) from None

    def _create(self, name: str, value: str) -> None:
        # Written aside and linked into place: a crash leaves no half-written secret, and of two
        # installers racing each other exactly one wins.
        path = self.folder / name
        if path.exists():
            return
        aside = self.folder / f".{name}.{os.getpid()}"
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY_FILE)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(value + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                path.hardlink_to(aside)
            except FileExistsError:
                return
        finally:
            aside.unlink()
