"""What the adapter knows of the legs and conversations on the switch.

Two kinds of bridge carry conversations. A plain one passes packets on between two legs and is
cheap. A mixing one makes new packets for everybody. Where a recording taps a leg, Asterisk drops
every packet whose sequence number is behind the last one's, so a leg that goes from one speaker to
another through plain bridges would often be recorded as hearing nothing. Therefore a leg's first
conversation is plain, and each that follows is mixing, and so is one from its third member on,
whether the others have left or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Leg:
    """One channel that the core was told about, or asked for."""

    leg_id: str
    arrived: bool
    """Came in by itself; otherwise it was originated."""
    endpoint: str = ""
    up: bool = False
    ringing: bool = False
    bridge_id: str = ""
    mixed: bool = False
    """Was in a conversation before."""
    music: bool = False
    muted: bool = False
    playbacks: dict[str, bool] = field(default_factory=dict[str, bool])
    """Playbacks under way → whether we have asked for their end."""
    voice_recording: str = ""
    call_recording: str = ""


_MIXING_SUFFIX = "~mix"
_UNKNOWN = "?"
_A_PAIR = 2


@dataclass(slots=True)
class Conversation:
    """A bridge, as the core knows it by `bridge_id` and Asterisk by `actual_id`."""

    bridge_id: str
    mixing: bool
    members: set[str] = field(default_factory=set[str])
    past: set[str] = field(default_factory=set[str])
    """Everybody who ever was in it."""

    @property
    def actual_id(self) -> str:
        """Asterisk's name of the bridge that carries it now."""
        return self.bridge_id + _MIXING_SUFFIX if self.mixing else self.bridge_id

    @property
    def bridge_type(self) -> str:
        """What to ask Asterisk for: `video_sfu` is its way to say that it shall always mix."""
        return "mixing,video_sfu" if self.mixing else "mixing"

    @classmethod
    def found(cls, actual_id: str) -> Conversation:
        """Return the conversation that a bridge found on the switch carries."""
        bridge_id = actual_id.removesuffix(_MIXING_SUFFIX)
        # Who was in it before is not known, so somebody stands for them.
        return cls(bridge_id, mixing=bridge_id != actual_id, past={_UNKNOWN})

    def outgrown(self, joining: Sequence[Leg]) -> bool:
        """Whether a plain bridge will not do any more once these legs join."""
        everybody = self.past.union(leg.leg_id for leg in joining)
        return bool(joining) and not self.mixing and len(everybody) > _A_PAIR


class Book:
    """Legs and conversations by their ids."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, Conversation] = {}

    def add(self, leg: Leg) -> None:
        """Remember a leg."""
        self.legs[leg.leg_id] = leg

    def remove(self, leg_id: str) -> Leg | None:
        """Forget a leg that ended; None if it was not known."""
        leg = self.legs.pop(leg_id, None)
        if leg is not None:
            self.leave(leg)
        return leg

    def join(self, leg: Leg, conversation: Conversation) -> None:
        """Note that a leg is in a conversation, and no longer in another."""
        self.leave(leg)
        leg.bridge_id = conversation.bridge_id
        leg.mixed = True
        conversation.members.add(leg.leg_id)
        conversation.past.add(leg.leg_id)

    def leave(self, leg: Leg) -> None:
        """Note that a leg is in no conversation."""
        conversation = self.bridges.get(leg.bridge_id)
        if conversation is not None:
            conversation.members.discard(leg.leg_id)
        leg.bridge_id = ""

    def drop(self, bridge_id: str) -> Conversation | None:
        """Forget a conversation; None if it was not known."""
        conversation = self.bridges.pop(bridge_id, None)
        if conversation is not None:
            for leg_id in conversation.members:
                leg = self.legs.get(leg_id)
                if leg is not None:
                    leg.bridge_id = ""
        return conversation
