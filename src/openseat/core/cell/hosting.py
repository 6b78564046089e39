"""What an agent does to the parties of their call: mute, keys, sending one or all of them away."""

from __future__ import annotations

import re

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import conferring, ending, talking
from openseat.core.cell.turn import Turn
from openseat.core.effects import Hangup, MuteLeg, SendDigits
from openseat.core.errors import CoreError

_DIGITS = re.compile(r"[0-9*#A-D]{1,32}")
_PARTIES = frozenset({e.LegKind.AGENT, e.LegKind.OUTSIDE})


def mute(turn: Turn, asked: i.Mute) -> None:
    """Stop (or let again) the others hear the agent, or as the host another party.

    Raises `agent.no_call`, `conference.not_host` or `party.unknown`.
    """
    call, segment = talking.current(turn, asked.agent_id)
    leg = call.legs.get(asked.leg_id or segment.leg_id)
    if leg is None or leg.kind is e.LegKind.SUPERVISOR:
        raise CoreError("party.unknown", leg_id=asked.leg_id)
    if leg.leg_id != segment.leg_id:
        _check_host(call, asked.agent_id)
    if leg.muted is asked.muted:
        return
    turn.record(call, e.LegMuted(leg_id=leg.leg_id, muted=asked.muted, agent_id=asked.agent_id))
    turn.do(MuteLeg(leg_id=leg.leg_id, muted=asked.muted))


def remove_party(turn: Turn, asked: i.RemoveParty) -> None:
    """Send a party of the conference away; the customer is hung up on, not sent away.

    Raises `agent.no_call`, `conference.not_host` or `party.unknown`.
    """
    call, segment = talking.current(turn, asked.agent_id)
    _check_host(call, asked.agent_id)
    leg = call.legs.get(asked.leg_id)
    away = leg is None or leg.leg_id == segment.leg_id or leg.kind not in _PARTIES
    if leg is None or away or leg.bridge_id != call.talk_bridge_id:
        raise CoreError("party.unknown", leg_id=asked.leg_id)
    turn.record(call, e.LegRemoved(leg_id=leg.leg_id, agent_id=asked.agent_id))
    turn.do(Hangup(leg_id=leg.leg_id))
    ending.leg_ended(turn, leg.leg_id, cause=16)


def end_conference(turn: Turn, agent_id: str) -> None:
    """Have everybody leave, supervisors too; the customer goes on as after any conversation.

    Raises `agent.no_call`, `conference.not_host` or `conference.none`.
    """
    call, segment = talking.current(turn, agent_id)
    _check_host(call, agent_id)
    if not conferring.company(call, segment):
        raise CoreError("conference.none", agent_id=agent_id)
    turn.record(call, e.ConferenceEnded(segment_id=segment.segment_id, agent_id=agent_id))
    ending.everybody_leaves(turn, call, e.EndedBy.AGENT)


def _check_host(call: Call, agent_id: str) -> None:
    """The host is who has been with the customer longest."""
    host = next(iter(call.segments.values()))
    if host.agent_id != agent_id:
        raise CoreError("conference.not_host", agent_id=host.agent_id)


def press_keys(turn: Turn, asked: i.PressKeys) -> None:
    """Send keys to whom the agent talks with: the consulted party, else the customer.

    Raises `agent.no_call`, `digits.invalid` or `party.not_there`.
    """
    if not _DIGITS.fullmatch(asked.digits):
        raise CoreError("digits.invalid", digits=asked.digits)
    call, _ = talking.current(turn, asked.agent_id)
    leg = _opposite(call, asked.agent_id)
    if leg is None or leg.state is not LegState.UP:
        raise CoreError("party.not_there", agent_id=asked.agent_id)
    turn.record(
        call,
        e.DigitsSent(leg_id=leg.leg_id, agent_id=asked.agent_id, count=len(asked.digits)),
    )
    turn.do(SendDigits(leg_id=leg.leg_id, digits=asked.digits))


def _opposite(call: Call, agent_id: str) -> Leg | None:
    consult = call.consult
    talks = consult is not None and not consult.joined and not consult.parked
    if consult is not None and talks and consult.agent_id == agent_id:
        return call.legs.get(consult.leg_id)
    return call.customer
