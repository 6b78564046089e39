"""A spare: a process that has done everything slow and waits for its turn.

Importing a program takes longer than anything else in a restart.  The supervisor therefore keeps a
second copy of what must never be away for long: started, imported, and blocked in
:func:`wait_for_turn`.  When the acting process dies, the spare is told to go and is at work within
milliseconds.  A spare has touched nothing yet: no port, no lease, no database.
"""

from __future__ import annotations

import os
import sys

#: Set by the supervisor for a process that starts as a spare.
VARIABLE = "OPENSEAT_SPARE"
TURN = b"go\n"


def wait_for_turn() -> None:
    """Return at once in an ordinary process; in a spare, when its turn has come.

    Called after everything slow and before the first effect.  A spare whose supervisor is gone
    ends: the next supervisor makes a new one.
    """
    if os.environ.pop(VARIABLE, None) is None:
        return
    if os.read(sys.stdin.fileno(), len(TURN)) != TURN:
        raise SystemExit(0)
