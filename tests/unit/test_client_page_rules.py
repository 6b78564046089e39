"""A client's own page: which addresses are accepted, and what a signed link says."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.flows.template import fill
from openseat.directory.at_the_desk import plain
from openseat.directory.page_rules import signature, signed, template_fault, verified

SECRET = "a-secret-of-the-client"
TEMPLATE = "https://crm.example.com/pop/{{call_id}}?phone={{caller}}&vip={{pop_vip}}"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (TEMPLATE, None),
        ("https://crm.example.com:8443", None),
        ("http://crm.example.com/", "page_https"),
        ("javascript:alert(1)", "page_https"),
        ("data:text/html,x", "page_https"),
        ("//crm.example.com/", "page_https"),
        (" https://crm.example.com/", "page_characters"),
        ("https://crm.example.com/\n", "page_characters"),
        ('https://crm.example.com/"onload', "page_characters"),
        ("https://{{caller}}/x", "page_address"),
        ("https://user@crm.example.com/", "page_address"),
        ("https:///path", "page_address"),
        ("https://crm.example.com:99999/", "page_address"),
        ("https://crm.example.com/#x", "page_fragment"),
        ("https://crm.example.com/?openseat_signature=1", "page_reserved"),
        ("https://crm.example.com/?a={{password}}", "page_parameter"),
    ],
)
def test_only_https_without_surprises_is_accepted(url: str, fault: str | None) -> None:
    assert template_fault(url) == fault


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_value_escapes_its_place_in_the_address(caller: str, call_id: str) -> None:
    values = {
        "caller": caller.encode("utf-8", "replace").decode(),
        "call_id": "c" + "".join(one for one in call_id if one.isalnum()),
        "pop_vip": "a&b=c#d/../e",
    }
    link = urlsplit(signed(TEMPLATE, values, SECRET, 1_800_000_000))
    assert (link.scheme, link.netloc, link.fragment) == ("https", "crm.example.com", "")
    query = parse_qs(link.query, keep_blank_values=True)
    assert list(query) == ["phone", "vip", "openseat_expires", "openseat_signature"]
    assert query["vip"] == ["a&b=c#d/../e"]
    target = f"{link.path}?{link.query}"
    assert verified(target, SECRET, 1_799_999_999)


def test_a_link_that_was_touched_or_is_over_is_not_trusted() -> None:
    link = urlsplit(signed(TEMPLATE, {"caller": "+8613800138000"}, SECRET, 1000))
    target = f"{link.path}?{link.query}"
    assert verified(target, SECRET, 1000)
    assert not verified(target, SECRET, 1001)
    assert not verified(target, "another-secret-entirely", 1000)
    assert not verified(target.replace("138000", "138001"), SECRET, 1000)
    assert not verified(target.replace("expires=1000", "expires=9000"), SECRET, 1000)
    assert not verified("/pop", SECRET, 1000)


def test_the_example_in_the_documentation_comes_out() -> None:
    assert signature("/pop?phone=%2B8613800138000&openseat_expires=1800000000", SECRET) == (
        "de8a238f23075d7cee750b8ba3c982abdd236cf803a0b1436fbc783ceb5e76c8"
    )


@given(st.text(max_size=80))
def test_a_value_in_a_script_is_text_and_nothing_else(value: str) -> None:
    shown = fill("{{caller}}", {"caller": value}, plain)
    for mark in "[]()<>*_`#!":
        assert shown.count(mark) == shown.count("\\" + mark)
