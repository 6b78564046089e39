"""What happens to a party's connection."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.kinds import LegKind
from openseat.core.events.registry import event


@event("leg.started")
class LegStarted:
    """A party's connection was begun. `address` is an endpoint or a number; `dialled` tells that
    an agent called us from there, and was not rung.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    kind: LegKind
    address: str
    agent_id: str = ""
    trunk_id: str = ""
    dialled: bool = False


@event("leg.ringing")
class LegRang:
    """The far end is alerting."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str


@event("leg.answered")
class LegWasAnswered:
    """The party answered."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str


@event("leg.ended")
class LegWasEnded:
    """The connection is gone, with its Q.850 cause."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    cause: int
    answered_ms: int


@event("leg.replaced")
class LegReplaced:
    """An agent goes on with the call on another leg: the page with their phone was reloaded."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    by_leg_id: str
    agent_id: str


@event("leg.muted")
class LegMuted:
    """A party is not heard by the others, or is heard again; `agent_id` asked for it."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    muted: bool
    agent_id: str


@event("leg.removed")
class LegRemoved:
    """The host of a conference sent a party away."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    agent_id: str


@event("leg.digits_sent")
class DigitsSent:
    """An agent pressed keys for the other side to hear; which ones is nobody's business."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    agent_id: str
    count: int


@event("leg.asked")
class LegAsked:
    """Somebody answered at a telephone outside and is asked to take the call by a key, so that no
    voicemail does.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    agent_id: str


@event("leg.rerouted")
class LegRerouted:
    """A trunk failed (`cause`, Q.850) before the party was reached: they are called by another."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    trunk_id: str
    cause: int
