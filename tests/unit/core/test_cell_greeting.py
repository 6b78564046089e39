"""Between the answer and the conversation: the agent's number is said, a tone warns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.cell import Cell
from openseat.core.cell.greeting import LIMIT_MS
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.events import AgentState as S
from openseat.core.identity import CountingIds
from openseat.core.telephone import telephone
from openseat.testing.cells import World, config


def greeted(*, announce: bool = True, auto: bool = False) -> tuple[World, str]:
    """An agent has just answered a customer's call of a project that greets."""
    made = config()
    project = replace(made.projects["p-a"], announce_agent=announce, auto_answer=auto)
    w = World(Cell(replace(made, projects={**made.projects, "p-a": project}), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    return w, w.pick_up()


def state_of(w: World, agent_id: str) -> S:
    return w.cell.state.agents[agent_id].state


def plays(w: World) -> dict[str, tuple[str, ...]]:
    return {one.leg_id: one.media for one in w.effects if isinstance(one, fx.Play)}


def bridges(w: World) -> list[tuple[str, ...]]:
    return [one.legs for one in w.effects if isinstance(one, fx.Bridge)]


def over(w: World, leg_id: str) -> None:
    playback = next(
        one.playback_id for one in w.effects if isinstance(one, fx.Play) and one.leg_id == leg_id
    )
    w.do(i.PlaybackEnded(leg_id=leg_id, playback_id=playback), after=1_800)


def test_the_number_is_said_to_both_before_they_talk():
    w, own = greeted()
    assert plays(w) == {"cust": ("agent:1001",), own: ("agent:1001",)}
    assert bridges(w) == []
    assert state_of(w, "ag1001") is S.TALKING
    over(w, own)
    assert bridges(w) == []
    over(w, "cust")
    assert bridges(w) == [("cust", own)]
    assert [one.agent_number for one in w.events(e.SegmentGreeted)] == ["1001"]
    assert w.same_after_replay()
    w.do(i.LegEnded(leg_id="cust", cause=16), after=5_000)
    (segment,) = w.events(e.SegmentEnded)
    assert segment.talk_ms == 1_800 + 1_800 + 5_000


def test_an_agent_whose_phone_answers_by_itself_hears_a_tone_first():
    w, own = greeted(announce=False, auto=True)
    assert w.last(fx.Originate).auto_answer
    assert plays(w) == {own: ("tone:1000/200",)}
    over(w, own)
    assert bridges(w) == [("cust", own)]


def test_a_queues_calls_are_answered_by_the_phone_itself_after_a_tone():
    w = World(Cell(config(auto_answer=True), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    offered = w.last(fx.Originate)
    assert (offered.agent_id, offered.auto_answer) == ("ag1001", True)
    own = w.pick_up()
    assert plays(w) == {own: ("tone:1000/200",)}
    over(w, own)
    assert bridges(w) == [("cust", own)]
    w.sign_in("ag1002")
    w.do(i.Transfer(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    assert not w.last(fx.Originate).auto_answer
    second = w.pick_up()
    assert second not in plays(w)
    assert bridges(w)[-1] == ("cust", second)


def test_other_queues_calls_ring_as_ever():
    made = config()
    queues = {**made.queues, "q-b": replace(made.queues["q-b"], auto_answer=True)}
    w = World(Cell(replace(made, queues=queues), CountingIds("1")))
    w.sign_in("ag1001")
    w.call_in()
    assert not w.last(fx.Originate).auto_answer
    w.pick_up()
    assert plays(w) == {}


def test_a_telephone_outside_cannot_answer_by_itself():
    w = World(Cell(config(auto_answer=True), CountingIds("1")))
    w.do(i.SignIn(agent_id="ag1001", endpoint=telephone("ag1001")))
    w.do(i.SetIdle(agent_id="ag1001"))
    w.call_in()
    leg = w.last(fx.Originate)
    assert leg.number
    assert not leg.auto_answer
    w.do(i.LegAnswered(leg_id=leg.leg_id))
    assert plays(w)[leg.leg_id][0] == "prompt:accept-call"
    w.do(i.DigitPressed(leg_id=leg.leg_id, digit="1"))
    w.obey()
    assert bridges(w) == [("cust", leg.leg_id)]


def test_without_wishes_they_talk_at_once():
    w, own = greeted(announce=False)
    assert plays(w) == {}
    assert bridges(w) == [("cust", own)]


@pytest.mark.parametrize("ok", [True, False])
def test_a_greeting_that_cannot_be_played_joins_them_all_the_same(ok):
    w, own = greeted()
    (said,) = [one for one in w.effects if isinstance(one, fx.Play) and one.leg_id == "cust"]
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=said.playback_id, ok=ok))
    assert bridges(w) == [("cust", own)]


def test_a_switch_that_never_tells_of_the_end_keeps_nobody_apart():
    w, own = greeted()
    w.wait(LIMIT_MS)
    assert bridges(w) == [("cust", own)]
    over(w, "cust")
    assert bridges(w) == [("cust", own)]


OUTSIDE = Target(kind=TargetKind.OUTSIDE, id="+861")


@pytest.mark.parametrize(
    "command",
    [
        i.Hold(agent_id="ag1001"),
        i.Consult(agent_id="ag1001", target=OUTSIDE),
        i.Transfer(agent_id="ag1001", target=OUTSIDE),
    ],
)
def test_an_agent_who_turns_away_from_the_customer_breaks_it_off(command):
    w, own = greeted()
    w.do(command)
    stopped = [one.leg_id for one in w.effects if isinstance(one, fx.StopPlay)]
    assert set(stopped) == {"cust", own}
    over(w, "cust")
    w.wait(LIMIT_MS)
    assert bridges(w) == []
    assert w.last(fx.StartMusic).leg_id == "cust"
    assert w.same_after_replay()


def test_a_customer_taken_back_from_hold_is_not_greeted_again():
    w, own = greeted()
    w.do(i.Hold(agent_id="ag1001"))
    w.do(i.Resume(agent_id="ag1001"))
    assert bridges(w) == [("cust", own)]
    assert len(w.events(e.SegmentGreeted)) == 1


def test_keys_and_a_refused_command_leave_the_greeting_as_it_is():
    w, own = greeted()
    w.do(i.PressKeys(agent_id="ag1001", digits="1"))
    with pytest.raises(CoreError, match=r"call\.not_consulting"):
        w.do(i.Conference(agent_id="ag1001"))
    assert bridges(w) == []
    over(w, "cust")
    assert bridges(w) == [("cust", own)]


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_who_hangs_up_during_it_ends_it(who):
    w, own = greeted()
    w.do(i.LegEnded(leg_id="cust" if who == "customer" else own, cause=16), after=500)
    assert w.events(e.CallEnded)
    assert bridges(w) == []
    assert state_of(w, "ag1001") in {S.IDLE, S.AFTER_CALL_WORK}
    other = own if who == "customer" else "cust"
    assert fx.Hangup(leg_id=other) in w.effects
    w.wait(LIMIT_MS)
    assert bridges(w) == []


def test_after_a_transfer_the_second_agent_is_said_too_but_not_one_who_was_asked():
    w, _ = greeted()
    over(w, "cust")
    w.sign_in("ag1002")
    colleague = Target(kind=TargetKind.AGENT, id="ag1002")
    w.do(i.Transfer(agent_id="ag1001", target=colleague))
    second = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=second))
    assert [one.agent_number for one in w.events(e.SegmentGreeted)] == ["1001", "1002"]
    w, _ = greeted()
    w.sign_in("ag1002")
    w.do(i.Consult(agent_id="ag1001", target=colleague))
    asked = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=asked))
    w.do(i.CompleteTransfer(agent_id="ag1001"))
    assert bridges(w)[-1] == ("cust", asked)
    assert len(w.events(e.SegmentGreeted)) == 1
