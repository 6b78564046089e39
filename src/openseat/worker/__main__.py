"""Run the worker: `python -m openseat.worker`."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

import uvloop

from openseat.floor.link import FloorLink
from openseat.platform import priority
from openseat.platform.settings import LOOPBACK, Settings
from openseat.recordings.audio import FORMATS
from openseat.recordings.finaliser import Finaliser, RawFiles
from openseat.recordings.store import LocalStore
from openseat.worker.link import LinkSender
from openseat.worker.projector import Projector
from openseat.worker.registry import projections


async def work(settings: Settings) -> None:
    """Project and finalise until SIGTERM or SIGINT; whatever is under way may be cut off."""
    dsn, cell_id = settings.database_url("floor"), settings.floor.cell_id
    link = FloorLink(LOOPBACK, settings.ports.floor_link, settings.secrets.read("floor_link"))
    spool = settings.paths.asterisk / "main" / "spool"
    projector = Projector(dsn, cell_id=cell_id, projections=projections())
    finaliser = Finaliser(
        dsn,
        cell_id=cell_id,
        raw=RawFiles(calls=spool / "monitor", voices=spool / "recording"),
        store=LocalStore(settings.paths.recordings),
        audio=FORMATS[settings.recording.format],
        sender=LinkSender(link),
    )
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    tasks = [
        asyncio.create_task(stopping.wait(), name="signals"),
        asyncio.create_task(projector.run(), name="projector"),
        asyncio.create_task(finaliser.run(), name="finaliser"),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await link.close()


def main() -> int:
    """Run until told to stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    priority.take(priority.WORKER)
    uvloop.run(work(Settings.load()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
