"""Run the worker: `python -m openseat.worker`; or `… rebuild NAME` to fold a projection anew."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

import uvloop

from openseat.floor.link import FloorLink
from openseat.platform.settings import LOOPBACK, Settings
from openseat.recordings.audio import FORMATS
from openseat.recordings.finaliser import Finaliser, RawFiles
from openseat.recordings.store import LocalStore
from openseat.worker.link import LinkSender
from openseat.worker.projector import Projector, rebuild
from openseat.worker.registry import projections

_NICENESS = 5
"""Calls go first: what the worker does can wait."""


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


async def rebuild_named(settings: Settings, name: str) -> int:
    """Fold one projection anew; return how many facts were read.

    Raises:
        LookupError: there is none of that name.
    """
    for projection in projections():
        if projection.name == name:
            return await rebuild(settings.database_url("floor"), settings.floor.cell_id, projection)
    raise LookupError(name)


def main(arguments: list[str] | None = None) -> int:
    """Do as the command line says; return the exit code."""
    parser = argparse.ArgumentParser("bin/openseat projections", description="The journal's folds.")
    commands = parser.add_subparsers(dest="command")
    again = commands.add_parser("rebuild", help="fold a projection anew from the first fact")
    again.add_argument("name", choices=[projection.name for projection in projections()])
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = Settings.load()
    if options.command == "rebuild":
        facts = asyncio.run(rebuild_named(settings, options.name))
        sys.stdout.write(f"{options.name}: folded anew from {facts} facts\n")
    else:
        os.nice(_NICENESS)
        uvloop.run(work(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
