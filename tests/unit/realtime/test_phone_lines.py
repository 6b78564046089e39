"""Which page has an agent's phone: one at a time, and the same one again after a reload."""

from __future__ import annotations

from openseat.realtime.phone import IN_USE, Lines


def test_a_second_page_is_told_that_the_phone_is_in_use():
    lines = Lines()
    first = lines.claim("a1", "page-1", take=False)
    assert first is not None
    assert lines.claim("a1", "page-2", take=False) is None
    assert not first.ended.is_set()
    assert lines.claim("a2", "page-2", take=False) is not None


def test_a_page_that_is_reloaded_takes_its_own_place():
    lines = Lines()
    before = lines.claim("a1", "page-1", take=False)
    after = lines.claim("a1", "page-1", take=False)
    assert before is not None
    assert after is not None
    assert before.ended.is_set()
    # The old connection ends late, and must not take the new one's place away.
    lines.release("a1", before)
    assert lines.claim("a1", "page-2", take=False) is None


def test_the_phone_is_taken_over_when_asked_and_free_when_let_go():
    lines = Lines()
    first = lines.claim("a1", "page-1", take=False)
    second = lines.claim("a1", "page-2", take=True)
    assert first is not None
    assert second is not None
    assert (first.ended.is_set(), first.code) == (True, IN_USE)
    lines.release("a1", second)
    assert lines.claim("a1", "page-3", take=False) is not None
