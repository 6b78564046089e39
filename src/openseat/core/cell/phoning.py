"""An agent's own leg: lost with the page it was in, and brought back on another."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.agents import Agent
from openseat.core.browser_phone import in_browser
from openseat.core.calls.model import Call, Leg, LegState, Offer
from openseat.core.cell import (
    conferring,
    ending,
    queueing,
    ringing,
    seeking,
    sending,
    supervising,
    talking,
)
from openseat.core.cell.turn import Turn
from openseat.core.effects import Hangup, MuteLeg
from openseat.core.telephone import at_telephone

RECONNECT_RING_MS = 15_000
"""How long the page may take to take its conversation back; it answers by itself."""


def reconnect(turn: Turn, asked: i.ReconnectPhone) -> None:
    """Ring the agent's phone anew for the contact at hand: the page that held it was reloaded.

    Nothing happens without a contact: the page cannot know. Raises `agent.not_signed_in`.
    """
    agent = turn.agent(asked.agent_id)
    call = turn.state.calls.get(agent.call_id)
    if call is None or at_telephone(agent.agent_id, agent.endpoint):
        return
    offer = next((o for o in call.offers.values() if o.agent_id == agent.agent_id), None)
    if offer is not None:
        _offer_again(turn, call, offer)
        return
    held, dialling = _own_legs(call, agent.agent_id)
    if held is None or held.kind is e.LegKind.CUSTOMER:
        return
    for leg in dialling:
        talking.leave_conversation(turn, call, leg.leg_id)
    ringing.ring(
        turn,
        call,
        agent,
        turn.ids("leg"),
        timeout_ms=RECONNECT_RING_MS,
        caller_number=call.caller,
        auto_answer=True,
    )


def _own_legs(call: Call, agent_id: str) -> tuple[Leg | None, list[Leg]]:
    """The leg on which the agent is in the call, and those that shall replace it."""
    mine = [leg for leg in call.legs.values() if leg.agent_id == agent_id]
    held = next((leg for leg in mine if leg.state is LegState.UP), None)
    return held, [leg for leg in mine if leg is not held]


def _offer_again(turn: Turn, call: Call, offer: Offer) -> None:
    queueing.withdraw(turn, call, offer)
    queue = turn.queue(offer.queue_id)
    if turn.ready(turn.state.agents[offer.agent_id]):
        entry = call.entry_named(offer.entry_id)
        queueing.offer(turn, call, offer.agent_id, queue=queue, entry=entry)
    elif offer.entry_id:
        queueing.back_in_line(turn, call, offer)


def answered(turn: Turn, call: Call, leg: Leg) -> bool:
    """Put a new leg in the place of the one it replaces; tells whether it replaces any."""
    held = next(
        (
            other
            for other in call.legs.values()
            if other.agent_id == leg.agent_id
            and other.leg_id != leg.leg_id
            and other.state is LegState.UP
        ),
        None,
    )
    if leg.kind is not e.LegKind.AGENT or held is None:
        return False
    bridge_id, muted = held.bridge_id, held.muted
    turn.record(
        call,
        e.LegReplaced(leg_id=held.leg_id, by_leg_id=leg.leg_id, agent_id=leg.agent_id),
    )
    if bridge_id:
        turn.record(call, e.BridgeJoined(bridge_id=bridge_id, legs=(leg.leg_id,)))
        talking.together(turn, call, bridge_id, (leg.leg_id,))
    elif muted:
        turn.do(MuteLeg(leg_id=leg.leg_id, muted=True))
    turn.do(Hangup(leg_id=held.leg_id))
    ending.record_leg_end(turn, call, held, cause=16)
    seeking.keep_waiting(turn, call)
    supervising.resume(turn, call)
    return True


def drop_replacements(turn: Turn, call: Call, agent_id: str) -> None:
    """The agent's leg is gone: nothing shall take its place."""
    for leg in list(call.legs.values()):
        if leg.agent_id == agent_id and leg.kind is e.LegKind.AGENT:
            talking.leave_conversation(turn, call, leg.leg_id)


def is_spare(call: Call, leg: Leg) -> bool:
    """Whether an agent is in the call, or offered it, on another leg than this one."""
    segment = call.segment_of(leg.agent_id)
    if segment is not None:
        return segment.leg_id != leg.leg_id
    if any(offer.agent_id == leg.agent_id for offer in call.offers.values()):
        return call.offer_of_leg(leg.leg_id) is None
    return leg.state is not LegState.UP and any(
        other.agent_id == leg.agent_id and other.leg_id != leg.leg_id and other.state is LegState.UP
        for other in call.legs.values()
    )


def link_lost(turn: Turn, agent: Agent) -> None:
    """The desktop went: with a phone in it, somebody has to look whether it came back."""
    if agent.link_lost_at is not None and in_browser(agent.agent_id, agent.endpoint):
        turn.deadlines.add(agent.link_lost_at + _grace_ms(turn, agent), "page", agent.agent_id)


def _grace_ms(turn: Turn, agent: Agent) -> int:
    known = turn.config.agents.get(agent.agent_id)
    return known.grace_ms if known is not None else 0


def grace_over(turn: Turn, agent_id: str) -> None:
    """The page with the phone in it stayed away: nobody shall talk to an empty desk.

    The customer goes to whom the agent was asking, or back to the queue; an agent who was only
    asked, or was having a customer called, has hung up.
    """
    agent = turn.state.agents.get(agent_id)
    call = turn.state.calls.get(agent.call_id) if agent is not None else None
    if agent is None or call is None or agent.link_lost_at is None:
        return
    if turn.now < agent.link_lost_at + _grace_ms(turn, agent):
        return
    segment = call.segment_of(agent_id)
    held, dialling = _own_legs(call, agent_id)
    if held is None:
        return
    for leg in dialling:
        talking.leave_conversation(turn, call, leg.leg_id)
    if segment is None:
        turn.do(Hangup(leg_id=held.leg_id))
        ending.leg_ended(turn, held.leg_id, cause=16)
        return
    if conferring.hand_over(turn, call, segment):
        talking.leave_conversation(turn, call, held.leg_id)
        return
    talking.end_segment(turn, call, segment, e.EndedBy.SYSTEM)
    talking.leave_conversation(turn, call, held.leg_id)
    others = [
        leg
        for leg in call.legs.values()
        if leg.kind in (e.LegKind.AGENT, e.LegKind.OUTSIDE) and leg.bridge_id == call.talk_bridge_id
    ]
    conferring.party_left(turn, call, others)
    if not others and not supervising.inherit(turn, call):
        talking.unbridge_customer(turn, call)
        sending.back_to_queue(turn, call, e.EndedBy.SYSTEM)
