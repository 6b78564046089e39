"""The small parts that flows are made of."""

from __future__ import annotations

from datetime import date, time

import pytest

from openseat.core.config import CellConfig, FlowConfig, HoursConfig
from openseat.core.flows import FlowInvalid, Library, Problem
from openseat.core.flows.conditions import as_number, holds
from openseat.core.flows.library import KEPT_VERSIONS
from openseat.core.flows.replies import MAX_BODY, pick
from openseat.core.flows.steps import Branch, Compare, InHours, OnHoliday
from openseat.core.flows.template import fill, names
from openseat.testing.flows import END, START, definition

DAY = 86_400_000
ALWAYS = {day: ((time(0), time(0)),) for day in range(7)}
HOURS = {
    "always": HoursConfig(hours_id="always", time_zone="Asia/Shanghai", weekly=ALWAYS),
    "holiday": HoursConfig(
        hours_id="holiday", time_zone="Asia/Shanghai", weekly=ALWAYS,
        exceptions={date(2027, 1, 15): ()},
    ),
    "nowhere": HoursConfig(hours_id="nowhere", time_zone="Mars/Base", weekly=ALWAYS),
}  # fmt: skip


class TestTemplates:
    def test_variables_are_filled_in_once(self):
        held = {"a": "1", "b": "{{a}}"}
        assert fill("{{a}}-{{ b }}-{{c}}", held) == "1-{{a}}-"

    @pytest.mark.parametrize("text", ["{a}", "{{A}}", "{{a b}}", "{{a", "{{  a}}", "{{1}}", "{{}}"])
    def test_what_is_no_variable_stays(self, text):
        assert fill(text, {"a": "1"}) == text
        assert names(text) == ()

    def test_values_are_escaped(self):
        assert fill("{{a}}", {"a": "x"}, str.upper) == "X"


def branch(*tests, match="all"):
    return Branch(tests=tests, match=match, next="x")


class TestConditions:
    @pytest.mark.parametrize(
        ("left", "operator", "right", "answer"),
        [
            ("a", "equals", "a", True), ("a", "equals", "b", False),
            ("a", "not_equals", "b", True), ("a", "not_equals", "a", False),
            ("ab", "starts_with", "a", True), ("ab", "starts_with", "b", False),
            ("ab", "ends_with", "b", True), ("ab", "ends_with", "a", False),
            ("abc", "contains", "b", True), ("abc", "contains", "d", False),
            ("9", "less", "10", True), ("10", "less", "9", False), ("9", "less", "9", False),
            ("9", "less_or_equal", "9.0", True), ("9.1", "less_or_equal", "9", False),
            ("-1", "greater", "-2", True), ("1", "greater", "1", False),
            ("1", "greater_or_equal", "1", True), ("1", "greater_or_equal", "2", False),
            ("x", "less", "10", False), ("1", "greater", "", False), ("", "less", "1", False),
            ("x", "is_set", "", True), ("", "is_set", "", False),
            ("", "is_empty", "", True), ("x", "is_empty", "", False),
        ],
    )  # fmt: skip
    def test_operators(self, left, operator, right, answer):
        test = Compare(left=left, operator=operator, right=right)
        assert holds(branch(test), {}, {}, START) is answer
        turned = Compare(left=left, operator=operator, right=right, negate=True)
        assert holds(branch(turned), {}, {}, START) is not answer

    def test_one_of_several_texts(self):
        test = Compare(left="{{x}}", operator="one_of", values=("a", "{{y}}"))
        assert holds(branch(test), {"x": "b", "y": "b"}, {}, START)
        assert not holds(branch(test), {"x": "c", "y": "b"}, {}, START)

    def test_all_or_any(self):
        yes, no = (Compare(left=text, operator="is_set") for text in ("x", ""))
        assert not holds(branch(yes, no), {}, {}, START)
        assert holds(branch(yes, no, match="any"), {}, {}, START)

    @pytest.mark.parametrize(
        ("test", "answer"),
        [
            (InHours(hours="always"), True),
            (InHours(hours="always", negate=True), False),
            (InHours(hours="holiday"), False),
            (InHours(hours="unknown"), False),
            (InHours(hours="nowhere"), False),
            (OnHoliday(hours="always"), False),
            (OnHoliday(hours="holiday"), True),
        ],
    )
    def test_business_hours(self, test, answer):
        assert holds(branch(test), {}, HOURS, START) is answer

    @pytest.mark.parametrize("text", ["", "x", "1e9", "NaN", "inf", "1" * 31, "1_0", "١"])
    def test_what_is_no_number(self, text):
        assert as_number(text) is None


class TestReplies:
    BODY = '{"a": {"b": [1.50, true, null, "x", {"c": 10000000000000000000000}]}, "0": false}'

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("a.b.0", "1.50"), ("a.b.1", "true"), ("a.b.2", ""), ("a.b.3", "x"),
            ("a.b.4.c", "10000000000000000000000"), ("0", "false"),
        ],
    )  # fmt: skip
    def test_a_plain_value_is_found(self, path, text):
        assert pick(self.BODY, {"v": path}) == {"v": text}

    @pytest.mark.parametrize(
        "path", ["a", "a.b", "a.b.5", "a.b.x", "a.b.-1", "a.b.9999999", "c", "a.b.3.x", ""]
    )
    def test_what_is_not_plain_is_not(self, path):
        assert pick(self.BODY, {"v": path}) is None

    @pytest.mark.parametrize(
        "body", ["", "{", "NaN", "[" * 100_000, '"' + "x" * MAX_BODY + '"', "1" * 5_000]
    )
    def test_a_hostile_body_is_refused(self, body):
        assert pick(body, {"v": "a"}) is None


class TestLibrary:
    @staticmethod
    def config(version, flow=None):
        flows = {"f": FlowConfig(flow_id="f", version=version, definition=flow or definition(END))}
        return CellConfig(version=version, cell_id="c", flows=flows, hours=HOURS)

    def test_unchanged_flows_are_taken_over(self):
        before = Library.of(self.config(1))
        assert Library.of(self.config(1), before).flows["f"] is before.flows["f"]
        assert before.hours is HOURS

    def test_earlier_versions_stay_findable_up_to_a_number(self):
        books = None
        for version in range(1, KEPT_VERSIONS + 4):
            books = Library.of(self.config(version), books)
        newest = KEPT_VERSIONS + 3
        assert books.find("f").version == newest
        assert books.find("f", newest).version == newest
        assert books.find("f", newest - 1).version == newest - 1
        assert books.find("f", 1).version == newest
        assert len(books.earlier) == KEPT_VERSIONS

    def test_what_cannot_be_read_is_left_out(self):
        assert Library.of(self.config(1, {"steps": 5})).find("f") is None


def test_an_invalid_flow_is_refused_with_its_first_problem():
    refused = FlowInvalid((Problem(code="flow.no_steps"), Problem(code="flow.wrong_schema")))
    assert str(refused) == "flow.invalid(problems=2, first='flow.no_steps')"
