"""Run a program that refuses to be root, on behalf of root.

PostgreSQL will not start as root, yet an installation inside ``/root`` must stay readable to it.
Two ways, tried in this order:

* a user namespace in which root appears as an ordinary user: to the kernel it is still root, so
  files keep their owner and nothing has to be opened up;
* where namespaces are forbidden (many containers): a real unprivileged user that keeps only the
  right to pass through folders.

Rejected: ``su`` to a system user, which needs the whole path to the data opened to others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: ``nobody`` on Debian and Ubuntu: owns nothing, cannot sign in.
_NOBODY = 65534
_PROBE_TIMEOUT_S = 10


class UnprivilegedError(RuntimeError):
    """Neither way works on this machine; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """How a program is started so that it does not see root.

    Attributes:
        prefix: goes in front of the program's own command line.
        owner: user that has to own the program's files, or None when they stay as they are.
    """

    prefix: tuple[str, ...] = ()
    owner: int | None = None

    def take_over(self, folder: Path) -> None:
        """Give ``folder`` and everything in it to the user the program will run as."""
        owner = os.geteuid() if self.owner is None else self.owner
        if not folder.exists() or folder.stat().st_uid == owner:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)


_NAMESPACE = Disguise(("unshare", "--user", "--map-user=1000", "--map-group=1000", "--"))
_NOBODY_KEEPING_PATHS = Disguise(
    (
        "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups",
        "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup", "--",
    ),
    owner=_NOBODY,
)  # fmt: skip


@cache
def disguise() -> Disguise:
    """Return how this process starts a program that refuses root.

    Raises:
        UnprivilegedError: this process is root and no way works.
    """
    if os.geteuid() != 0:
        return Disguise()
    for candidate in (_NAMESPACE, _NOBODY_KEEPING_PATHS):
        if _works(candidate):
            return candidate
    raise UnprivilegedError(
        "PostgreSQL refuses to run as root, and this machine allows neither user namespaces "
        "(unshare) nor changing the user (setpriv): run OpenSeat as an ordinary user, or give it "
        "a server with OPENSEAT_DATABASE_URL"
    )


def _works(candidate: Disguise) -> bool:
    if shutil.which(candidate.prefix[0]) is None:
        return False
    try:
        said = subprocess.run(
            [*candidate.prefix, "id", "-u"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PROBE_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0 and said.stdout.strip() != "0"
