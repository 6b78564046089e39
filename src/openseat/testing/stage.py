"""A stage on which the same scene is played with either switch.

A scene has a floor (the test), a switch with one trunk and some phones, and people: customers who
dial in, and whoever is called. `MemoryStage` puts it on the in-memory switch and virtual time,
`AsteriskStage` (see `asterisk_stage`) on two real Asterisks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from openseat.core.inputs import SwitchInput, SwitchRestored
from openseat.switch.clock import VirtualClock
from openseat.switch.memory import MemorySwitch
from openseat.switch.memory_media import Durations
from openseat.switch.people import Party
from openseat.switch.port import Phone, Switch, Trunk

TRUNK = "carrier"
PHONES = tuple(Phone(endpoint=f"80{n:02}", password=f"phone-{n}-password") for n in range(1, 4))
LANGUAGE = "en"
PROMPTS = {"welcome": 700, "goodbye": 400}
"""Prompts every stage has, and how many milliseconds they play."""


def seat(endpoint: str) -> str:
    """Return the agent who sits at a phone on every stage."""
    return f"agent-{endpoint}"


_PATIENCE_MS = 15_000

T = TypeVar("T")


class NothingHappenedError(AssertionError):
    """What a scene waited for did not come."""


class Person(Protocol):
    """Somebody at the far end of a leg."""

    async def ring(self) -> None:
        """Let their phone ring."""
        ...

    async def answer(self) -> None:
        """Pick up."""
        ...

    async def hang_up(self, cause: int = 16) -> None:
        """Hang up, or refuse with a cause."""
        ...

    async def press(self, digits: str) -> None:
        """Press keys."""
        ...

    async def speak(self, hertz: int) -> None:
        """Speak from now on, with a tone for a voice."""
        ...

    async def hears(self, hertz: int) -> bool:
        """Whether a tone is in their ear just now."""
        ...

    async def digits_heard(self, count: int) -> str:
        """Return the first `count` keys that were sent to them."""
        ...

    async def gone(self) -> None:
        """Wait until their line is dead."""
        ...


class Stage(ABC):
    """What a scene needs."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.seen: list[SwitchInput] = []
        """Everything the switch said that was not yet asked for, in order."""

    async def given(self, kind: type[T], **fields: Any) -> T:
        """Wait for the next input of a kind with these fields, and take it out of `seen`."""

        def found() -> T | None:
            for number, one in enumerate(self.seen):
                if isinstance(one, kind) and all(
                    getattr(one, name) == value for name, value in fields.items()
                ):
                    del self.seen[number]
                    return one
            return None

        return await self.until(found, f"{kind.__name__} {fields}")

    async def restored(self) -> SwitchRestored:
        """Wait for the next `SwitchRestored`."""
        return await self.given(SwitchRestored)

    def take(self, given: SwitchInput) -> None:
        """The floor's inbox."""
        self.seen.append(given)

    @abstractmethod
    async def until(self, found: Callable[[], T | None], what: str) -> T:
        """Let time pass until `found` returns something; fail after a bound."""

    @abstractmethod
    async def passes(self, milliseconds: int) -> None:
        """Let time pass."""

    @abstractmethod
    async def dials(self, caller: str, called: str) -> Person:
        """A customer dials in."""

    @abstractmethod
    async def called(self, number: str) -> Person:
        """Wait until the phone (or outside number) is called, and return who is there."""

    @abstractmethod
    async def set_phone(self, endpoint: str, *, reachable: bool) -> None:
        """A phone goes off, or comes back on the network."""

    @abstractmethod
    async def set_trunk(self, *, reachable: bool) -> None:
        """The carrier fails, or recovers."""

    @abstractmethod
    async def new_floor(self) -> None:
        """Another floor process takes over; `seen` starts anew."""

    @abstractmethod
    async def end_floor(self) -> None:
        """The floor goes; the switch is on its own."""

    @abstractmethod
    async def cut(self) -> None:
        """The connection between floor and switch breaks and heals by itself."""

    @abstractmethod
    async def crash(self) -> None:
        """The switch is killed and started again."""

    @abstractmethod
    async def left_over(self) -> tuple[int, int]:
        """Return how many legs and bridges the switch still has."""


class MemoryPerson:
    """A `Person` on the in-memory switch."""

    def __init__(self, party: Party, stage: MemoryStage) -> None:
        self._party = party
        self._stage = stage

    async def ring(self) -> None:
        """Let their phone ring."""
        self._party.ring()

    async def answer(self) -> None:
        """Pick up."""
        self._party.answer()

    async def hang_up(self, cause: int = 16) -> None:
        """Hang up, or refuse with a cause."""
        self._party.hang_up(cause)

    async def press(self, digits: str) -> None:
        """Press keys."""
        self._party.press(digits)

    async def speak(self, hertz: int) -> None:
        """Speak from now on."""
        self._party.speak(hertz)

    async def hears(self, hertz: int) -> bool:
        """Whether a tone is in their ear just now."""
        return hertz in {one.voice_hz for one in self._party.hears()}

    async def digits_heard(self, count: int) -> str:
        """Return the first `count` keys that were sent to them."""
        return await self._stage.until(
            lambda: (
                self._party.digits_heard[:count] if len(self._party.digits_heard) >= count else None
            ),
            "digits",
        )

    async def gone(self) -> None:
        """Wait until their line is dead."""
        await self._stage.until(lambda: self._party.gone or None, "hang-up")


class MemoryStage(Stage):
    """A scene on the in-memory switch and virtual time."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(1_700_000_000_000)
        durations = Durations(prompts=PROMPTS, only_known=True)
        self.memory = MemorySwitch(self.clock, durations=durations, folder=folder)
        super().__init__(self.memory)
        self._claimed: set[str] = set()

    async def open(self) -> None:
        """Set the scene."""
        await self.switch.start(self.take)
        for phone in PHONES:
            self.switch.bind(seat(phone.endpoint), phone.endpoint)
        await self.switch.push_phones(PHONES)
        await self.switch.push_trunks([Trunk(trunk_id=TRUNK, host="127.0.0.1", port=5060)])
        await self.restored()
        await self.passes(0)
        self.seen.clear()

    async def close(self) -> None:
        """End the scene."""
        await self.switch.stop()

    async def until(self, found: Callable[[], T | None], what: str) -> T:
        """Let time pass from one event to the next until `found` returns something."""
        end = self.clock.now() + _PATIENCE_MS
        while (result := found()) is None:
            due = self.clock.next_due()
            if due is None or due > end:
                raise NothingHappenedError(f"{what} did not come; seen: {self.seen}")
            self.clock.advance_to(due)
        return result

    async def passes(self, milliseconds: int) -> None:
        """Let time pass."""
        self.clock.advance(milliseconds)

    async def dials(self, caller: str, called: str) -> Person:
        """A customer dials in."""
        party = self.memory.dial(caller, called, trunk_id=TRUNK)
        self._claimed.add(party.leg_id)
        return MemoryPerson(party, self)

    async def called(self, number: str) -> Person:
        """Wait until the number is called."""

        def found() -> Party | None:
            for leg_id, party in self.memory.parties.items():
                if party.number == number and leg_id not in self._claimed:
                    self._claimed.add(leg_id)
                    return party
            return None

        return MemoryPerson(await self.until(found, f"a call to {number}"), self)

    async def set_phone(self, endpoint: str, *, reachable: bool) -> None:
        """A phone goes off, or comes back on the network."""
        self.memory.set_phone(endpoint, reachable=reachable)

    async def set_trunk(self, *, reachable: bool) -> None:
        """The carrier fails, or recovers."""
        self.memory.set_trunk(TRUNK, reachable=reachable)

    async def new_floor(self) -> None:
        """Another floor process takes over."""
        await self.switch.stop()
        self.seen.clear()
        await self.switch.start(self.take)

    async def end_floor(self) -> None:
        """The floor goes."""
        await self.switch.stop()

    async def cut(self) -> None:
        """The connection breaks and heals."""
        self.memory.lose()
        await self.passes(0)
        self.clock.call_later(100, self.memory.restore)

    async def crash(self) -> None:
        """The switch is killed and started again."""
        self.memory.crash()
        await self.passes(0)
        self.clock.call_later(100, self.memory.restore)

    async def left_over(self) -> tuple[int, int]:
        """Return how many legs and bridges the switch still has."""
        return len(self.memory.legs), len(self.memory.bridges)
