"""Which kind of bridge carries a conversation."""

from __future__ import annotations

from typing import Any, cast

import pytest

from openseat.core.effects import Bridge, Unbridge
from openseat.switch.asterisk.control import Control
from openseat.switch.asterisk.conversations import Conversations
from openseat.switch.asterisk.lanes import Lanes
from openseat.switch.asterisk.legs import Book, Conversation, Leg
from openseat.switch.asterisk.recorder import Recorder


class Silent:
    """A recorder that records nobody alone."""

    def stop_voice(self, leg: Leg) -> None:
        del leg


class Asked:
    """Lanes that note what they are asked for."""

    def __init__(self) -> None:
        self.uris: list[str] = []

    def request(
        self, about: Any, method: str, uri: str, body: Any = None, reply: Any = None
    ) -> None:
        del about, body, reply
        self.uris.append(f"{method} {uri}")


class Scene:
    def __init__(self) -> None:
        self.book = Book()
        self.asked = Asked()
        control = Control(self.book, cast("Recorder", Silent()), lambda _: None)
        control.attach(cast("Lanes", self.asked))
        self.conversations = Conversations(control)
        for name in ("customer", "first", "second"):
            self.book.add(Leg(name, arrived=name == "customer", up=True))

    def join(self, *legs: str) -> None:
        self.conversations.bridge(Bridge(bridge_id="talk", legs=legs))

    def part(self, *legs: str) -> None:
        self.conversations.unbridge(Unbridge(bridge_id="talk", legs=legs))

    @property
    def mixing(self) -> bool:
        return self.book.bridges["talk"].mixing


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.join("customer", "first")
    return made


def test_a_pair_is_passed_on_as_it_is(scene: Scene) -> None:
    assert not scene.mixing


def test_the_same_pair_after_a_hold_as_well(scene: Scene) -> None:
    scene.part("customer")
    scene.join("customer", "first")
    assert not scene.mixing


def test_a_successor_is_mixed_although_only_two_are_there(scene: Scene) -> None:
    scene.part("first")
    scene.join("customer", "second")
    assert scene.mixing
    assert scene.book.bridges["talk"].members == {"customer", "second"}
    assert scene.asked.uris[-2:] == [
        "POST bridges/talk~mix",
        "POST bridges/talk~mix/addChannel?channel=second,customer",
    ]


def test_a_third_makes_it_mix_for_all(scene: Scene) -> None:
    scene.join("second")
    assert scene.mixing
    assert scene.book.bridges["talk"].members == {"customer", "first", "second"}


def test_one_found_on_the_switch_mixes_for_whoever_joins_it(scene: Scene) -> None:
    found = Conversation.found("talk")
    scene.book.bridges["talk"] = found
    for name in ("customer", "first"):
        scene.book.join(scene.book.legs[name], found)
    scene.join("customer", "first")
    assert not scene.mixing
    scene.part("first")
    scene.join("second")
    assert scene.mixing
