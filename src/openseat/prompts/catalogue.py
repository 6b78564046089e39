"""The shipped prompts: every name with its text, in each language.

Sentences are listed in `sentences.json`; the words that data is spoken with
follow from `openseat.core.flows.say`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("zh-CN", "en")

_ZH_DIGITS = "零一二三四五六七八九"
_EN_TO_19 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_EN_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_EN_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


@cache
def texts(language: str) -> dict[str, str]:
    """Return prompt name → what it says, in a language of `LANGUAGES`."""
    listed = Path(__file__).with_name("sentences.json").read_text(encoding="utf-8")
    sentences: dict[str, str] = json.loads(listed)[language]
    return (_chinese_words() if language == "zh-CN" else _english_words()) | sentences


def _zh_below_100(n: int) -> str:
    tens, ones = divmod(n, 10)
    if not tens:
        return _ZH_DIGITS[ones]
    return ("" if tens == 1 else _ZH_DIGITS[tens]) + "十" + (_ZH_DIGITS[ones] if ones else "")


def _chinese_words() -> dict[str, str]:
    said = {f"num-{n}": _zh_below_100(n) for n in range(100)}
    said |= {f"num-in-{n}": f"一{_zh_below_100(n)}" for n in range(10, 20)}
    said |= {f"num-{n}00": f"{_ZH_DIGITS[n]}百" for n in range(1, 10)}
    said |= {f"num-{n}000": f"{'两' if n == 2 else _ZH_DIGITS[n]}千" for n in range(1, 10)}
    # On the telephone a lone 1 is said yāo, so that it cannot be mistaken for 7.
    said |= {f"digit-{n}": "幺" if n == 1 else _ZH_DIGITS[n] for n in range(10)}
    said |= {f"month-{n}": f"{_zh_below_100(n)}月" for n in range(1, 13)}
    said |= {f"day-{n}": f"{_zh_below_100(n)}日" for n in range(1, 32)}
    said |= {f"hour-{n}": f"{'两' if n == 2 else _zh_below_100(n)}点" for n in range(13)}
    return said | {
        "num-liang": "两",
        "num-wan": "万",
        "num-yi": "亿",
        "num-minus": "负",
        "num-point": "点",
        "digit-star": "星号",
        "digit-hash": "井号",
        "year": "年",
        "minute": "分",
        "hour-sharp": "整",
        "daypart-early-morning": "凌晨",
        "daypart-morning": "上午",
        "daypart-noon": "中午",
        "daypart-afternoon": "下午",
        "daypart-evening": "晚上",
        "money-yuan": "元",
        "money-jiao": "角",
        "money-fen": "分",
        "money-dollar": "美元",
        "money-dollar-cent": "美分",
        "money-euro": "欧元",
        "money-euro-cent": "欧分",
    }


def _en_below_100(n: int) -> str:
    if n < 20:
        return _EN_TO_19[n]
    tens, ones = divmod(n, 10)
    return _EN_TENS[tens - 2] + (f"-{_EN_TO_19[ones]}" if ones else "")


def _en_ordinal(n: int) -> str:
    if n <= 20:
        return _EN_ORDINALS[n - 1]
    return f"{_EN_TENS[n // 10 - 2]}-{_EN_ORDINALS[n % 10 - 1]}" if n % 10 else "thirtieth"


def _english_words() -> dict[str, str]:
    said = {f"num-{n}": _en_below_100(n) for n in range(100)}
    said |= {f"digit-{n}": _EN_TO_19[n] for n in range(10)}
    said |= {f"month-{n + 1}": month for n, month in enumerate(_EN_MONTHS)}
    said |= {f"day-{n}": _en_ordinal(n) for n in range(1, 32)}
    return said | {
        "num-hundred": "hundred",
        "num-thousand": "thousand",
        "num-million": "million",
        "num-billion": "billion",
        "num-trillion": "trillion",
        "num-minus": "minus",
        "num-point": "point",
        "digit-star": "star",
        "digit-hash": "hash",
        "oh": "oh",
        "am": "A M",
        "pm": "P M",
        "noon": "noon",
        "midnight": "midnight",
        "money-yuan": "yuan",
        "money-dollar": "dollar",
        "money-dollars": "dollars",
        "money-euro": "euro",
        "money-euros": "euros",
        "money-cent": "cent",
        "money-cents": "cents",
    }
