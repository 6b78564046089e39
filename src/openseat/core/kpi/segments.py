"""What offers to agents and their stretches of calls add to the figures."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.kpi.ledger import Ledger
from openseat.core.kpi.open import Open, Spot

TO_AN_AGENT = frozenset({"agent", "group", "queue"})
"""Kinds of target behind which another agent serves the customer."""


def offer_made(open_: Open, fact: e.Fact, event: e.OfferMade, ledger: Ledger) -> None:
    """A call was proposed to an agent."""
    call = open_.call(fact)
    if call is None:
        return
    spot = open_.at_agent(call.spot(event.queue_id, fact.at), event.agent_id)
    call.offers[event.offer_id] = spot
    ledger.tally(spot.place, spot.at).offers += 1


def offer_ended(open_: Open, fact: e.Fact, event: e.OfferEnded, ledger: Ledger) -> None:
    """What became of the proposal; one that was withdrawn is neither taken nor missed."""
    call = open_.call(fact)
    spot = call.offers.pop(event.offer_id, None) if call is not None else None
    if spot is None:
        return
    tally = ledger.tally(spot.place, spot.at)
    if event.result is e.OfferResult.ACCEPTED:
        tally.offers_accepted += 1
        tally.ring_ms += event.ring_ms
    elif event.result is not e.OfferResult.WITHDRAWN:
        tally.offers_missed += 1


def segment_started(open_: Open, fact: e.Fact, event: e.SegmentStarted, ledger: Ledger) -> None:
    """An agent serves the customer; the first to do so makes it a handled call."""
    call = open_.call(fact)
    if call is None:
        return
    there = call.spot(event.queue_id, fact.at)
    place = there.place._replace(agent_id=event.agent_id, group_id=event.group_id)
    spot = Spot(place=place, at=there.at)
    call.segments[event.segment_id] = spot
    if call.first_segment is None:
        call.first_segment = spot
        ledger.tally(spot.place, spot.at).calls_by_agent += 1
    agent = open_.agents.get(event.agent_id)
    if agent is not None:
        agent.segment = spot


def segment_ended(open_: Open, fact: e.Fact, event: e.SegmentEnded, ledger: Ledger) -> None:
    """Talk and hold of an agent's stretch."""
    call = open_.call(fact)
    spot = call.segments.get(event.segment_id) if call is not None else None
    if spot is not None:
        tally = ledger.tally(spot.place, spot.at)
        tally.handled += 1
        tally.talk_ms += event.talk_ms
        tally.hold_ms += event.hold_ms


def transfer_made(open_: Open, fact: e.Fact, event: e.TransferMade, ledger: Ledger) -> None:
    """The customer was sent on."""
    call = open_.call(fact)
    if call is None or event.segment_id not in call.segments:
        return
    spot = call.segments[event.segment_id]
    ledger.tally(spot.place, spot.at).transfers += 1
    if event.target_kind in TO_AN_AGENT and not call.transferred:
        call.transferred = True
        first = call.first_segment or spot
        ledger.tally(first.place, first.at).calls_transferred += 1


def rating_given(open_: Open, fact: e.Fact, event: e.RatingGiven, ledger: Ledger) -> None:
    """The customer rated the service, of the segment if it is known."""
    call = open_.call(fact)
    if call is None:
        return
    spot = call.segments.get(event.segment_id)
    if spot is None:
        spot = open_.at_agent(call.spot("", call.started_at), event.agent_id)
    tally = ledger.tally(spot.place, spot.at)
    tally.ratings += 1
    tally.rating_points += event.score
    tally.rating_scale += event.scale
