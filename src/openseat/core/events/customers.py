"""What customers leave behind: call-backs and ratings."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.registry import event


@event("callback.promised")
class CallbackPromised:
    """The customer shall be called back; `reason`: switch_lost, requested, overflow."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    callback_id: str
    number: str
    due_at: int
    reason: str
    queue_id: str = ""


@event("rating.given")
class RatingGiven:
    """The customer rated the service; `agent_id` is the last who served."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    score: int
    scale: int
    agent_id: str = ""
    segment_id: str = ""
