"""What the adapter knows of the legs and conversations on the switch."""

from __future__ import annotations

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
    music: bool = False
    muted: bool = False
    playbacks: dict[str, bool] = field(default_factory=dict[str, bool])
    """Playbacks under way → whether we have asked for their end."""
    voice_recording: str = ""
    call_recording: str = ""


class Book:
    """Legs and bridges by their ids."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, set[str]] = {}

    def add(self, leg: Leg) -> None:
        """Remember a leg."""
        self.legs[leg.leg_id] = leg

    def remove(self, leg_id: str) -> Leg | None:
        """Forget a leg that ended; None if it was not known."""
        leg = self.legs.pop(leg_id, None)
        if leg is not None:
            self.leave(leg)
        return leg

    def join(self, leg: Leg, bridge_id: str) -> None:
        """Note that a leg is in a conversation, and no longer in another."""
        self.leave(leg)
        leg.bridge_id = bridge_id
        self.bridges.setdefault(bridge_id, set()).add(leg.leg_id)

    def leave(self, leg: Leg) -> None:
        """Note that a leg is in no conversation."""
        members = self.bridges.get(leg.bridge_id)
        if members is not None:
            members.discard(leg.leg_id)
        leg.bridge_id = ""

    def drop(self, bridge_id: str) -> bool:
        """Forget a conversation; whether it was known."""
        members = self.bridges.pop(bridge_id, None)
        if members is None:
            return False
        for leg_id in members:
            leg = self.legs.get(leg_id)
            if leg is not None and leg.bridge_id == bridge_id:
                leg.bridge_id = ""
        return True

    def clear(self) -> None:
        """Forget everything."""
        self.legs.clear()
        self.bridges.clear()
