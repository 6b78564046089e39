"""Who shares a conversation."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.registry import event


@event("bridge.joined")
class BridgeJoined:
    """Legs share a conversation."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    bridge_id: str
    legs: tuple[str, ...]


@event("bridge.left")
class BridgeLeft:
    """Legs left a conversation."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    bridge_id: str
    legs: tuple[str, ...]
