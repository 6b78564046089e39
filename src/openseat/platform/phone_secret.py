"""Passwords of browser phones: made anew for each sign-in, kept by nobody.

The floor, which gives them to the switch, and the API, which gives them to the
agent's own page, each work them out from a secret of the installation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def phone_secret(seed: str, endpoint: str, session_id: str) -> str:
    """Return the password of ``endpoint`` during one session of its agent.

    144 bits of an HMAC under ``seed``, the installation's secret ``phones``.
    """
    said = f"browser phone\0{endpoint}\0{session_id}"
    digest = hmac.new(seed.encode(), said.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()
