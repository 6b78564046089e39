"""Fresh identifiers for what people create."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16


def new_id(kind: str) -> str:
    """Return `kind-` and 16 random characters (80 bits)."""
    return f"{kind}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
