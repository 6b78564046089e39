"""Whether the tests of a condition hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from openseat.core import calendars
from openseat.core.config import HoursConfig
from openseat.core.errors import CoreError
from openseat.core.flows.steps import Branch, Compare, InHours, Test
from openseat.core.flows.template import fill
from openseat.core.identity import Instant

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,10})?")


def holds(
    branch: Branch, variables: Mapping[str, str], hours: Mapping[str, HoursConfig], now: Instant
) -> bool:
    """Tell whether a branch is to be taken.

    Business hours that are unknown, or whose time zone is, count as closed and
    without holidays.
    """
    answers = (_test(test, variables, hours, now) is not test.negate for test in branch.tests)
    return all(answers) if branch.match == "all" else any(answers)


def _test(
    test: Test, variables: Mapping[str, str], hours: Mapping[str, HoursConfig], now: Instant
) -> bool:
    if isinstance(test, Compare):
        return _compare(test, variables)
    known = hours.get(test.hours)
    if known is None:
        return False
    try:
        if isinstance(test, InHours):
            return calendars.is_open(known, now)
        return calendars.is_holiday(known, now)
    except CoreError:
        return False


def _compare(test: Compare, variables: Mapping[str, str]) -> bool:
    left = fill(test.left, variables)
    if test.operator == "one_of":
        return left in {fill(value, variables) for value in test.values}
    return _OPERATORS[test.operator](left, fill(test.right, variables))


def as_number(text: str) -> Decimal | None:
    """Return the decimal number that a text writes, without exponent, in at most 30 digits."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    def both(left: str, right: str) -> bool:
        one, other = as_number(left), as_number(right)
        return one is not None and other is not None and compare(one, other)

    return both


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda left, right: left == right,
    "not_equals": lambda left, right: left != right,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": lambda left, right: right in left,
    "less": _numeric(lambda left, right: left < right),
    "less_or_equal": _numeric(lambda left, right: left <= right),
    "greater": _numeric(lambda left, right: left > right),
    "greater_or_equal": _numeric(lambda left, right: left >= right),
    "is_set": lambda left, _: left != "",
    "is_empty": lambda left, _: left == "",
}
