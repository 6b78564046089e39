"""Asking a queue: an agent waits, with music, for whoever of the queue is free.

The place in the queue is the consultation's, not the customer's: figures of the queue do not count
it as a customer who came. It becomes the customer's where the asking agent's phone goes down.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.calls.model import Call, Consult, Entry, Leg, Offer, Segment
from openseat.core.cell import conferring, queueing, talking
from openseat.core.cell.turn import Turn
from openseat.core.config import QueueConfig
from openseat.core.effects import DropBridge, StartMusic, StopMusic


def seek(turn: Turn, call: Call, segment: Segment, queue: QueueConfig) -> None:
    """Have the router look for somebody of the queue, as for a customer who is sent there."""
    entry_id = turn.ids("entry")
    turn.record(
        call,
        e.ConsultQueued(
            segment_id=segment.segment_id,
            agent_id=segment.agent_id,
            entry_id=entry_id,
            queue_id=queue.queue_id,
            priority=queue.priority + 1,
            skills=dict(queue.skills),
        ),
    )
    conferring.take_out(turn, call, call.legs[segment.leg_id])
    turn.do(StartMusic(leg_id=segment.leg_id, music=queue.music))
    turn.call_of_entry[entry_id] = call.call_id
    entry = call.entry_named(entry_id)
    if entry is not None:
        turn.router.add(queueing.contact_of(call, entry))


def keep_waiting(turn: Turn, call: Call) -> None:
    """Music again for an agent who waits, at a new leg or after the floor was away."""
    asking = call.consult
    entry = asking.entry if asking is not None else None
    segment = call.segments.get(asking.segment_id) if asking is not None else None
    if entry is None or segment is None or segment.leg_id not in call.legs:
        return
    queue = turn.queue(entry.queue_id)
    turn.do(StartMusic(leg_id=segment.leg_id, music=queue.music if queue else "default"))


def found(turn: Turn, call: Call, offer: Offer, leg: Leg) -> None:
    """Somebody picked up: if it was for a consultation, they are whom the agent asks."""
    asking = call.consult
    entry = asking.entry if asking is not None else None
    if asking is None or entry is None or offer.entry_id != entry.entry_id:
        return
    queueing.stop_looking(turn, call, entry, offer.agent_id)
    turn.record(
        call,
        e.ConsultTaken(
            segment_id=asking.segment_id,
            agent_id=asking.agent_id,
            entry_id=entry.entry_id,
            queue_id=entry.queue_id,
            leg_id=leg.leg_id,
            wait_ms=turn.now - entry.entered_at,
        ),
    )
    turn.router.served(entry.queue_id, turn.now)
    segment = call.segments.get(asking.segment_id)
    if segment is not None:
        turn.do(StopMusic(leg_id=segment.leg_id))


def in_vain(turn: Turn, call: Call, reason: str) -> None:
    """Nobody of the queue is to be had: the agent is with the customer again."""
    asking = call.consult
    segment = call.segments.get(asking.segment_id) if asking is not None else None
    if asking is not None and segment is not None:
        conferring.end_consult(turn, call, asking, reason)
        conferring.back_to_customer(turn, call, segment)


def give_up(turn: Turn, call: Call, asking: Consult) -> None:
    """Look for nobody any more, if that is how far the consultation has come."""
    if asking.entry is None:
        return
    queueing.stop_looking(turn, call, asking.entry)
    segment = call.segments.get(asking.segment_id)
    if segment is not None and segment.leg_id in call.legs:
        turn.do(StopMusic(leg_id=segment.leg_id))


def hand_over(turn: Turn, call: Call, segment: Segment, asking: Consult, entry: Entry) -> bool:
    """The asking agent's phone is down: the customer takes the place; tells whether they did.

    Phones that ring go on ringing, and the time waited counts. A customer who is in company stays.
    """
    queue, customer = turn.queue(entry.queue_id), call.customer
    if queue is None or customer is None or conferring.company(call, segment):
        return False
    turn.record(
        call,
        e.TransferMade(
            segment_id=segment.segment_id,
            agent_id=segment.agent_id,
            target_kind=asking.target_kind,
            target_id=asking.target_id,
            consulted=False,
        ),
    )
    turn.record(
        call,
        e.ConsultEnded(
            segment_id=segment.segment_id,
            agent_id=segment.agent_id,
            leg_id="",
            outcome="transferred",
        ),
    )
    talking.end_segment(turn, call, segment, e.EndedBy.TRANSFER)
    turn.do(DropBridge(bridge_id=call.consult_bridge_id))
    turn.record(
        call,
        e.QueueEntered(
            entry_id=entry.entry_id,
            queue_id=queue.queue_id,
            priority=entry.priority,
            skills=entry.skills,
            preferred_agent_id="",
            credit_ms=turn.now - entry.entered_at,
            service_level_ms=queue.service_level_ms,
        ),
    )
    turn.do(StartMusic(leg_id=customer.leg_id, music=queue.music))
    return True
