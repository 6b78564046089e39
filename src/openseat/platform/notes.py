"""Word to open pages that something they show has changed, so that they read it again.

A note carries no content: whoever hears it asks by the API, which looks at what they may see. It
goes out with the transaction that made the change, and to every API process.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from openseat.platform.database import ScopedSession

CHANNEL = "notes"

_AT_ONCE = 100
"""Users named by one notification: PostgreSQL carries up to 8,000 bytes."""
_NOTIFY = text("select pg_notify(:channel, :payload)")


@dataclass(frozen=True, slots=True)
class Note:
    """What changed (`messages`, `alarms`), and for which users; None: whoever watches the floor."""

    about: str
    user_ids: frozenset[str] | None


async def tell(session: ScopedSession, about: str, user_ids: Collection[str] | None = None) -> None:
    """Tell the open pages of some users, or of all who watch the floor, at the commit."""
    wanted = None if user_ids is None else sorted(user_ids)
    if wanted is None:
        parts: list[list[str] | None] = [None]
    else:
        parts = [wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE)]
    for part in parts:
        payload = json.dumps({"about": about, "users": part})
        await session.run(_NOTIFY, channel=CHANNEL, payload=payload)


def heard(payload: str) -> Note | None:
    """Return the note in a notification, None for anything else."""
    try:
        said = json.loads(payload)
        users = said["users"]
        return Note(str(said["about"]), None if users is None else frozenset(users))
    except (ValueError, TypeError, KeyError):
        return None
