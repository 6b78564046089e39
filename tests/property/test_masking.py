"""What a mask may tell, for any number there is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.masking import LEAST_HIDDEN, STAR, mask, same_number, scrub

DIGITS = st.text("0123456789", min_size=1, max_size=20)
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NUMBERS = st.one_of(DIGITS, DIGITS.map("+{}".format), MOBILES, MOBILES.map("+86{}".format))
SPELLINGS = ("{0}", "+86{0}", "0086{0}", "86{0}", "0{0}")


def shown(number: str) -> int:
    return sum(character.isdecimal() for character in mask(number))


@given(NUMBERS)
def test_a_mask_hides_four_digits_or_all(number: str) -> None:
    digits = sum(character.isdecimal() for character in number)
    assert digits - shown(number) >= min(LEAST_HIDDEN, digits)
    assert STAR in mask(number)
    assert number not in mask(number)


@given(NUMBERS)
def test_only_a_mobile_shows_more_than_half(number: str) -> None:
    digits = sum(character.isdecimal() for character in number)
    end = number[-11:]
    mobile = end.startswith("1") and number in {one.format(end) for one in SPELLINGS}
    assert shown(number) <= (7 if mobile else digits // 2)


@given(st.text(max_size=30))
def test_whatever_a_caller_calls_themselves_is_masked_without_a_fault(name: str) -> None:
    seen = mask(name)
    if any(character.isdecimal() for character in name):
        assert STAR in seen
    else:
        assert seen == name


@given(NUMBERS)
def test_a_mask_masks_to_itself_or_to_nothing(number: str) -> None:
    assert mask(mask(number)) in {mask(number), STAR * LEAST_HIDDEN}


@given(MOBILES)
def test_every_spelling_of_a_mobile_has_one_mask(mobile: str) -> None:
    spellings = [one.format(mobile) for one in SPELLINGS]
    spellings.append(f"+86 {mobile[:3]}-{mobile[3:7]}-{mobile[7:]}")
    assert {mask(one) for one in spellings} == {f"{mobile[:3]}****{mobile[-4:]}"}
    assert all(same_number(one, mobile) for one in spellings)


@given(MOBILES, st.sampled_from(SPELLINGS), st.sampled_from(SPELLINGS), st.text(max_size=9))
def test_a_scrubbed_text_holds_no_spelling_of_a_mobile(
    mobile: str, known: str, written: str, around: str
) -> None:
    text = f"{around}{written.format(mobile)}{around}"
    assert mobile not in scrub(text, [known.format(mobile)])


@given(st.from_regex(r"\+[1-9][0-9]{10,14}", fullmatch=True), st.integers(0, 3))
def test_a_scrubbed_text_holds_no_national_spelling_either(number: str, code: int) -> None:
    national = number[1 + code :]
    seen = scrub(f"call 0{national} or {number}", [number])
    assert national not in seen
    assert number not in seen


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner)),
        max_leaves=8,
    )
)
def test_what_holds_no_number_is_left_alone(value: object) -> None:
    number = "+8613800000001"
    if "13800000001" not in json.dumps(value):
        assert scrub(value, [number]) == value


def test_numbers_within_any_value_are_found() -> None:
    value = {"a": ["tel 138 0000 0001", {"b": 13800000001}], "url": "?p=%2B8613800000001&x=1"}
    assert scrub(value, ["13800000001"]) == {
        "a": ["tel 138****0001", {"b": "138****0001"}],
        "url": "?p=138****0001&x=1",
    }


def test_short_numbers_are_found_as_whole_texts_alone() -> None:
    assert scrub(["1001", "+1001", "in 1001 days"], ["1001"]) == ["****", "****", "in 1001 days"]


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        ("13800000001", "138****0001"),
        ("+8613800000001", "138****0001"),
        ("+442079460958", "+442******958"),
        ("95588", "****8"),
        ("1001", "****"),
        ("anonymous", "anonymous"),
        ("alice7", "****"),
        ("", ""),
    ],
)
def test_masks_look_like_this(number: str, seen: str) -> None:
    assert mask(number) == seen
