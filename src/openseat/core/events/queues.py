"""Waiting in queues, and the offers to agents that end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from openseat.core.events.kinds import OfferResult, QueueExit
from openseat.core.events.registry import event


@event("queue.entered")
class QueueEntered:
    """The call was offered to a queue (KPI: offered). `credit_ms` is waiting time kept from an
    earlier, abandoned try; `service_level_ms` is the queue's target at this moment, so that
    figures need nothing but the journal.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    entry_id: str
    queue_id: str
    priority: int
    skills: Mapping[str, int] = field(default_factory=dict[str, int])
    preferred_agent_id: str = ""
    credit_ms: int = 0
    service_level_ms: int = 20_000


@event("queue.left")
class QueueLeft:
    """The call left the queue after `wait_ms` of really waiting."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    entry_id: str
    queue_id: str
    outcome: QueueExit
    wait_ms: int
    agent_id: str = ""


@event("queue.announced")
class QueueAnnounced:
    """Position or estimated wait was told to the caller."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    entry_id: str
    position: int
    estimated_wait_ms: int | None = None


@event("offer.made")
class OfferMade:
    """The router proposed the call to an agent. A direct call has no `entry_id` and `queue_id`."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    offer_id: str
    agent_id: str
    leg_id: str
    entry_id: str = ""
    queue_id: str = ""


@event("offer.ended")
class OfferEnded:
    """The proposal is settled; `ring_ms` is how long the phone rang."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    offer_id: str
    agent_id: str
    result: OfferResult
    ring_ms: int
