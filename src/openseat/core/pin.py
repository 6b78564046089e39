"""The PIN by which an agent is known at any telephone: only its digest is kept."""

from __future__ import annotations

import hashlib

_ROUNDS = 2_000
"""Few, for the floor has calls to mind meanwhile: attempts are limited where a PIN is asked for."""


def digest(agent_id: str, pin: str) -> str:
    """Return what is kept of an agent's PIN: PBKDF2 under the agent's id, in hexadecimal."""
    made = hashlib.pbkdf2_hmac("sha256", pin.encode(), agent_id.encode(), _ROUNDS)
    return made.hex()


def matches(agent_id: str, pin: str, kept: str) -> bool:
    """Tell whether a PIN is the one that `kept` was made of; no PIN matches none."""
    return bool(kept) and digest(agent_id, pin) == kept
