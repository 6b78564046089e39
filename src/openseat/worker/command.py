"""``bin/openseat projections``: where the journal's folds stand, and folding one anew."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from openseat.journal.database import connect
from openseat.platform.settings import Settings
from openseat.worker.projector import rebuild
from openseat.worker.registry import projections


async def rebuild_named(settings: Settings, name: str) -> int:
    """Fold one projection anew; return how many facts were read.

    Raises:
        LookupError: there is none of that name.
    """
    for projection in projections():
        if projection.name == name:
            return await rebuild(settings.database_url("floor"), settings.floor.cell_id, projection)
    raise LookupError(name)


async def standing(settings: Settings) -> tuple[int, Sequence[Mapping[str, Any]]]:
    """Return the journal's length and the projections' cursors, by name."""
    connection = await connect(settings.database_url("floor"), name="openseat projections")
    try:
        length = await connection.fetchval(
            "select coalesce(max(seq), 0) from journal where cell_id = $1", settings.floor.cell_id
        )
        cursors = await connection.fetch(
            "select name, version, seq, trouble from projection_cursor where cell_id = $1"
            " order by name",
            settings.floor.cell_id,
        )
    finally:
        await connection.close()
    return int(length), cursors


def main(arguments: list[str]) -> int:
    """Do as the command line says; return 1 when a projection is in trouble."""
    parser = argparse.ArgumentParser(
        "bin/openseat projections", description="Where the journal's folds stand."
    )
    commands = parser.add_subparsers(dest="command")
    again = commands.add_parser("rebuild", help="fold a projection anew from the first fact")
    again.add_argument("name", choices=[projection.name for projection in projections()])
    options = parser.parse_args(arguments)
    settings = Settings.load()
    if options.command == "rebuild":
        facts = asyncio.run(rebuild_named(settings, options.name))
        sys.stdout.write(f"{options.name}: folded anew from {facts} facts\n")
        return 0
    length, cursors = asyncio.run(standing(settings))
    for cursor in cursors:
        state = cursor["trouble"] or f"{length - cursor['seq']} behind"
        sys.stdout.write(f"{cursor['name']:<18} v{cursor['version']}  {cursor['seq']}  {state}\n")
    return 1 if any(cursor["trouble"] for cursor in cursors) else 0
