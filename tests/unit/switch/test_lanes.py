"""Requests that share connections: none overtakes what it must follow, none waits in vain."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from openseat.switch.asterisk.ari import NO_REPLY, AriConnection, OnReply, Reply
from openseat.switch.asterisk.lanes import COUNT, Lanes

Waiting = list[tuple[str, OnReply]]


class Connection:
    """Carries out its requests one after another, when the test says so."""

    def __init__(self, done: list[str]) -> None:
        self._done = done
        self.waiting: Waiting = []

    def request(self, method: str, uri: str, body: object, on_reply: OnReply) -> None:
        del method, body
        self.waiting.append((uri, on_reply))

    def work(self, reply: Reply) -> None:
        uri, on_reply = self.waiting.pop(0)
        self._done.append(uri)
        on_reply(reply)


def lanes_of(count: int) -> tuple[Lanes, list[Connection], list[str]]:
    done: list[str] = []
    connections = [Connection(done) for _ in range(count)]
    return Lanes(cast("list[AriConnection]", connections)), connections, done


OK = Reply(200)


def test_requests_about_different_things_do_not_wait_for_each_other() -> None:
    lanes, connections, _ = lanes_of(COUNT)
    for n in range(COUNT):
        lanes.request((f"leg-{n}",), "POST", f"{n}")
    assert [len(one.waiting) for one in connections] == [1] * COUNT


def test_requests_about_one_thing_stay_on_one_connection() -> None:
    lanes, connections, _ = lanes_of(COUNT)
    for n in range(5):
        lanes.request(("leg",), "POST", f"{n}")
    assert sorted(len(one.waiting) for one in connections) == [0] * (COUNT - 1) + [5]


def test_a_request_that_joins_two_waits_for_both() -> None:
    lanes, (first, second), done = lanes_of(2)
    lanes.request(("a",), "POST", "a")
    lanes.request(("b",), "POST", "b")
    lanes.request(("a", "b"), "POST", "ab")
    lanes.request(("b",), "POST", "after")
    first.work(OK)
    assert len(first.waiting) + len(second.waiting) == 1
    second.work(OK)
    for _ in range(2):
        next(one for one in (first, second) if one.waiting).work(OK)
    assert done == ["a", "b", "ab", "after"]


def test_what_waits_is_answered_when_the_connections_go() -> None:
    lanes, (first, second), _ = lanes_of(2)
    replies: list[Reply] = []
    lanes.request(("a",), "POST", "a", None, replies.append)
    lanes.request(("b",), "POST", "b", None, replies.append)
    lanes.request(("a", "b"), "POST", "ab", None, replies.append)
    while first.waiting or second.waiting:
        next(one for one in (first, second) if one.waiting).work(Reply(NO_REPLY))
    assert replies == [Reply(NO_REPLY)] * 3


@given(
    asked=st.lists(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=60),
    turns=st.lists(st.integers(0, 2), max_size=200),
    data=st.data(),
)
def test_nothing_overtakes_what_it_shares_something_with(
    asked: list[set[str]], turns: list[int], data: Any
) -> None:
    lanes, connections, done = lanes_of(3)
    todo = [(str(n), tuple(sorted(about))) for n, about in enumerate(asked)]
    coming = list(todo)
    for turn in turns:
        if coming and data.draw(st.booleans()):
            name, about = coming.pop(0)
            lanes.request(about, "POST", name)
        elif connections[turn].waiting:
            connections[turn].work(OK)
    for name, about in coming:
        lanes.request(about, "POST", name)
    while any(one.waiting for one in connections):
        next(one for one in connections if one.waiting).work(OK)
    place = {name: n for n, name in enumerate(done)}
    assert len(done) == len(set(done)) == len(todo)
    by_thing: defaultdict[str, list[int]] = defaultdict(list)
    for name, about in todo:
        for one in about:
            by_thing[one].append(place[name])
    assert all(places == sorted(places) for places in by_thing.values())
