"""What a flow learnt from a customer and kept to itself: not for those who look at the call.

The journal holds a run's whole state, so that a floor can go on with it after a failure. Card
numbers and PINs are among its variables; people are shown those that are always there and those
that the flow meant for their eyes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openseat.core.flows.template import GIVEN, SHOWN_PREFIX
from openseat.core.masking import HIDDEN

_PRESSED = ("digits", "typed")
"""Keys of a step at hand, and those pressed ahead of it."""


def without_secrets(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a call's facts with values hidden that no flow meant to be seen."""
    return [_shown(row) if row["type"] == "flow.stepped" else dict(row) for row in rows]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    state = dict(row["data"].get("state", {}))
    if "variables" in state:
        state["variables"] = {
            name: value if _open(name) or not value else HIDDEN
            for name, value in state["variables"].items()
        }
    state |= {name: HIDDEN for name in _PRESSED if state.get(name)}
    return {**row, "data": {**row["data"], "state": state}}


def _open(name: str) -> bool:
    return name in GIVEN or name.startswith(SHOWN_PREFIX)
