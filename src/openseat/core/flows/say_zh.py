"""How Mandarin says numbers, money, dates and times.

Large numbers go by levels of four digits: 万 (10⁴) and 亿 (10⁸). Zeros between
digits are said once as 零, zeros at the end of a level not at all. 十 is said
一十 inside a larger number. 两 stands for 二 before a measure word and before
千, 万 and 亿.
"""

from __future__ import annotations

from collections.abc import Mapping

from openseat.core.flows.spoken import DIGIT_NAMES, Amount, Moment, digits, hundredths

__all__ = ["VOCABULARY", "clock", "day", "digits", "money", "number", "position", "wait"]

_TWO = "num-liang"
_ZERO = "num-0"


def whole(n: int) -> tuple[str, ...]:
    """Return the prompts that say a whole number below 10¹⁵ (一千零五)."""
    if n == 0:
        return (_ZERO,)
    said: list[str] = []
    yi, rest = divmod(n, 10**8)
    wan, ones = divmod(rest, 10**4)
    if yi:
        said += [*_counted(yi), "num-yi"]
    if wan:
        if yi and wan < 1000:
            said.append(_ZERO)
        said += [*(_level(wan, inside=True) if yi else _counted(wan)), "num-wan"]
    if ones:
        if said and (ones < 1000 or not wan):
            said.append(_ZERO)
        said += _level(ones, inside=bool(said))
    return tuple(said)


def _counted(n: int) -> tuple[str, ...]:
    """Say how many of something there are: 两 for 2."""
    return (_TWO,) if n == 2 else whole(n)


def _level(n: int, *, inside: bool) -> list[str]:
    """Say a number from 1 to 9999; `inside` tells that something was said before it."""
    said: list[str] = []
    thousands, rest = divmod(n, 1000)
    hundreds, tens = divmod(rest, 100)
    if thousands:
        said.append(f"num-{thousands}000")
    if hundreds:
        said.append(f"num-{hundreds}00")
    if tens:
        if (thousands and not hundreds) or (hundreds and tens < 10):
            said.append(_ZERO)
        teen = 10 <= tens < 20 and (inside or bool(said))
        said.append(f"num-in-{tens}" if teen else f"num-{tens}")
    return said


def number(amount: Amount) -> tuple[str, ...]:
    """Say a decimal number (负三点一四)."""
    said = ("num-minus",) if amount.negative else ()
    said += whole(amount.whole)
    if amount.decimals:
        said += ("num-point", *(f"num-{digit}" for digit in amount.decimals))
    return said


def money(amount: Amount, currency: str) -> tuple[str, ...]:
    """Say an amount of money (十二元五角, 两美元五十美分)."""
    units, cents = hundredths(amount)
    said = ("num-minus",) if amount.negative else ()
    if currency != "CNY":
        unit = "euro" if currency == "EUR" else "dollar"
        if units or not cents:
            said += (*_counted(units), f"money-{unit}")
        return said + ((*_counted(cents), f"money-{unit}-cent") if cents else ())
    if units or not cents:
        said += (*_counted(units), "money-yuan")
    jiao, fen = divmod(cents, 10)
    if jiao:
        said += (*_counted(jiao), "money-jiao")
    elif fen and units:
        said += (_ZERO,)
    return said + ((*_counted(fen), "money-fen") if fen else ())


def day(moment: Moment) -> tuple[str, ...]:
    """Say a date (二零二六年十一月二十一日)."""
    at = moment.day
    year = tuple(f"num-{digit}" for digit in f"{at.year:04}")
    return (*year, "year", f"month-{at.month}", f"day-{at.day}")


_DAY_PARTS = ((6, "early-morning"), (12, "morning"), (13, "noon"), (18, "afternoon"))


def clock(hour: int, minute: int) -> tuple[str, ...]:
    """Say a time of day (下午两点零五分, 上午九点整)."""
    part = next((name for until, name in _DAY_PARTS if hour < until), "evening")
    said = (f"daypart-{part}", f"hour-{hour if hour <= 12 else hour - 12}")
    if minute == 0:
        return (*said, "hour-sharp")
    return (*said, *((_ZERO,) if minute < 10 else ()), f"num-{minute}", "minute")


def position(place: int) -> tuple[str, ...]:
    """Say the caller's place in a queue (您目前排在第三位)."""
    if place <= 1:
        return ("queue-next",)
    return ("queue-position-before", *whole(place), "queue-position-after")


def wait(span_ms: int) -> tuple[str, ...]:
    """Say an estimated wait in minutes (预计等待时间大约两分钟)."""
    minutes = -(-span_ms // 60_000)
    if minutes <= 1:
        return ("wait-under-minute",)
    if minutes > 60:
        return ("wait-over-hour",)
    return ("wait-before", *_counted(minutes), "wait-minutes")


_WHOLE = frozenset(
    {f"num-{n}" for n in range(100)}
    | {f"num-in-{n}" for n in range(10, 20)}
    | {f"num-{n}00" for n in range(1, 10)}
    | {f"num-{n}000" for n in range(1, 10)}
    | {_TWO, "num-wan", "num-yi"}
)
_NUMBER = _WHOLE | {"num-minus", "num-point"}
_DIGITS = frozenset(DIGIT_NAMES.values())
_DATE = frozenset(
    {f"num-{n}" for n in range(10)}
    | {"year"}
    | {f"month-{n}" for n in range(1, 13)}
    | {f"day-{n}" for n in range(1, 32)}
)
_TIME = frozenset(
    {f"num-{n}" for n in range(60)}
    | {f"hour-{n}" for n in range(13)}
    | {f"daypart-{name}" for _, name in _DAY_PARTS}
    | {"daypart-evening", "hour-sharp", "minute"}
)
_MONEY = _NUMBER | {
    "money-yuan", "money-jiao", "money-fen",
    "money-dollar", "money-dollar-cent", "money-euro", "money-euro-cent",
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
    "wait": _MINUTES | {_TWO, "wait-before", "wait-minutes", "wait-under-minute", "wait-over-hour"},
    "agent": _DIGITS | {"agent-before", "agent-after"},
}
"""Kind of data → every prompt that may be needed to say it."""
