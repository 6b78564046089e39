"""What the facts of a call's own life add to the figures."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.kpi.ledger import Ledger
from openseat.core.kpi.open import Open, OpenCall, id_of
from openseat.core.kpi.place import Place

NO_CAPACITY = "no_capacity"
"""The reason of a refusal that counts as blocked."""


def call_started(open_: Open, fact: e.Fact, event: e.CallStarted, ledger: Ledger) -> None:
    """A call came in, or went out."""
    call_id = id_of(fact.stream)
    call = OpenCall(
        call_id=call_id,
        direction=event.direction,
        place=Place(
            client_id=event.client_id,
            project_id=event.project_id,
            trunk_id=event.trunk_id,
            call_id=call_id,
        ),
        started_at=fact.at,
    )
    open_.calls[call_id] = call
    _count_direction(ledger, call, 1)


def call_assigned(open_: Open, fact: e.Fact, event: e.CallAssigned, ledger: Ledger) -> None:
    """The call moves to the client and project now known to be its own."""
    call = open_.call(fact)
    if call is not None:
        _count_direction(ledger, call, -1)
        call.place = call.place._replace(client_id=event.client_id, project_id=event.project_id)
        _count_direction(ledger, call, 1)


def call_refused(open_: Open, fact: e.Fact, event: e.CallRefused, ledger: Ledger) -> None:
    """A call was turned away."""
    call = open_.call(fact)
    if call is not None:
        tally = ledger.tally(call.place, call.started_at)
        if event.reason == NO_CAPACITY:
            tally.calls_blocked += 1
        else:
            tally.calls_refused += 1


def call_ended(open_: Open, fact: e.Fact, event: e.CallEnded, ledger: Ledger) -> None:
    """How long the call was, and who served it."""
    call = open_.call(fact)
    if call is None:
        return
    del open_.calls[call.call_id]
    tally = ledger.tally(call.place, call.started_at)
    tally.calls_ended += 1
    tally.calls_connected += event.answered
    tally.call_ms += event.duration_ms
    tally.billable_ms += event.billable_ms
    tally.calls_by_flow += call.in_flow and not call.queued and call.first_segment is None


def flow_entered(open_: Open, fact: e.Fact, event: e.FlowEntered, ledger: Ledger) -> None:
    """Remember that a flow served the call."""
    del event, ledger
    call = open_.call(fact)
    if call is not None:
        call.in_flow = True


def callback_promised(open_: Open, fact: e.Fact, event: e.CallbackPromised, ledger: Ledger) -> None:
    """A call-back was promised."""
    call = open_.call(fact)
    if call is not None:
        spot = call.spot(event.queue_id, call.started_at)
        ledger.tally(spot.place, spot.at).callbacks_promised += 1


def voicemail_left(open_: Open, fact: e.Fact, event: e.VoicemailLeft, ledger: Ledger) -> None:
    """A message was left."""
    del event
    call = open_.call(fact)
    if call is not None:
        ledger.tally(call.place, call.started_at).voicemails += 1


def _count_direction(ledger: Ledger, call: OpenCall, by: int) -> None:
    tally = ledger.tally(call.place, call.started_at)
    name = _DIRECTIONS[call.direction]
    setattr(tally, name, getattr(tally, name) + by)


_DIRECTIONS = {
    e.Direction.INBOUND: "calls_in",
    e.Direction.OUTBOUND: "calls_out",
    e.Direction.INTERNAL: "calls_internal",
}
