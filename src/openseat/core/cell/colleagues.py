"""Agents calling agents: a colleague's agent number, dialled on a phone of this switch.

The call is `internal` and belongs to no client: no segment, no recording, no after-call work. The
leg that dialled is the call's own; why a colleague is not to be had is said to it.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Agent, Connect, Reserve, Ring
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import dialling, ending, queueing, ringing, service_line, talking
from openseat.core.cell.turn import Turn
from openseat.core.config import AgentConfig
from openseat.core.effects import Play, StopPlay
from openseat.core.events import AgentState

NOBODY = "line-no-colleague"
AWAY = "line-colleague-away"
BUSY = "line-colleague-busy"
SILENT = "line-colleague-silent"

_SHORTEST = 4
"""Fewest digits at which a number like the agents' own is nobody's: shorter ones are public."""

_AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.DISCONNECTED})

_WHY = {17: BUSY, 21: BUSY, 18: SILENT, 19: SILENT}
"""What a phone's Q.850 cause says about the colleague; with any other cause they are away."""


def numbered(turn: Turn, dialled: str) -> AgentConfig | None:
    """The agent whose number was dialled, if it is anybody's."""
    return next((one for one in turn.config.agents.values() if one.number == dialled), None)


def nobodys(turn: Turn, dialled: str) -> bool:
    """Whether a number looks like the agents' own, all but its last two digits, and is nobody's."""
    if len(dialled) < _SHORTEST:
        return False
    return any(
        len(one.number) == len(dialled) and one.number[:-2] == dialled[:-2]
        for one in turn.config.agents.values()
    )


def why_not(turn: Turn, agent: Agent, known: AgentConfig) -> str:
    """The prompt that says why an agent cannot call a colleague now; empty where they can."""
    if agent.state not in dialling.FREE or agent.agent_id in turn.state.supervising:
        return "line-refused"
    if known.agent_id == agent.agent_id:
        return "line-refused"
    colleague = turn.state.agents.get(known.agent_id)
    if colleague is None or colleague.state in _AWAY or not colleague.reachable:
        return AWAY
    return "" if turn.ready(colleague) else BUSY


def call(turn: Turn, own: Call, agent: Agent, known: AgentConfig) -> None:
    """Ring the colleague, while the agent's own leg is being answered."""
    turn.stimulate(agent, Ring(call_id=own.call_id))
    colleague = turn.agent(known.agent_id)
    turn.stimulate(colleague, Reserve(call_id=own.call_id))
    calling = turn.config.agents.get(agent.agent_id)
    ringing.ring(
        turn,
        own,
        colleague,
        turn.ids("leg"),
        timeout_ms=queueing.DIRECT_OFFER_MS,
        caller_number=own.caller,
        caller_name=calling.name if calling else "",
    )


def own_answered(turn: Turn, call: Call, agent_id: str) -> None:
    """The leg that dialled is up: it hears the colleague's phone ring."""
    turn.stimulate(turn.agent(agent_id), Connect(call_id=call.call_id))
    leg = _colleagues(call)
    if leg is not None and leg.state is not LegState.UP:
        turn.do(
            Play(
                leg_id=call.customer_leg_id,
                playback_id=dialling.ring_back(call),
                media=dialling.RING_BACK,
                language=call.language,
            )
        )


def alerts(turn: Turn, call: Call, leg: Leg) -> None:
    """The colleague's phone rings."""
    if service_line.serves(call) and leg.kind is e.LegKind.AGENT:
        turn.stimulate(turn.agent(leg.agent_id), Ring(call_id=call.call_id))


def answered(turn: Turn, call: Call, leg: Leg) -> bool:
    """The colleague picked up: the two talk; tells whether the leg was a colleague's."""
    if not service_line.serves(call):
        return False
    turn.do(StopPlay(leg_id=call.customer_leg_id, playback_id=dialling.ring_back(call)))
    turn.stimulate(turn.agent(leg.agent_id), Connect(call_id=call.call_id))
    talking.join(turn, call, leg)
    return True


def gone(turn: Turn, call: Call, leg: Leg, cause: int) -> None:
    """The colleague hung up, or was not to be had; then it is said why."""
    if not service_line.serves(call):
        return
    if leg.state is LegState.UP:
        ending.end_call(turn, call, e.EndedBy.AGENT)
        return
    turn.do(StopPlay(leg_id=call.customer_leg_id, playback_id=dialling.ring_back(call)))
    service_line.say_last(
        turn, call, _WHY.get(cause, BUSY if leg.state is LegState.ASKED else AWAY)
    )


def between(call: Call) -> bool:
    """Whether an internal call has come to a colleague, who rings or talks."""
    return service_line.serves(call) and _colleagues(call) is not None


def refused_by(call: Call, agent_id: str) -> Leg | None:
    """The leg on which a colleague is being rung, for them to decline."""
    leg = _colleagues(call) if service_line.serves(call) else None
    rings = leg is not None and leg.agent_id == agent_id and leg.state is not LegState.UP
    return leg if rings else None


def _colleagues(call: Call) -> Leg | None:
    return next((leg for leg in call.legs.values() if leg.kind is e.LegKind.AGENT), None)
