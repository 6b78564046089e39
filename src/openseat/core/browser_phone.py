"""The browser phone: an endpoint that every agent has in the page they work in.

It exists on the switch only while its agent is signed in there, under a name
that follows from the agent's.
"""

from __future__ import annotations

_PREFIX = "browser-"


def browser_phone(agent_id: str) -> str:
    """Return the name of an agent's browser phone."""
    return _PREFIX + agent_id


def in_browser(agent_id: str, endpoint: str) -> bool:
    """Tell whether an endpoint is the agent's browser phone."""
    return endpoint == _PREFIX + agent_id
