"""``bin/openseat audit``: is the audit trail whole?"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from dataclasses import asdict

from sqlalchemy.exc import SQLAlchemyError

from openseat.platform.audit import AuditTrail, Verdict
from openseat.platform.database import Database, OperatorScope
from openseat.platform.secrets import SecretMissingError
from openseat.platform.settings import Settings

WHOLE, BROKEN, UNKNOWN = 0, 1, 2
"""Exit codes."""

_HEAD = re.compile(r"[0-9]+:[0-9a-f]*")


async def verify(settings: Settings, since: str = "") -> Verdict:
    """Walk the whole trail of an installation; see `AuditTrail.verify`.

    Raises:
        SecretMissingError: there is no installation.
        OSError, SQLAlchemyError: the database does not answer.
    """
    trail = AuditTrail.of(settings)
    database = Database(settings.database_url("app"), pool_size=1)
    try:
        async with database.tenant_session(OperatorScope()) as session:
            return await trail.verify(session, since)
    finally:
        await database.close()


def main(arguments: list[str]) -> int:
    """Do as the command line says; return 0 when the trail is whole, 1 broken, 2 not known."""
    parser = argparse.ArgumentParser("bin/openseat audit", description="The audit trail.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="walk the chain of entries from the first")
    check.add_argument(
        "--since",
        default="",
        metavar="SEQ:DIGEST",
        help="a head that an earlier check told, which must still be in the chain",
    )
    check.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if options.since and _HEAD.fullmatch(options.since) is None:
        check.error("--since is written SEQ:DIGEST")
    try:
        verdict = asyncio.run(verify(Settings.load(), options.since))
    except (SecretMissingError, OSError, SQLAlchemyError) as error:
        reason = str(error).partition("\n")[0]
        sys.stderr.write(f"The database does not answer ({reason}). Start it with bin/up.\n")
        return UNKNOWN
    if options.json:
        sys.stdout.write(json.dumps(asdict(verdict) | {"whole": verdict.broken_at is None}) + "\n")
    elif verdict.broken_at is None:
        sys.stdout.write(f"audit trail whole: {verdict.entries} entries, head {verdict.head}\n")
    else:
        sys.stderr.write(f"audit trail BROKEN at entry {verdict.broken_at}\n")
    return WHOLE if verdict.broken_at is None else BROKEN
