"""What every switch does: one suite for the in-memory switch and for Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from openseat.core.effects import (
    Announce,
    Answer,
    Bridge,
    DropBridge,
    Hangup,
    IndicateRinging,
    Layout,
    MuteLeg,
    Originate,
    Overhear,
    PauseRecording,
    Play,
    SendDigits,
    StartMusic,
    StartRecording,
    StopAnnouncing,
    StopMusic,
    StopOverhearing,
    StopPlay,
    StopRecording,
    Unbridge,
)
from openseat.core.inputs import (
    DigitPressed,
    EffectFailed,
    EndpointChanged,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    PlaybackEnded,
    RecordingEnded,
    SwitchLost,
    TrunkChanged,
)
from openseat.switch.port import Phone, Trunk
from openseat.testing import listening
from openseat.testing.asterisk_stage import AsteriskStage
from openseat.testing.stage import LANGUAGE, PHONES, TRUNK, MemoryStage, Person, Stage, seat

PHONE, OTHER_PHONE = PHONES[0].endpoint, PHONES[1].endpoint
CUSTOMER_HZ, AGENT_HZ, EAR_HZ = 440, 700, 1100
SECOND = 1000


@pytest.fixture(params=["memory", pytest.param("asterisk", marks=pytest.mark.switch)])
async def stage(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Stage]:
    if request.param == "memory":
        made: MemoryStage | AsteriskStage = MemoryStage(tmp_path)
    else:
        made = AsteriskStage(request.getfixturevalue("switches"))
    await made.open()
    yield made
    await made.close()


async def customer(stage: Stage, caller: str = "13800138000") -> tuple[str, Person]:
    """A customer on an answered leg."""
    person = await stage.dials(caller, "4001")
    leg_id = (await stage.given(LegArrived, caller=caller)).leg_id
    stage.switch.apply([Answer(leg_id=leg_id)])
    await stage.given(LegAnswered, leg_id=leg_id)
    return leg_id, person


async def agent(stage: Stage, leg_id: str, endpoint: str = PHONE) -> Person:
    """An agent on an answered leg."""
    stage.switch.apply([Originate(leg_id=leg_id, agent_id=seat(endpoint), timeout_ms=10 * SECOND)])
    person = await stage.called(endpoint)
    await person.answer()
    await stage.given(LegAnswered, leg_id=leg_id)
    return person


async def conversation(stage: Stage, name: str) -> tuple[str, Person, str, Person]:
    """Customer and agent talking in a bridge of that name."""
    customer_leg, caller = await customer(stage)
    agent_leg = f"leg-{name}"
    callee = await agent(stage, agent_leg)
    stage.switch.apply([Bridge(bridge_id=name, legs=(customer_leg, agent_leg))])
    await caller.speak(CUSTOMER_HZ)
    await callee.speak(AGENT_HZ)
    return customer_leg, caller, agent_leg, callee


class TestArriving:
    async def test_an_arriving_leg_tells_who_calls_whom_by_which_trunk(self, stage):
        await stage.dials("13900139000", "4008")
        arrived = await stage.given(LegArrived)
        assert (arrived.caller, arrived.called) == ("13900139000", "4008")
        assert (arrived.trunk_id, arrived.agent_id) == (TRUNK, "")

    async def test_ringing_then_answering(self, stage):
        await stage.dials("13900139000", "4008")
        leg_id = (await stage.given(LegArrived)).leg_id
        stage.switch.apply([IndicateRinging(leg_id=leg_id), Answer(leg_id=leg_id)])
        await stage.given(LegAnswered, leg_id=leg_id)

    async def test_answering_twice_is_answering_once(self, stage):
        leg_id, person = await customer(stage)
        stage.switch.apply([Answer(leg_id=leg_id)])
        await person.hang_up()
        await stage.given(LegEnded, leg_id=leg_id)
        assert not [one for one in stage.seen if isinstance(one, LegAnswered | EffectFailed)]

    async def test_a_caller_who_hangs_up_ends_the_leg_normally(self, stage):
        leg_id, person = await customer(stage)
        await person.hang_up()
        assert (await stage.given(LegEnded, leg_id=leg_id)).cause == 16

    async def test_hanging_up_ends_the_callers_line(self, stage):
        leg_id, person = await customer(stage)
        stage.switch.apply([Hangup(leg_id=leg_id)])
        assert (await stage.given(LegEnded, leg_id=leg_id)).cause == 16
        await person.gone()

    async def test_a_leg_can_be_refused_before_it_is_answered(self, stage):
        person = await stage.dials("13900139000", "4008")
        leg_id = (await stage.given(LegArrived)).leg_id
        stage.switch.apply([Hangup(leg_id=leg_id, cause=17)])
        assert (await stage.given(LegEnded, leg_id=leg_id)).cause == 17
        await person.gone()


class TestPlaying:
    async def test_a_prompt_plays_to_its_end(self, stage):
        leg_id, _ = await customer(stage)
        media = ("prompt:welcome", "silence:100", "tone:500/200")
        stage.switch.apply(
            [Play(leg_id=leg_id, playback_id="play-1", media=media, language=LANGUAGE)]
        )
        ended = await stage.given(PlaybackEnded, playback_id="play-1")
        assert (ended.leg_id, ended.ok) == (leg_id, True)

    async def test_a_missing_prompt_plays_nothing_and_says_so(self, stage):
        leg_id, _ = await customer(stage)
        media = ("prompt:welcome", "prompt:nobody-made-this")
        stage.switch.apply(
            [Play(leg_id=leg_id, playback_id="play-2", media=media, language=LANGUAGE)]
        )
        assert not (await stage.given(PlaybackEnded, playback_id="play-2")).ok

    async def test_a_key_pressed_while_a_prompt_plays_is_heard_and_the_prompt_can_be_stopped(
        self, stage
    ):
        leg_id, person = await customer(stage)
        stage.switch.apply(
            [Play(leg_id=leg_id, playback_id="play-3", media=("tone:500/9000",), language=LANGUAGE)]
        )
        await person.press("7")
        assert (await stage.given(DigitPressed, leg_id=leg_id)).digit == "7"
        stage.switch.apply([StopPlay(leg_id=leg_id, playback_id="play-3")])
        assert (await stage.given(PlaybackEnded, playback_id="play-3")).ok

    async def test_prompts_play_one_after_another_and_a_second_stop_does_nothing(self, stage):
        leg_id, _ = await customer(stage)
        first = Play(leg_id=leg_id, playback_id="one", media=("tone:500/300",), language=LANGUAGE)
        second = Play(leg_id=leg_id, playback_id="two", media=("tone:600/9000",), language=LANGUAGE)
        stage.switch.apply([first, second])
        assert (await stage.given(PlaybackEnded)).playback_id == "one"
        stop = StopPlay(leg_id=leg_id, playback_id="two")
        stage.switch.apply([stop, stop])
        assert (await stage.given(PlaybackEnded)).playback_id == "two"

    async def test_a_hang_up_ends_what_is_played(self, stage):
        leg_id, person = await customer(stage)
        stage.switch.apply(
            [Play(leg_id=leg_id, playback_id="play-4", media=("tone:500/9000",), language=LANGUAGE)]
        )
        await person.hang_up()
        assert not (await stage.given(PlaybackEnded, playback_id="play-4")).ok
        await stage.given(LegEnded, leg_id=leg_id)

    async def test_music_plays_until_stopped(self, stage):
        leg_id, person = await customer(stage)
        stage.switch.apply([StartMusic(leg_id=leg_id)])
        await stage.passes(200)
        stage.switch.apply([StopMusic(leg_id=leg_id), StopMusic(leg_id=leg_id)])
        stage.switch.apply(
            [Play(leg_id=leg_id, playback_id="after", media=("tone:500/100",), language=LANGUAGE)]
        )
        assert (await stage.given(PlaybackEnded, playback_id="after")).ok
        await person.press("1")
        await stage.given(DigitPressed, leg_id=leg_id, digit="1")

    async def test_digits_are_sent(self, stage):
        leg_id, person = await customer(stage)
        stage.switch.apply([SendDigits(leg_id=leg_id, digits="12#")])
        assert await person.digits_heard(3) == "12#"


class TestOriginating:
    async def test_a_phone_rings_and_is_answered(self, stage):
        stage.switch.apply(
            [
                Originate(
                    leg_id="leg-ring",
                    agent_id=seat(PHONE),
                    timeout_ms=10 * SECOND,
                    caller_number="13800138000",
                    caller_name='王"女士',
                )
            ]
        )
        person = await stage.called(PHONE)
        await person.ring()
        await stage.given(LegRinging, leg_id="leg-ring")
        await person.answer()
        await stage.given(LegAnswered, leg_id="leg-ring")

    async def test_an_address_and_an_outside_number_are_called(self, stage):
        stage.switch.apply(
            [
                Originate(leg_id="leg-address", address=OTHER_PHONE, timeout_ms=10 * SECOND),
                Originate(
                    leg_id="leg-out",
                    number="13700137000",
                    trunk_id=TRUNK,
                    timeout_ms=10 * SECOND,
                    caller_number="4001",
                ),
            ]
        )
        await (await stage.called(OTHER_PHONE)).answer()
        await stage.given(LegAnswered, leg_id="leg-address")
        await (await stage.called("13700137000")).answer()
        await stage.given(LegAnswered, leg_id="leg-out")

    @pytest.mark.parametrize("cause", [17, 21])
    async def test_busy_and_refusal_come_with_their_causes(self, stage, cause):
        leg_id = f"leg-refused-{cause}"
        stage.switch.apply([Originate(leg_id=leg_id, agent_id=seat(PHONE), timeout_ms=10 * SECOND)])
        await (await stage.called(PHONE)).hang_up(cause)
        assert (await stage.given(LegEnded, leg_id=leg_id)).cause == cause

    async def test_nobody_answers_in_time(self, stage):
        stage.switch.apply(
            [Originate(leg_id="leg-late", agent_id=seat(PHONE), timeout_ms=1 * SECOND)]
        )
        person = await stage.called(PHONE)
        await person.ring()
        assert (await stage.given(LegEnded, leg_id="leg-late")).cause == 19
        await person.gone()

    async def test_an_unknown_phone_and_an_unknown_trunk_end_at_once(self, stage):
        stage.switch.apply(
            [
                Originate(leg_id="leg-nobody", agent_id="nobody", timeout_ms=SECOND),
                Originate(leg_id="leg-nowhere", number="1", trunk_id="none", timeout_ms=SECOND),
            ]
        )
        assert (await stage.given(LegEnded, leg_id="leg-nobody")).cause == 20
        assert (await stage.given(LegEnded, leg_id="leg-nowhere")).cause == 27

    async def test_hanging_up_before_the_answer_stops_the_ringing(self, stage):
        stage.switch.apply(
            [Originate(leg_id="leg-cancel", agent_id=seat(PHONE), timeout_ms=10 * SECOND)]
        )
        person = await stage.called(PHONE)
        stage.switch.apply([Hangup(leg_id="leg-cancel")])
        await stage.given(LegEnded, leg_id="leg-cancel")
        await person.gone()

    async def test_originating_and_hanging_up_in_one_breath_leaves_nothing(self, stage):
        stage.switch.apply(
            [
                Originate(leg_id="leg-breath", agent_id=seat(PHONE), timeout_ms=10 * SECOND),
                Hangup(leg_id="leg-breath"),
            ]
        )
        await stage.given(LegEnded, leg_id="leg-breath")
        assert (await stage.left_over())[0] == 0

    async def test_the_same_origination_twice_calls_once(self, stage):
        originate = Originate(leg_id="leg-once", agent_id=seat(PHONE), timeout_ms=10 * SECOND)
        stage.switch.apply([originate, originate])
        await (await stage.called(PHONE)).answer()
        await stage.given(LegAnswered, leg_id="leg-once")
        assert (await stage.left_over())[0] == 1


class TestConversations:
    async def test_both_hear_each_other(self, stage):
        _, caller, _, callee = await conversation(stage, "talk")
        assert await callee.hears(CUSTOMER_HZ)
        assert await caller.hears(AGENT_HZ)

    async def test_taken_apart_they_hear_nothing_but_stay_up(self, stage):
        customer_leg, caller, agent_leg, callee = await conversation(stage, "apart")
        stage.switch.apply([Unbridge(bridge_id="apart", legs=(customer_leg, agent_leg))])
        assert not await callee.hears(CUSTOMER_HZ)
        await caller.press("3")
        await stage.given(DigitPressed, leg_id=customer_leg, digit="3")
        assert not [one for one in stage.seen if isinstance(one, LegEnded)]

    async def test_a_dropped_conversation_leaves_its_legs_up(self, stage):
        customer_leg, caller, _, callee = await conversation(stage, "dropped")
        stage.switch.apply([DropBridge(bridge_id="dropped"), DropBridge(bridge_id="dropped")])
        assert not await callee.hears(CUSTOMER_HZ)
        await caller.press("4")
        await stage.given(DigitPressed, leg_id=customer_leg, digit="4")

    async def test_a_muted_leg_is_not_heard_until_unmuted(self, stage):
        _, caller, agent_leg, callee = await conversation(stage, "mute")
        stage.switch.apply([MuteLeg(leg_id=agent_leg, muted=True)])
        assert not await caller.hears(AGENT_HZ)
        assert await callee.hears(CUSTOMER_HZ)
        stage.switch.apply([MuteLeg(leg_id=agent_leg, muted=False)])
        assert await caller.hears(AGENT_HZ)

    async def test_a_leg_joins_muted_and_three_can_talk(self, stage):
        customer_leg, caller, agent_leg, callee = await conversation(stage, "three")
        third = await agent(stage, "leg-third", OTHER_PHONE)
        await third.speak(900)
        legs = (customer_leg, agent_leg, "leg-third")
        stage.switch.apply([Bridge(bridge_id="three", legs=legs, muted=("leg-third",))])
        assert await third.hears(CUSTOMER_HZ)
        assert not await caller.hears(900)
        stage.switch.apply([Bridge(bridge_id="three", legs=legs)])
        assert await caller.hears(900)
        assert await callee.hears(900)

    async def test_a_leg_moves_from_one_conversation_to_another(self, stage):
        customer_leg, caller, _, _ = await conversation(stage, "first")
        third = await agent(stage, "leg-second", OTHER_PHONE)
        await third.speak(900)
        stage.switch.apply([Bridge(bridge_id="second", legs=(customer_leg, "leg-second"))])
        assert await caller.hears(900)
        assert not await caller.hears(AGENT_HZ)

    async def test_a_leg_that_listens_to_music_or_a_prompt_joins_at_once(self, stage):
        customer_leg, caller = await customer(stage)
        callee = await agent(stage, "leg-busy")
        await callee.speak(AGENT_HZ)
        stage.switch.apply(
            [
                StartMusic(leg_id=customer_leg),
                Play(
                    leg_id="leg-busy",
                    playback_id="whisper",
                    media=("tone:300/9000",),
                    language=LANGUAGE,
                ),
                Bridge(bridge_id="busy", legs=(customer_leg, "leg-busy")),
            ]
        )
        await stage.given(PlaybackEnded, playback_id="whisper")
        assert await caller.hears(AGENT_HZ)

    async def test_a_dead_leg_does_not_keep_the_other_out(self, stage):
        customer_leg, _ = await customer(stage)
        stage.switch.apply([Bridge(bridge_id="half", legs=("leg-never-was", customer_leg))])
        failed = await stage.given(EffectFailed)
        assert (failed.leg_id, failed.effect) == ("leg-never-was", "Bridge")
        callee = await agent(stage, "leg-half")
        stage.switch.apply([Bridge(bridge_id="half", legs=(customer_leg, "leg-half"))])
        await callee.speak(AGENT_HZ)
        assert not [one for one in stage.seen if isinstance(one, EffectFailed)]


async def supervised(stage: Stage, name: str, *, speaks: bool) -> tuple[Person, Person, Person]:
    """Customer and agent talking, and a supervisor's ear at the agent's leg."""
    _, caller, agent_leg, callee = await conversation(stage, name)
    ear = await agent(stage, f"ear-{name}", OTHER_PHONE)
    await ear.speak(EAR_HZ)
    stage.switch.apply(
        [Overhear(overhear_id=name, leg_id=agent_leg, ear_id=f"ear-{name}", speaks=speaks)]
    )
    return caller, callee, ear


class TestOverhearing:
    async def test_a_listener_hears_both_and_is_heard_by_nobody(self, stage):
        caller, callee, ear = await supervised(stage, "listened", speaks=False)
        await stage.passes(500)
        assert await ear.hears(CUSTOMER_HZ)
        assert await ear.hears(AGENT_HZ)
        assert not await caller.hears(EAR_HZ)
        assert not await callee.hears(EAR_HZ)
        assert await caller.hears(AGENT_HZ)

    async def test_a_whisper_is_heard_by_the_agent_alone(self, stage):
        caller, callee, ear = await supervised(stage, "whispered", speaks=True)
        await stage.passes(500)
        assert await callee.hears(EAR_HZ)
        assert await callee.hears(CUSTOMER_HZ)
        assert not await caller.hears(EAR_HZ)
        assert await ear.hears(CUSTOMER_HZ)

    async def test_a_listener_may_begin_to_whisper_and_stop_again(self, stage):
        _, callee, ear = await supervised(stage, "changing", speaks=False)
        asked = {"overhear_id": "changing", "leg_id": "leg-changing", "ear_id": "ear-changing"}
        stage.switch.apply([Overhear(**asked, speaks=True), Overhear(**asked, speaks=True)])
        await stage.passes(500)
        assert await callee.hears(EAR_HZ)
        stage.switch.apply([Overhear(**asked)])
        await stage.passes(500)
        assert not await callee.hears(EAR_HZ)
        assert await ear.hears(AGENT_HZ)

    async def test_an_ear_taken_off_hears_nothing_and_may_join_the_conversation(self, stage):
        caller, callee, ear = await supervised(stage, "joining", speaks=False)
        stage.switch.apply([StopOverhearing(overhear_id="joining", ear_id="ear-joining")])
        await stage.passes(300)
        assert not await ear.hears(CUSTOMER_HZ)
        stage.switch.apply([Bridge(bridge_id="joining", legs=("ear-joining",))])
        await stage.passes(500)
        assert await ear.hears(CUSTOMER_HZ)
        assert await caller.hears(EAR_HZ)
        assert await callee.hears(EAR_HZ)

    @pytest.mark.parametrize("who", ["customer", "agent", "ear"])
    async def test_whoever_hangs_up_nothing_is_left_behind(self, stage, who):
        name = f"left-by-{who}"
        caller, callee, ear = await supervised(stage, name, speaks=True)
        await stage.passes(500)
        people = {"customer": caller, "agent": callee, "ear": ear}
        await people.pop(who).hang_up()
        await stage.given(LegEnded)
        stage.switch.apply([DropBridge(bridge_id=name)])
        for other in people.values():
            await other.hang_up()
            await stage.given(LegEnded)
        await stage.passes(300)
        assert await stage.left_over() == (0, 0)

    async def test_an_ear_at_a_dead_leg_fails(self, stage):
        await agent(stage, "ear-lonely", OTHER_PHONE)
        stage.switch.apply([Overhear(overhear_id="lonely", leg_id="leg-none", ear_id="ear-lonely")])
        failed = await stage.given(EffectFailed)
        assert (failed.leg_id, failed.effect) == ("ear-lonely", "Overhear")

    async def test_a_new_floor_finds_the_legs_and_no_ears(self, stage):
        caller, callee, ear = await supervised(stage, "found", speaks=True)
        await stage.passes(500)
        await stage.new_floor()
        restored = await stage.restored()
        live = {leg.leg_id: leg for leg in restored.live}
        assert {"leg-found", "ear-found"} < set(live)
        assert len(live) == 3
        assert live["ear-found"].bridge_id == ""
        asked = {"overhear_id": "found", "leg_id": "leg-found", "ear_id": "ear-found"}
        stage.switch.apply([Overhear(**asked)])
        await stage.passes(500)
        assert await ear.hears(CUSTOMER_HZ)
        assert not await callee.hears(EAR_HZ)
        stage.switch.apply([StopOverhearing(overhear_id="found", ear_id="ear-found")])
        stage.switch.apply([DropBridge(bridge_id="found")])
        for leg_id in live:
            stage.switch.apply([Hangup(leg_id=leg_id)])
        for person in (caller, callee, ear):
            await person.gone()
        await stage.passes(300)
        assert await stage.left_over() == (0, 0)


class TestAnnouncing:
    PROMPT_HZ = 1500

    def announce(self, name: str, leg_id: str, playback_id: str) -> Announce:
        return Announce(
            bridge_id=name,
            leg_id=leg_id,
            playback_id=playback_id,
            media=(f"tone:{self.PROMPT_HZ}/20000",),
            language=LANGUAGE,
        )

    async def test_everybody_hears_it_and_goes_on_talking_until_it_is_stopped(self, stage):
        leg_id, caller, _, callee = await conversation(stage, "told")
        stage.switch.apply([self.announce("told", leg_id, "told-1")])
        assert await caller.hears(self.PROMPT_HZ)
        assert await callee.hears(self.PROMPT_HZ)
        assert await caller.hears(AGENT_HZ)
        assert await callee.hears(CUSTOMER_HZ)
        stop = StopAnnouncing(bridge_id="told", leg_id=leg_id, playback_id="told-1")
        stage.switch.apply([stop, stop])
        ended = await stage.given(PlaybackEnded, playback_id="told-1")
        assert (ended.leg_id, ended.ok) == (leg_id, True)
        assert not await caller.hears(self.PROMPT_HZ)
        assert await caller.hears(AGENT_HZ)
        assert await callee.hears(CUSTOMER_HZ)

    async def test_a_prompt_comes_to_its_end_and_a_missing_one_to_none(self, stage):
        leg_id, _, _, _ = await conversation(stage, "short")
        told = {"bridge_id": "short", "leg_id": leg_id, "language": LANGUAGE}
        stage.switch.apply(
            [
                Announce(playback_id="told-2", media=("prompt:welcome",), **told),
                Announce(playback_id="told-3", media=("prompt:nowhere",), **told),
            ]
        )
        assert not (await stage.given(PlaybackEnded, playback_id="told-3")).ok
        assert (await stage.given(PlaybackEnded, playback_id="told-2")).ok
        stage.switch.apply([self.announce("elsewhere", leg_id, "told-4")])
        assert not (await stage.given(PlaybackEnded, playback_id="told-4")).ok

    async def test_it_ends_when_whom_it_is_for_leaves_the_conversation(self, stage):
        leg_id, caller, _, callee = await conversation(stage, "left")
        stage.switch.apply([self.announce("left", leg_id, "told-5")])
        assert await caller.hears(self.PROMPT_HZ)
        stage.switch.apply([Unbridge(bridge_id="left", legs=(leg_id,))])
        await stage.given(PlaybackEnded, playback_id="told-5")
        assert not await caller.hears(self.PROMPT_HZ)
        assert not await callee.hears(self.PROMPT_HZ)

    async def test_the_recording_has_it_and_the_talk_after_it(self, stage):
        leg_id, _, _, _ = await conversation(stage, "kept")
        stage.switch.apply([StartRecording(recording_id="told-kept", leg_id=leg_id)])
        await stage.passes(SECOND)
        stage.switch.apply([self.announce("kept", leg_id, "told-6")])
        await stage.passes(2 * SECOND)
        stop = StopAnnouncing(bridge_id="kept", leg_id=leg_id, playback_id="told-6")
        stage.switch.apply([stop])
        await stage.given(PlaybackEnded, playback_id="told-6")
        await stage.passes(2 * SECOND)
        stage.switch.apply([StopRecording(recording_id="told-kept", leg_id=leg_id)])
        await stage.given(RecordingEnded, recording_id="told-kept")
        left, right = listening.stereo(stage.switch.recording_file("told-kept"))
        assert listening.tone_share(right, self.PROMPT_HZ) > 0.2
        assert listening.tone_share(left, self.PROMPT_HZ) < 0.05
        assert listening.tone_share(right[-8_000:], AGENT_HZ) > 0.7
        assert listening.tone_share(left[-8_000:], CUSTOMER_HZ) > 0.7

    async def test_another_floor_can_stop_it(self, stage):
        leg_id, caller, agent_leg, _ = await conversation(stage, "anew")
        stage.switch.apply([self.announce("anew", leg_id, "told-7")])
        assert await caller.hears(self.PROMPT_HZ)
        await stage.new_floor()
        restored = await stage.restored()
        assert {leg.leg_id for leg in restored.live} == {leg_id, agent_leg}
        stage.switch.apply([StopAnnouncing(bridge_id="anew", leg_id=leg_id, playback_id="told-7")])
        assert not await caller.hears(self.PROMPT_HZ)
        assert await caller.hears(AGENT_HZ)


class TestRecording:
    async def test_the_customer_is_left_and_the_agent_right(self, stage):
        customer_leg, _, _, _ = await conversation(stage, "stereo")
        stage.switch.apply([StartRecording(recording_id="rec-stereo", leg_id=customer_leg)])
        await stage.passes(1500)
        stage.switch.apply([StopRecording(recording_id="rec-stereo", leg_id=customer_leg)])
        ended = await stage.given(RecordingEnded, recording_id="rec-stereo")
        assert ended.ok
        assert 1000 <= ended.duration_ms <= 2500
        left, right = listening.stereo(stage.switch.recording_file("rec-stereo"))
        assert listening.tone_share(left, CUSTOMER_HZ) > 0.7
        assert listening.tone_share(right, AGENT_HZ) > 0.7

    async def test_a_pause_writes_silence_and_keeps_the_length(self, stage):
        customer_leg, _, _, _ = await conversation(stage, "pause")
        recording = {"recording_id": "rec-pause", "leg_id": customer_leg}
        stage.switch.apply([StartRecording(**recording)])
        await stage.passes(500)
        stage.switch.apply([PauseRecording(**recording, paused=True)])
        await stage.passes(1000)
        stage.switch.apply([PauseRecording(**recording, paused=False)])
        await stage.passes(500)
        stage.switch.apply([StopRecording(**recording)])
        ended = await stage.given(RecordingEnded, recording_id="rec-pause")
        assert 1600 <= ended.duration_ms <= 3000
        left, right = listening.stereo(stage.switch.recording_file("rec-pause"))
        assert 0.3 < listening.silence_share(left) < 0.8
        assert 0.3 < listening.silence_share(right) < 0.8

    async def test_a_hang_up_ends_the_recording_and_its_file_is_whole(self, stage):
        customer_leg, caller, _, _ = await conversation(stage, "cut-off")
        stage.switch.apply([StartRecording(recording_id="rec-cut", leg_id=customer_leg)])
        await stage.passes(800)
        await caller.hang_up()
        await stage.given(LegEnded, leg_id=customer_leg)
        ended = await stage.given(RecordingEnded, recording_id="rec-cut")
        size = stage.switch.recording_file("rec-cut").stat().st_size
        assert size == ended.duration_ms * 32
        assert ended.duration_ms >= 500

    async def test_a_recording_goes_on_across_conversations(self, stage):
        customer_leg, caller, agent_leg, _ = await conversation(stage, "before")
        stage.switch.apply([StartRecording(recording_id="rec-move", leg_id=customer_leg)])
        await stage.passes(700)
        third = await agent(stage, "leg-after", OTHER_PHONE)
        await third.speak(900)
        stage.switch.apply(
            [
                Unbridge(bridge_id="before", legs=(customer_leg, agent_leg)),
                Bridge(bridge_id="after", legs=(customer_leg, "leg-after")),
            ]
        )
        await stage.passes(700)
        assert await caller.hears(900)
        await stage.passes(300)
        stage.switch.apply([StopRecording(recording_id="rec-move", leg_id=customer_leg)])
        await stage.given(RecordingEnded, recording_id="rec-move")
        left, right = listening.stereo(stage.switch.recording_file("rec-move"))
        assert listening.tone_share(left, CUSTOMER_HZ) > 0.7
        assert listening.tone_share(right[: len(right) // 3], AGENT_HZ) > 0.5
        assert listening.tone_share(right[-len(right) // 4 :], 900) > 0.5

    async def test_a_recording_hears_whoever_stays_after_three_talked(self, stage):
        customer_leg, caller, agent_leg, _ = await conversation(stage, "conference")
        stage.switch.apply([StartRecording(recording_id="rec-three", leg_id=customer_leg)])
        third = await agent(stage, "leg-stays", OTHER_PHONE)
        await third.speak(900)
        legs = (customer_leg, agent_leg, "leg-stays")
        stage.switch.apply([Bridge(bridge_id="conference", legs=legs)])
        assert await caller.hears(900)
        stage.switch.apply([Hangup(leg_id=agent_leg)])
        await stage.given(LegEnded, leg_id=agent_leg)
        await stage.passes(500)
        assert await caller.hears(900)
        await stage.passes(500)
        stage.switch.apply([StopRecording(recording_id="rec-three", leg_id=customer_leg)])
        await stage.given(RecordingEnded, recording_id="rec-three")
        left, right = listening.stereo(stage.switch.recording_file("rec-three"))
        assert listening.tone_share(left, CUSTOMER_HZ) > 0.7
        assert listening.tone_share(right[-len(right) // 5 :], 900) > 0.5

    async def test_a_voice_is_recorded_until_a_key(self, stage):
        leg_id, person = await customer(stage)
        await person.speak(CUSTOMER_HZ)
        stage.switch.apply(
            [
                StartRecording(
                    recording_id="rec-voice",
                    leg_id=leg_id,
                    layout=Layout.VOICE,
                    max_ms=20 * SECOND,
                    terminators="#*",
                )
            ]
        )
        await stage.passes(900)
        await person.press("#")
        ended = await stage.given(RecordingEnded, recording_id="rec-voice")
        assert ended.ok
        assert ended.duration_ms >= 500
        heard = listening.mono(stage.switch.recording_file("rec-voice"))
        assert listening.tone_share(heard, CUSTOMER_HZ) > 0.5

    async def test_a_voice_recording_ends_by_itself_and_can_be_stopped(self, stage):
        leg_id, person = await customer(stage)
        await person.speak(CUSTOMER_HZ)
        recording = {"leg_id": leg_id, "layout": Layout.VOICE}
        stage.switch.apply([StartRecording(recording_id="rec-full", max_ms=SECOND, **recording)])
        assert (await stage.given(RecordingEnded, recording_id="rec-full")).ok
        stage.switch.apply([StartRecording(recording_id="rec-stop", **recording)])
        await stage.passes(400)
        stage.switch.apply([StopRecording(recording_id="rec-stop", leg_id=leg_id)])
        assert (await stage.given(RecordingEnded, recording_id="rec-stop")).ok

    async def test_a_dead_leg_cannot_be_recorded(self, stage):
        stage.switch.apply([StartRecording(recording_id="rec-dead", leg_id="leg-dead")])
        assert not (await stage.given(RecordingEnded, recording_id="rec-dead")).ok


class TestDeadLegs:
    async def test_effects_on_a_dead_leg_are_refused_or_needless_but_never_fatal(self, stage):
        leg_id, person = await customer(stage)
        await person.hang_up()
        await stage.given(LegEnded, leg_id=leg_id)
        stage.switch.apply(
            [
                Hangup(leg_id=leg_id),
                StopPlay(leg_id=leg_id, playback_id="none"),
                StopMusic(leg_id=leg_id),
                MuteLeg(leg_id=leg_id, muted=False),
                Unbridge(bridge_id="none", legs=(leg_id,)),
                PauseRecording(recording_id="none", leg_id=leg_id, paused=True),
                Answer(leg_id=leg_id),
                StartMusic(leg_id=leg_id),
                SendDigits(leg_id=leg_id, digits="1"),
                Play(leg_id=leg_id, playback_id="dead", media=("tone:1/1",), language=LANGUAGE),
            ]
        )
        assert not (await stage.given(PlaybackEnded, playback_id="dead")).ok
        refused = [one.effect for one in stage.seen if isinstance(one, EffectFailed)]
        assert refused == ["Answer", "StartMusic", "SendDigits"]

    async def test_many_quick_calls_leave_nothing_behind(self, stage):
        for number in range(100):
            await stage.dials(f"1380000{number:04}", "4001")
        legs: list[str] = []
        for _ in range(100):
            legs.append((await stage.given(LegArrived)).leg_id)
            stage.switch.apply([Answer(leg_id=legs[-1])])
        for number, leg_id in enumerate(legs):
            await stage.given(LegAnswered, leg_id=leg_id)
            bridge_id = f"quick-{number // 2}"
            stage.switch.apply([Bridge(bridge_id=bridge_id, legs=(leg_id,))])
        for number, leg_id in enumerate(legs):
            stage.switch.apply(
                [DropBridge(bridge_id=f"quick-{number // 2}"), Hangup(leg_id=leg_id)]
            )
        for leg_id in legs:
            await stage.given(LegEnded, leg_id=leg_id)
        await stage.passes(100)
        assert await stage.left_over() == (0, 0)


class TestAccounts:
    async def test_a_phone_that_leaves_the_network_is_unreachable(self, stage):
        await stage.set_phone(OTHER_PHONE, reachable=False)
        agent_id = seat(OTHER_PHONE)
        await stage.given(EndpointChanged, agent_id=agent_id, reachable=False)
        stage.switch.apply([Originate(leg_id="leg-off", agent_id=agent_id, timeout_ms=SECOND)])
        assert (await stage.given(LegEnded, leg_id="leg-off")).cause == 20
        await stage.set_phone(OTHER_PHONE, reachable=True)
        await stage.given(EndpointChanged, agent_id=agent_id, reachable=True)

    async def test_a_removed_phone_is_no_longer_called_and_calls_go_on(self, stage):
        leg_id, person = await customer(stage)
        await stage.switch.push_phones(PHONES[:1])
        stage.switch.apply([Originate(leg_id="leg-x", address=OTHER_PHONE, timeout_ms=SECOND)])
        assert (await stage.given(LegEnded, leg_id="leg-x")).cause == 20
        await stage.switch.push_phones(PHONES)
        await stage.set_phone(OTHER_PHONE, reachable=True)
        await stage.given(EndpointChanged, agent_id=seat(OTHER_PHONE), reachable=True)
        await person.press("5")
        await stage.given(DigitPressed, leg_id=leg_id, digit="5")

    async def test_a_name_the_switch_cannot_carry_is_refused(self, stage):
        with pytest.raises(ValueError, match="name"):
            await stage.switch.push_phones([Phone(endpoint="no good", password="p")])
        with pytest.raises(ValueError, match="name"):
            await stage.switch.push_trunks([Trunk(trunk_id="a/b", host="h", port=1)])

    async def test_a_trunk_that_fails_is_told_of_and_not_dialled(self, stage):
        await stage.set_trunk(reachable=False)
        await stage.given(TrunkChanged, trunk_id=TRUNK, reachable=False)
        stage.switch.apply(
            [Originate(leg_id="leg-t", number="10086", trunk_id=TRUNK, timeout_ms=SECOND)]
        )
        assert (await stage.given(LegEnded, leg_id="leg-t")).cause == 27
        await stage.set_trunk(reachable=True)
        await stage.given(TrunkChanged, trunk_id=TRUNK, reachable=True)


class TestTakingOver:
    async def test_a_new_floor_finds_the_conversation_and_who_hung_up_meanwhile(self, stage):
        customer_leg, caller, agent_leg, callee = await conversation(stage, "kept")
        gone_leg, gone = await customer(stage, "13600136000")
        await stage.end_floor()
        await gone.hang_up()
        await gone.gone()
        await stage.new_floor()
        restored = await stage.restored()
        assert not restored.restarted
        live = {leg.leg_id: leg for leg in restored.live}
        assert set(live) == {customer_leg, agent_leg}
        assert live[customer_leg].up
        assert live[customer_leg].bridge_id == "kept"
        assert live[customer_leg].trunk_id == TRUNK
        assert live[customer_leg].caller == "13800138000"
        assert live[agent_leg].bridge_id == "kept"
        ended = {leg.leg_id: leg for leg in restored.ended}
        assert ended[gone_leg].cause == 16
        assert ended[gone_leg].at is not None
        assert await callee.hears(CUSTOMER_HZ)
        stage.switch.apply([DropBridge(bridge_id="kept"), Hangup(leg_id=agent_leg)])
        await callee.gone()
        await caller.press("8")
        await stage.given(DigitPressed, leg_id=customer_leg, digit="8")

    async def test_a_recording_under_way_is_ended_by_the_next_floor(self, stage):
        customer_leg, _, _, _ = await conversation(stage, "record-on")
        stage.switch.apply([StartRecording(recording_id="rec-on", leg_id=customer_leg)])
        await stage.passes(300)
        await stage.new_floor()
        await stage.restored()
        stage.switch.apply([StopRecording(recording_id="rec-on", leg_id=customer_leg)])
        assert (await stage.given(RecordingEnded, recording_id="rec-on")).ok

    async def test_a_broken_connection_heals_and_calls_go_on(self, stage):
        customer_leg, caller, agent_leg, callee = await conversation(stage, "healed")
        await stage.cut()
        await stage.given(SwitchLost)
        restored = await stage.restored()
        assert {leg.leg_id for leg in restored.live} == {customer_leg, agent_leg}
        assert not restored.restarted
        assert await caller.hears(AGENT_HZ)
        await callee.hang_up()
        await stage.given(LegEnded, leg_id=agent_leg)

    async def test_a_hang_up_asked_for_without_a_connection_is_not_forgotten(self, stage):
        leg_id, person = await customer(stage)
        await stage.cut()
        await stage.given(SwitchLost)
        stage.switch.apply([Hangup(leg_id=leg_id)])
        await stage.restored()
        await stage.given(LegEnded, leg_id=leg_id)
        await person.gone()

    async def test_a_killed_switch_comes_back_empty_and_works_again(self, stage):
        await conversation(stage, "lost")
        await stage.crash()
        await stage.given(SwitchLost)
        restored = await stage.restored()
        assert restored.restarted
        assert restored.live == ()
        await stage.given(EndpointChanged, agent_id=seat(PHONE), reachable=True)
        await stage.given(TrunkChanged, trunk_id=TRUNK, reachable=True)
        await customer(stage, "13500135000")
        await agent(stage, "leg-again")
