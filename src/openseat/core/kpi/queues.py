"""What waiting adds to the figures."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.kpi.ledger import Ledger
from openseat.core.kpi.open import Open, OpenEntry, Spot


def queue_entered(open_: Open, fact: e.Fact, event: e.QueueEntered, ledger: Ledger) -> None:
    """A call was offered to a queue."""
    call = open_.call(fact)
    if call is None:
        return
    place = call.place._replace(queue_id=event.queue_id)
    call.queued = True
    call.offered[event.queue_id] = fact.at
    call.entries[event.entry_id] = OpenEntry(
        spot=Spot(place=place, at=fact.at), target_ms=event.service_level_ms
    )
    ledger.tally(place, fact.at).offered += 1


def queue_left(open_: Open, fact: e.Fact, event: e.QueueLeft, ledger: Ledger) -> None:
    """How the call left the queue and how long it waited."""
    call = open_.call(fact)
    entry = call.entries.pop(event.entry_id, None) if call is not None else None
    if entry is None:
        return
    tally = ledger.tally(entry.spot.place, entry.spot.at)
    wait_ms = event.wait_ms
    in_time = wait_ms <= entry.target_ms
    tally.queued += wait_ms > 0
    tally.longest_wait_ms = max(tally.longest_wait_ms, wait_ms)
    match event.outcome:
        case e.QueueExit.ANSWERED:
            tally.answered += 1
            tally.within_target += in_time
            tally.answered_wait_ms += wait_ms
        case e.QueueExit.ABANDONED:
            tally.abandoned += 1
            tally.abandoned_within_target += in_time
            tally.abandoned_wait_ms += wait_ms
        case e.QueueExit.SHORT_ABANDONED:
            tally.short_abandoned += 1
            tally.abandoned_within_target += in_time
            tally.short_abandoned_wait_ms += wait_ms
        case e.QueueExit.OVERFLOWED:
            tally.overflowed += 1
            tally.overflowed_wait_ms += wait_ms
