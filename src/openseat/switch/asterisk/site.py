"""One Asterisk of an installation: its folders, ports and secrets."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from openseat.platform.fetch import Engine, find_engine
from openseat.platform.ports import SwitchPorts
from openseat.platform.settings import Settings

Role = Literal["main", "carrier"]

#: The name the floor's Stasis application has on the main switch.
MAIN_APPLICATION = "openseat"
#: The name of the application that plays customers and phones on the carrier.
CARRIER_APPLICATION = "carrier"

#: `sun_path` holds 108 bytes; the control socket's own name takes the rest.
_LONGEST_RUN_FOLDER = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSite:
    """Everything needed to write an Asterisk's configuration, start it and talk to it."""

    role: Role
    engine: Engine
    folder: Path
    ports: SwitchPorts
    sip_host: str
    ari_secret: str
    ami_secret: str
    prompts: Path

    @property
    def application(self) -> str:
        """The Stasis application every call of this switch enters."""
        return MAIN_APPLICATION if self.role == "main" else CARRIER_APPLICATION

    @property
    def etc(self) -> Path:
        """Generated configuration."""
        return self.folder / "etc"

    @property
    def var(self) -> Path:
        """State that outlives a restart (registered contacts)."""
        return self.folder / "var"

    @property
    def spool(self) -> Path:
        """Recordings under way."""
        return self.folder / "spool"

    @property
    def log(self) -> Path:
        """Logs, call detail records and channel events."""
        return self.folder / "log"

    @property
    def run(self) -> Path:
        """Control socket and pid; a short path elsewhere when the folder's own is too long."""
        folder = self.folder / "run"
        if len(os.fsencode(folder)) <= _LONGEST_RUN_FOLDER:
            return folder
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"openseat-{os.getuid()}-{digest}"

    @property
    def voice_recordings(self) -> Path:
        """Where Asterisk puts recordings of one party (`Layout.VOICE`)."""
        return self.spool / "recording"

    @property
    def call_recordings(self) -> Path:
        """Where raw stereo recordings of calls are written (`Layout.CALL`)."""
        return self.spool / "monitor"

    @property
    def channel_events(self) -> Path:
        """The channel event log: one line per channel's end, microseconds."""
        return self.log / "cel-custom" / "ends.csv"

    @property
    def call_records(self) -> Path:
        """Asterisk's own call detail records: one line per call of a channel, microseconds."""
        return self.log / "cdr-custom" / "calls.csv"

    def command(self) -> list[str]:
        """Return the command that runs this Asterisk in the foreground."""
        return self.engine.asterisk_command(self.etc, "-f", "-q")

    def create(self) -> None:
        """Make the folders Asterisk writes to, private to the owner."""
        for folder in (
            self.etc,
            self.var / "keys",
            self.voice_recordings,
            self.call_recordings,
            self.channel_events.parent,
            self.call_records.parent,
            self.run,
        ):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def main_site(settings: Settings, engine: Engine | None = None) -> SwitchSite:
    """Return the main switch of an installation.

    Raises:
        EngineMissingError: Asterisk has not been fetched.
        SecretMissingError: the installation has no secrets yet.
    """
    return SwitchSite(
        role="main",
        engine=engine or find_engine(settings.paths.cache),
        folder=settings.paths.asterisk / "main",
        ports=settings.ports.main,
        sip_host=settings.network.sip_host,
        ari_secret=settings.secrets.read("ari"),
        ami_secret=settings.secrets.read("ami"),
        prompts=settings.paths.prompts,
    )


def carrier_site(settings: Settings, engine: Engine | None = None) -> SwitchSite:
    """Return the simulated carrier of an installation; it only ever listens on loopback.

    Raises:
        EngineMissingError: Asterisk has not been fetched.
        SecretMissingError: the installation has no secrets yet.
    """
    return SwitchSite(
        role="carrier",
        engine=engine or find_engine(settings.paths.cache),
        folder=settings.paths.asterisk / "carrier",
        ports=settings.ports.carrier,
        sip_host="127.0.0.1",
        ari_secret=settings.secrets.read("carrier_ari"),
        ami_secret=settings.secrets.read("carrier_ami"),
        prompts=settings.paths.prompts,
    )
