"""Asking whoever answers at a telephone outside to take the call by a key.

A voicemail answers too; it never presses the key, so it never gets a customer,
a call of the agent's own, or a supervisor's ear.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.calls.model import Call, Leg, LegState
from openseat.core.cell import dialling, ending
from openseat.core.cell.turn import Turn
from openseat.core.effects import Hangup, Play, StopPlay

ACCEPT = "1"
"""The key that takes the call."""

WAIT_MS = 25_000
"""How long the key is waited for; an offer may be over sooner."""

AGAIN_MS = 2_000
"""When words that could not be played are tried again."""

_PAUSE = "silence:1500"
_CAUSE_NO_ANSWER = 19
_MINE = frozenset({e.LegKind.AGENT, e.LegKind.SUPERVISOR})


def needed(leg: Leg) -> bool:
    """Whether a leg that answered is at a telephone outside that an agent works at."""
    return leg.kind in _MINE and bool(leg.trunk_id) and leg.state is not LegState.UP


def ask(turn: Turn, call: Call, leg: Leg) -> None:
    """Say what the call is and wait for the key; asked again, say it again."""
    if leg.state is not LegState.ASKED:
        turn.record(call, e.LegAsked(leg_id=leg.leg_id, agent_id=leg.agent_id))
    turn.deadlines.add(turn.now + WAIT_MS, "asked", leg.leg_id)
    _say(turn, call, leg)


def _say(turn: Turn, call: Call, leg: Leg) -> None:
    known = turn.config.agents.get(leg.agent_id)
    own = leg.kind is e.LegKind.SUPERVISOR or dialling.undialled(call)
    turn.do(
        Play(
            leg_id=leg.leg_id,
            playback_id=_playback(leg.leg_id),
            media=("prompt:accept-own" if own else "prompt:accept-call", _PAUSE),
            language=known.language if known else call.language,
        )
    )


def _playback(leg_id: str) -> str:
    return f"ask-{leg_id}"


def said(turn: Turn, call: Call, playback_id: str, *, ok: bool) -> bool:
    """Say it again while nobody presses the key; tells whether the playback was that.

    One that failed is not repeated at once: after a takeover the words of the floor before may
    still be playing.
    """
    for leg in call.legs.values():
        if playback_id == _playback(leg.leg_id):
            if leg.state is LegState.ASKED and ok:
                _say(turn, call, leg)
            elif leg.state is LegState.ASKED:
                turn.deadlines.add(turn.now + AGAIN_MS, "asked", leg.leg_id)
            return True
    return playback_id.startswith(_playback(""))


def over(turn: Turn, leg: Leg) -> None:
    """The key was pressed: stop asking."""
    turn.do(StopPlay(leg_id=leg.leg_id, playback_id=_playback(leg.leg_id)))


def unheard(turn: Turn, leg_id: str) -> None:
    """The key did not come in time; before that, say again what could not be played."""
    call = turn.call_of(leg_id)
    leg = call.legs.get(leg_id) if call is not None else None
    if call is None or leg is None or leg.state is not LegState.ASKED or leg.answered_at is None:
        return
    if turn.now < leg.answered_at + WAIT_MS:
        _say(turn, call, leg)
    else:
        turn.do(Hangup(leg_id=leg_id, cause=_CAUSE_NO_ANSWER))
        ending.leg_ended(turn, leg_id, _CAUSE_NO_ANSWER)
