"""`python -m openseat.testing.memory_floor`: the real floor process, on a switch in memory."""

from __future__ import annotations

import sys

import uvloop

from openseat.floor.main import SIGNALS, run
from openseat.platform.settings import Settings
from openseat.switch.clock import LoopClock
from openseat.switch.memory import MemorySwitch


def main() -> int:
    """Run until told to end."""

    async def work() -> None:
        await run(Settings.load(), MemorySwitch(LoopClock()), SIGNALS)

    uvloop.run(work())
    return 0


if __name__ == "__main__":
    sys.exit(main())
