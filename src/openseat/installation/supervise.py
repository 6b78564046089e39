"""``python -m openseat.installation.supervise``: the supervisor of this installation."""

from __future__ import annotations

import sys

from openseat.installation.roles import child_environment, children
from openseat.platform.settings import Settings
from openseat.platform.supervisor import AlreadyRunningError, Supervisor


def main(arguments: list[str]) -> int:
    """Supervise until told to stop; with ``--stop``, only end what an earlier one left running."""
    settings = Settings.load()
    settings.paths.create()
    settings.secrets.ensure()
    supervisor = Supervisor(
        children(settings), settings.paths.run, settings.paths.log, child_environment(settings)
    )
    if arguments == ["--stop"]:
        supervisor.request_stop()
    try:
        supervisor.run()
    except AlreadyRunningError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
