"""The texts of errors: complete, the same in every language, and none forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from openseat.platform.problems import STATUS, Problem
from openseat.platform.texts import LANGUAGES, accepted, catalogue, text

SOURCE = Path(__file__).parents[3] / "src" / "openseat"
RAISED = re.compile(r"""(?:Problem|CoreError|PromptError)\(\s*["']([a-z_]+(?:\.[a-z_]+)*)["']""")
WITHIN = {"core/flows/problems.py"}


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def raised_codes() -> set[str]:
    return {
        code
        for path in SOURCE.rglob("*.py")
        for code in RAISED.findall(path.read_text(encoding="utf-8"))
        # Findings about a flow are shown beside their step by the editor, not as problems.
        if not code.startswith("flow.") or code in STATUS
    }


def test_every_language_has_the_same_texts_with_the_same_blanks() -> None:
    first, *others = (catalogue(language) for language in LANGUAGES)
    for other in others:
        assert set(other) == set(first)
        for code, sentence in first.items():
            assert blanks(sentence) == blanks(other[code]), code


def test_every_code_that_is_raised_anywhere_has_a_text() -> None:
    assert raised_codes() - set(catalogue("en")) == set()


def test_every_code_with_a_status_has_a_text() -> None:
    assert set(STATUS) <= set(catalogue("en"))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh-TW;q=0.7, en;q=0.3", "zh-CN"),
        ("zh;q=0, en;q=0.1", "en"),
        ("de", "zh-CN"),
        ("en;q=nonsense", "zh-CN"),
        (",;q=,,", "zh-CN"),
    ],
)
def test_the_language_that_is_liked_best_is_taken(header: str, language: str) -> None:
    assert accepted(header) == language


def test_a_missing_blank_does_not_spoil_the_sentence() -> None:
    assert "…" in text("request.too_large", "en", {})


def test_an_unknown_code_is_a_refused_command_and_shown_as_it_is() -> None:
    document = Problem("agent.brand_new", agent="7").document("en")
    assert document.status == 409
    assert document.detail == "agent.brand_new"
    assert document.arguments == {"agent": "7"}
