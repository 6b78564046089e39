"""Ringing an agent where they work: a phone of this switch, or a telephone outside."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Agent
from openseat.core.calls.model import Call
from openseat.core.cell import trunks
from openseat.core.cell.turn import Turn
from openseat.core.effects import Originate
from openseat.core.errors import CoreError
from openseat.core.masking import mask
from openseat.core.telephone import at_telephone


def ring(
    turn: Turn,
    call: Call,
    agent: Agent,
    leg_id: str,
    *,
    kind: e.LegKind = e.LegKind.AGENT,
    timeout_ms: int,
    caller_number: str = "",
    caller_name: str = "",
    auto_answer: bool = False,
) -> None:
    """Begin the agent's leg in a call.

    Where the project's customers are masked, no phone shows their number, whoever holds it: a phone
    knows nothing of permissions.
    A telephone outside is shown the project's caller number, for a carrier accepts no other; one
    that no trunk can reach now ends like a phone that is not there.
    """
    known = turn.config.agents.get(agent.agent_id)
    number = known.telephone if known and at_telephone(agent.agent_id, agent.endpoint) else ""
    if not number:
        _started(turn, call, leg_id, kind, agent, agent.endpoint)
        turn.do(
            Originate(
                leg_id=leg_id,
                agent_id=agent.agent_id,
                timeout_ms=timeout_ms,
                caller_number=_shown(turn, call, caller_number),
                caller_name=caller_name,
                auto_answer=auto_answer,
            )
        )
        return
    try:
        trunk_id = trunks.choose(turn, number)
    except CoreError:
        trunk_id = ""
    _started(turn, call, leg_id, kind, agent, number, trunk_id)
    turn.do(
        Originate(
            leg_id=leg_id,
            number=number,
            trunk_id=trunk_id,
            timeout_ms=timeout_ms,
            caller_number=trunks.caller_number(turn, call),
        )
    )


def _shown(turn: Turn, call: Call, number: str) -> str:
    project = turn.config.projects.get(call.project_id)
    customer = call.called if call.direction is e.Direction.OUTBOUND else call.caller
    hidden = project is not None and project.numbers_masked and number == customer
    return mask(number) if hidden else number


def _started(
    turn: Turn,
    call: Call,
    leg_id: str,
    kind: e.LegKind,
    agent: Agent,
    address: str,
    trunk_id: str = "",
) -> None:
    turn.record(
        call,
        e.LegStarted(
            leg_id=leg_id,
            kind=kind,
            address=address,
            agent_id=agent.agent_id,
            trunk_id=trunk_id,
        ),
    )
    turn.call_of_leg[leg_id] = call.call_id
