"""Picking values out of a web service's JSON reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

MAX_BODY = 1_000_000
"""Longest reply that is read, in characters."""


def pick(body: str, wanted: Mapping[str, str]) -> dict[str, str] | None:
    """Return variable → text for the paths wanted from a JSON text.

    A path joins names and list positions by dots. Numbers keep the digits they
    were written with; null is the empty text. None if the text is not JSON, is
    too long, or lacks a plain value at one of the paths.
    """
    if len(body) > MAX_BODY:
        return None
    try:
        reply: object = json.loads(body, parse_float=str, parse_int=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    found: dict[str, str] = {}
    for name, path in wanted.items():
        text = _plain(reply, path.split("."))
        if text is None:
            return None
        found[name] = text
    return found


def _refuse(constant: str) -> str:
    raise ValueError(constant)


def _plain(value: object, path: list[str]) -> str | None:
    for part in path:
        if isinstance(value, dict):
            inside = cast("dict[str, object]", value)
            if part not in inside:
                return None
            value = inside[part]
        elif isinstance(value, list):
            items = cast("list[object]", value)
            if not part.isdecimal() or len(part) > 6 or int(part) >= len(items):
                return None
            value = items[int(part)]
        else:
            return None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
