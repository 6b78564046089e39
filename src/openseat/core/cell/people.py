"""What people ask for: sign-in, states, refusals, dispositions."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.agents import Agent, LinkBack
from openseat.core.browser_phone import in_browser
from openseat.core.cell import colleagues, ending, supervising
from openseat.core.cell.turn import Turn
from openseat.core.config import CellConfig
from openseat.core.effects import Hangup
from openseat.core.errors import CoreError
from openseat.core.telephone import at_telephone

OwnState = i.SignOut | i.SetIdle | i.SetBusy | i.SetOutboundOnly | i.ExtendAfterCallWork
"""Commands that the agents' own rules answer."""

SUPERVISOR_BUSY_REASONS = ("forced",)
"""Busy reasons that are always allowed beside the operator's own list."""


def sign_in(turn: Turn, asked: i.SignIn) -> None:
    """Begin an agent's session at a phone that nobody else uses.

    Raises `agent.unknown`, `endpoint.taken`, `endpoint.none` or what the agents' rules refuse.
    """
    if asked.agent_id not in turn.config.agents:
        raise CoreError("agent.unknown", agent_id=asked.agent_id)
    _check_free(turn, asked.agent_id, asked.endpoint)
    agent = known_agent(turn, asked.agent_id)
    turn.stimulate(agent, asked)
    _reach(turn, agent)


def change_phone(turn: Turn, asked: i.ChangePhone) -> None:
    """Let a signed-in agent without a contact go on at another phone.

    A desktop that was away is not waited for at a phone that needs none.
    Raises `agent.not_signed_in`, `agent.engaged`, `supervision.running`, `endpoint.taken` or
    `endpoint.none`.
    """
    agent = turn.agent(asked.agent_id)
    if asked.agent_id in turn.state.supervising:
        raise CoreError("supervision.running", agent_id=asked.agent_id)
    _check_free(turn, asked.agent_id, asked.endpoint)
    turn.stimulate(agent, asked)
    if agent.link_lost and not in_browser(agent.agent_id, agent.endpoint):
        turn.stimulate(agent, LinkBack())
    _reach(turn, agent)


def known_agent(turn: Turn, agent_id: str) -> Agent:
    """The agent as they are, signed in or not."""
    agent = turn.state.agents.get(agent_id)
    if agent is None:
        agent = turn.state.agents[agent_id] = Agent(agent_id=agent_id)
    return agent


def note_assignments(turn: Turn, before: CellConfig) -> None:
    """Put on record what agents are routed by, where a new picture changed it."""
    for agent_id, now in turn.config.agents.items():
        was = before.agents.get(agent_id)
        if was is None or (was.skills == now.skills and was.queues == now.queues):
            continue
        turn.record_agent(
            known_agent(turn, agent_id),
            e.AgentAssigned(agent_id=agent_id, skills=now.skills, queues=now.queues),
        )


def _check_free(turn: Turn, agent_id: str, endpoint: str) -> None:
    known = turn.config.agents.get(agent_id)
    if at_telephone(agent_id, endpoint) and (known is None or not known.telephone):
        raise CoreError("endpoint.none", agent_id=agent_id)
    for other in turn.state.agents.values():
        if other.agent_id != agent_id and other.signed_in and other.endpoint == endpoint:
            raise CoreError("endpoint.taken", endpoint=endpoint)


def _reach(turn: Turn, agent: Agent) -> None:
    """The switch says whether its phones are there; a telephone outside always counts as there."""
    if at_telephone(agent.agent_id, agent.endpoint):
        turn.stimulate(agent, i.EndpointChanged(agent_id=agent.agent_id, reachable=True))


def own_state(turn: Turn, asked: OwnState) -> None:
    """Let the agents' rules answer.

    Raises `agent.*`, `busy.reason_unknown`, or `supervision.running` for a supervisor who would be
    offered contacts while their phone is at somebody else's.
    """
    agent = turn.agent(asked.agent_id)
    if isinstance(asked, i.SignOut):
        supervising.end_of(turn, asked.agent_id, "signed_out", asked.by)
    elif isinstance(asked, i.SetIdle) and asked.agent_id in turn.state.supervising:
        raise CoreError("supervision.running", agent_id=asked.agent_id)
    if isinstance(asked, i.SetBusy):
        allowed = (*turn.config.busy_reasons, *SUPERVISOR_BUSY_REASONS)
        if asked.reason not in allowed:
            raise CoreError("busy.reason_unknown", reason=asked.reason)
    turn.stimulate(agent, asked)


def phone_changed(turn: Turn, changed: i.EndpointChanged) -> None:
    """An agent's phone came or went; it matters only to one who is signed in at a phone of ours."""
    agent = turn.state.agents.get(changed.agent_id)
    if agent is None or at_telephone(agent.agent_id, agent.endpoint):
        return
    if agent.signed_in:
        turn.stimulate(agent, changed)


def refuse(turn: Turn, agent_id: str) -> None:
    """Decline the contact that rings at the agent.

    Raises `agent.no_offer`.
    """
    agent = turn.agent(agent_id)
    call = turn.state.calls.get(agent.call_id)
    for offer in list(call.offers.values()) if call is not None else ():
        if offer.agent_id == agent_id and call is not None:
            turn.do(Hangup(leg_id=offer.leg_id, cause=21))
            ending.leg_ended(turn, offer.leg_id, cause=21)
            return
    leg = colleagues.refused_by(call, agent_id) if call is not None else None
    if leg is not None:
        turn.do(Hangup(leg_id=leg.leg_id, cause=21))
        ending.leg_ended(turn, leg.leg_id, cause=21)
        return
    raise CoreError("agent.no_offer", agent_id=agent_id)


def dispose(turn: Turn, asked: i.Dispose) -> None:
    """Note a segment's outcome; the call may be over by then.

    Raises `segment.unknown` for a segment that is not the agent's own.
    """
    agent = turn.agent(asked.agent_id)
    owner = turn.state.segments.get(asked.segment_id)
    if owner is None or owner.agent_id != asked.agent_id:
        raise CoreError("segment.unknown", segment_id=asked.segment_id)
    turn.record_agent(
        agent,
        e.SegmentDisposed(
            call_id=owner.call_id,
            segment_id=asked.segment_id,
            agent_id=asked.agent_id,
            code=asked.code,
            notes=asked.notes,
            form_id=asked.form_id,
            form_version=asked.form_version,
            answers=asked.answers,
        ),
        owner.client_id,
    )


def promise_callback(turn: Turn, asked: i.PromiseCallback) -> None:
    """Note when the customer of a segment shall be called back; the call may be over by then.

    Raises `segment.unknown` for a segment that is not the agent's own, or `callback.past`.
    """
    agent = turn.agent(asked.agent_id)
    owner = turn.state.segments.get(asked.segment_id)
    if owner is None or owner.agent_id != asked.agent_id:
        raise CoreError("segment.unknown", segment_id=asked.segment_id)
    if asked.due_at <= turn.now:
        raise CoreError("callback.past")
    turn.record_agent(
        agent,
        e.CallbackPromised(
            callback_id=turn.ids("callback"),
            number=asked.number,
            due_at=asked.due_at,
            reason="requested",
        ),
        owner.client_id,
    )


def end_call(turn: Turn, asked: i.EndCall) -> None:
    """End a call, whoever is in it.

    Raises `call.unknown`.
    """
    call = turn.state.calls.get(asked.call_id)
    if call is None or call.ended_at is not None:
        raise CoreError("call.unknown", call_id=asked.call_id)
    turn.record(call, e.CallCutOff(by=asked.by))
    ending.end_call(turn, call, e.EndedBy.SUPERVISOR)
