"""What can happen to an agent: commands of people, and what becomes of contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from openseat.core.identity import Milliseconds
from openseat.core.inputs import (
    ChangePhone,
    EndpointChanged,
    ExtendAfterCallWork,
    SetBusy,
    SetIdle,
    SetOutboundOnly,
    SignIn,
    SignOut,
)


@dataclass(frozen=True, slots=True)
class Reserve:
    """A contact is about to ring: nothing else may be offered."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The agent's phone alerts."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Connect:
    """The agent is connected; `segment_id` is empty for a party without a segment of its own.

    During a conversation it names the segment that goes on.
    """

    call_id: str
    segment_id: str = ""


@dataclass(frozen=True, slots=True)
class HoldCall:
    """The customer was put on hold."""


@dataclass(frozen=True, slots=True)
class ResumeCall:
    """The customer was taken back."""


@dataclass(frozen=True, slots=True)
class StartConsult:
    """The agent calls a third party while the customer waits."""


@dataclass(frozen=True, slots=True)
class EndConsult:
    """The third party is gone, the agent is with the customer again."""


@dataclass(frozen=True, slots=True)
class JoinConference:
    """The agent talks with several parties."""


@dataclass(frozen=True, slots=True)
class Release:
    """The conversation is over; after-call work may last `after_call_work_ms`, 0 for none."""

    after_call_work_ms: Milliseconds = 0


@dataclass(frozen=True, slots=True)
class OfferOver:
    """The offer ended without a conversation: refused, timed out, withdrawn, failed."""


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The agent's desktop went."""


@dataclass(frozen=True, slots=True)
class LinkBack:
    """The agent's desktop came (back)."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The deadline may have come."""


Stimulus = (
    SignIn
    | ChangePhone
    | SignOut
    | SetIdle
    | SetBusy
    | SetOutboundOnly
    | ExtendAfterCallWork
    | EndpointChanged
    | Reserve
    | Ring
    | Connect
    | HoldCall
    | ResumeCall
    | StartConsult
    | EndConsult
    | JoinConference
    | Release
    | OfferOver
    | LinkLost
    | LinkBack
    | Tick
)
"""Everything an agent's state can answer to."""

STIMULI: Final[tuple[type[Stimulus], ...]] = get_args(Stimulus)
"""The types of `Stimulus`, for the table's totality."""
