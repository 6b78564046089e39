"""Data as speech: which prompts say a number, an amount, a date or a time.

A media item is `kind:data`. `expand` turns one into the names of recorded
prompts, by the grammar of the language; the switch adapter plays their files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import ModuleType

from openseat.core import calendars
from openseat.core.errors import CoreError
from openseat.core.flows import say_en, say_zh
from openseat.core.flows.spoken import Amount, Moment

KINDS = (
    "prompt", "number", "digits", "money", "date", "time", "datetime",
    "position", "wait", "agent",
)  # fmt: skip
"""Kinds of media item that are said with prompts.

`prompt:<name>` · `number:<decimal>` · `digits:<keys>` · `money:<decimal>@<currency>` ·
`date:`, `time:`, `datetime:<epoch ms or YYYY-MM-DD>@<IANA zone>` · `position:<n>` (the
caller's place in a queue) · `wait:<ms>` (estimated wait) · `agent:<agent number>`.
"""

_NUMBER = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))?")
_MOMENT = re.compile(r"[0-9]{1,14}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DEFAULT_ZONE = "Asia/Shanghai"


def expand(item: str, language: str) -> tuple[str, ...]:
    """Return the names of the prompts that say a media item in a language.

    Chinese for every zh tag, English for every other. Data that cannot be read as
    its kind is said digit by digit as far as it has digits, so the result may be
    empty. Raises `CoreError` `say.unknown_kind` for kinds that are not said with
    prompts, such as `silence:`.
    """
    kind, _, data = item.partition(":")
    if kind == "prompt":
        return (data,)
    if kind not in _SPOKEN:
        raise CoreError("say.unknown_kind", kind=kind[:60])
    return _SPOKEN[kind](grammar(language), data.strip())


def vocabulary(kind: str, language: str) -> frozenset[str]:
    """Return every prompt that `expand` may name for a kind of data in a language."""
    return grammar(language).VOCABULARY[kind]


def grammar(language: str) -> ModuleType:
    """Return the module with a language's grammar."""
    return say_zh if language.lower().startswith("zh") else say_en


def _amount(text: str) -> Amount | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, part = found.groups()
    return Amount(negative=bool(sign), whole=int(whole), decimals=part or "")


def _moment(text: str) -> Moment | None:
    data, _, zone = text.rpartition("@") if "@" in text else (text, "", DEFAULT_ZONE)
    data = data.strip()
    if _DAY.fullmatch(data):
        try:
            return Moment(day=date.fromisoformat(data), hour=None, minute=0)
        except ValueError:
            return None
    if not _MOMENT.fullmatch(data):
        return None
    try:
        there = calendars.local(int(data), zone.strip())
    except CoreError:
        return None
    return Moment(day=there.date(), hour=there.hour, minute=there.minute)


def _digits(words: ModuleType, text: str) -> tuple[str, ...]:
    return words.digits(text)


def _number(words: ModuleType, text: str) -> tuple[str, ...]:
    amount = _amount(text)
    return words.digits(text) if amount is None else words.number(amount)


def _money(words: ModuleType, text: str) -> tuple[str, ...]:
    data, _, currency = text.partition("@")
    amount = _amount(data.strip())
    return words.digits(data) if amount is None else words.money(amount, currency or "CNY")


def _date(words: ModuleType, text: str) -> tuple[str, ...]:
    moment = _moment(text)
    return words.digits(text.partition("@")[0]) if moment is None else words.day(moment)


def _time(words: ModuleType, text: str) -> tuple[str, ...]:
    moment = _moment(text)
    if moment is None or moment.hour is None:
        return words.digits(text.partition("@")[0])
    return words.clock(moment.hour, moment.minute)


def _datetime(words: ModuleType, text: str) -> tuple[str, ...]:
    moment = _moment(text)
    if moment is None:
        return words.digits(text.partition("@")[0])
    said: tuple[str, ...] = words.day(moment)
    return said if moment.hour is None else said + words.clock(moment.hour, moment.minute)


def _position(words: ModuleType, text: str) -> tuple[str, ...]:
    return words.position(int(text)) if re.fullmatch("[0-9]{1,6}", text) else ()


def _wait(words: ModuleType, text: str) -> tuple[str, ...]:
    return words.wait(int(text)) if re.fullmatch("[0-9]{1,12}", text) else ()


def _agent(words: ModuleType, text: str) -> tuple[str, ...]:
    return ("agent-before", *words.digits(text), "agent-after")


_SPOKEN: Mapping[str, Callable[[ModuleType, str], tuple[str, ...]]] = {
    "number": _number,
    "digits": _digits,
    "money": _money,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "position": _position,
    "wait": _wait,
    "agent": _agent,
}
