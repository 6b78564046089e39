"""A client's own page: which addresses may be opened, and how a link to one is signed.

The client's server can trust a link: it carries when it ends and an HMAC-SHA256 over path and
query, made with a secret that only the operator and the client hold. Nothing is fetched here; the
agent's browser opens the page.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from openseat.core.flows.template import SHOWN_PREFIX, fill, names

PARAMETERS = (
    "caller",
    "called",
    "call_id",
    "direction",
    "agent_number",
    "language",
    "client_id",
    "project_id",
    "queue_id",
)
"""What an address may ask for between double braces, beside the `pop_…` variables of the flow."""
EXPIRES, SIGNATURE = "openseat_expires", "openseat_signature"


def template_fault(url: str) -> str | None:
    """Return what is wrong with an address template, or None.

    Only `https`, no user name in it, nothing variable before the path: who is called up must be
    decided by whoever sets it up, and by no caller.
    """
    if any(character <= " " or character in "\\<>\"'`^" for character in url):
        return "page_characters"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "page_address"
    if parts.scheme != "https":
        return "page_https"
    if not host or "@" in parts.netloc or "{" in parts.netloc or "}" in parts.netloc:
        return "page_address"
    if parts.fragment or url.endswith("#"):
        return "page_fragment"
    if EXPIRES in url or SIGNATURE in url:
        return "page_reserved"
    for name in names(url):
        if name not in PARAMETERS and not name.startswith(SHOWN_PREFIX):
            return "page_parameter"
    return None


def signed(url: str, values: Mapping[str, str], secret: str, expires: int) -> str:
    """Return the link: `url` filled with percent-encoded `values`, the end in Unix seconds and the
    signature of everything after the host.
    """
    link = fill(url, values, lambda value: quote(value, safe=""))
    parts = urlsplit(link)
    path = parts.path or "/"
    query = f"{parts.query}&" if parts.query else ""
    target = f"{path}?{query}{EXPIRES}={expires}"
    return f"https://{parts.netloc}{target}&{SIGNATURE}={signature(target, secret)}"


def signature(target: str, secret: str) -> str:
    """Return the HMAC-SHA256 of path and query, as lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), target.encode(), hashlib.sha256).hexdigest()


def verified(target: str, secret: str, now: int) -> bool:
    """Tell whether path and query, as a server got them, are signed and not over.

    What a client's server does: the documentation shows it in full.
    """
    body, _, given = target.rpartition(f"&{SIGNATURE}=")
    _, _, ends = body.rpartition(f"{EXPIRES}=")
    if not ends.isdigit() or int(ends) < now:
        return False
    return hmac.compare_digest(given.encode(), signature(body, secret).encode())
