"""Events: everything that happened, as past-tense facts with a schema version.

An event carries no time and no number of its own; a `Fact` wraps it with both.
Changing the meaning or a field of an event means a new version. All spans are
milliseconds, all numbers E.164 where the network gave one.
"""

from __future__ import annotations

from dataclasses import dataclass

from openseat.core.events.agents import (
    AfterCallWorkExtended,
    AgentAssigned,
    AgentIntended,
    AgentLinkChanged,
    AgentMoved,
    AgentPhoneChanged,
    AgentPinChecked,
    AgentSignedIn,
    AgentSignedOut,
    AgentStateChanged,
)
from openseat.core.events.bridges import BridgeJoined, BridgeLeft
from openseat.core.events.calls import (
    CallAnswered,
    CallAssigned,
    CallCutOff,
    CallEnded,
    CallLanguageSet,
    CallRefused,
    CallStarted,
    CodeDialled,
)
from openseat.core.events.cells import (
    CellConfigured,
    FloorTookOver,
    PhoneWasRegistered,
    SwitchWasLost,
    SwitchWasRestored,
    TrunkWasChanged,
    TrunkWasTested,
)
from openseat.core.events.customers import CallbackPromised, RatingGiven
from openseat.core.events.flows import FlowEntered, FlowLeft, FlowStepped
from openseat.core.events.kinds import (
    AgentState,
    Direction,
    EndedBy,
    LegKind,
    OfferResult,
    QueueExit,
    SupervisionMode,
    Via,
)
from openseat.core.events.legs import (
    DigitsSent,
    LegAsked,
    LegMuted,
    LegRang,
    LegRemoved,
    LegReplaced,
    LegRerouted,
    LegStarted,
    LegWasAnswered,
    LegWasEnded,
)
from openseat.core.events.prompts import PromptEnded, PromptStarted
from openseat.core.events.queues import (
    OfferEnded,
    OfferMade,
    QueueAnnounced,
    QueueEntered,
    QueueLeft,
)
from openseat.core.events.recordings import (
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    RecordingWasStored,
    VoicemailLeft,
)
from openseat.core.events.registry import EVENTS, event
from openseat.core.events.segments import (
    ConferenceEnded,
    ConsultEnded,
    ConsultParked,
    ConsultQueued,
    ConsultResumed,
    ConsultStarted,
    ConsultTaken,
    SegmentDisposed,
    SegmentEnded,
    SegmentGreeted,
    SegmentHeld,
    SegmentResumed,
    SegmentStarted,
    TransferFailed,
    TransferMade,
)
from openseat.core.events.supervisions import (
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionMoved,
    SupervisionStarted,
)

__all__ = [
    "EVENTS",
    "AfterCallWorkExtended",
    "AgentAssigned",
    "AgentIntended",
    "AgentLinkChanged",
    "AgentMoved",
    "AgentPhoneChanged",
    "AgentPinChecked",
    "AgentSignedIn",
    "AgentSignedOut",
    "AgentState",
    "AgentStateChanged",
    "BridgeJoined",
    "BridgeLeft",
    "CallAnswered",
    "CallAssigned",
    "CallCutOff",
    "CallEnded",
    "CallLanguageSet",
    "CallRefused",
    "CallStarted",
    "CallbackPromised",
    "CellConfigured",
    "CodeDialled",
    "ConferenceEnded",
    "ConsultEnded",
    "ConsultParked",
    "ConsultQueued",
    "ConsultResumed",
    "ConsultStarted",
    "ConsultTaken",
    "DigitsSent",
    "Direction",
    "EndedBy",
    "Event",
    "Fact",
    "FloorTookOver",
    "FlowEntered",
    "FlowLeft",
    "FlowStepped",
    "LegAsked",
    "LegKind",
    "LegMuted",
    "LegRang",
    "LegRemoved",
    "LegReplaced",
    "LegRerouted",
    "LegStarted",
    "LegWasAnswered",
    "LegWasEnded",
    "OfferEnded",
    "OfferMade",
    "OfferResult",
    "PhoneWasRegistered",
    "PromptEnded",
    "PromptStarted",
    "QueueAnnounced",
    "QueueEntered",
    "QueueExit",
    "QueueLeft",
    "RatingGiven",
    "RecordingPaused",
    "RecordingResumed",
    "RecordingStarted",
    "RecordingStopped",
    "RecordingWasStored",
    "SegmentDisposed",
    "SegmentEnded",
    "SegmentGreeted",
    "SegmentHeld",
    "SegmentResumed",
    "SegmentStarted",
    "SupervisionEnded",
    "SupervisionMode",
    "SupervisionModeChanged",
    "SupervisionMoved",
    "SupervisionStarted",
    "SwitchWasLost",
    "SwitchWasRestored",
    "TransferFailed",
    "TransferMade",
    "TrunkWasChanged",
    "TrunkWasTested",
    "Via",
    "VoicemailLeft",
    "event",
]

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
    | CodeDialled
    | LegAsked
    | LegRerouted
    | FlowEntered
    | FlowStepped
    | FlowLeft
    | QueueEntered
    | QueueLeft
    | QueueAnnounced
    | OfferMade
    | OfferEnded
    | SegmentStarted
    | SegmentGreeted
    | SegmentHeld
    | SegmentResumed
    | SegmentEnded
    | SegmentDisposed
    | TransferMade
    | TransferFailed
    | ConsultStarted
    | ConsultQueued
    | ConsultTaken
    | ConsultParked
    | ConsultResumed
    | ConsultEnded
    | ConferenceEnded
    | SupervisionStarted
    | SupervisionModeChanged
    | SupervisionMoved
    | SupervisionEnded
    | BridgeJoined
    | BridgeLeft
    | PromptStarted
    | PromptEnded
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
    | AgentMoved
    | AgentAssigned
    | AgentPhoneChanged
    | AgentPinChecked
    | AgentLinkChanged
    | SwitchWasLost
    | SwitchWasRestored
    | PhoneWasRegistered
    | TrunkWasChanged
    | TrunkWasTested
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
