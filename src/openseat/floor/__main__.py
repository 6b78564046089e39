"""`python -m openseat.floor`: the floor process of this installation's cell."""

from __future__ import annotations

import sys

import structlog
import uvloop

from openseat.floor.main import SIGNALS, run
from openseat.journal.errors import JournalError
from openseat.platform import priority
from openseat.platform.settings import Settings
from openseat.platform.spare import wait_for_turn
from openseat.switch.asterisk.adapter import AsteriskSwitch

EXIT_JOURNAL = 75
"""The journal can not be kept here (another writer has the cell): the supervisor tries again."""


def main() -> int:
    """Run until told to end."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    settings = Settings.load()
    wait_for_turn()
    priority.take(priority.FLOOR)

    async def work() -> None:
        await run(settings, AsteriskSwitch.from_settings(settings), SIGNALS)

    try:
        uvloop.run(work())
    except JournalError:
        structlog.get_logger().exception("floor.journal_failed")
        return EXIT_JOURNAL
    return 0


if __name__ == "__main__":
    sys.exit(main())
