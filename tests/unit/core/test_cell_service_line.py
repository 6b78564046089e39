"""Agents without a page: codes on a phone, the service line, calls dialled on the own phone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.cell import Cell
from openseat.core.cell.dialogue import Phase
from openseat.core.cell.service_line import LOCKED_MS, SILENCE_MS, TABLE, WRONG_PINS, Happening
from openseat.core.config import PhoneCodes
from openseat.core.events import AgentState as S
from openseat.core.identity import CountingIds
from openseat.core.phone_codes import Dialled, PhoneCode, read
from openseat.core.telephone import telephone
from openseat.testing.cells import World, world

SERVICE = "+8621000099"
PIN = str(1001 * 7)


def dial(
    w: World, called: str, agent_id: str = "ag1001", leg_id: str = "own", seat: str = ""
) -> None:
    """Somebody dials on a phone of ours; the switch answers when told to."""
    w.do(
        i.LegArrived(
            leg_id=leg_id, caller="", called=called, agent_id=agent_id,
            endpoint=seat or f"phone-{agent_id}",
        )
    )  # fmt: skip
    answer(w, leg_id)


def answer(w: World, leg_id: str) -> None:
    assert w.last(fx.Answer).leg_id == leg_id
    w.do(i.LegAnswered(leg_id=leg_id))


def call_service(w: World, caller: str = "+8613800001111", leg_id: str = "own") -> None:
    w.do(i.LegArrived(leg_id=leg_id, caller=caller, called=SERVICE[1:], trunk_id="t1"))
    answer(w, leg_id)


def press(w: World, keys: str, leg_id: str = "own") -> None:
    for key in keys:
        w.do(i.DigitPressed(leg_id=leg_id, digit=key))


def said(w: World) -> tuple[str, ...]:
    media = (item.partition(":") for item in w.last(fx.Play).media)
    return tuple(name for kind, _, name in media if kind == "prompt")


def over(w: World, leg_id: str = "own") -> None:
    """The words that are said now have ended."""
    w.do(i.PlaybackEnded(leg_id=leg_id, playback_id=w.last(fx.Play).playback_id))


def state_of(w: World, agent_id: str = "ag1001") -> S:
    return w.cell.state.agents[agent_id].state


def test_the_table_is_total():
    assert set(TABLE) == {(phase, happening) for phase in Phase for happening in Happening}


@pytest.mark.parametrize(
    ("dialled", "meant"),
    [
        ("*81", Dialled(PhoneCode.SIGN_IN)),
        ("*84", Dialled(PhoneCode.BUSY)),
        ("*842", Dialled(PhoneCode.BUSY, 2)),
        ("*8412", Dialled(PhoneCode.BUSY, 12)),
        ("*84123", None),
        ("*84*", None),
        ("*811", None),
        ("81", None),
        ("", None),
    ],
)
def test_codes_are_read(dialled: str, meant: Dialled | None):
    assert read(PhoneCodes(), dialled) == meant


def test_an_empty_setting_is_no_code():
    assert read(PhoneCodes(sign_in="", busy=""), "") is None
    assert read(PhoneCodes(busy=""), "1") is None


def test_the_whole_day_by_codes_on_the_own_phone():
    w = world()
    for code, prompt, state in (
        ("*82", "line-not-signed-in", None),
        ("*81", "line-signed-in", S.IDLE),
        ("*81", "line-already-signed-in", S.IDLE),
        ("*842", "line-busy", S.BUSY),
        ("*849", "line-wrong-code", S.BUSY),
        ("*86", "line-refused", S.BUSY),
        ("*85", "line-outbound-only", S.OUTBOUND_ONLY),
        ("*83", "line-idle", S.IDLE),
        ("*82", "line-signed-out", S.SIGNED_OUT),
    ):
        dial(w, code)
        assert said(w) == (prompt,)
        over(w)
        assert w.last(fx.Hangup).leg_id == "own"
        assert not w.cell.state.calls
        if state is not None:
            assert state_of(w) is state
    assert w.events(e.AgentStateChanged)[0].reason == "meeting"
    assert [one.outcome for one in w.events(e.CodeDialled)] == [
        "agent.not_signed_in", "done", "agent.already_signed_in", "done", "busy.reason_unknown",
        "agent.not_in_after_call_work", "done", "done", "done",
    ]  # fmt: skip
    assert w.same_after_replay()


def test_after_call_work_is_ended_by_a_code():
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    w.do(i.LegEnded(leg_id="cust", cause=16))
    assert state_of(w) is S.AFTER_CALL_WORK
    dial(w, "*86")
    assert said(w) == ("line-work-over",)
    assert state_of(w) is S.IDLE


def test_a_wrong_code_is_said_and_nothing_rings():
    w = world()
    dial(w, "*99")
    assert said(w) == ("line-wrong-code",)
    over(w)
    assert not w.cell.state.calls


def test_a_code_during_a_contact_waits_for_its_end():
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    call_service(w, caller="+8613910001001")
    press(w, f"{PIN}#*84#")
    assert said(w) == ("line-later", "line-ask-code")
    assert state_of(w) is S.TALKING
    assert w.cell.state.agents["ag1001"].intended is S.BUSY


def test_anybodys_seat_asks_who_it_is():
    w = world()
    dial(w, "*81", agent_id="", seat="seat-7")
    assert said(w) == ("line-ask-agent",)
    press(w, "1001#")
    assert said(w) == ("line-ask-pin",)
    press(w, f"{PIN}#")
    assert said(w) == ("line-signed-in",)
    assert w.cell.state.agents["ag1001"].endpoint == "seat-7"


def test_the_echo_test_is_for_everybody_and_the_switch_takes_the_leg():
    w = world()
    dial(w, "*87", agent_id="", seat="seat-7")
    assert said(w) == ("line-echo",)
    over(w)
    assert w.last(fx.Echo).leg_id == "own"
    w.do(i.LegEnded(leg_id="own", cause=16))
    assert not w.cell.state.calls


def test_from_any_telephone_with_number_and_pin():
    w = world()
    call_service(w)
    assert said(w) == ("line-ask-agent",)
    press(w, f"1001#{PIN}#")
    assert said(w) == ("line-ask-code",)
    press(w, "*81#")
    assert said(w) == ("line-signed-in", "line-ask-code")
    assert w.cell.state.agents["ag1001"].endpoint == telephone("ag1001")
    press(w, "*841#")
    assert said(w) == ("line-busy", "line-ask-code")
    assert state_of(w) is S.BUSY
    w.do(i.LegEnded(leg_id="own", cause=16))
    assert not w.cell.state.calls
    assert [one.ok for one in w.events(e.AgentPinChecked)] == [True]
    assert w.same_after_replay()


def test_a_known_telephone_gives_the_pin_alone_and_a_star_begins_anew():
    w = world()
    call_service(w, caller="+8613910001001")
    assert said(w) == ("line-ask-pin",)
    press(w, f"99*{PIN}#")
    assert said(w) == ("line-ask-code",)


def test_three_wrong_answers_end_the_call():
    w = world()
    call_service(w)
    for _ in range(2):
        press(w, "1001#0000#")
        assert said(w) == ("line-wrong-login", "line-ask-agent")
    press(w, "4444#0000#")
    assert said(w) == ("line-wrong-login", "line-bye")
    over(w)
    assert not w.cell.state.calls
    assert len(w.events(e.AgentPinChecked)) == 2, "a number that is nobody's is nobody's failure"


def test_wrong_pins_lock_the_agent_out_for_a_while_whoever_calls():
    w = world()
    for n in range(WRONG_PINS):
        call_service(w, caller="+8613910001001", leg_id=f"try-{n}")
        press(w, "0000#", f"try-{n}")
        w.do(i.LegEnded(leg_id=f"try-{n}", cause=16))
    call_service(w, leg_id="own")
    press(w, f"1001#{PIN}#")
    assert said(w) == ("line-locked",)
    over(w)
    assert not w.cell.state.calls
    w.wait(LOCKED_MS)
    call_service(w, caller="+8613910001001")
    press(w, f"{PIN}#")
    assert said(w) == ("line-ask-code",)
    assert w.cell.state.agents["ag1001"].wrong_pins == 0


def test_silence_asks_again_and_ends_the_call_at_last():
    w = world()
    call_service(w)
    for expected in ("line-ask-agent", "line-ask-agent", "line-ask-agent", "line-bye"):
        assert said(w)[-1] == expected
        over(w)
        w.wait(SILENCE_MS)
    assert not w.cell.state.calls


def test_silence_ends_an_answer_that_has_keys():
    w = world()
    call_service(w, caller="+8613910001001")
    press(w, PIN)
    w.wait(SILENCE_MS)
    assert said(w) == ("line-ask-code",)


def test_without_a_telephone_of_their_own_nobody_signs_in_from_outside():
    w = world()
    agents = dict(w.cell.config.agents)

    agents["ag1001"] = replace(agents["ag1001"], telephone="")
    w.do(i.Configure(config=replace(w.cell.config, agents=agents)))
    call_service(w)
    press(w, f"1001#{PIN}#*81#")
    assert said(w) == ("line-no-phone", "line-ask-code")


def test_hanging_up_at_any_moment_leaves_nothing():
    for keys in ("", "10", "1001#", "1001#70", f"1001#{PIN}#", f"1001#{PIN}#*81#"):
        w = world()
        call_service(w)
        press(w, keys)
        w.do(i.LegEnded(leg_id="own", cause=16))
        w.wait(600_000)
        assert not w.cell.state.calls


def test_a_floor_that_takes_over_ends_the_dialogue():
    w = world()
    call_service(w)
    live = i.LiveLeg(leg_id="own", up=True, trunk_id="t1", called=SERVICE)
    w.do(i.SwitchRestored(live=(live,)))
    assert w.last(fx.Hangup).leg_id == "own"
    assert not w.cell.state.calls


def test_signing_in_at_another_phone_moves_the_session():
    w = world()
    w.sign_in("ag1001")
    session = w.cell.state.agents["ag1001"].session_id
    call_service(w, caller="+8613910001001")
    press(w, f"{PIN}#*81#")
    agent = w.cell.state.agents["ag1001"]
    assert (agent.endpoint, agent.session_id) == (telephone("ag1001"), session)
    assert said(w) == ("line-signed-in", "line-ask-code")
    assert w.same_after_replay()


# -- calls dialled on the own phone ------------------------------------------------


def test_a_number_outside_is_called_for_the_project_that_is_served_first():
    w = world()
    w.sign_in("ag1001")
    dial(w, "013800002222")
    (started,) = w.events(e.CallStarted)
    assert (started.direction, started.project_id) == (e.Direction.OUTBOUND, "p-a")
    ring = w.last(fx.Originate)
    assert (ring.number, ring.trunk_id, ring.caller_number) == (
        "013800002222", "t1", "+8621000001",
    )  # fmt: skip
    w.do(i.LegAnswered(leg_id=ring.leg_id))
    assert state_of(w) is S.TALKING
    assert set(w.last(fx.Bridge).legs) == {"own", ring.leg_id}
    w.do(i.LegEnded(leg_id="own", cause=16))
    assert not w.cell.state.calls or all(c.ended_at for c in w.cell.state.calls.values())
    assert w.same_after_replay()


@pytest.mark.parametrize("who", ["hangs up before the answer", "is not signed in", "is busy"])
def test_dialling_goes_wrong(who: str):
    w = world()
    if who == "is not signed in":
        dial(w, "013800002222")
        assert said(w) == ("line-not-signed-in",)
        over(w)
    elif who == "is busy":
        w.sign_in("ag1001")
        w.do(i.TrunkChanged(trunk_id="t1", reachable=False))
        dial(w, "013800002222")
        assert said(w) == ("line-cannot-dial",)
        over(w)
    else:
        w.sign_in("ag1001")
        dial(w, "013800002222")
        w.do(i.LegEnded(leg_id="own", cause=16))
        assert state_of(w) is S.IDLE
    assert not w.cell.state.calls


# -- a colleague's number ----------------------------------------------------------


def colleagues(*others: str) -> World:
    """1001 dials 1002, who is there like the others named."""
    w = world()
    w.sign_in("ag1001", *others)
    dial(w, "1002")
    return w


def dialler_is_told(w: World, prompt: str) -> None:
    """Why it came to nothing is said, and then the call is over."""
    assert said(w) == (prompt,)
    assert w.last(fx.Play).leg_id == "own"
    over(w)
    assert not w.cell.state.calls
    assert w.last(fx.Hangup).leg_id == "own"
    assert w.same_after_replay()


def test_a_colleague_rings_and_the_two_talk():
    w = colleagues("ag1002")
    (started,) = w.events(e.CallStarted)
    assert (started.direction, started.client_id) == (e.Direction.INTERNAL, "")
    assert (started.caller, started.called, started.agent_id) == ("1001", "1002", "ag1001")
    rung = w.last(fx.Originate)
    assert (rung.agent_id, rung.caller_number, rung.caller_name) == (
        "ag1002", "1001", "Agent 1001",
    )  # fmt: skip
    assert w.last(fx.Play).leg_id == "own"
    assert (state_of(w), state_of(w, "ag1002")) == (S.TALKING, S.RESERVED)
    w.do(i.LegRinging(leg_id=rung.leg_id))
    assert state_of(w, "ag1002") is S.RINGING
    w.do(i.LegAnswered(leg_id=rung.leg_id), after=3_000)
    assert w.last(fx.StopPlay).leg_id == "own"
    assert w.last(fx.Bridge).legs == ("own", rung.leg_id)
    assert {state_of(w), state_of(w, "ag1002")} == {S.TALKING}
    assert not w.asked(fx.StartRecording)
    assert not w.events(e.SegmentStarted)
    w.call_in()
    assert not w.events(e.OfferMade)
    w.do(i.LegEnded(leg_id=rung.leg_id, cause=16), after=5_000)
    assert fx.Hangup(leg_id="own") in w.effects
    assert [one.answered for one in w.events(e.CallEnded)] == [True]
    assert w.events(e.OfferMade)[0].agent_id in {"ag1001", "ag1002"}
    assert w.same_after_replay()


@pytest.mark.parametrize("who", ["dialler", "colleague"])
def test_either_hangs_up_at_the_desk(who: str):
    w = colleagues("ag1002")
    rung = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=rung))
    w.do(i.HangUp(agent_id="ag1001" if who == "dialler" else "ag1002"))
    assert {one.leg_id for one in w.asked(fx.Hangup)} == {"own", rung}
    assert {state_of(w), state_of(w, "ag1002")} == {S.IDLE}
    assert not w.cell.state.calls


@pytest.mark.parametrize(
    ("cause", "prompt"),
    [
        (17, "line-colleague-busy"),
        (21, "line-colleague-busy"),
        (19, "line-colleague-silent"),
        (20, "line-colleague-away"),
    ],
)
def test_a_colleague_who_cannot_be_had_is_told_of(cause: int, prompt: str):
    w = colleagues("ag1002")
    rung = w.last(fx.Originate).leg_id
    w.do(i.LegRinging(leg_id=rung))
    w.do(i.LegEnded(leg_id=rung, cause=cause))
    assert state_of(w, "ag1002") is S.IDLE
    dialler_is_told(w, prompt)
    assert state_of(w) is S.IDLE


def test_a_colleague_declines_at_the_desk():
    w = colleagues("ag1002")
    rung = w.last(fx.Originate).leg_id
    w.do(i.LegRinging(leg_id=rung))
    w.do(i.RefuseOffer(agent_id="ag1002"))
    assert fx.Hangup(leg_id=rung, cause=21) in w.effects
    dialler_is_told(w, "line-colleague-busy")


def test_one_who_is_not_there_or_busy_does_not_ring():
    w = colleagues()
    dialler_is_told(w, "line-colleague-away")
    w.sign_in("ag1002")
    w.do(i.SetBusy(agent_id="ag1002", reason="break"))
    dial(w, "1002", leg_id="own")
    dialler_is_told(w, "line-colleague-busy")
    assert not w.asked(fx.Originate)
    assert state_of(w) is S.IDLE


def test_a_number_like_the_agents_that_nobody_has_is_not_called_outside():
    w = world()
    w.sign_in("ag1001")
    dial(w, "1077")
    dialler_is_told(w, "line-no-colleague")
    dial(w, "110")
    assert w.last(fx.Originate).number == "110"


def test_the_own_number_and_one_dialled_in_a_call_are_refused():
    w = world()
    w.sign_in("ag1001", "ag1002")
    dial(w, "1001")
    dialler_is_told(w, "line-refused")
    w.call_in()
    w.pick_up()
    talking = "ag1001" if state_of(w) is S.TALKING else "ag1002"
    other = "1002" if talking == "ag1001" else "1001"
    dial(w, other, agent_id=talking, leg_id="second")
    assert said(w) == ("line-refused",)


def test_who_gives_up_lets_the_colleague_go():
    w = colleagues("ag1002")
    rung = w.last(fx.Originate).leg_id
    w.do(i.LegEnded(leg_id="own", cause=16))
    assert fx.Hangup(leg_id=rung) in w.effects
    assert {state_of(w), state_of(w, "ag1002")} == {S.IDLE}
    assert not w.cell.state.calls


def test_a_colleague_at_a_telephone_outside_takes_the_call_by_the_key():
    w = world()
    w.sign_in("ag1001")
    w.do(i.SignIn(agent_id="ag1002", endpoint=telephone("ag1002")))
    dial(w, "1002")
    rung = w.last(fx.Originate)
    assert rung.number == "+8613910001002"
    w.do(i.LegAnswered(leg_id=rung.leg_id))
    assert not w.asked(fx.Bridge)
    press(w, "1", leg_id=rung.leg_id)
    assert w.last(fx.Bridge).legs == ("own", rung.leg_id)


def test_a_floor_that_takes_over_leaves_the_two_talking():
    w = colleagues("ag1002")
    rung = w.last(fx.Originate).leg_id
    w.do(i.LegAnswered(leg_id=rung))
    (call,) = w.cell.state.calls.values()
    w.cell = Cell(w.cell.config, CountingIds("2"), state=w.cell.state)
    live = tuple(
        i.LiveLeg(leg_id=leg, up=True, bridge_id=call.talk_bridge_id) for leg in ("own", rung)
    )
    w.do(i.SwitchRestored(live=live))
    assert w.cell.state.calls
    w.do(i.LegEnded(leg_id=rung, cause=16))
    assert not w.cell.state.calls
    assert {state_of(w), state_of(w, "ag1002")} == {S.IDLE}
