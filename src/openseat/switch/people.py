"""The people at the far ends of the in-memory switch's legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openseat.core.identity import Instant, Milliseconds

if TYPE_CHECKING:
    from openseat.switch.memory import MemorySwitch

NORMAL_CLEARING = 16
BUSY = 17
REJECTED = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a called party does by itself. Spans count from the call's arrival, in milliseconds.

    The defaults ring at once and answer nobody. `hangs_up_after_ms` and `presses` count from the
    answer.
    """

    rings_after_ms: Milliseconds | None = 0
    answers_after_ms: Milliseconds | None = None
    refuses_with: int | None = None
    """Q.850 cause of the refusal."""
    refuses_after_ms: Milliseconds = 0
    hangs_up_after_ms: Milliseconds | None = None
    presses: tuple[tuple[Milliseconds, str], ...] = ()


PASSIVE = Behaviour()
"""Rings, and leaves everything else to whoever scripts the party."""


def answering(after_ms: Milliseconds = 0, **more: object) -> Behaviour:
    """Return a party that answers."""
    return Behaviour(answers_after_ms=after_ms, **more)  # pyright: ignore[reportArgumentType]


def refusing(cause: int = REJECTED, after_ms: Milliseconds = 0) -> Behaviour:
    """Return a party that refuses with a Q.850 cause (17: busy)."""
    return Behaviour(rings_after_ms=None, refuses_with=cause, refuses_after_ms=after_ms)


@dataclass(frozen=True, slots=True)
class Heard:
    """A playback that began in a party's ear."""

    at: Instant
    media: tuple[str, ...]
    language: str


@dataclass(slots=True, eq=False)
class Party:
    """One person on one leg: what they did, what they hear, and what they can do."""

    leg_id: str
    number: str
    """Their telephone number, or their endpoint's name."""
    switch: MemorySwitch
    arrived: bool
    """They called us; otherwise we called them."""
    listened: bool = False
    """The switch tells when sound comes from them."""
    voice_hz: int = 0
    """The tone they speak with in recordings; 0 is silence."""
    called: str = ""
    trunk_id: str = ""
    endpoint: str = ""
    caller_shown: str = ""
    ringing: bool = False
    """They hear ring-back (a caller), or their phone rings (a called one)."""
    up: bool = False
    gone: bool = False
    cause: int | None = None
    heard: list[Heard] = field(default_factory=list[Heard])
    digits_heard: str = ""
    on_music: str = ""
    on_answer: Callable[[Party], None] | None = None
    """Called when the leg is up: how a simulation lets a person act."""
    on_heard: Callable[[Party, Heard], None] | None = None
    """Called when a playback begins."""

    def answer(self) -> None:
        """Pick up (a called party)."""
        self.switch.party_answers(self)

    def ring(self) -> None:
        """Let their phone ring (a called party)."""
        self.switch.party_rings(self)

    def hang_up(self, cause: int = NORMAL_CLEARING) -> None:
        """Hang up, or refuse a call not yet answered."""
        self.switch.party_leaves(self, cause)

    def speak(self, hertz: int) -> None:
        """Speak with this tone from now on (0: be silent)."""
        self.voice_hz = hertz
        self.switch.party_speaks(self)

    def press(self, digits: str) -> None:
        """Press keys."""
        for digit in digits:
            self.switch.party_presses(self, digit)

    def hears(self) -> set[Party]:
        """Return the people whose voice is heard."""
        return self.switch.voices_for(self)
