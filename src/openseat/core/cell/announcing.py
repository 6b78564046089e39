"""Prompts that an agent plays into the conversation: the customer hears them, and so do the others.

One at a time; another takes its place. It ends when the customer leaves the conversation, when the
agent does, and while recordings are paused: what is told then is nobody else's.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.model import Call
from openseat.core.cell import talking
from openseat.core.cell.turn import Turn
from openseat.core.effects import Announce, StopAnnouncing
from openseat.core.errors import CoreError

_PREFIX = "told-"


def play(turn: Turn, asked: i.PlayPrompt) -> None:
    """Have a prompt played to the agent's customer.

    Raises `agent.no_call`, `prompt.customer_away` or `prompt.recording_paused`.
    """
    call, segment = talking.current(turn, asked.agent_id)
    customer, own = call.customer, call.legs.get(segment.leg_id)
    together = call.talk_bridge_id
    if customer is None or own is None or {customer.bridge_id, own.bridge_id} != {together}:
        raise CoreError("prompt.customer_away", agent_id=asked.agent_id)
    if call.paused_recordings:
        raise CoreError("prompt.recording_paused", agent_id=asked.agent_id)
    cut_off(turn, call)
    playback_id = _PREFIX + turn.ids("prompt")
    turn.record(
        call,
        e.PromptStarted(
            playback_id=playback_id,
            segment_id=segment.segment_id,
            agent_id=asked.agent_id,
            prompt=asked.prompt,
            language=asked.language,
        ),
    )
    turn.do(
        Announce(
            bridge_id=together,
            leg_id=customer.leg_id,
            playback_id=playback_id,
            media=(f"prompt:{asked.prompt}",),
            language=asked.language,
        )
    )


def stop(turn: Turn, agent_id: str) -> None:
    """Stop what is played to the agent's customer, if anything is.

    Raises `agent.no_call`.
    """
    call, _ = talking.current(turn, agent_id)
    _stop(turn, call, "stopped")


def cut_off(turn: Turn, call: Call) -> None:
    """Stop what is played, if anything is: it does not go on without those it is for."""
    _stop(turn, call, "cut_off")


def agent_left(turn: Turn, call: Call, agent_id: str) -> None:
    """An agent is no longer in the call, and neither is what they had played."""
    if call.prompt is not None and call.prompt.agent_id == agent_id:
        cut_off(turn, call)


def playback_ended(turn: Turn, call: Call, playback_id: str, *, ok: bool) -> bool:
    """A prompt came to its end, or could not be played; tells whether the playback was one."""
    if not playback_id.startswith(_PREFIX):
        return False
    if call.prompt is not None and call.prompt.playback_id == playback_id:
        _over(turn, call, "finished" if ok else "failed")
    return True


def _stop(turn: Turn, call: Call, outcome: str) -> None:
    told = call.prompt
    if told is None:
        return
    turn.do(
        StopAnnouncing(
            bridge_id=call.talk_bridge_id,
            leg_id=call.customer_leg_id,
            playback_id=told.playback_id,
        )
    )
    _over(turn, call, outcome)


def _over(turn: Turn, call: Call, outcome: str) -> None:
    told = call.prompt
    if told is not None:
        turn.record(
            call,
            e.PromptEnded(
                playback_id=told.playback_id,
                agent_id=told.agent_id,
                prompt=told.prompt,
                outcome=outcome,
                played_ms=turn.now - told.started_at,
            ),
        )
