"""What a call is made of: legs, queue entry, offers, segments, consultation.

Plain mutable data, changed only by `openseat.core.calls.fold.apply`, so that a
call read back from the journal is the call that was live. Everything here can
be written to a checkpoint as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openseat.core.events import Direction, EndedBy, LegKind, SupervisionMode, Via


class LegState(StrEnum):
    """How far a leg has come."""

    ARRIVED = "arrived"
    DIALLING = "dialling"
    RINGING = "ringing"
    ASKED = "asked"
    """Answered at a telephone outside; whoever did is asked to take the call by a key."""
    UP = "up"


@dataclass(slots=True, kw_only=True)
class Leg:
    """One party's connection."""

    leg_id: str
    kind: LegKind
    state: LegState
    started_at: int
    address: str = ""
    agent_id: str = ""
    trunk_id: str = ""
    answered_at: int | None = None
    bridge_id: str = ""
    muted: bool = False
    """The others do not hear this party."""
    own_call: bool = False
    """The party dialled on this leg; nobody rang them."""
    failed_trunks: tuple[str, ...] = ()
    """Trunks that could not reach the party, before the one it is called by now."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """A call's place in a queue."""

    entry_id: str
    queue_id: str
    entered_at: int
    priority: int
    skills: Mapping[str, int]
    preferred_agent_id: str
    credit_ms: int


@dataclass(slots=True, kw_only=True)
class Offer:
    """A proposal of the call to one agent, still open."""

    offer_id: str
    agent_id: str
    leg_id: str
    entry_id: str
    queue_id: str
    made_at: int
    rang_at: int | None = None


@dataclass(slots=True, kw_only=True)
class Segment:
    """The stretch of the call that one agent handles, still open."""

    segment_id: str
    agent_id: str
    group_id: str
    queue_id: str
    leg_id: str
    via: Via
    started_at: int
    held_at: int | None = None
    hold_ms: int = 0
    greeting_until: int | None = None
    """When agent and customer are joined at the latest, while a greeting is said to them."""
    greeting_number: str = ""
    """The agent's number that is said; empty where the agent alone hears a tone."""


@dataclass(slots=True, kw_only=True)
class Consult:
    """An agent's talk with a third party while the customer waits."""

    segment_id: str
    agent_id: str
    leg_id: str
    """Empty until somebody is called."""
    target_kind: str
    target_id: str
    joined: bool = False
    """All three share one conversation."""
    parked: bool = False
    """The consulted party waits; the agent is with the customer."""
    entry: Entry | None = None
    """The place in the queue that is asked, until somebody of it has answered."""
    queue_id: str = ""
    """The queue that was asked, whoever of it answered."""


@dataclass(slots=True, kw_only=True)
class Told:
    """A prompt that is being played into the conversation."""

    playback_id: str
    agent_id: str
    """Who had it played."""
    prompt: str
    language: str
    started_at: int


@dataclass(slots=True, kw_only=True)
class Supervision:
    """A supervisor's presence at an agent's conversation, from the ring of their phone on."""

    supervision_id: str
    supervisor_id: str
    agent_id: str
    """Whose conversation it is about now."""
    leg_id: str
    """The supervisor's ear."""
    mode: SupervisionMode
    group_ids: tuple[str, ...]
    by: str


@dataclass(slots=True, kw_only=True)
class Call:
    """A voice interaction from its first ring to the last leg's end."""

    call_id: str
    direction: Direction
    caller: str
    called: str
    customer_leg_id: str
    started_at: int
    language: str
    trunk_id: str = ""
    number_id: str = ""
    client_id: str = ""
    project_id: str = ""
    no: int = 0
    """How many facts the call's stream holds."""
    answered_at: int | None = None
    customer_left_at: int | None = None
    legs: dict[str, Leg] = field(default_factory=dict[str, Leg])
    run_id: str = ""
    flow_id: str = ""
    flow_state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    shown: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables of the call's flows that agents are shown; they outlive the flow."""
    entry: Entry | None = None
    offers: dict[str, Offer] = field(default_factory=dict[str, Offer])
    segments: dict[str, Segment] = field(default_factory=dict[str, Segment])
    consult: Consult | None = None
    prompt: Told | None = None
    supervisions: dict[str, Supervision] = field(default_factory=dict[str, Supervision])
    recordings: dict[str, str] = field(default_factory=dict[str, str])
    """Recording still open → the leg it records."""
    voices: dict[str, str] = field(default_factory=dict[str, str])
    """Open recording of one voice → the voicemail box it is for, empty for none."""
    paused_recordings: set[str] = field(default_factory=set[str])
    last_queue_id: str = ""
    last_agent_id: str = ""
    last_segment_id: str = ""
    served_queue_id: str = ""
    """The queue that the last segment counts for."""
    sent_by: str = ""
    """The agent who sent the customer to a queue, until somebody serves them or it has failed."""
    refused: bool = False
    ended_by: EndedBy | None = None
    """Who ended the call, once that is settled; the first reason stands."""
    ended_at: int | None = None
    cause: int = 16

    @property
    def customer(self) -> Leg | None:
        """The customer's leg, while it is there."""
        return self.legs.get(self.customer_leg_id)

    def entry_named(self, entry_id: str) -> Entry | None:
        """The customer's place in a queue, or that of the agent who asks one."""
        asking = self.consult.entry if self.consult is not None else None
        for entry in (self.entry, asking):
            if entry is not None and entry.entry_id == entry_id:
                return entry
        return None

    def segment_of(self, agent_id: str) -> Segment | None:
        """The open segment of an agent in this call."""
        for segment in self.segments.values():
            if segment.agent_id == agent_id:
                return segment
        return None

    def offer_of_leg(self, leg_id: str) -> Offer | None:
        """The open offer that rings on a leg."""
        for offer in self.offers.values():
            if offer.leg_id == leg_id:
                return offer
        return None

    def supervision_by(self, supervisor_id: str) -> Supervision | None:
        """What a supervisor does in this call."""
        for supervision in self.supervisions.values():
            if supervision.supervisor_id == supervisor_id:
                return supervision
        return None

    @property
    def talk_bridge_id(self) -> str:
        """The conversation that the customer is in or would come back to."""
        return f"talk-{self.call_id}"

    @property
    def consult_bridge_id(self) -> str:
        """The conversation of agent and consulted party."""
        return f"consult-{self.call_id}"
