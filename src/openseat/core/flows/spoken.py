"""What data to be spoken is, before it is in any language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DIGIT_NAMES = {**{str(n): f"digit-{n}" for n in range(10)}, "*": "digit-star", "#": "digit-hash"}
"""Key → prompt that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A decimal number as written: `decimals` are the digits after the point."""

    negative: bool
    whole: int
    decimals: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A local date, with a time of day if `hour` is set."""

    day: date
    hour: int | None
    minute: int


def digits(text: str) -> tuple[str, ...]:
    """Return the prompts that name the keys in a text one by one; the rest is not said."""
    return tuple(DIGIT_NAMES[key] for key in text if key in DIGIT_NAMES)


def hundredths(amount: Amount) -> tuple[int, int]:
    """Return whole units and hundredths of an amount of money, rounded half up."""
    cents = int((amount.decimals + "000")[:3])
    total = amount.whole * 100 + (cents + 5) // 10
    return divmod(total, 100)
