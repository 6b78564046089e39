"""Texts of the API's errors in every language of the interface.

One JSON file a language, code → sentence with ``{blanks}``; all files have the
same codes and the same blanks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

Language = Literal["zh-CN", "en"]

LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
DEFAULT: Language = "zh-CN"


class _Blanks(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return every text of ``language`` by its code."""
    path = Path(__file__).parent / f"{language}.json"
    return cast("dict[str, str]", json.loads(path.read_text(encoding="utf-8")))


def text(code: str, language: Language, arguments: Mapping[str, Any]) -> str:
    """Return the sentence for ``code``; a code without a text is shown as it is."""
    sentence = catalogue(language).get(code)
    return code if sentence is None else sentence.format_map(_Blanks(arguments))


def accepted(header: str, fallback: Language = DEFAULT) -> Language:
    """Return the language that an ``Accept-Language`` header likes best."""
    best: tuple[float, Language] | None = None
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        language = _language(tag.strip().lower())
        if language is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return fallback if best is None else best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def _language(tag: str) -> Language | None:
    if tag == "zh" or tag.startswith("zh-"):
        return "zh-CN"
    if tag == "en" or tag.startswith("en-"):
        return "en"
    return None
