"""What a client reads of a call in which a supervisor was."""

from __future__ import annotations

from typing import Any

from openseat.history.timeline import without_supervision


def fact(type_: str, /, **data: Any) -> dict[str, Any]:
    return {"type": type_, "data": data}


CALL = [
    fact("call.started", caller="+8613700000001"),
    fact("leg.started", leg_id="agent", kind="agent"),
    fact("segment.started", leg_id="agent", agent_id="agent-1001"),
    fact("bridge.joined", bridge_id="b", legs=["customer", "agent"]),
]
LISTENING = [
    fact("supervision.started", supervisor_id="agent-1901", leg_id="ear"),
    fact("leg.started", leg_id="ear", kind="supervisor"),
    fact("leg.answered", leg_id="ear"),
]


def test_listening_leaves_no_trace() -> None:
    over = [fact("supervision.ended", supervisor_id="agent-1901"), fact("leg.ended", leg_id="ear")]
    end = [fact("call.ended", outcome="answered")]
    assert without_supervision([*CALL, *LISTENING, *over, *end]) == [*CALL, *end]


def test_who_barges_in_is_taken_out_of_the_conversation() -> None:
    barged = [
        fact("supervision.mode_changed", mode="barge"),
        fact("bridge.joined", bridge_id="b", legs=["ear"]),
        fact("bridge.left", bridge_id="b", legs=["customer", "ear"]),
    ]
    left = fact("bridge.left", bridge_id="b", legs=["customer"])
    assert without_supervision([*CALL, *LISTENING, *barged]) == [*CALL, left]


def test_a_supervisor_who_takes_over_is_told_of_from_then_on() -> None:
    taken = [
        fact("segment.started", leg_id="ear", agent_id="agent-1901", via="intercept"),
        fact("leg.ended", leg_id="ear"),
    ]
    assert without_supervision([*CALL, *LISTENING, *taken]) == [*CALL, *taken]
