"""Trunks: which one a number goes out by, how full it is, and what comes after one that failed."""

from __future__ import annotations

from collections.abc import Collection

from openseat.core import events as e
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell.turn import Turn
from openseat.core.config import ProjectConfig
from openseat.core.effects import Originate
from openseat.core.errors import CoreError

OUTSIDE_RING_MS = 45_000
"""How long a telephone outside is let ring."""

TRUNK_FAILED = frozenset({3, 6, 25, 27, 34, 38, 41, 42, 44, 47, 58, 63})
"""Q.850 causes that speak of the way and not of the party: another way may do better."""


def choose(turn: Turn, number: str, tried: Collection[str] = ()) -> str:
    """The trunk for a number: longest prefix first, then cost; healthy ones with room only.

    Raises `trunk.none` when no trunk serves the number, `trunk.unreachable` when all that do
    are down or were `tried`, `trunk.full` when those that are up have no room.
    """
    serving = [
        (
            -max(len(prefix) for prefix in trunk.prefixes if number.startswith(prefix)),
            trunk.cost,
            trunk.trunk_id,
        )
        for trunk in turn.config.trunks.values()
        if any(number.startswith(prefix) for prefix in trunk.prefixes)
    ]
    if not serving:
        raise CoreError("trunk.none", number=number)
    up = [
        trunk_id
        for _, _, trunk_id in sorted(serving)
        if trunk_id not in tried and turn.state.trunks.get(trunk_id, True)
    ]
    for trunk_id in up:
        if has_room(turn, trunk_id):
            return trunk_id
    raise CoreError("trunk.full" if up else "trunk.unreachable", number=number)


def has_room(turn: Turn, trunk_id: str) -> bool:
    """Whether a trunk can carry one leg more."""
    capacity = turn.config.trunks[trunk_id].capacity
    if capacity is None:
        return True
    legs = (leg for call in turn.state.calls.values() for leg in call.legs.values())
    return sum(leg.trunk_id == trunk_id for leg in legs) < capacity


def caller_number(turn: Turn, call: Call) -> str:
    """The number shown to a telephone outside that is called for this call.

    A call that an agent placed shows one number to everybody.
    """
    if call.direction is e.Direction.OUTBOUND:
        return call.caller
    project = turn.config.projects.get(call.project_id)
    return project.caller_number if project else ""


def own_number(turn: Turn, agent_id: str, project: ProjectConfig) -> str:
    """The number shown on a call that an agent places for a project.

    The agent's own, but never one that belongs to another client; else the project's.
    """
    known = turn.config.agents.get(agent_id)
    own = known.caller_number if known is not None else ""
    number = turn.config.numbers.get(own)
    foreign = number is not None and number.client_id not in (None, project.client_id)
    return own if own and not foreign else project.caller_number


def reroute(turn: Turn, call: Call, leg: Leg, cause: int) -> bool:
    """Call a party by the next trunk when this one failed; tells whether there was one."""
    unheard = leg.state in (LegState.DIALLING, LegState.RINGING)
    if cause not in TRUNK_FAILED or not unheard or not leg.trunk_id:
        return False
    if leg.kind is e.LegKind.CUSTOMER and call.direction is not e.Direction.OUTBOUND:
        return False
    number = leg.address
    try:
        trunk_id = choose(turn, number, (*leg.failed_trunks, leg.trunk_id))
    except CoreError:
        return False
    turn.record(call, e.LegRerouted(leg_id=leg.leg_id, trunk_id=trunk_id, cause=cause))
    turn.do(
        Originate(
            leg_id=leg.leg_id,
            number=number,
            trunk_id=trunk_id,
            timeout_ms=OUTSIDE_RING_MS,
            caller_number=caller_number(turn, call),
        )
    )
    return True
