"""Passwords: hashed by argon2id, verified off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_AT_ONCE = asyncio.Semaphore(2)
"""Each verification takes 64 MiB and a core; more at once would be a way to exhaust both."""


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password``."""
    return _HASHER.hash(password)


@cache
def _stand_in() -> str:
    return _HASHER.hash("nobody's password")


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


async def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether ``password`` belongs to ``hashed``.

    An unknown user (None) takes as long as a wrong password, so that timing tells nothing.
    """
    async with _AT_ONCE:
        if hashed is None:
            await asyncio.to_thread(_matches, _stand_in(), password)
            return False
        return await asyncio.to_thread(_matches, hashed, password)


async def make_password_hash(password: str) -> str:
    """Return the hash of a new password without stopping the event loop."""
    async with _AT_ONCE:
        return await asyncio.to_thread(hash_password, password)
