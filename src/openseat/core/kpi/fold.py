"""The one fold from facts to figures: live floor, history, simulation and invoice use it.

`Fold.apply` takes facts in journal order and enters what they mean into a ledger. A call counts
in the interval in which it was offered, however long it lasts: a queue's counts at the entry into
the queue, a segment's at the entry into the queue it came from (at its own start without one),
the call's own at its start. Agents' time is split at interval borders.

The fold keeps only what is open (`Open`): plain dataclasses that any encoder can save, so that a
reader may stop after any fact and go on later. An end whose beginning it has never
seen belongs to what came before its first fact and counts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from openseat.core import events as e
from openseat.core.identity import Instant
from openseat.core.kpi import agents, calls, queues, segments
from openseat.core.kpi.ledger import Ledger
from openseat.core.kpi.open import Open

VERSION: Final = 1
"""Rises when the same facts would give other figures; projections are then rebuilt."""


class Fold:
    """Turns facts into counts; `open` is what it remembers."""

    __slots__ = ("open",)

    def __init__(self, open_: Open | None = None) -> None:
        """Begin with nothing open, or go on from what an earlier fold had open."""
        self.open = Open() if open_ is None else open_

    def apply(self, fact: e.Fact, ledger: Ledger) -> None:
        """Enter one fact's counts; facts come once and in the order of the journal."""
        handler = HANDLERS.get(type(fact.event))
        if handler is not None:
            handler(self.open, fact, fact.event, ledger)

    def still_open(self, ledger: Ledger, now: Instant, since: Instant = 0) -> None:
        """Enter the agent time of states not yet left, from `since` on and up to `now`.

        For reading a running day; never into a ledger that the fold goes on with, or that time
        would count twice when the state is left.
        """
        for agent in self.open.agents.values():
            agents.spend(ledger, agent, agent.state, max(agent.since, since), now)


HANDLERS: Mapping[type[Any], Callable[[Open, e.Fact, Any, Ledger], None]] = {
    e.CallStarted: calls.call_started,
    e.CallAssigned: calls.call_assigned,
    e.CallRefused: calls.call_refused,
    e.CallEnded: calls.call_ended,
    e.FlowEntered: calls.flow_entered,
    e.CallbackPromised: calls.callback_promised,
    e.VoicemailLeft: calls.voicemail_left,
    e.QueueEntered: queues.queue_entered,
    e.QueueLeft: queues.queue_left,
    e.OfferMade: segments.offer_made,
    e.OfferEnded: segments.offer_ended,
    e.SegmentStarted: segments.segment_started,
    e.SegmentEnded: segments.segment_ended,
    e.TransferMade: segments.transfer_made,
    e.RatingGiven: segments.rating_given,
    e.AgentSignedIn: agents.signed_in,
    e.AgentStateChanged: agents.state_changed,
    e.AgentSignedOut: agents.signed_out,
}
"""What the fold does with each event."""

WITHOUT_FIGURES: frozenset[type[Any]] = frozenset(
    {
        e.CallAnswered,
        e.CallLanguageSet,
        e.LegStarted,
        e.LegRang,
        e.LegWasAnswered,
        e.LegWasEnded,
        e.LegReplaced,
        e.LegMuted,
        e.LegRemoved,
        e.ConferenceEnded,
        e.DigitsSent,
        e.CodeDialled,
        e.LegAsked,
        e.LegRerouted,
        e.AgentPinChecked,
        e.AgentMoved,
        e.AgentAssigned,
        e.FlowStepped,
        e.FlowLeft,
        e.QueueAnnounced,
        e.SegmentGreeted,
        e.SegmentHeld,
        e.SegmentResumed,
        e.SegmentDisposed,
        e.TransferFailed,
        e.ConsultStarted,
        e.ConsultQueued,
        e.ConsultTaken,
        e.ConsultParked,
        e.ConsultResumed,
        e.ConsultEnded,
        e.PromptStarted,
        e.PromptEnded,
        e.SupervisionStarted,
        e.SupervisionModeChanged,
        e.SupervisionMoved,
        e.SupervisionEnded,
        e.CallCutOff,
        e.BridgeJoined,
        e.BridgeLeft,
        e.RecordingStarted,
        e.RecordingPaused,
        e.RecordingResumed,
        e.RecordingStopped,
        e.RecordingWasStored,
        e.AgentIntended,
        e.AfterCallWorkExtended,
        e.AgentPhoneChanged,
        e.AgentLinkChanged,
        e.SwitchWasLost,
        e.SwitchWasRestored,
        e.TrunkWasChanged,
        e.PhoneWasRegistered,
        e.TrunkWasTested,
        e.FloorTookOver,
        e.CellConfigured,
    }
)
"""Events that no figure is made from; a new event must be entered here or above."""
