"""Customers' numbers as those see them who may not know them.

A masked number still tells calls apart at a glance and cannot be dialled: a Chinese mobile number
in any spelling shows its first three and last four digits, any other number at most half of its
digits, and a short one none. The same number has the same mask; several numbers share one, so a
mask is nothing to look a customer up by.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

STAR = "*"
HIDDEN = "•••"
"""Stands where something is that may not be told at all."""
LEAST_HIDDEN = 4
"""Digits that no mask ever shows, or all of them where there are fewer."""
_SHORTEST_INSIDE = 7
"""A number of fewer digits is looked for as a whole text only: it would be found in any
name or date."""
_SEPARATORS = r"[\s\-().]{0,2}"
_NUMBER = re.compile(r"[+0-9\s\-().]*")
_MOBILE = re.compile(r"(?:(?:\+|00)?86|0)?(1[3-9]\d{9})")


def mask(number: str) -> str:
    """Return what is shown of a number. What holds no digit, like `anonymous`, hides nobody."""
    if not any(character.isdecimal() for character in number):
        return number
    if not number.isascii() or not _NUMBER.fullmatch(number):
        return STAR * LEAST_HIDDEN  # Somebody's SIP address: nothing of it is known to be harmless.
    plain = _plain(number)
    mobile = _MOBILE.fullmatch(plain)
    if mobile:
        return f"{mobile[1][:3]}{STAR * LEAST_HIDDEN}{mobile[1][-4:]}"
    sign, digits = ("+", plain[1:]) if plain.startswith("+") else ("", plain)
    hidden = min(len(digits), max(LEAST_HIDDEN, (len(digits) + 1) // 2))
    head = (len(digits) - hidden) // 2
    tail = len(digits) - hidden - head
    return f"{sign}{digits[:head]}{STAR * hidden}{digits[len(digits) - tail :]}"


@dataclass(frozen=True, slots=True)
class Veil:
    """The projects, with their clients, whose customers' numbers somebody may not know."""

    project_ids: frozenset[str] = frozenset()
    client_ids: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is hidden at all."""
        return bool(self.project_ids)

    def covers(self, project_id: str, client_id: str = "") -> bool:
        """Tell whether a contact's number is hidden; in doubt about whose it is, it is."""
        if project_id:
            return project_id in self.project_ids
        return client_id in self.client_ids if client_id else bool(self.project_ids)


NO_VEIL = Veil()
"""Hides nothing."""


def scrub(value: Any, numbers: Collection[str]) -> Any:
    """Return a value of JSON's kinds with every spelling of `numbers` in its texts masked.

    Names of fields stay; a whole number that spells one becomes its mask.
    """
    found = [(one, _pattern(one)) for one in sorted(set(numbers), key=lambda n: (-len(n), n))]
    return _scrub(value, [(mask(one), pattern) for one, pattern in found if pattern is not None])


def same_number(one: str, other: str) -> bool:
    """Tell whether two spellings are of one number: a mobile's with and without its country."""
    return _bare(one) == _bare(other)


def _scrub(value: Any, patterns: list[tuple[str, re.Pattern[str]]]) -> Any:
    match value:
        case str():
            for shown, pattern in patterns:
                value = pattern.sub(shown, value)
            return value
        case bool():
            return value
        case int():
            written = str(value)
            if len(written) < _SHORTEST_INSIDE:
                return value
            return next((s for s, pattern in patterns if pattern.fullmatch(written)), value)
        case Mapping():
            fields = cast("Mapping[str, Any]", value)
            return {key: _scrub(one, patterns) for key, one in fields.items()}
        case list() | tuple():
            return [_scrub(one, patterns) for one in cast("Sequence[Any]", value)]
        case _:
            return value


def _plain(number: str) -> str:
    digits = "".join(character for character in number if character.isdecimal())
    return f"+{digits}" if number.strip().startswith("+") else digits


def _bare(number: str) -> str:
    plain = _plain(number)
    mobile = _MOBILE.fullmatch(plain)
    return mobile[1] if mobile else plain.removeprefix("+")


@lru_cache(maxsize=4096)
def _pattern(number: str) -> re.Pattern[str] | None:
    """Return what finds the spellings of a number: with its country or without, with separators.

    Without the country's code a number lacks its first digits, so its last ones are looked for and
    whatever digits stand before them go too.
    """
    digits = _bare(number)
    if not digits:
        return None
    if len(digits) < _SHORTEST_INSIDE:
        return re.compile(rf"(?<!.)\+?{digits}(?!.)", re.DOTALL)
    kept = digits if _MOBILE.fullmatch(digits) else digits[-max(7, len(digits) - 4) :]
    before = rf"(?:86{_SEPARATORS}|0)?" if kept == digits else rf"(?:\d{_SEPARATORS}){{0,6}}"
    return re.compile(rf"(?:\+|%2[Bb]|00)?{before}{_SEPARATORS.join(kept)}", re.ASCII)
