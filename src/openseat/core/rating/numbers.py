"""Number classes (号码等级): the pattern of the last digits decides what a number costs."""

from __future__ import annotations

from enum import StrEnum


class NumberClass(StrEnum):
    """A pattern at the end of a number, from the dearest."""

    AAA = "AAA"
    """三重叠号: three equal digits."""
    ABC = "ABC"
    """顺号: a run up or down, 123 or 321."""
    AAB = "AAB"
    """双重叠号: two equal neighbours, AAB or ABB."""
    ABA = "ABA"
    """交叉号: the first digit comes back."""
    ORDINARY = "ordinary"


def number_class(number: str) -> NumberClass:
    """Return the class of a number, by its last three digits; other characters are skipped."""
    digits = [int(letter) for letter in number if letter in "0123456789"]
    if len(digits) < 3:
        return NumberClass.ORDINARY
    a, b, c = digits[-3:]
    if a == b == c:
        return NumberClass.AAA
    if b - a == c - b and abs(b - a) == 1:
        return NumberClass.ABC
    if b in (a, c):
        return NumberClass.AAB
    return NumberClass.ABA if a == c else NumberClass.ORDINARY
