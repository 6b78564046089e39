"""Passwords of the demonstration floor's SIP accounts: made from one seed, so that simulated
phones know theirs without asking.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def sip_password(seed: str, endpoint: str) -> str:
    """Return the password of ``endpoint``: 144 bits of an HMAC of its name under ``seed``.

    ``seed`` is the installation's secret ``phones``.
    """
    digest = hmac.new(seed.encode(), endpoint.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()
