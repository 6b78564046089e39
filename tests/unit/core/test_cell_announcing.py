"""Prompts that agents play to their customers."""

from __future__ import annotations

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.calls.model import Call
from openseat.core.cell import Cell
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.identity import CountingIds
from openseat.testing.cells import World, world

PLAY = i.PlayPrompt(agent_id="ag1001", prompt="offer", language="en")


def the_call(w: World) -> Call:
    return next(iter(w.cell.state.calls.values()))


def talking() -> World:
    w = world()
    w.sign_in("ag1001")
    w.call_in()
    w.pick_up()
    return w


def played() -> tuple[World, fx.Announce]:
    w = talking()
    w.do(PLAY)
    return w, w.last(fx.Announce)


def outcomes(w: World) -> list[str]:
    return [one.outcome for one in w.events(e.PromptEnded)]


def test_a_prompt_is_played_into_the_conversation_to_its_end():
    w, told = played()
    assert (told.bridge_id, told.leg_id) == (the_call(w).talk_bridge_id, "cust")
    assert (told.media, told.language) == (("prompt:offer",), "en")
    (started,) = w.events(e.PromptStarted)
    assert (started.agent_id, started.prompt) == ("ag1001", "offer")
    assert the_call(w).prompt is not None
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=told.playback_id), after=2_500)
    (ended,) = w.events(e.PromptEnded)
    assert (ended.outcome, ended.played_ms) == ("finished", 2_500)
    assert the_call(w).prompt is None
    assert w.same_after_replay()


def test_a_prompt_without_sound_has_failed():
    w, told = played()
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=told.playback_id, ok=False))
    assert outcomes(w) == ["failed"]


def test_the_agent_stops_it_and_an_end_that_comes_late_is_none():
    w, told = played()
    w.do(i.StopPrompt(agent_id="ag1001"))
    stop = fx.StopAnnouncing(bridge_id=told.bridge_id, leg_id="cust", playback_id=told.playback_id)
    assert w.effects[-1] == stop
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=told.playback_id))
    w.do(i.StopPrompt(agent_id="ag1001"))
    assert outcomes(w) == ["stopped"]


def test_another_prompt_takes_the_place_of_the_one_that_plays():
    w, first = played()
    w.do(i.PlayPrompt(agent_id="ag1001", prompt="terms", language="zh-CN"))
    second = w.last(fx.Announce)
    w.do(i.PlaybackEnded(leg_id="cust", playback_id=first.playback_id))
    told = the_call(w).prompt
    assert told is not None
    assert (told.playback_id, told.prompt) == (second.playback_id, "terms")
    assert outcomes(w) == ["cut_off"]


@pytest.mark.parametrize(
    "end",
    [
        i.Hold(agent_id="ag1001"),
        i.PauseCallRecording(agent_id="ag1001", paused=True),
        i.Consult(agent_id="ag1001", target=Target(kind=TargetKind.OUTSIDE, id="+861")),
        i.Transfer(agent_id="ag1001", target=Target(kind=TargetKind.QUEUE, id="q-b")),
        i.HangUp(agent_id="ag1001"),
        i.LegEnded(leg_id="cust", cause=16),
    ],
)
def test_it_ends_where_customer_or_agent_leave_and_where_nothing_may_be_recorded(end):
    w, told = played()
    w.do(end)
    assert outcomes(w) == ["cut_off"]
    assert w.last(fx.StopAnnouncing).playback_id == told.playback_id
    assert w.same_after_replay()


def test_it_cannot_be_played_to_who_is_not_there_nor_in_a_pause():
    w = talking()
    w.do(i.Hold(agent_id="ag1001"))
    with pytest.raises(CoreError, match=r"prompt\.customer_away"):
        w.do(PLAY)
    w.do(i.Resume(agent_id="ag1001"))
    w.do(i.PauseCallRecording(agent_id="ag1001", paused=True))
    with pytest.raises(CoreError, match=r"prompt\.recording_paused"):
        w.do(PLAY)
    w.do(i.PauseCallRecording(agent_id="ag1001", paused=False))
    w.do(PLAY)
    assert the_call(w).prompt is not None
    with pytest.raises(CoreError, match=r"agent\.no"):
        world().do(i.PlayPrompt(agent_id="ag1001", prompt="x", language="en"))


def test_who_has_the_customer_after_a_transfer_plays_prompts_too():
    w, _ = played()
    w.sign_in("ag1002")
    w.do(i.Transfer(agent_id="ag1001", target=Target(kind=TargetKind.AGENT, id="ag1002")))
    w.pick_up()
    w.do(i.PlayPrompt(agent_id="ag1002", prompt="offer", language="en"))
    told = the_call(w).prompt
    assert told is not None
    assert told.agent_id == "ag1002"
    with pytest.raises(CoreError, match=r"agent\.no_call"):
        w.do(i.StopPrompt(agent_id="ag1001"))


def test_a_floor_that_begins_anew_stops_what_it_cannot_hear_the_end_of():
    w, told = played()
    again = World(Cell(w.cell.config, CountingIds("2"), state=w.cell.state), now=w.now)
    live = [
        i.LiveLeg(leg_id=leg.leg_id, up=True, bridge_id=leg.bridge_id)
        for leg in the_call(w).legs.values()
    ]
    again.do(i.SwitchRestored(live=tuple(live)))
    assert again.last(fx.StopAnnouncing).playback_id == told.playback_id
    assert outcomes(again) == ["cut_off"]
