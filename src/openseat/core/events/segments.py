"""An agent's stretch of a call: hold, transfer, consultation, disposition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from openseat.core.events.kinds import EndedBy, Via
from openseat.core.events.registry import event


@event("segment.started")
class SegmentStarted:
    """An agent and the customer were connected."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    group_id: str
    leg_id: str
    via: Via
    queue_id: str = ""


@event("segment.greeted")
class SegmentGreeted:
    """Before they are joined, the agent's number is said to both (empty: a tone to the agent only).

    At `until` they are joined whatever came of it.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_number: str
    until: int


@event("segment.held")
class SegmentHeld:
    """The customer was put on hold."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str


@event("segment.resumed")
class SegmentResumed:
    """The customer was taken back."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str


@event("segment.ended")
class SegmentEnded:
    """The agent's stretch of the call is over: talk_ms + hold_ms = its length."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    talk_ms: int
    hold_ms: int
    ended_by: EndedBy
    queue_id: str = ""


@event("segment.disposed")
class SegmentDisposed:
    """The agent gave the outcome code and notes; on the agent's stream, as the call may be over.

    `answers` are the form's, each with `name`, `label` and `value` as they were then.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    call_id: str
    segment_id: str
    agent_id: str
    code: str
    notes: str = ""
    form_id: str = ""
    form_version: int = 0
    answers: tuple[Mapping[str, str], ...] = ()


@event("conference.ended")
class ConferenceEnded:
    """The host ended a conference for everybody in it; their segments and legs end after this."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str


@event("transfer.made")
class TransferMade:
    """The customer was sent on, blind or after a consultation."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    target_kind: str
    target_id: str
    consulted: bool


@event("transfer.failed")
class TransferFailed:
    """The target could not be reached; the customer goes back to where it says."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    target_kind: str
    target_id: str
    reason: str


@event("consult.started")
class ConsultStarted:
    """The agent turned to a third party while the customer was held.

    `leg_id` is empty where it is not known yet who will answer: a queue is asked.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    leg_id: str
    target_kind: str
    target_id: str


@event("consult.queued")
class ConsultQueued:
    """The agent who asks waits for somebody of a queue; the customer stays on hold."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    entry_id: str
    queue_id: str
    priority: int
    skills: Mapping[str, int]


@event("consult.taken")
class ConsultTaken:
    """An agent of the queue took the consultation on `leg_id`, after `wait_ms`."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    entry_id: str
    queue_id: str
    leg_id: str
    wait_ms: int


@event("consult.parked")
class ConsultParked:
    """The consulted party waits while the agent talks with the customer."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    leg_id: str


@event("consult.resumed")
class ConsultResumed:
    """The agent talks with the consulted party again."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    leg_id: str


@event("consult.ended")
class ConsultEnded:
    """The consultation is over.

    `outcome`: returned, transferred, joined, failed, left; of a queue that was asked also timeout,
    full, unstaffed.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    leg_id: str
    outcome: str
