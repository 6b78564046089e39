"""Test calls through a trunk."""

from __future__ import annotations

import pytest

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.errors import CoreError
from openseat.testing.cells import World, world

ASKED = i.CheckTrunk(test_id="test-1", trunk_id="t1", number="+8613333333333", by="user-1")


def begun() -> tuple[World, str]:
    w = world()
    w.do(ASKED)
    call = w.last(fx.Originate)
    assert (call.trunk_id, call.number, call.listen) == ("t1", "+8613333333333", True)
    return w, call.leg_id


def result(w: World) -> e.TrunkWasTested:
    (told,) = w.events(e.TrunkWasTested)
    assert not w.cell.state.calls
    assert w.cell.state.trunk_tests["t1"].test_id == "test-1"
    assert w.same_after_replay()
    return told


def test_an_answer_a_prompt_and_a_voice():
    w, leg_id = begun()
    w.do(i.LegAnswered(leg_id=leg_id), after=3_000)
    assert w.last(fx.Play).media == ("silence:400", "prompt:trunk-test", "silence:4000")
    w.do(i.LegSpoke(leg_id=leg_id))
    w.do(i.PlaybackEnded(leg_id=leg_id, playback_id=w.last(fx.Play).playback_id), after=7_000)
    assert w.last(fx.Hangup).leg_id == leg_id
    told = result(w)
    assert (told.answered, told.heard, told.cause) == (True, True, 16)
    assert (told.ring_ms, told.talk_ms) == (3_000, 7_000)


def test_silence_is_told_apart():
    w, leg_id = begun()
    w.do(i.LegAnswered(leg_id=leg_id))
    w.do(i.LegEnded(leg_id=leg_id, cause=16), after=2_000)
    assert (result(w).answered, result(w).heard) == (True, False)


@pytest.mark.parametrize("cause", [1, 17, 19, 34])
def test_no_answer_tells_the_cause_and_no_other_trunk_is_tried(cause: int):
    w, leg_id = begun()
    w.do(i.LegEnded(leg_id=leg_id, cause=cause), after=5_000)
    told = result(w)
    assert (told.answered, told.cause, told.ring_ms) == (False, cause, 5_000)
    assert len(w.asked(fx.Originate)) == 1


def test_one_test_of_a_trunk_at_a_time_and_known_ones_only():
    w, _ = begun()
    with pytest.raises(CoreError, match=r"trunk.testing"):
        w.do(ASKED)
    with pytest.raises(CoreError, match=r"trunk.unknown"):
        w.do(i.CheckTrunk(test_id="t", trunk_id="t9", number="+861", by="user-1"))
