"""Every event survives the journal, whatever is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from openseat.core.events import EVENTS, Event, Fact
from openseat.journal.codec import decode_fact, encode_fact

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
whole = st.integers(-(2**53), 2**53)
plain = st.recursive(
    st.none() | st.booleans() | whole | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    simple = {str: texts, int: whole, bool: st.booleans(), type(None): st.none(), Any: plain}
    if hint in simple:
        return simple[hint]
    origin, arguments = getattr(hint, "__origin__", None), get_args(hint)
    if origin is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    return st.one_of([values(argument) for argument in arguments])


def events_of(cls: type[Any]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{field.name: values(hints[field.name]) for field in fields(cls)})


events = st.sampled_from(sorted(EVENTS)).flatmap(lambda name: events_of(EVENTS[name]))


@given(event=events, no=st.integers(1, 2**31 - 1), at=st.integers(0, 2**53), client=texts)
def test_encoding_then_decoding_gives_the_same_fact(event: Event, no: int, at: int, client: str):
    fact = Fact(stream="call:x", no=no, at=at, client_id=client, event=event)
    assert decode_fact(encode_fact("main", 1, fact)) == fact
