"""The texts of errors: complete, the same in every language, and none forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from openseat.core.flows.check import Environment, examine
from openseat.directory.flows import refuse
from openseat.platform.problems import STATUS, Problem
from openseat.platform.texts import LANGUAGES, Language, accepted, catalogue, text

SOURCE = Path(__file__).parents[3] / "src" / "openseat"
RAISED = re.compile(r"""(?:Problem|CoreError|PromptError)\(\s*["']([a-z_]+(?:\.[a-z_]+)*)["']""")
FLOW_CODE = re.compile(r"""["'](flow\.[a-z_]+)["']""")
REFERRED = re.compile(r""""([a-z]+)": self\.""")


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def raised_codes() -> set[str]:
    return {
        code
        for path in SOURCE.rglob("*.py")
        for code in RAISED.findall(path.read_text(encoding="utf-8"))
    }


def flow_codes() -> set[str]:
    """Everything that is ever found in a flow, or ends one."""
    written = {
        code
        for path in (SOURCE / "core" / "flows").glob("*.py")
        for code in FLOW_CODE.findall(path.read_text(encoding="utf-8"))
    }
    kinds = set(REFERRED.findall((SOURCE / "core/flows/check.py").read_text("utf-8")))
    return written | {f"flow.unknown_{kind}" for kind in kinds}


def test_every_language_has_the_same_texts_with_the_same_blanks() -> None:
    first, *others = (catalogue(language) for language in LANGUAGES)
    for other in others:
        assert set(other) == set(first)
        for code, sentence in first.items():
            assert blanks(sentence) == blanks(other[code]), code


def test_every_code_that_is_raised_anywhere_has_a_text() -> None:
    assert raised_codes() - set(catalogue("en")) == set()


def test_everything_found_in_a_flow_has_a_text_and_no_text_is_of_nothing() -> None:
    texts = {code for code in catalogue("en") if code.startswith("flow.")}
    assert texts - {"flow.no_version"} == flow_codes()
    assert {f"flow.unknown_{kind}" for kind in ("queue", "client", "hours")} <= texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_in_a_flow_is_said_in_the_callers_language(language: Language) -> None:
    found = examine({"schema": 1, "start": "a", "steps": [{"id": "a", "kind": "?"}]}, Environment())
    document = refuse(found).document(language)
    assert [one.code for one in document.errors] == [one.code for one in found]
    for one, finding in zip(document.errors, found, strict=True):
        assert one.detail == text(finding.code, language, finding.arguments) != finding.code
        assert "…" not in one.detail


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
