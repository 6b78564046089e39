"""Working at a telephone outside: an endpoint that stands for an agent's own number.

It is called through a trunk, like any number. Whoever answers there must take
the call by a key: a voicemail would never do that.
"""

from __future__ import annotations

_PREFIX = "telephone-"


def telephone(agent_id: str) -> str:
    """Return the name of the endpoint that is an agent's telephone number."""
    return _PREFIX + agent_id


def at_telephone(agent_id: str, endpoint: str) -> bool:
    """Tell whether an endpoint is the agent's telephone number."""
    return endpoint == _PREFIX + agent_id
