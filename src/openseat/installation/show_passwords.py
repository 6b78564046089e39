"""``bin/openseat passwords``: where to look and how to sign in."""

from __future__ import annotations

import argparse
import sys

from openseat.bootstrap.welcome import welcome
from openseat.directory.demo import floor as demo
from openseat.directory.sip_password import sip_password
from openseat.platform.settings import Settings


def main(arguments: list[str]) -> int:
    """Print the address of the pages and the demonstration's accounts."""
    parser = argparse.ArgumentParser(
        "bin/openseat passwords", description="Where to look and how to sign in."
    )
    parser.add_argument("--phones", action="store_true", help="the SIP accounts of the agents")
    options = parser.parse_args(arguments)
    settings = Settings.load()
    sys.stdout.write(welcome(settings) + "\n")
    if options.phones:
        sys.stdout.write(_phones(settings))
    return 0


def _phones(settings: Settings) -> str:
    seed = settings.secrets.read("phones")
    server = f"{settings.network.sip_host}:{settings.ports.main.sip}"
    lines = [f"  话机 phones, SIP server {server} (UDP or TCP):"]
    lines += [
        f"  {phone['id']} / {sip_password(seed, phone['id'])}  {phone['name']}"
        for phone in demo.PHONES
    ]
    return "\n".join(lines) + "\n"
