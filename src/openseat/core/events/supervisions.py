"""Supervisors at somebody else's conversation."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.kinds import SupervisionMode
from openseat.core.events.registry import event


@event("supervision.started")
class SupervisionStarted:
    """A supervisor asked to be at an agent's conversation; their phone is being rung by `leg_id`.

    `group_ids` are the groups whose agents it may go on with when the call changes hands.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    supervision_id: str
    supervisor_id: str
    agent_id: str
    leg_id: str
    mode: SupervisionMode
    group_ids: tuple[str, ...]
    by: str


@event("supervision.mode_changed")
class SupervisionModeChanged:
    """The supervisor asked for another way of being there."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    supervision_id: str
    supervisor_id: str
    agent_id: str
    mode: SupervisionMode
    by: str


@event("supervision.moved")
class SupervisionMoved:
    """The call changed hands, and the supervision went on with the agent who has it now."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    supervision_id: str
    supervisor_id: str
    agent_id: str


@event("supervision.ended")
class SupervisionEnded:
    """The supervision is over: left, agent_left, call_over, taken_over, signed_out, or the phone
    refused, timed_out or failed.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    supervision_id: str
    supervisor_id: str
    agent_id: str
    mode: SupervisionMode
    reason: str
    by: str = ""
