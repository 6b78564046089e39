"""Test calls: does a trunk reach a number, and does sound come back."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.model import Call
from openseat.core.cell import trunks
from openseat.core.cell.dialogue import Dialogue, Phase
from openseat.core.cell.turn import Turn
from openseat.core.effects import Originate
from openseat.core.errors import CoreError

WORDS = ("trunk-test",)
"""What the party hears; then they have a moment to say something."""

LISTEN = "silence:4000"


def begin(turn: Turn, asked: i.CheckTrunk) -> None:
    """Call the number through the trunk, even if it counts as down.

    Raises `trunk.unknown`, `trunk.full` or `trunk.testing`: one test of a trunk at a time.
    """
    if asked.trunk_id not in turn.config.trunks:
        raise CoreError("trunk.unknown", trunk_id=asked.trunk_id)
    running = (one.test for one in turn.dialogues.values())
    if any(test is not None and test.trunk_id == asked.trunk_id for test in running):
        raise CoreError("trunk.testing", trunk_id=asked.trunk_id)
    if not trunks.has_room(turn, asked.trunk_id):
        raise CoreError("trunk.full", number=asked.number)
    leg_id = turn.ids("leg")
    call = turn.begin_call(
        turn.ids("call"),
        e.CallStarted(
            direction=e.Direction.INTERNAL,
            leg_id=leg_id,
            caller=asked.caller_number,
            called=asked.number,
            trunk_id=asked.trunk_id,
        ),
    )
    turn.dialogues[call.call_id] = Dialogue(
        call_id=call.call_id,
        leg_id=leg_id,
        caller=asked.caller_number,
        endpoint="",
        phase=Phase.LAST,
        test=asked,
    )
    turn.do(
        Originate(
            leg_id=leg_id,
            number=asked.number,
            trunk_id=asked.trunk_id,
            timeout_ms=trunks.OUTSIDE_RING_MS,
            caller_number=asked.caller_number,
            listen=True,
        )
    )


def spoke(turn: Turn, happened: i.LegSpoke) -> None:
    """Sound came from the party."""
    call = turn.call_of(happened.leg_id)
    dialogue = turn.dialogues.get(call.call_id) if call is not None else None
    if dialogue is not None:
        dialogue.heard = True


def over(turn: Turn, call: Call, cause: int, at: int) -> None:
    """The call has ended: if it was a test, tell what it told."""
    dialogue = turn.dialogues.pop(call.call_id, None)
    test = dialogue.test if dialogue is not None else None
    if dialogue is None or test is None:
        return
    answered_at = call.answered_at
    turn.record_cell(
        e.TrunkWasTested(
            test_id=test.test_id,
            trunk_id=test.trunk_id,
            number=test.number,
            by=test.by,
            call_id=call.call_id,
            answered=answered_at is not None,
            cause=cause,
            ring_ms=max(0, (at if answered_at is None else answered_at) - call.started_at),
            talk_ms=0 if answered_at is None else max(0, at - answered_at),
            heard=dialogue.heard,
        )
    )
