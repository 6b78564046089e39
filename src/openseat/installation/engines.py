"""Starts one of the engines OpenSeat drives, in place of this process.

``python -m openseat.installation.engines NAME`` prepares the engine's folder and configuration and
then becomes the engine, so the process the supervisor started is the engine itself.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from openseat.platform import priority
from openseat.platform.settings import Settings

NAMES = ("postgres", "switch", "carrier")


def become(name: str, settings: Settings) -> NoReturn:
    """Prepare the engine ``name`` and replace this process by it.

    Raises:
        PostgresError: the database cannot be initialised.
        EngineMissingError: Asterisk has not been fetched.
        ValueError: there is no engine of that name.
    """
    if name == "postgres":
        priority.take(priority.POSTGRES)
        command = _postgres(settings)
    elif name in {"switch", "carrier"}:
        if name == "switch":
            priority.take(priority.SWITCH)
        command = _asterisk(name, settings)
    else:
        raise ValueError(f"there is no engine {name!r}; known are {', '.join(NAMES)}")
    os.execvp(command[0], command)  # noqa: S606 - becoming another program is the point


def _postgres(settings: Settings) -> list[str]:
    from openseat.installation.cluster import cluster

    embedded = cluster(settings)
    embedded.initialise()
    embedded.prepare()
    return embedded.command()


def _asterisk(name: str, settings: Settings) -> list[str]:
    from openseat.switch.asterisk.configuration import write_configuration
    from openseat.switch.asterisk.site import carrier_site, main_site

    site = main_site(settings) if name == "switch" else carrier_site(settings)
    write_configuration(site)
    return site.command()


if __name__ == "__main__":
    become(sys.argv[1], Settings.load())
