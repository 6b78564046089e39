"""``python -m openseat.installation.supervise``: the supervisor of this installation."""

from __future__ import annotations

import resource
import sys

from openseat.installation.roles import STANDBY, child_environment, children
from openseat.platform.settings import Settings
from openseat.platform.supervisor import AlreadyRunningError, Supervisor

#: A recorded call takes about a dozen descriptors in Asterisk; the usual soft limit is 1024.
_WANTED_DESCRIPTORS = 65_536


def main(arguments: list[str]) -> int:
    """Supervise until told to stop.

    With ``--stop``, only end what an earlier one left running; with ``--stand-by``, wait until the
    acting supervisor dies and go on in its place.
    """
    settings = Settings.load()
    settings.paths.create()
    settings.secrets.ensure()
    _raise_descriptor_limit()
    supervisor = Supervisor(
        children(settings), settings.paths.run, settings.paths.log, child_environment(settings)
    )
    if arguments == ["--stop"]:
        supervisor.request_stop()
    if arguments == ["--stand-by"]:
        supervisor.stand_by(STANDBY)
        return 0
    try:
        supervisor.run()
    except AlreadyRunningError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _raise_descriptor_limit() -> None:
    """Let this process and its children open as many files as the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else hard
    wanted = min(_WANTED_DESCRIPTORS, allowed)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
