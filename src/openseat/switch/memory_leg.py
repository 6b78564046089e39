"""One leg of the in-memory switch, and what is played on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from openseat.switch.clock import Timer
from openseat.switch.people import Party
from openseat.switch.sound import Track


@dataclass(slots=True)
class Playing:
    """One playback, waiting for its turn or under way."""

    playback_id: str
    media: tuple[str, ...]
    language: str
    timer: Timer | None = None
    tone: int = 0


@dataclass(slots=True)
class Announcing:
    """What is played into a conversation, and the voice that the people in it hear."""

    bridge_id: str
    leg_id: str
    voice: Party
    end: Timer


@dataclass(slots=True)
class MemoryLeg:
    """One leg."""

    party: Party
    bridge_id: str = ""
    muted: bool = False
    music: str = ""
    queue: list[Playing] = field(default_factory=list[Playing])
    tracks: dict[str, Track] = field(default_factory=dict[str, Track])
    terminators: dict[str, str] = field(default_factory=dict[str, str])
