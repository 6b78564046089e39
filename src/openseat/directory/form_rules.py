"""What a form may ask, and what may be answered: pure rules, the same wherever a form is filled.

Patterns are matched against the whole answer, which has a bounded length; a pattern that repeats a
repetition is refused, because it may take for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

MOST_FIELDS = 40
MOST_CHOICES = 50
LONGEST_TEXT = 500
LONGEST_PATTERN = 120
_PHONE = re.compile(r"\+?[0-9]{2,20}")
_NESTED = re.compile(r"[*+}]\s*\)\s*[*+{?]")
"""A group that ends in a repetition and is itself repeated."""
_BACK = re.compile(r"\\[1-9]|\(\?[P<=!]")
"""Back references, look-around and named groups."""


class FieldKind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field; ``code`` is below ``field.form_``."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Filled:
    """One answered field, with what it was called when it was answered."""

    name: str
    label: str
    value: str
    """Several choices are joined by "; "; dates are ISO 8601."""


def definition_faults(fields: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return what is wrong with a form's fields, in their order."""
    found: list[Fault] = []
    seen: set[str] = set()
    for field in fields:
        name, kind = field["name"], field["kind"]
        if name in seen:
            found.append(Fault(name, "name_twice"))
        seen.add(name)
        choices = field.get("choices") or []
        if kind in {FieldKind.CHOICE, FieldKind.CHOICES}:
            if not choices:
                found.append(Fault(name, "no_choices"))
            if len(set(choices)) != len(choices):
                found.append(Fault(name, "choice_twice"))
        pattern = field.get("pattern") or ""
        if pattern and not safe_pattern(pattern):
            found.append(Fault(name, "bad_pattern"))
    return found


def safe_pattern(pattern: str) -> bool:
    """Tell whether a pattern can be read, and matched in a time that its length bounds."""
    if len(pattern) > LONGEST_PATTERN or _NESTED.search(pattern) or _BACK.search(pattern):
        return False
    # Two unbounded repetitions beside each other already go wrong with the square of the length;
    # with a third it is the cube.
    if len(re.findall(r"(?<!\\)[*+]|\{\d+,\}", pattern)) > 3:
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def fill_in(
    fields: Sequence[Mapping[str, Any]], answers: Mapping[str, str | Sequence[str]]
) -> tuple[list[Filled], list[Fault]]:
    """Return the answers as they are kept, and what is wrong with them.

    An empty answer is none. Answers to fields that the form does not have are faults.
    """
    filled: list[Filled] = []
    faults = [
        Fault(name, "unknown") for name in answers if name not in {one["name"] for one in fields}
    ]
    for field in fields:
        given = answers.get(field["name"], "")
        parts = [given] if isinstance(given, str) else list(given)
        parts = [part.strip() for part in parts if part.strip()]
        if not parts:
            if field.get("required"):
                faults.append(Fault(field["name"], "needed"))
            continue
        fault = _fault(field, parts)
        if fault is not None:
            faults.append(Fault(field["name"], fault))
            continue
        filled.append(Filled(field["name"], field["label"], "; ".join(parts)))
    return filled, faults


def _fault(field: Mapping[str, Any], parts: Sequence[str]) -> str | None:
    kind = FieldKind(field["kind"])
    if len(parts) > 1 and kind is not FieldKind.CHOICES:
        return "one_only"
    if any(len(part) > LONGEST_TEXT for part in parts):
        return "too_long"
    if kind in {FieldKind.CHOICE, FieldKind.CHOICES}:
        choices = field.get("choices") or []
        wrong = any(part not in choices for part in parts) or len(set(parts)) != len(parts)
        return "not_a_choice" if wrong else None
    return _single(kind, parts[0], field.get("pattern") or "")


def _single(kind: FieldKind, value: str, pattern: str) -> str | None:
    match kind:
        case FieldKind.NUMBER if not _is_number(value):
            return "not_a_number"
        case FieldKind.DATE if not _is_date(value):
            return "not_a_date"
        case FieldKind.PHONE if not _PHONE.fullmatch(value):
            return "not_a_phone"
        case _ if pattern and not re.fullmatch(pattern, value):
            return "not_as_asked"
        case _:
            return None


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
