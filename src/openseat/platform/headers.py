"""Headers and path parts that requests of every area share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path

from openseat.platform.fields import Id
from openseat.platform.idempotency import HEADER
from openseat.platform.problems import Problem

Subject = Annotated[Id, Path(description="Identifier")]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag that was read",
        pattern=r'^(W/)?"[0-9]{1,9}"$',
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="A key of the caller's own; the same request with it is done once",
        pattern=r"^[A-Za-z0-9_-]{8,64}$",
    ),
]


def version_of(if_match: str | None) -> int | None:
    """Return the version that an `If-Match` header names."""
    return None if if_match is None else int(if_match.removeprefix("W/").strip('"'))


def version_needed(if_match: str | None) -> int:
    """Return the version that an `If-Match` header names.

    Raises:
        Problem: ``precondition.required``: there is no such header.
    """
    version = version_of(if_match)
    if version is None:
        raise Problem("precondition.required")
    return version
