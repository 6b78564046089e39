"""What the API takes and tells of messages."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from openseat.platform.fields import Id, Strict

LONGEST = 1000
"""Letters of a message: it is read between two calls."""

MessageText = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", min_length=1, max_length=LONGEST
    ),
]


class Audience(StrEnum):
    """Whom a message is meant for."""

    AGENT = "agent"
    GROUP = "group"
    QUEUE = "queue"
    """The agents who serve it now."""
    EVERYONE = "everyone"
    """All whom the sender manages."""
    SENDER = "sender"
    """Whoever sent the message that is answered."""


class Wanted(StrEnum):
    """Whom one can write to of one's own accord."""

    AGENT = "agent"
    GROUP = "group"
    QUEUE = "queue"
    EVERYONE = "everyone"


class MessageAsked(Strict):
    """A message to be sent."""

    audience: Wanted
    audience_id: Id | None = Field(default=None, description="Which; for everyone none is needed")
    text: MessageText
    urgent: bool = Field(default=False, description="Each reader must acknowledge it")


class Reply(Strict):
    """An answer to whoever sent a message."""

    text: MessageText


class SentMessage(BaseModel):
    """A message of the caller's own, with how far it has got."""

    id: str
    audience: Audience
    audience_id: str
    audience_name: str
    text: str
    urgent: bool
    reply_to: str | None
    sent_at: datetime
    recipients: int
    read: int
    acknowledged: int
    replies: int


class Receipt(BaseModel):
    """How far a message has got with one recipient."""

    user_id: str
    name: str
    read_at: datetime | None
    acknowledged_at: datetime | None
    replies: list[str] = Field(description="What they answered, oldest first")


class SentDetail(SentMessage):
    """A message of the caller's own, and its receipts."""

    receipts: list[Receipt]


class ReceivedMessage(BaseModel):
    """A message to the caller."""

    id: str
    sender_name: str
    audience: Audience
    text: str
    urgent: bool
    sent_at: datetime
    answers: str = Field(description="The own text that this answers; empty for no answer")
    read_at: datetime | None
    acknowledged_at: datetime | None


class Inbox(BaseModel):
    """One page of messages to the caller, newest first."""

    items: list[ReceivedMessage]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page")
    unread: int
    unacknowledged: int = Field(description="Urgent ones that are not acknowledged yet")


def moment(at: int | None) -> datetime | None:
    """Return an instant as the wire has it."""
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)
