"""Cursor paging: a page begins after a row, not at a number, so nothing is skipped or doubled."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from openseat.platform.fields import Strict
from openseat.platform.problems import Problem

PAGE_DEFAULT = 50
PAGE_LARGEST = 200
_CURSOR_LARGEST = 2000

T = TypeVar("T")


Limit = Annotated[int, Field(ge=1, le=PAGE_LARGEST)]
"""How many rows a page may have."""
Cursor = Annotated[str, StringConstraints(max_length=_CURSOR_LARGEST, pattern="^[A-Za-z0-9_-]+$")]
"""Where a page begins, as the last page said."""


class PageQuery(Strict):
    """Which page of a list."""

    limit: Limit = PAGE_DEFAULT
    cursor: Cursor | None = None


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page")


def write_cursor(*key: str | int) -> str:
    """Return an opaque cursor for the row with the sort key ``key``."""
    raw = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """Return the sort key inside ``cursor``.

    Raises:
        Problem: ``cursor.invalid``: it was not written by :func:`write_cursor` for these kinds.
    """
    if len(cursor) > _CURSOR_LARGEST:
        raise Problem("cursor.invalid")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        raise Problem("cursor.invalid") from None
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds):
        raise Problem("cursor.invalid")
    if not all(_storable(part) for part in key):
        raise Problem("cursor.invalid")
    return tuple(key)


def _storable(part: str | int) -> bool:
    """Tell whether PostgreSQL can compare with ``part``: no NUL, no half character, 64 bits."""
    if isinstance(part, int):
        return -(2**63) <= part < 2**63
    return "\x00" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)


def cut_page(
    rows: Sequence[dict[str, Any]], limit: int, *sort: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Return the first ``limit`` rows and the cursor of the next page.

    ``rows`` holds one row more than asked for when there is a next page.
    """
    page = list(rows[:limit])
    if len(rows) <= limit or not page:
        return page, None
    return page, write_cursor(*(page[-1][name] for name in sort))
