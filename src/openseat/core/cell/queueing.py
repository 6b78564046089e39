"""Waiting and being offered: from the queue to an agent's phone."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import OfferOver, Reserve, SetBusy
from openseat.core.calls.model import Call, Entry, LegState, Offer
from openseat.core.cell import ending, flowing, greeting, ringing, seeking, sending
from openseat.core.cell.turn import Turn
from openseat.core.config import QueueConfig
from openseat.core.effects import (
    Hangup,
    IndicateRinging,
    Play,
    StartMusic,
    StopMusic,
)
from openseat.core.routing import Contact, Overflow

NOT_RESPONDING = "not_responding"
"""Busy reason of an agent who let a contact ring out: the next caller shall not wait for them."""

UNREACHABLE = "phone_unreachable"
"""Busy reason of an agent whose phone refused the call's set-up."""

DIRECT_OFFER_MS = 20_000
"""How long an agent's phone rings for a call that comes through no queue."""

RETURN_PRIORITY = 50
"""What a customer gains who comes back from a transfer that failed, or from a lost agent."""


def enqueue(
    turn: Turn,
    call: Call,
    queue: QueueConfig,
    *,
    priority: int | None = None,
    skills: dict[str, int] | None = None,
    preferred_agent_id: str = "",
) -> None:
    """Put the call into a queue; full queues and unstaffed ones overflow by the router's word."""
    credit = 0
    kept = turn.state.kept.get(f"{queue.queue_id}|{call.caller}")
    if kept is not None and turn.now - kept.left_at <= queue.keep_place_ms:
        credit = kept.waited_ms
    if not preferred_agent_id and queue.prefer_last_agent:
        preferred_agent_id = turn.state.last_agents.get(f"{call.client_id}|{call.caller}", "")
    if preferred_agent_id == call.sent_by:
        preferred_agent_id = ""  # who sent them away is not whom they are kept for
    preferred = turn.state.agents.get(preferred_agent_id)
    if preferred is not None and preferred.state is e.AgentState.DISCONNECTED:
        # Nobody is kept waiting for an empty desk.
        preferred_agent_id = ""
    entry_id = turn.ids("entry")
    turn.record(
        call,
        e.QueueEntered(
            entry_id=entry_id,
            queue_id=queue.queue_id,
            priority=queue.priority if priority is None else priority,
            skills=dict(queue.skills) if skills is None else skills,
            preferred_agent_id=preferred_agent_id,
            credit_ms=credit,
            service_level_ms=queue.service_level_ms,
        ),
    )
    if flowing.audible(turn, call):
        turn.do(StartMusic(leg_id=call.customer_leg_id, music=queue.music))
    else:
        turn.do(IndicateRinging(leg_id=call.customer_leg_id))
    turn.call_of_entry[entry_id] = call.call_id
    if call.entry is not None:
        turn.router.add(contact_of(call, call.entry))


def contact_of(call: Call, entry: Entry) -> Contact:
    """What the router needs to know of a waiting call, or of an agent who asks a queue."""
    asking = call.consult
    asked = asking is not None and asking.entry is entry
    return Contact(
        entry_id=entry.entry_id,
        call_id=call.call_id,
        queue_id=entry.queue_id,
        client_id=call.client_id,
        entered_at=entry.entered_at,
        credit_ms=entry.credit_ms,
        priority=entry.priority,
        skills=entry.skills,
        preferred_agent_id=entry.preferred_agent_id,
        sent_by=asking.agent_id if asking is not None and asked else call.sent_by,
    )


def leave_queue(
    turn: Turn, call: Call, outcome: e.QueueExit, agent_id: str = "", at: int | None = None
) -> None:
    """Take the call out of its queue; offers that still ring are withdrawn."""
    entry = call.entry
    if entry is None:
        return
    stop_looking(turn, call, entry, agent_id)
    left_at = turn.now if at is None else max(at, entry.entered_at)
    turn.record(
        call,
        e.QueueLeft(
            entry_id=entry.entry_id,
            queue_id=entry.queue_id,
            outcome=outcome,
            wait_ms=left_at - entry.entered_at,
            agent_id=agent_id,
        ),
        at,
    )


def stop_looking(turn: Turn, call: Call, entry: Entry, agent_id: str = "") -> None:
    """Seek nobody for a place in a queue any more; other phones than `agent_id`'s fall silent."""
    turn.router.remove(entry.entry_id)
    turn.call_of_entry.pop(entry.entry_id, None)
    for other in list(call.offers.values()):
        if other.entry_id == entry.entry_id and other.agent_id != agent_id:
            withdraw(turn, call, other)


def offer(
    turn: Turn,
    call: Call,
    agent_id: str,
    *,
    queue: QueueConfig | None,
    entry: Entry | None = None,
    auto_answer: bool = False,
) -> Offer:
    """Ring one agent for the call; the agent is reserved from here on.

    `auto_answer`: they have asked for it, so that the phone need not.
    """
    agent = turn.agent(agent_id)
    leg_id, offer_id = turn.ids("leg"), turn.ids("offer")
    timeout_ms = queue.offer_timeout_ms if queue is not None else DIRECT_OFFER_MS
    turn.record(
        call,
        e.OfferMade(
            offer_id=offer_id,
            agent_id=agent_id,
            leg_id=leg_id,
            entry_id=entry.entry_id if entry is not None else "",
            queue_id=queue.queue_id if queue else "",
        ),
    )
    turn.stimulate(agent, Reserve(call_id=call.call_id))
    ringing.ring(
        turn,
        call,
        agent,
        leg_id,
        timeout_ms=timeout_ms,
        caller_number=call.caller,
        caller_name=queue.name if queue else "",
        auto_answer=auto_answer or greeting.answers_by_itself(turn, call, agent_id, queue),
    )
    turn.deadlines.add(turn.now + timeout_ms, "offer", f"{call.call_id} {offer_id}")
    return call.offers[offer_id]


def match(turn: Turn) -> None:
    """Let the router pair who waits with who is free."""
    for pair in turn.router.match(turn.now):
        call = turn.state.calls.get(turn.call_of_entry.get(pair.entry_id, ""))
        entry = call.entry_named(pair.entry_id) if call is not None else None
        if call is None or entry is None:
            continue
        queue = turn.queue(pair.queue_id)
        for agent_id in pair.agent_ids:
            offer(turn, call, agent_id, queue=queue, entry=entry)


def overflowed(turn: Turn, overflow: Overflow) -> None:
    """The router gave a contact up: waited too long, or the queue was full or unstaffed."""
    call = turn.state.calls.get(turn.call_of_entry.get(overflow.entry_id, ""))
    if call is not None and call.entry is None and call.entry_named(overflow.entry_id):
        seeking.in_vain(turn, call, overflow.reason)
        return
    if call is None or call.entry is None:
        return
    leave_queue(turn, call, e.QueueExit.OVERFLOWED)
    turn.do(StopMusic(leg_id=call.customer_leg_id))
    if overflow.target is not None:
        sending.send_to(turn, call, overflow.target, keep_run=True)
    elif call.run_id:
        flowing.returned(turn, call, overflow.reason)
    else:
        ending.end_call(turn, call, e.EndedBy.SYSTEM)


def keep_waiting(turn: Turn, call: Call) -> None:
    """Music or ring-back again for a caller whose switch or floor was away."""
    entry = call.entry
    if entry is None:
        return
    queue = turn.queue(entry.queue_id)
    if flowing.audible(turn, call):
        music = queue.music if queue else "default"
        turn.do(StartMusic(leg_id=call.customer_leg_id, music=music))
    else:
        turn.do(IndicateRinging(leg_id=call.customer_leg_id))


def end_offer(
    turn: Turn, call: Call, open_offer: Offer, result: e.OfferResult, at: int | None = None
) -> None:
    """Settle an offer that did not lead to a conversation, and free or rest the agent."""
    ended_at = turn.now if at is None else at
    rang = 0 if open_offer.rang_at is None else max(0, ended_at - open_offer.rang_at)
    turn.record(
        call,
        e.OfferEnded(
            offer_id=open_offer.offer_id,
            agent_id=open_offer.agent_id,
            result=result,
            ring_ms=rang,
        ),
    )
    agent = turn.state.agents.get(open_offer.agent_id)
    if agent is None or agent.call_id != call.call_id:
        return
    if open_offer.entry_id and result is not e.OfferResult.WITHDRAWN:
        back_in_line(turn, call, open_offer)
    if result is e.OfferResult.TIMED_OUT:
        turn.stimulate(agent, SetBusy(agent_id=agent.agent_id, reason=NOT_RESPONDING, by="system"))
    elif result is e.OfferResult.FAILED:
        turn.stimulate(agent, SetBusy(agent_id=agent.agent_id, reason=UNREACHABLE, by="system"))
    turn.stimulate(agent, OfferOver())


def back_in_line(turn: Turn, call: Call, over: Offer) -> None:
    """Let the router offer the contact again, to others than the agent who did not take it."""
    turn.router.refused(over.entry_id, over.agent_id, turn.now)
    entry = call.entry_named(over.entry_id)
    if entry is not None and turn.router.contact(over.entry_id) is None:
        turn.router.add(contact_of(call, entry))  # offered before this process began


def withdraw(turn: Turn, call: Call, open_offer: Offer) -> None:
    """Stop ringing an agent because the contact is gone or taken."""
    end_offer(turn, call, open_offer, e.OfferResult.WITHDRAWN)
    if open_offer.leg_id in call.legs:
        turn.do(Hangup(leg_id=open_offer.leg_id, cause=26))


def offer_timed_out(turn: Turn, call_id: str, offer_id: str) -> None:
    """The deadline of an offer has come."""
    call = turn.state.calls.get(call_id)
    open_offer = call.offers.get(offer_id) if call else None
    if call is None or open_offer is None:
        return
    leg_id = open_offer.leg_id
    if not open_offer.entry_id and leg_id in call.legs:
        # A transfer or a question: no router goes on with it, so whoever sent it has to be told.
        turn.do(Hangup(leg_id=leg_id, cause=19))
        ending.leg_ended(turn, leg_id, cause=19, another_way=False)
        return
    end_offer(turn, call, open_offer, e.OfferResult.TIMED_OUT)
    if leg_id in call.legs:
        turn.do(Hangup(leg_id=leg_id, cause=19))


def announce(turn: Turn) -> None:
    """Tell waiting callers their position and wait, where it is due and they can hear it."""
    for due in turn.router.announcements(turn.now):
        call = turn.state.calls.get(turn.call_of_entry.get(due.entry_id, ""))
        if call is None or call.entry is None or call.answered_at is None:
            continue
        queue = turn.queue(call.entry.queue_id)
        if queue is None or call.offers:
            continue
        wait_ms = due.estimated_wait_ms if queue.announce_wait else None
        media = [*_position(queue, due.position), *_wait(wait_ms)]
        if not media:
            continue
        turn.record(
            call,
            e.QueueAnnounced(
                entry_id=due.entry_id, position=due.position, estimated_wait_ms=wait_ms
            ),
        )
        turn.do(StopMusic(leg_id=call.customer_leg_id))
        turn.do(
            Play(
                leg_id=call.customer_leg_id,
                playback_id=f"wait-{due.entry_id}",
                media=tuple(media),
                language=call.language,
            )
        )


def _position(queue: QueueConfig, position: int) -> tuple[str, ...]:
    if not queue.announce_position:
        return ()
    return (f"position:{position}",)


def _wait(wait_ms: int | None) -> tuple[str, ...]:
    return () if wait_ms is None else (f"wait:{wait_ms}",)


def announcement_ended(turn: Turn, call: Call, playback_id: str) -> bool:
    """Music again after an announcement; tells whether the playback was one."""
    if not playback_id.startswith("wait-"):
        return False
    customer = call.customer
    if call.entry is not None and customer is not None and customer.state is LegState.UP:
        queue = turn.queue(call.entry.queue_id)
        music = queue.music if queue else "default"
        turn.do(StartMusic(leg_id=customer.leg_id, music=music))
    return True
