from __future__ import annotations

import pytest

from openseat.core.effects import Answer, Bridge, FetchHttp, Originate, Play, StartRecording
from openseat.core.inputs import (
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    PlaybackEnded,
    SwitchRestored,
)
from openseat.switch.clock import VirtualClock
from openseat.switch.memory import MemorySwitch
from openseat.switch.people import Behaviour, answering, refusing
from openseat.switch.port import Phone, Trunk


@pytest.fixture
async def scene():
    clock, seen = VirtualClock(), []
    switch = MemorySwitch(clock)
    await switch.start(seen.append)
    await switch.push_phones([Phone(endpoint="8001", password="p", agent_id="a1")])
    await switch.push_trunks([Trunk(trunk_id="t", host="h", port=1)])
    clock.advance(0)
    seen.clear()
    return switch, clock, seen


def call(leg_id="leg", **target) -> Originate:
    return Originate(leg_id=leg_id, timeout_ms=20_000, **(target or {"agent_id": "a1"}))


async def test_a_party_answers_presses_and_hangs_up_on_time(scene):
    switch, clock, seen = scene
    switch.behaviours["8001"] = Behaviour(
        rings_after_ms=100, answers_after_ms=3000, presses=((500, "12"),), hangs_up_after_ms=2000
    )
    switch.apply([call()])
    clock.advance(100)
    assert seen == [LegRinging(leg_id="leg")]
    clock.advance(2900)
    assert seen[1:] == [LegAnswered(leg_id="leg")]
    clock.advance(500)
    assert seen[2:] == [
        DigitPressed(leg_id="leg", digit="1"), DigitPressed(leg_id="leg", digit="2"),
    ]  # fmt: skip
    clock.advance(1500)
    assert seen[4:] == [LegEnded(leg_id="leg", cause=16)]


async def test_refusal_busy_and_no_answer(scene):
    switch, clock, seen = scene
    switch.answering = lambda effect: refusing(17, 200)
    switch.apply([call("busy")])
    clock.advance(200)
    assert seen[-1] == LegEnded(leg_id="busy", cause=17)
    switch.answering = None
    switch.apply([call("late")])
    clock.advance(20_000)
    assert seen[-1] == LegEnded(leg_id="late", cause=19)


async def test_outside_numbers_are_called_by_trunk(scene):
    switch, clock, seen = scene
    switch.behaviours["10086"] = answering(1000)
    switch.apply([call(number="10086", trunk_id="t")])
    clock.advance(1000)
    assert seen[-1] == LegAnswered(leg_id="leg")
    assert switch.parties["leg"].number == "10086"


async def test_people_remember_what_they_heard(scene):
    switch, clock, seen = scene
    party = switch.dial("138", "4001", trunk_id="t")
    clock.advance(0)
    leg_id = seen[-1].leg_id
    assert seen[-1] == LegArrived(leg_id=leg_id, caller="138", called="4001", trunk_id="t")
    media = ("prompt:welcome", "number:42")
    switch.apply(
        [
            Answer(leg_id=leg_id),
            Play(leg_id=leg_id, playback_id="p", media=media, language="en"),
        ]
    )
    clock.advance(0)
    assert [(one.media, one.language) for one in party.heard] == [(media, "en")]
    clock.advance(5000)
    assert seen[-1] == PlaybackEnded(leg_id=leg_id, playback_id="p")


async def test_inputs_never_come_from_within_a_call(scene):
    switch, clock, seen = scene
    switch.apply([call(agent_id="nobody")])
    switch.dial("1", "2", trunk_id="t")
    assert seen == []
    clock.advance(0)
    assert len(seen) == 2


async def test_while_nobody_listens_calls_go_on_and_ends_are_kept(scene):
    switch, clock, seen = scene
    gone, stays = switch.dial("1", "2", trunk_id="t"), switch.dial("3", "2", trunk_id="t")
    clock.advance(0)
    await switch.stop()
    clock.advance(500)
    gone.hang_up()
    clock.advance(500)
    seen.clear()
    await switch.start(seen.append)
    clock.advance(0)
    restored = seen[0]
    assert isinstance(restored, SwitchRestored)
    assert [leg.leg_id for leg in restored.live] == [stays.leg_id]
    assert restored.ended == (LegEnded(leg_id=gone.leg_id, cause=16, at=500),)


async def test_a_crash_takes_every_leg(scene):
    switch, clock, seen = scene
    switch.dial("1", "2", trunk_id="t")
    clock.advance(0)
    switch.apply([Bridge(bridge_id="b", legs=(seen[-1].leg_id,))])
    switch.crash()
    clock.advance(10)
    switch.restore()
    clock.advance(0)
    restored = next(one for one in seen if isinstance(one, SwitchRestored))
    assert restored == SwitchRestored(live=(), ended=(), restarted=True)
    assert not switch.legs
    assert not switch.bridges


async def test_recordings_need_a_folder_only_when_files_are_asked_for(scene):
    switch, clock, seen = scene
    switch.dial("1", "2", trunk_id="t")
    clock.advance(0)
    switch.apply([StartRecording(recording_id="r", leg_id=seen[-1].leg_id)])
    with pytest.raises(ValueError, match="keeps no recordings"):
        switch.recording_file("r")


async def test_what_is_not_a_switchs_business_is_refused(scene):
    switch, _, _ = scene
    with pytest.raises(ValueError, match="FetchHttp"):
        switch.apply([FetchHttp(request_id="r", method="GET", url="http://x", timeout_ms=1)])
