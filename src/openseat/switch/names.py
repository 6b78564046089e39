"""Names that every switch can carry."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Set before a trunk's id to make its SIP object's name; phones may not begin with it.
TRUNK_PREFIX = "trunk-"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_phone_names(endpoints: Iterable[str]) -> None:
    """Raise `ValueError` for a name that cannot be a phone's."""
    for name in endpoints:
        if not _NAME.fullmatch(name) or name.startswith(TRUNK_PREFIX):
            raise ValueError(f"{name!r} cannot be a phone's name")


def check_trunk_names(trunk_ids: Iterable[str]) -> None:
    """Raise `ValueError` for an identifier that cannot be a trunk's."""
    for name in trunk_ids:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be a trunk's name")
