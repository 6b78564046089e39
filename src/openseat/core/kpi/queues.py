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
    count, wait = _EXITS[event.outcome]
    setattr(tally, count, getattr(tally, count) + 1)
    setattr(tally, wait, getattr(tally, wait) + wait_ms)
    if event.outcome is e.QueueExit.ANSWERED:
        tally.within_target += in_time
    elif event.outcome is not e.QueueExit.OVERFLOWED:
        tally.abandoned_within_target += in_time


_EXITS = {
    e.QueueExit.ANSWERED: ("answered", "answered_wait_ms"),
    e.QueueExit.ABANDONED: ("abandoned", "abandoned_wait_ms"),
    e.QueueExit.SHORT_ABANDONED: ("short_abandoned", "short_abandoned_wait_ms"),
    e.QueueExit.OVERFLOWED: ("overflowed", "overflowed_wait_ms"),
}
"""The fields that count a way out of a queue and its waiting time."""
