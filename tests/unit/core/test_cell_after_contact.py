"""What is written after a call that changed hands: to each agent their own part, and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.testing.cells import World, world

COLLEAGUE = Target(kind=TargetKind.AGENT, id="ag1002")


def talking() -> World:
    """A customer of queue A talks with 1001; 1002 is idle."""
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    w.sign_in("ag1002")
    return w


def asked(w: World) -> None:
    w.do(i.Consult(agent_id="ag1001", target=COLLEAGUE), after=5_000)
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id), after=2_000)


def sent_on(w: World) -> None:
    w.do(i.Transfer(agent_id="ag1001", target=COLLEAGUE), after=5_000)
    w.do(i.LegAnswered(leg_id=w.last(fx.Originate).leg_id), after=2_000)


def consulted(w: World) -> None:
    asked(w)
    w.do(i.CompleteTransfer(agent_id="ag1001"))


def conferring(w: World) -> None:
    asked(w)
    w.do(i.Conference(agent_id="ag1001"))


HANDS = [sent_on, consulted, conferring]


def segments(w: World) -> dict[str, str]:
    """Each agent's own segment."""
    return {one.agent_id: one.segment_id for one in w.events(e.SegmentStarted)}


def refused(w: World, command: i.Dispose | i.PromiseCallback) -> None:
    with pytest.raises(CoreError, match=r"segment\.unknown"):
        w.do(command)


@pytest.mark.parametrize("hands", HANDS)
def test_each_agent_has_after_call_work_of_their_own_part(hands: Callable[[World], None]):
    w = talking()
    hands(w)
    own = segments(w)
    assert own.keys() == {"ag1001", "ag1002"}
    w.do(i.LegEnded(leg_id="cust", cause=16), after=8_000)
    for agent_id, segment_id in own.items():
        agent = w.cell.state.agents[agent_id]
        assert agent.state is S.AFTER_CALL_WORK
        assert agent.segment_id == segment_id


@pytest.mark.parametrize("hands", HANDS)
@pytest.mark.parametrize("over", [False, True])
def test_each_disposes_of_their_own_part_and_of_no_other(
    hands: Callable[[World], None], *, over: bool
):
    w = talking()
    hands(w)
    if over:
        w.do(i.LegEnded(leg_id="cust", cause=16), after=8_000)
    own = segments(w)
    for agent_id, other in (("ag1001", "ag1002"), ("ag1002", "ag1001")):
        refused(w, i.Dispose(agent_id=agent_id, segment_id=own[other], code="solved"))
        w.do(
            i.Dispose(
                agent_id=agent_id,
                segment_id=own[agent_id],
                code="solved",
                form_id=f"form-of-{agent_id}",
                form_version=3,
                answers=({"name": "who", "label": "Who", "value": agent_id},),
            )
        )
    told = {one.segment_id: one for one in w.events(e.SegmentDisposed)}
    assert told.keys() == set(own.values())
    for agent_id, segment_id in own.items():
        written = told[segment_id]
        assert written.agent_id == agent_id
        assert written.form_id == f"form-of-{agent_id}"
        assert written.answers[0]["value"] == agent_id
    streams = [f.stream for f in w.facts if isinstance(f.event, e.SegmentDisposed)]
    assert streams == ["agent:ag1001", "agent:ag1002"]
    assert w.same_after_replay()


@pytest.mark.parametrize("hands", HANDS)
def test_a_call_back_is_the_promise_of_who_gave_it(hands: Callable[[World], None]):
    w = talking()
    hands(w)
    w.do(i.LegEnded(leg_id="cust", cause=16), after=8_000)
    own = segments(w)
    due_at = w.now + 3_600_000
    refused(
        w,
        i.PromiseCallback(
            agent_id="ag1001", segment_id=own["ag1002"], number="+861", due_at=due_at
        ),
    )
    for agent_id, segment_id in own.items():
        w.do(
            i.PromiseCallback(
                agent_id=agent_id, segment_id=segment_id, number="+861", due_at=due_at
            )
        )
    promised = [f for f in w.facts if isinstance(f.event, e.CallbackPromised)]
    assert [f.stream for f in promised] == ["agent:ag1001", "agent:ag1002"]
    assert {f.client_id for f in promised} == {"a"}


def test_a_colleague_who_was_only_asked_has_nothing_to_write():
    w = talking()
    asked(w)
    w.do(i.ReturnToCustomer(agent_id="ag1001"))
    assert segments(w).keys() == {"ag1001"}
    assert w.cell.state.agents["ag1002"].state is S.IDLE
    mine = segments(w)["ag1001"]
    refused(w, i.Dispose(agent_id="ag1002", segment_id=mine, code="solved"))


def test_who_leaves_a_conference_first_writes_while_the_others_talk_on():
    w = talking()
    conferring(w)
    w.do(i.HangUp(agent_id="ag1001"), after=4_000)
    assert w.cell.state.agents["ag1001"].state is S.AFTER_CALL_WORK
    own = segments(w)
    w.do(i.Dispose(agent_id="ag1001", segment_id=own["ag1001"], code="solved"))
    w.wait(30_000)
    assert w.cell.state.agents["ag1001"].state is S.IDLE
    assert w.cell.state.agents["ag1002"].state is S.TALKING
    w.do(i.LegEnded(leg_id="cust", cause=16))
    w.do(i.Dispose(agent_id="ag1002", segment_id=own["ag1002"], code="follow_up"))
    assert [one.code for one in w.events(e.SegmentDisposed)] == ["solved", "follow_up"]
