"""Promises to call back: one row each, whoever made them."""

from __future__ import annotations

from openseat.core import events as e
from openseat.history.callbacks import Callbacks
from openseat.history.calls import Calls
from openseat.journal.codec import Entry

NOON = 1_790_000_000_000


def entry(seq: int, stream: str, event: e.Event) -> Entry:
    fact = e.Fact(stream=stream, no=seq, at=NOON + seq, client_id="jincheng", event=event)
    return Entry(seq=seq, cell_id="main", fact=fact)


def promise(name: str) -> e.CallbackPromised:
    return e.CallbackPromised(
        callback_id=name, number="+8613800138000", due_at=NOON + 60_000, reason="requested"
    )


def test_a_promise_stands_in_the_agents_or_the_calls_stream():
    rows = Callbacks().replay(
        [entry(1, "agent:a1", promise("cb-1")), entry(2, "call:c1", promise("cb-2"))]
    )
    assert [(row.agent_id, row.call_id) for row in rows.values()] == [("a1", ""), ("", "c1")]
    assert {row.promised_at for row in rows.values()} == {NOON + 1, NOON + 2}


def test_a_call_out_is_its_agents_though_nobody_answered():
    started = e.CallStarted(
        direction=e.Direction.OUTBOUND, leg_id="l1", caller="+86215", called="+86138"
    )
    own = e.LegStarted(leg_id="l2", kind=e.LegKind.AGENT, address="phone", agent_id="a1")
    ended = e.CallEnded(
        ended_by=e.EndedBy.CUSTOMER, cause=17, answered=False, duration_ms=9, billable_ms=0
    )
    rows = Calls().replay(
        entry(seq, "call:c1", event) for seq, event in enumerate((started, own, ended), 1)
    )
    (row,) = rows.values()
    assert (row.agent_ids, row.outcome, row.cause) == (["a1"], "unanswered", 17)
