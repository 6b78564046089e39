"""Calls that an agent places: the agent's own phone first, then the customer's."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.agents import Agent, Connect, Ring
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import ending, queueing, ringing, talking, trunks
from openseat.core.cell.turn import Turn
from openseat.core.config import ProjectConfig
from openseat.core.effects import Answer, Originate, Play, StopPlay
from openseat.core.errors import CoreError
from openseat.core.events import AgentState

OWN_RING_MS = 20_000
"""How long the agent's own phone rings for a call that they asked for."""

RING_BACK = ("tone:450/1000", "silence:4000") * 12
"""What the agent hears until the customer answers: a minute of the network's own tone."""

FREE = frozenset(
    {AgentState.IDLE, AgentState.BUSY, AgentState.OUTBOUND_ONLY, AgentState.AFTER_CALL_WORK}
)
"""States in which an agent may place a call."""


def dial_out(turn: Turn, asked: i.DialOut) -> None:
    """Begin a call to a number for a project.

    Raises `agent.engaged`, `agent.phone_unreachable`, `project.unknown`, `supervision.running`,
    `trunk.none`, `trunk.unreachable` or `trunk.full`.
    """
    agent = turn.agent(asked.agent_id)
    if not agent.reachable and agent.state in FREE:
        raise CoreError("agent.phone_unreachable", agent_id=agent.agent_id)
    call, project = _begin(turn, agent, asked.number, asked.project_id)
    ringing.ring(
        turn,
        call,
        agent,
        turn.ids("leg"),
        timeout_ms=OWN_RING_MS,
        caller_number=asked.number,
        caller_name=project.name,
        auto_answer=True,
    )
    turn.stimulate(agent, Ring(call_id=call.call_id))


def dialled(turn: Turn, agent: Agent, arrived: i.LegArrived) -> None:
    """Begin a call that an agent dialled on their own phone, for the project they serve first.

    Whatever the switch thinks of that phone, it is there. Raises what else `dial_out` does.
    """
    call, _ = _begin(turn, agent, arrived.called, _first_project(turn, agent.agent_id))
    turn.record(
        call,
        e.LegStarted(
            leg_id=arrived.leg_id,
            kind=e.LegKind.AGENT,
            address=agent.endpoint,
            agent_id=agent.agent_id,
            dialled=True,
        ),
    )
    turn.call_of_leg[arrived.leg_id] = call.call_id
    turn.stimulate(agent, Ring(call_id=call.call_id))
    turn.do(Answer(leg_id=arrived.leg_id))


def _first_project(turn: Turn, agent_id: str) -> str:
    known = turn.config.agents.get(agent_id)
    queues = (turn.queue(queue_id) for queue_id in (known.queues if known else ()))
    return next((queue.project_id for queue in queues if queue is not None), "")


def _begin(turn: Turn, agent: Agent, number: str, project_id: str) -> tuple[Call, ProjectConfig]:
    if agent.state not in FREE:
        raise CoreError("agent.engaged", agent_id=agent.agent_id)
    if agent.agent_id in turn.state.supervising:
        raise CoreError("supervision.running", agent_id=agent.agent_id)
    project = turn.config.projects.get(project_id)
    if project is None:
        raise CoreError("project.unknown", project_id=project_id)
    trunk_id = trunks.choose(turn, number)
    call = turn.begin_call(
        turn.ids("call"),
        e.CallStarted(
            direction=e.Direction.OUTBOUND,
            leg_id=turn.ids("leg"),
            caller=trunks.own_number(turn, agent.agent_id, project),
            called=number,
            trunk_id=trunk_id,
            client_id=project.client_id,
            project_id=project.project_id,
        ),
    )
    return call, project


def agent_answered(turn: Turn, call: Call, leg: Leg) -> bool:
    """The agent's phone is there: call the customer; tells whether the call waited for that."""
    customer = call.customer
    if customer is None or not undialled(call):
        return False
    turn.stimulate(turn.agent(leg.agent_id), Connect(call_id=call.call_id))
    turn.do(
        Originate(
            leg_id=customer.leg_id,
            number=call.called,
            trunk_id=call.trunk_id,
            timeout_ms=trunks.OUTSIDE_RING_MS,
            caller_number=trunks.caller_number(turn, call),
        )
    )
    turn.do(
        Play(
            leg_id=leg.leg_id,
            playback_id=ring_back(call),
            media=RING_BACK,
            language=call.language,
        )
    )
    return True


def unanswered(call: Call, leg: Leg) -> bool:
    """Whether a leg is an agent's who dialled on their own phone, and was not answered yet."""
    own = leg.kind is e.LegKind.AGENT and leg.state is LegState.DIALLING
    return own and leg.own_call and undialled(call)


def undialled(call: Call) -> bool:
    """Whether an agent's own call has not come to the customer's answer."""
    customer = call.customer
    return (
        call.direction is e.Direction.OUTBOUND
        and customer is not None
        and customer.state is not LegState.UP
    )


def customer_answered(turn: Turn, call: Call) -> None:
    """The customer picked up: the conversation begins."""
    for leg in call.legs.values():
        if leg.kind is e.LegKind.AGENT and leg.state is LegState.UP:
            turn.do(StopPlay(leg_id=leg.leg_id, playback_id=ring_back(call)))
            talking.begin_segment(turn, call, leg, via=e.Via.DIRECT, queue_id="")
            return
    ending.end_call(turn, call, e.EndedBy.SYSTEM)


def ring_back(call: Call) -> str:
    """The name of what an agent hears until who they called answers."""
    return f"ring-{call.call_id}"


def pick_up(turn: Turn, asked: i.PickUp) -> None:
    """Take the contact that rings at a colleague of the own group.

    Raises `agent.not_ready`, `agent.other_group` or `agent.no_offer`.
    """
    agent, colleague = turn.agent(asked.agent_id), turn.agent(asked.colleague_id)
    own = turn.config.agents.get(asked.agent_id)
    other = turn.config.agents.get(asked.colleague_id)
    if own is None or other is None or own.group_id != other.group_id:
        raise CoreError("agent.other_group", agent_id=asked.colleague_id)
    call = turn.state.calls.get(colleague.call_id)
    offer = next(
        (one for one in (call.offers.values() if call else ()) if one.agent_id == other.agent_id),
        None,
    )
    consulted = call.consult.leg_id if call and call.consult else ""
    if call is None or offer is None or offer.leg_id == consulted:
        raise CoreError("agent.no_offer", agent_id=asked.colleague_id)
    if not turn.ready(agent):
        raise CoreError("agent.not_ready", agent_id=asked.agent_id)
    for open_offer in list(call.offers.values()):
        queueing.withdraw(turn, call, open_offer)
    queue = turn.queue(offer.queue_id)
    queueing.offer(turn, call, agent.agent_id, queue=queue, auto_answer=True)
