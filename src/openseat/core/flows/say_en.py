"""How English says numbers, money, dates and times."""

from __future__ import annotations

from collections.abc import Mapping

from openseat.core.flows.spoken import DIGIT_NAMES, Amount, Moment, digits, hundredths

__all__ = ["VOCABULARY", "clock", "day", "digits", "money", "number", "position", "wait"]

_SCALES = (
    (10**12, "num-trillion"),
    (10**9, "num-billion"),
    (10**6, "num-million"),
    (10**3, "num-thousand"),
    (10**2, "num-hundred"),
)


def whole(n: int) -> tuple[str, ...]:
    """Return the prompts that say a whole number below 10¹⁵ (one thousand five)."""
    for size, name in _SCALES:
        if n >= size:
            many, rest = divmod(n, size)
            return (*whole(many), name, *(whole(rest) if rest else ()))
    return (f"num-{n}",)


def number(amount: Amount) -> tuple[str, ...]:
    """Say a decimal number (minus three point one four)."""
    said = ("num-minus",) if amount.negative else ()
    said += whole(amount.whole)
    if amount.decimals:
        said += ("num-point", *(f"num-{digit}" for digit in amount.decimals))
    return said


def money(amount: Amount, currency: str) -> tuple[str, ...]:
    """Say an amount of money (one dollar five cents, twelve point five zero yuan)."""
    units, cents = hundredths(amount)
    said = ("num-minus",) if amount.negative else ()
    if currency == "CNY":
        said += whole(units)
        if cents:
            said += ("num-point", f"num-{cents // 10}", f"num-{cents % 10}")
        return (*said, "money-yuan")
    unit = "euro" if currency == "EUR" else "dollar"
    if units or not cents:
        said += (*whole(units), f"money-{unit}" if units == 1 else f"money-{unit}s")
    if cents:
        said += (f"num-{cents}", "money-cent" if cents == 1 else "money-cents")
    return said


def day(moment: Moment) -> tuple[str, ...]:
    """Say a date (November twenty-first, twenty twenty-six)."""
    at = moment.day
    century, year = divmod(at.year, 100)
    if century % 10 == 0 and year < 10:
        said = whole(at.year)  # two thousand five
    elif year == 0:
        said = (*whole(century), "num-hundred")  # nineteen hundred
    elif year < 10:
        said = (*whole(century), "oh", f"num-{year}")  # nineteen oh five
    else:
        said = (*whole(century), f"num-{year}")  # twenty twenty-six
    return (f"month-{at.month}", f"day-{at.day}", *said)


def clock(hour: int, minute: int) -> tuple[str, ...]:
    """Say a time of day (two oh five p.m., noon)."""
    if minute == 0 and hour in {0, 12}:
        return ("midnight" if hour == 0 else "noon",)
    said = (f"num-{hour % 12 or 12}",)
    if minute:
        said += ("oh", f"num-{minute}") if minute < 10 else (f"num-{minute}",)
    return (*said, "am" if hour < 12 else "pm")


def position(place: int) -> tuple[str, ...]:
    """Say the caller's place in a queue (you are number three in the queue)."""
    if place <= 1:
        return ("queue-next",)
    return ("queue-position-before", *whole(place), "queue-position-after")


def wait(span_ms: int) -> tuple[str, ...]:
    """Say an estimated wait in minutes."""
    minutes = -(-span_ms // 60_000)
    if minutes <= 1:
        return ("wait-under-minute",)
    if minutes > 60:
        return ("wait-over-hour",)
    return ("wait-before", *whole(minutes), "wait-minutes")


_WHOLE = frozenset({f"num-{n}" for n in range(100)} | {name for _, name in _SCALES})
_NUMBER = _WHOLE | {"num-minus", "num-point"}
_DIGITS = frozenset(DIGIT_NAMES.values())
_DATE = _WHOLE | {"oh"} | {f"month-{n}" for n in range(1, 13)} | {f"day-{n}" for n in range(1, 32)}
_TIME = frozenset({f"num-{n}" for n in range(60)} | {"oh", "am", "pm", "noon", "midnight"})
_MONEY = _NUMBER | {
    "money-yuan", "money-dollar", "money-dollars", "money-euro", "money-euros",
    "money-cent", "money-cents",
}  # fmt: skip

_MINUTES = frozenset(f"num-{n}" for n in range(61))

VOCABULARY: Mapping[str, frozenset[str]] = {
    "number": _NUMBER | _DIGITS,
    "digits": _DIGITS,
    "money": _MONEY | _DIGITS,
    "date": _DATE | _DIGITS,
    "time": _TIME | _DIGITS,
    "datetime": _DATE | _TIME | _DIGITS,
    "position": _WHOLE | {"queue-next", "queue-position-before", "queue-position-after"},
    "wait": _MINUTES | {"wait-before", "wait-minutes", "wait-under-minute", "wait-over-hour"},
    "agent": _DIGITS | {"agent-before", "agent-after"},
}
"""Kind of data → every prompt that may be needed to say it."""
