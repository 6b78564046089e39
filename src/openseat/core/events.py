"""Events: everything that happened, as past-tense facts with a schema version.

An event carries no time and no number of its own; a `Fact` wraps it with both.
Changing the meaning or a field of an event means a new version. All spans are
milliseconds, all numbers E.164 where the network gave one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, dataclass_transform


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


EVENTS: dict[str, type[Any]] = {}
"""Every event type by its name."""

E = TypeVar("E")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str, version: int = 1) -> Callable[[type[E]], type[E]]:
    """Register a frozen dataclass as the event `name` at `version`."""

    def register(cls: type[E]) -> type[E]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made.TYPE = name  # type: ignore[attr-defined]  # ClassVars of every event
        made.VERSION = version  # type: ignore[attr-defined]
        EVENTS[name] = made
        return made

    return register


@event("call.started")
class CallStarted:
    """A call's first leg reached the operator. Client and project are empty until the flow tells
    them apart.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    direction: Direction
    leg_id: str
    caller: str
    called: str
    caller_name: str = ""
    trunk_id: str = ""
    number_id: str = ""
    client_id: str = ""
    project_id: str = ""
    language: str = "zh-CN"


@event("call.assigned")
class CallAssigned:
    """It is now known whose call it is."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    client_id: str
    project_id: str


@event("call.language_set")
class CallLanguageSet:
    """The caller chose the language that the call is spoken in from here on."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    language: str


@event("call.refused")
class CallRefused:
    """The call was turned away before anything was done for it; `reason` is stable:
    no_such_number, blacklisted, no_capacity. no_capacity counts as blocked.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    reason: str
    cause: int


@event("call.answered")
class CallAnswered:
    """The customer's leg was answered: charged time begins."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str


@event("call.cut_off")
class CallCutOff:
    """Somebody with power over the floor had the call ended, whoever was in it."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    by: str


@event("call.ended")
class CallEnded:
    """The last leg is gone. `billable_ms` is answered to ended, 0 if never answered."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    ended_by: EndedBy
    cause: int
    answered: bool
    duration_ms: int
    billable_ms: int


@event("leg.started")
class LegStarted:
    """A party's connection was begun. `address` is an endpoint or a number."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    kind: LegKind
    address: str
    agent_id: str = ""
    trunk_id: str = ""


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


@event("flow.entered")
class FlowEntered:
    """A flow began to run for the call; `resumes` tells that it goes on after a queue or a sub-
    flow.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    run_id: str
    flow_id: str
    flow_version: int


@event("flow.stepped")
class FlowStepped:
    """The run came to a step; `state` is all that is needed to go on from here."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    run_id: str
    step_id: str
    kind: str
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])


@event("flow.left")
class FlowLeft:
    """The run is over: completed, hung_up, transferred, failed, queued."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    run_id: str
    outcome: str


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
    """The agent gave the outcome code and notes; on the agent's stream, as the call may be over."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    call_id: str
    segment_id: str
    agent_id: str
    code: str
    notes: str = ""


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
    """The agent called a third party while the customer was held."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    leg_id: str
    target_kind: str
    target_id: str


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
    """The consultation is over: returned, transferred, joined, failed."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    segment_id: str
    agent_id: str
    leg_id: str
    outcome: str


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


@event("bridge.joined")
class BridgeJoined:
    """Legs share a conversation."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    bridge_id: str
    legs: tuple[str, ...]


@event("bridge.left")
class BridgeLeft:
    """Legs left a conversation."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    bridge_id: str
    legs: tuple[str, ...]


@event("recording.started")
class RecordingStarted:
    """A recording began; `layout` is call (stereo) or voice (mono)."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str
    leg_id: str
    layout: str
    box: str = ""
    """Voicemail box the message is for; empty for other recordings."""


@event("recording.paused")
class RecordingPaused:
    """Voices are replaced by silence from here."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str


@event("recording.resumed")
class RecordingResumed:
    """Voices are recorded again."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str


@event("recording.stopped")
class RecordingStopped:
    """The switch closed the file."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str
    ok: bool


@event("recording.stored")
class RecordingWasStored:
    """A finished file is in the store: the whole (`segment_id` empty) or one segment's part.

    Its stream is `recording:<id>/whole` or `recording:<id>/<segment>`.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    call_id: str
    recording_id: str
    segment_id: str
    path: str
    sha256: str
    bytes: int
    duration_ms: int


@event("voicemail.left")
class VoicemailLeft:
    """The caller left a message."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    recording_id: str
    box: str
    duration_ms: int


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


@event("agent.signed_in")
class AgentSignedIn:
    """A session began, in state idle or busy."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    group_id: str
    endpoint: str
    session_id: str
    state: AgentState
    reason: str = ""


@event("agent.state_changed")
class AgentStateChanged:
    """One state ended after `previous_ms`, another began. `counted` is False for a busy spell
    below the minimum. `until` is when after-call work or the grace of a disconnection ends.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    state: AgentState
    previous: AgentState
    previous_ms: int
    reason: str = ""
    call_id: str = ""
    segment_id: str = ""
    forced_by: str = ""
    counted: bool = True
    until: int | None = None


@event("agent.intended")
class AgentIntended:
    """What the agent will be after the contact at hand: busy with a reason, signed out, idle."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    state: AgentState
    reason: str = ""
    by: str = ""


@event("agent.after_call_work_extended")
class AfterCallWorkExtended:
    """After-call work may last until `until`."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    until: int


@event("agent.signed_out")
class AgentSignedOut:
    """The session ended. `cause`: own, forced, grace_expired."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    session_id: str
    previous: AgentState
    previous_ms: int
    session_ms: int
    cause: str
    by: str = ""


@event("agent.phone_changed")
class AgentPhoneChanged:
    """The agent's phone became reachable or unreachable."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    reachable: bool


@event("agent.link_changed")
class AgentLinkChanged:
    """The desktop of a signed-in agent came back or went."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    connected: bool


@event("switch.lost")
class SwitchWasLost:
    """The switch cannot be reached."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]


@event("switch.restored")
class SwitchWasRestored:
    """The switch is reachable; `restarted` tells that its calls are gone."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    live_legs: int
    restarted: bool


@event("trunk.changed")
class TrunkWasChanged:
    """A trunk's OPTIONS health changed."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    trunk_id: str
    reachable: bool


@event("floor.took_over")
class FloorTookOver:
    """A floor process became the cell's writer."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    token: int
    node: str


@event("cell.configured")
class CellConfigured:
    """A new picture of the directory is in force."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    config_version: int


Event = (
    CallStarted
    | CallAssigned
    | CallLanguageSet
    | CallRefused
    | CallAnswered
    | CallCutOff
    | CallEnded
    | LegStarted
    | LegRang
    | LegWasAnswered
    | LegWasEnded
    | LegReplaced
    | LegMuted
    | LegRemoved
    | DigitsSent
    | FlowEntered
    | FlowStepped
    | FlowLeft
    | QueueEntered
    | QueueLeft
    | QueueAnnounced
    | OfferMade
    | OfferEnded
    | SegmentStarted
    | SegmentHeld
    | SegmentResumed
    | SegmentEnded
    | SegmentDisposed
    | TransferMade
    | TransferFailed
    | ConsultStarted
    | ConsultParked
    | ConsultResumed
    | ConsultEnded
    | SupervisionStarted
    | SupervisionModeChanged
    | SupervisionMoved
    | SupervisionEnded
    | BridgeJoined
    | BridgeLeft
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | RecordingWasStored
    | VoicemailLeft
    | CallbackPromised
    | RatingGiven
    | AgentSignedIn
    | AgentStateChanged
    | AgentIntended
    | AfterCallWorkExtended
    | AgentSignedOut
    | AgentPhoneChanged
    | AgentLinkChanged
    | SwitchWasLost
    | SwitchWasRestored
    | TrunkWasChanged
    | FloorTookOver
    | CellConfigured
)
"""Every event; folds match on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event with its place: numbered per stream from 1, at an instant.

    `stream` is `call:<id>`, `agent:<id>` or `cell:<id>`. `client_id` is empty
    for what concerns no client (agents' shared time, trunks).
    """

    stream: str
    no: int
    at: int
    client_id: str
    event: Event
