"""What the router is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from openseat.core.config import Target
from openseat.core.identity import Instant, Milliseconds

TIMEOUT: Final = "timeout"
FULL: Final = "full"
UNSTAFFED: Final = "unstaffed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact that enters a queue.

    `priority` and `skills` are complete: the queue's own are not added. A
    contact waits as if it had come `credit_ms` earlier than `entered_at`.
    """

    entry_id: str
    call_id: str
    queue_id: str
    client_id: str
    entered_at: Instant
    credit_ms: Milliseconds = 0
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict[str, int])
    """Skill → lowest level that an agent must hold."""
    preferred_agent_id: str = ""
    """Kept for this agent for the queue's `preferred_wait_ms` (last or own agent)."""
    sent_by: str = ""
    """The agent who sent the customer here: it is not offered to them while anybody else who may
    take it has a session."""


@dataclass(frozen=True, slots=True)
class Match:
    """A contact and the agents to whom it is offered now: one, or several that all ring."""

    entry_id: str
    queue_id: str
    agent_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overflow:
    """A contact that has left its queue unserved.

    `reason` is timeout, full or unstaffed; `target` is None where the queue
    names none.
    """

    entry_id: str
    queue_id: str
    target: Target | None
    reason: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """A caller is to be told where they stand: position from 1, and the estimate, if any."""

    entry_id: str
    position: int
    estimated_wait_ms: Milliseconds | None
