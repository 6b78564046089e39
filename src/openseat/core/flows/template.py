"""Variables in texts: `{{name}}`, replaced once and never evaluated.

Anything else between braces stays as it is; a variable that was never set is
the empty text. What is put in is not looked at again, so a value that holds
braces is harmless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

VARIABLE_NAME = "[a-z][a-z0-9_]{0,39}"
"""Pattern of a variable's name."""

MAX_VALUE = 2_000
"""Longest text a variable holds; the rest is cut off."""

GIVEN = frozenset({
    "caller", "called", "caller_name", "client_id", "project_id", "language", "now",
    "agent_id", "agent_number", "http_status", "outcome",
})  # fmt: skip
"""Variables that are always there.

`now` is the time in epoch milliseconds, `outcome` how the latest queue,
transfer or recording ended, `http_status` the latest reply's status ("0": none).
"""

SHOWN_PREFIX = "pop_"
"""Variables that agents are shown with the contact: what a flow learnt for their eyes. All others
(a card number, a PIN) stay in the flow."""

_BLANK = re.compile(r"\{\{ ?(" + VARIABLE_NAME + r") ?\}\}")


def names(text: str) -> tuple[str, ...]:
    """Return the variables that `text` asks for, in order."""
    return tuple(_BLANK.findall(text))


def fill(
    text: str, variables: Mapping[str, str], escape: Callable[[str], str] = lambda value: value
) -> str:
    """Return `text` with every variable's escaped value in its place."""
    return _BLANK.sub(lambda found: escape(variables.get(found.group(1), "")), text)
