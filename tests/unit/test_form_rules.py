"""What a form may ask, and what may be answered."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.directory.form_rules import (
    LONGEST_TEXT,
    FieldKind,
    Filled,
    definition_faults,
    fill_in,
    safe_pattern,
)


def field(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": name.title(), "kind": kind, **more}


FORM = [
    field("reason", "choice", required=True, choices=["查询", "投诉"]),
    field("products", "choices", choices=["车险", "寿险", "健康险"]),
    field("amount", "number"),
    field("day", "date"),
    field("phone", "phone"),
    field("policy", "text", pattern="P[0-9]{6}"),
]


def test_answers_are_kept_with_what_the_fields_were_called() -> None:
    filled, faults = fill_in(
        FORM,
        {"reason": "查询", "products": ["寿险", "车险"], "amount": "-3.50", "policy": "P123456"},
    )
    assert faults == []
    assert filled == [
        Filled("reason", "Reason", "查询"),
        Filled("products", "Products", "寿险; 车险"),
        Filled("amount", "Amount", "-3.50"),
        Filled("policy", "Policy", "P123456"),
    ]


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({}, ("reason", "needed")),
        ({"reason": "  "}, ("reason", "needed")),
        ({"reason": "表扬"}, ("reason", "not_a_choice")),
        ({"reason": ["查询", "投诉"]}, ("reason", "one_only")),
        ({"reason": "查询", "products": ["车险", "车险"]}, ("products", "not_a_choice")),
        ({"reason": "查询", "amount": "NaN"}, ("amount", "not_a_number")),
        ({"reason": "查询", "amount": "12a"}, ("amount", "not_a_number")),
        ({"reason": "查询", "day": "2026-02-30"}, ("day", "not_a_date")),
        ({"reason": "查询", "day": "20260101"}, ("day", "not_a_date")),
        ({"reason": "查询", "phone": "call me"}, ("phone", "not_a_phone")),
        ({"reason": "查询", "policy": "xP123456"}, ("policy", "not_as_asked")),
        ({"reason": "查询", "policy": "P" * (LONGEST_TEXT + 1)}, ("policy", "too_long")),
        ({"reason": "查询", "salary": "1"}, ("salary", "unknown")),
    ],
)
def test_what_does_not_fit_is_named(answers: dict[str, Any], fault: tuple[str, str]) -> None:
    _, faults = fill_in(FORM, answers)
    assert [(one.name, one.code) for one in faults] == [fault]


@given(
    st.dictionaries(
        st.sampled_from([one["name"] for one in FORM] + ["other"]),
        st.text(max_size=30) | st.lists(st.text(max_size=10), max_size=4),
    )
)
def test_any_answer_is_kept_or_named_and_never_both(answers: dict[str, Any]) -> None:
    filled, faults = fill_in(FORM, answers)
    assert not {one.name for one in filled} & {one.name for one in faults}
    asked = {
        name
        for name, value in answers.items()
        if any(part.strip() for part in ([value] if isinstance(value, str) else value))
    }
    assert asked <= {one.name for one in filled} | {one.name for one in faults}


def test_a_definition_that_cannot_be_filled_in_is_refused() -> None:
    faults = definition_faults(
        [
            field("a", "choice"),
            field("b", "choices", choices=["x", "x"]),
            field("b"),
            field("c", pattern="("),
        ]
    )
    assert [(one.name, one.code) for one in faults] == [
        ("a", "no_choices"),
        ("b", "choice_twice"),
        ("b", "name_twice"),
        ("c", "bad_pattern"),
    ]
    assert definition_faults(FORM) == []


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a*)*b", r"(\d+)+$", "(a|b+){2,}", r"(.)\1", "a{9999999999}"]
)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str) -> None:
    assert not safe_pattern(pattern)


@pytest.mark.parametrize("pattern", [".*a.*b.*c", "[0-9]+[0-9]+[0-9]+x"])
def test_the_worst_pattern_allowed_is_bounded(pattern: str) -> None:
    begun = time.perf_counter()
    fill_in([field("a", pattern=pattern)], {"a": "0" * LONGEST_TEXT})
    if safe_pattern(pattern):
        assert time.perf_counter() - begun < 3


def test_every_kind_is_asked_by_the_form_of_this_test() -> None:
    assert {one["kind"] for one in FORM} == set(FieldKind)
