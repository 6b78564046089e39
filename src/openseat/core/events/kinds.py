"""The words that events use: closed sets, stable on the wire."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """Which way a call went, seen from the operator."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class LegKind(StrEnum):
    """Whose connection a leg is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    OUTSIDE = "outside"
    """A third party on the telephone network, such as a transfer to a mobile."""
    SUPERVISOR = "supervisor"
    """A supervisor's ear at somebody else's conversation."""


class EndedBy(StrEnum):
    """Who or what ended a call, leg or segment."""

    CUSTOMER = "customer"
    AGENT = "agent"
    FLOW = "flow"
    TRANSFER = "transfer"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    SWITCH = "switch"
    """The switch died or lost the call."""


class QueueExit(StrEnum):
    """How a contact left a queue."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    OVERFLOWED = "overflowed"


class OfferResult(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"
    """The customer left, or another agent took it."""
    FAILED = "failed"
    """The phone could not be reached."""


class AgentState(StrEnum):
    """Agent states of the glossary."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"
    CONSULTING = "consulting"
    CONFERENCING = "conferencing"
    AFTER_CALL_WORK = "after_call_work"
    """After-call work (话后处理)."""
    BUSY = "busy"
    OUTBOUND_ONLY = "outbound_only"
    DISCONNECTED = "disconnected"


class Via(StrEnum):
    """How an agent came to a segment."""

    QUEUE = "queue"
    DIRECT = "direct"
    TRANSFER = "transfer"
    CONSULT = "consult"
    INTERCEPT = "intercept"
    """A supervisor took the conversation over."""


class SupervisionMode(StrEnum):
    """What a supervisor does at an agent's conversation."""

    LISTEN = "listen"
    """Hears everybody, is heard by nobody."""
    WHISPER = "whisper"
    """Hears everybody, is heard by the agent alone."""
    BARGE = "barge"
    """Takes part: hears and is heard by everybody."""
    INTERCEPT = "intercept"
    """Takes the conversation over: the agent leaves it."""
