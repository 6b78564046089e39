"""Makes the database ready for this version of the program: roles, schema, demonstration floor.

Run as ``python -m openseat.installation.database`` by the supervisor at every start, before
anything that uses the database.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from openseat.platform.migrate import is_current, migrate
from openseat.platform.provision import provision
from openseat.platform.settings import Settings


def prepare(settings: Settings) -> None:
    """Bring the installation's database up to date; cheap when it is.

    Raises:
        OSError: the server does not answer.
        asyncpg.PostgresError: the server refuses.
    """
    owner = settings.database_url("owner")
    if asyncio.run(is_current(owner)):
        _say("schema is up to date")
    else:
        with _timed("roles and database"):
            asyncio.run(provision(settings))
        with _timed("schema"):
            migrate(owner)
    with _timed("demonstration floor"):
        from openseat.billing.demo import seed as seed_contracts
        from openseat.directory.seed import seed

        if asyncio.run(seed(settings)):
            asyncio.run(seed_contracts(settings))


@contextmanager
def _timed(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    _say(f"{what}: {time.monotonic() - begun:.2f} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Prepare the database of the installation the environment describes."""
    argparse.ArgumentParser("bin/openseat prepare-database").parse_args(arguments)
    prepare(Settings.load())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
