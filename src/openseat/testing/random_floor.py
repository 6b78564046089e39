"""Random histories: a cell with a make-believe switch on which anything may happen at any time."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.browser_phone import browser_phone
from openseat.core.calls.model import Entry
from openseat.core.cell import Cell, CellState, Outcome, dialling, replay
from openseat.core.config import CellConfig, Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.identity import CountingIds
from openseat.core.telephone import telephone

NOON = 1_790_000_000_000
COMMANDS = get_args(i.Command)
REFUSED_MS = 11_000
NUMBERS = ("+8621000001", "+8621000002", "+8621999999")
CODES = ("*81", "*82", "*83", "*841", "*849", "*85", "*86", "*87", "*99")
SERVICE_NUMBER = "+8621000099"
CALLERS = tuple(f"+86139000000{n:02}" for n in range(12))


@dataclass
class RandomFloor:
    """One random day. Everything that is drawn comes from `rng`."""

    config: CellConfig
    rng: random.Random
    now: int = NOON
    epoch: int = 1
    facts: list[e.Fact] = field(default_factory=list)
    live: dict[str, i.LiveLeg] = field(default_factory=dict)
    playing: list[tuple[str, str]] = field(default_factory=list)
    recording: list[tuple[str, str]] = field(default_factory=list)
    arrivals: int = 0

    def __post_init__(self) -> None:
        """Open the floor."""
        self.cell = Cell(self.config, CountingIds("1"))

    # -- the make-believe switch -----------------------------------------------------

    def feed(self, happened: i.Input) -> None:
        """Give an input to the cell; refusals are fine, anything else is a fault."""
        try:
            outcome = self.cell.handle(happened, self.now)
        except CoreError:
            if isinstance(happened, COMMANDS):
                return
            raise
        assert outcome.refusal is None, f"{happened} half done: {outcome.refusal}"
        self.obey(outcome)

    def obey(self, outcome: Outcome) -> None:
        """Carry out effects; what the switch answers at once is fed back."""
        self.facts += outcome.facts
        for effect in outcome.effects:
            self._obey(effect)

    def _obey(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Originate(leg_id=leg_id, agent_id=agent_id, number=number):
                assert leg_id not in self.live
                self.live[leg_id] = i.LiveLeg(
                    leg_id=leg_id, up=False, agent_id=agent_id, called=number
                )
            case fx.Answer(leg_id=leg_id) if leg_id in self.live:
                if not self.live[leg_id].up:
                    self._change(leg_id, up=True)
                    self.feed(i.LegAnswered(leg_id=leg_id))
            case fx.Echo(leg_id=leg_id):
                self.end(leg_id)
            case fx.Hangup(leg_id=leg_id, cause=cause):
                self.end(leg_id, cause)
            case fx.Bridge(bridge_id=bridge_id, legs=legs):
                self._place(legs, bridge_id)
            case fx.Unbridge(legs=legs):
                self._place(legs, "")
            case fx.DropBridge(bridge_id=bridge_id):
                inside = [leg for leg in self.live.values() if leg.bridge_id == bridge_id]
                self._place([leg.leg_id for leg in inside], "")
            case _:
                self._obey_media(effect)

    def _place(self, legs: Iterable[str], bridge_id: str) -> None:
        for leg_id in legs:
            if leg_id in self.live:
                self._change(leg_id, bridge_id=bridge_id)

    def _obey_media(self, effect: fx.Effect) -> None:
        match effect:
            case (
                fx.Play(leg_id=leg_id, playback_id=playback_id)
                | fx.Announce(leg_id=leg_id, playback_id=playback_id)
            ):
                self.playing.append((leg_id, playback_id))
            case fx.StartRecording(recording_id=recording_id, leg_id=leg_id):
                self.recording.append((recording_id, leg_id))
            case fx.StopRecording(recording_id=recording_id):
                self._close(recording_id)
            case fx.FetchHttp(request_id=request_id):
                self.feed(i.HttpReplied(request_id=request_id, status=200, body="{}"))
            case _:
                pass

    def _change(self, leg_id: str, **changes: Any) -> None:
        leg = self.live[leg_id]
        values = {name: getattr(leg, name) for name in leg.__slots__}
        self.live[leg_id] = i.LiveLeg(**{**values, **changes})

    def _close(self, recording_id: str) -> None:
        self.recording = [r for r in self.recording if r[0] != recording_id]
        self.feed(i.RecordingEnded(recording_id=recording_id, duration_ms=1_000))

    def end(self, leg_id: str, cause: int = 16) -> None:
        """A leg goes away, with what was recording it."""
        if self.live.pop(leg_id, None) is None:
            return
        self.feed(i.LegEnded(leg_id=leg_id, cause=cause))
        for recording_id, recorded in list(self.recording):
            if recorded == leg_id:
                self._close(recording_id)

    # -- what may happen -------------------------------------------------------------

    def step(self) -> None:
        """One random thing happens."""
        acts = (
            (self.customer_dials, 3),
            (self.someone_dials_a_code, 1),
            (self.phone_answers, 6),
            (self.phone_fails, 1),
            (self.someone_hangs_up, 2),
            (self.key, 2),
            (self.playback_over, 4),
            (self.agent_acts, 8),
            (self.time_passes, 6),
            (self.phone_comes_or_goes, 1),
            (self.floor_restarts, 1),
            (self.switch_restarts, 0.2),
        )
        act = self.rng.choices([a for a, _ in acts], [w for _, w in acts])[0]
        act()

    def customer_dials(self) -> None:
        self.arrivals += 1
        leg_id = f"in-{self.arrivals}"
        called, caller = self.rng.choice(NUMBERS), self.rng.choice(CALLERS)
        self.live[leg_id] = i.LiveLeg(
            leg_id=leg_id, up=False, caller=caller, called=called, trunk_id="t1"
        )
        self.feed(i.LegArrived(leg_id=leg_id, caller=caller, called=called, trunk_id="t1"))

    def someone_dials_a_code(self) -> None:
        """On a phone: a code or a number outside; or the service line is called."""
        self.arrivals += 1
        leg_id, agent_id = f"in-{self.arrivals}", self._someone()
        endpoint = self.rng.choice((f"phone-{agent_id}", "phone-of-nobody"))
        agent = agent_id if endpoint != "phone-of-nobody" else ""
        called = self.rng.choice(
            (*CODES, "+8613333333333", "1001", "1002", "1003", "1009", SERVICE_NUMBER)
        )
        trunk_id = "t1" if called == SERVICE_NUMBER else ""
        self.live[leg_id] = i.LiveLeg(
            leg_id=leg_id, up=False, called=called, trunk_id=trunk_id, agent_id=agent
        )
        self.feed(
            i.LegArrived(
                leg_id=leg_id,
                caller=self.rng.choice(CALLERS),
                called=called,
                trunk_id=trunk_id,
                agent_id="" if trunk_id else agent,
                endpoint="" if trunk_id else endpoint,
            )
        )

    def _dialled(self) -> i.LiveLeg | None:
        found = [leg for leg in self.live.values() if not leg.up and not leg.trunk_id]
        return self.rng.choice(found) if found else None

    def phone_answers(self) -> None:
        leg = self._dialled()
        if leg is None:
            return
        if self.rng.random() < 0.7:
            self.feed(i.LegRinging(leg_id=leg.leg_id))
            self.now += self.rng.randrange(3_000)
        if leg.leg_id in self.live:
            self._change(leg.leg_id, up=True)
            self.feed(i.LegAnswered(leg_id=leg.leg_id))

    def phone_fails(self) -> None:
        leg = self._dialled()
        if leg is not None:
            self.end(leg.leg_id, self.rng.choice((17, 19, 20, 21, 27, 34, 41)))

    def someone_hangs_up(self) -> None:
        if self.live:
            self.end(self.rng.choice(list(self.live)))

    def key(self) -> None:
        if self.live:
            leg_id = self.rng.choice(list(self.live))
            self.feed(i.DigitPressed(leg_id=leg_id, digit=self.rng.choice("0123456789*#")))

    def playback_over(self) -> None:
        if self.playing:
            leg_id, playback_id = self.playing.pop(self.rng.randrange(len(self.playing)))
            self.feed(i.PlaybackEnded(leg_id=leg_id, playback_id=playback_id))

    def _someone(self) -> str:
        """Any agent, but rather one with a contact: there is more to go wrong."""
        agents = self.cell.state.agents.values()
        engaged = [agent.agent_id for agent in agents if agent.engaged]
        if engaged and self.rng.random() < 0.6:
            return self.rng.choice(engaged)
        return self.rng.choice(list(self.config.agents))

    def agent_acts(self) -> None:
        rng = self.rng
        agent_id = self._someone()
        target = rng.choice(
            [
                Target(kind=TargetKind.AGENT, id=rng.choice(list(self.config.agents))),
                Target(kind=TargetKind.GROUP, id="g1"),
                Target(kind=TargetKind.QUEUE, id=rng.choice(list(self.config.queues))),
                Target(kind=TargetKind.FLOW, id=rng.choice(list(self.config.flows))),
                Target(kind=TargetKind.OUTSIDE, id="+8613333333333"),
                Target(kind=TargetKind.VOICEMAIL, id="box"),
            ]
        )
        command = rng.choice(
            [
                i.SignIn(agent_id=agent_id, endpoint=f"phone-{agent_id}"),
                i.SignIn(agent_id=agent_id, endpoint=f"phone-{agent_id}"),
                i.SetIdle(agent_id=agent_id),
                i.SetIdle(agent_id=agent_id),
                i.SetIdle(agent_id=agent_id),
                i.SignOut(agent_id=agent_id),
                i.SetBusy(agent_id=agent_id, reason="break"),
                i.SetOutboundOnly(agent_id=agent_id),
                i.ExtendAfterCallWork(agent_id=agent_id, extra_ms=10_000),
                i.AgentLink(agent_id=agent_id, connected=rng.random() < 0.5),
                i.RefuseOffer(agent_id=agent_id),
                i.Hold(agent_id=agent_id),
                i.Resume(agent_id=agent_id),
                i.HangUp(agent_id=agent_id),
                i.Transfer(agent_id=agent_id, target=target),
                i.Consult(agent_id=agent_id, target=target),
                i.Consult(agent_id=agent_id, target=target),
                i.ReturnToCustomer(agent_id=agent_id),
                i.CompleteTransfer(agent_id=agent_id),
                i.Conference(agent_id=agent_id),
                i.Swap(agent_id=agent_id),
                i.Mute(agent_id=agent_id, muted=rng.random() < 0.5),
                i.RemoveParty(agent_id=agent_id, leg_id=rng.choice([*self.live, ""])),
                i.EndConference(agent_id=agent_id),
                i.PressKeys(agent_id=agent_id, digits="12#"),
                i.PlayPrompt(agent_id=agent_id, prompt="offer", language="zh-CN"),
                i.PlayPrompt(agent_id=agent_id, prompt="offer", language="zh-CN"),
                i.StopPrompt(agent_id=agent_id),
                i.DialOut(agent_id=agent_id, number="+8613333333333", project_id="p-a"),
                i.PickUp(agent_id=agent_id, colleague_id=rng.choice(list(self.config.agents))),
                i.RecordCall(agent_id=agent_id, recorded=rng.random() < 0.5),
                i.ReconnectPhone(agent_id=agent_id),
                i.SignIn(agent_id=agent_id, endpoint=browser_phone(agent_id)),
                i.SignIn(agent_id=agent_id, endpoint=telephone(agent_id)),
                i.ChangePhone(agent_id=agent_id, endpoint=telephone(agent_id)),
                i.ChangePhone(agent_id=agent_id, endpoint=f"phone-{agent_id}"),
                i.PauseCallRecording(agent_id=agent_id, paused=rng.random() < 0.5),
                i.CheckTrunk(test_id="x", trunk_id="t1", number="+8613333333333", by="user"),
                self._supervise(agent_id),
                self._supervise(agent_id),
                i.EndSupervision(supervisor_id=agent_id, by="user"),
            ]
        )
        self.feed(command)

    def _supervise(self, agent_id: str) -> i.Supervise:
        """Somebody goes to somebody's conversation, or does something else there."""
        return i.Supervise(
            supervisor_id=agent_id,
            agent_id=self.rng.choice(list(self.config.agents)),
            mode=self.rng.choice(list(e.SupervisionMode)),
            by="user",
            group_ids=("g1",) if self.rng.random() < 0.7 else (),
        )

    def time_passes(self, ms: int | None = None) -> None:
        until = self.now + (self.rng.choice((10, 500, 5_000, 20_000, 60_000)) if ms is None else ms)
        while (at := self.cell.next_deadline()) is not None and at <= until:
            self.now = max(self.now, at)
            self.obey(self.cell.on_deadline(self.now))
        self.now = max(self.now, until)

    def phone_comes_or_goes(self) -> None:
        agent_id = self.rng.choice(list(self.config.agents))
        self.feed(i.EndpointChanged(agent_id=agent_id, reachable=self.rng.random() < 0.7))

    def floor_restarts(self) -> None:
        """The floor is killed and comes back from its journal; legs may have ended meanwhile."""
        self.epoch += 1
        state = replay(self.facts)
        self.check_same(state)
        self.cell = Cell(self.config, CountingIds(str(self.epoch)), state=state)
        self.now += 800
        ended: list[i.LegEnded] = []
        for leg_id in list(self.live):
            if self.rng.random() < 0.1:
                del self.live[leg_id]
                if self.rng.random() < 0.5:
                    ended.append(i.LegEnded(leg_id=leg_id, cause=16, at=self.now - 400))
                for recording in [r for r in self.recording if r[1] == leg_id]:
                    self.recording.remove(recording)
        self.feed(i.SwitchRestored(live=tuple(self.live.values()), ended=tuple(ended)))

    def switch_restarts(self) -> None:
        """The switch dies with all its calls and comes back empty."""
        self.feed(i.SwitchLost())
        self.live.clear()
        self.playing.clear()
        self.recording.clear()
        self.now += 1_000
        self.feed(i.SwitchRestored(live=(), restarted=True))

    # -- what must hold --------------------------------------------------------------

    def check_same(self, state: CellState) -> None:
        """What the journal tells is what the cell has in mind."""
        assert state == self.cell.state

    def check(self) -> None:
        """The invariants that hold after every input."""
        state = self.cell.state
        offered: dict[str, str] = {}
        for call in state.calls.values():
            for offer in call.offers.values():
                assert offer.agent_id not in offered, "an agent has two offers"
                offered[offer.agent_id] = call.call_id
                assert state.agents[offer.agent_id].call_id == call.call_id
                assert offer.leg_id in call.legs
            for segment in call.segments.values():
                assert segment.agent_id not in offered, "an agent talks and is offered another"
                assert state.agents[segment.agent_id].call_id == call.call_id
                assert segment.leg_id in call.legs
                if segment.greeting_until is not None:
                    # Overdue right after a restart; then the cell asks to be woken.
                    wakes_at = self.cell.next_deadline()
                    assert wakes_at is not None, "a greeting without an end"
                    assert wakes_at <= max(segment.greeting_until, self.now)
            if call.prompt is not None:
                customer = call.customer
                assert call.segment_of(call.prompt.agent_id) is not None, "played by nobody"
                assert customer is not None, "played to nobody"
                assert customer.bridge_id == call.talk_bridge_id, "played to nobody"
                assert not call.paused_recordings, "played while payment data is told"
            for running in call.supervisions.values():
                assert state.supervising[running.supervisor_id] == call.call_id
                assert running.leg_id in call.legs, "a supervision without an ear"
                own = call.segment_of(running.supervisor_id)
                assert own is None, "a supervisor of a call they are an agent in"
            assert (call.ended_at is None) == (call.customer is not None), "half-ended call"
            if call.ended_at is None:
                there = call.customer_leg_id in self.live or dialling.undialled(call)
                assert there, "a call whose customer is gone"
        open_ones = [one for call in state.calls.values() for one in call.supervisions.values()]
        assert sorted(one.supervisor_id for one in open_ones) == sorted(state.supervising)
        resting = {a.agent_id for a in state.agents.values() if a.reason == "supervising"}
        assert resting <= set(state.supervising), "nobody is kept busy by a supervision long over"
        engaged = {a.agent_id for a in state.agents.values() if a.engaged}
        for agent_id in engaged:
            agent = state.agents[agent_id]
            call = state.calls.get(agent.call_id)
            assert call is not None, f"{agent_id} is {agent.state} in no call"
            mine = [leg for leg in call.legs.values() if leg.agent_id == agent_id]
            assert mine, f"{agent_id} is {agent.state} without a leg"
        known = {leg for call in state.calls.values() for leg in call.legs}
        assert set(self.live) <= known, "a leg that nobody knows stays up"
        self.check_nobody_waits_in_vain()

    def check_nobody_waits_in_vain(self) -> None:
        """No ready agent while a contact waits in a queue that they serve."""
        state = self.cell.state
        for call in state.calls.values():
            asking = call.consult
            entry = call.entry or (asking.entry if asking is not None else None)
            if asking is not None and asking.entry is not None:
                assert call.entry is None, "customer and agent wait at once"
                assert asking.segment_id in call.segments, "nobody asks any more"
                asks = state.agents[asking.agent_id].state
                assert asks is e.AgentState.CONSULTING, f"who asks is {asks}"
            if entry is None or call.offers or self.kept_for_preferred(entry):
                continue
            for agent in state.agents.values():
                free = agent.state is e.AgentState.IDLE and agent.reachable
                serves = entry.queue_id in self.config.agents[agent.agent_id].queues
                lately = self.refused_lately(call.call_id, agent.agent_id)
                sent = agent.agent_id == call.sent_by and self.others_serve(entry, agent.agent_id)
                assert lately or sent or not (free and serves), (
                    f"{agent.agent_id} idle, {call.call_id} waits"
                )

    def kept_for_preferred(self, entry: Entry) -> bool:
        """Whether the contact still waits for one agent in particular."""
        queue = self.config.queues[entry.queue_id]
        waited = self.now - entry.entered_at
        return bool(entry.preferred_agent_id) and waited < queue.preferred_wait_ms

    def others_serve(self, entry: Entry, agent_id: str) -> bool:
        """Whether anybody else of the queue has a session: who sent the customer on is spared."""
        return any(
            agent.signed_in
            and agent.agent_id != agent_id
            and entry.queue_id in self.config.agents[agent.agent_id].queues
            for agent in self.cell.state.agents.values()
        )

    def refused_lately(self, call_id: str, agent_id: str) -> bool:
        """Whether the agent let this call go a moment ago: they are not asked again at once."""
        return any(
            isinstance(fact.event, e.OfferEnded)
            and fact.stream == f"call:{call_id}"
            and fact.event.agent_id == agent_id
            and fact.at > self.now - REFUSED_MS
            for fact in reversed(self.facts[-400:])
        )

    def close(self) -> None:
        """Everybody hangs up; nothing may be left."""
        for leg_id in list(self.live):
            self.end(leg_id)
        self.time_passes(600_000)
        assert not self.cell.state.calls
        assert not self.live
        assert not any(agent.engaged for agent in self.cell.state.agents.values())
        self.check_same(replay(self.facts))
        self.check_sums()

    def check_sums(self) -> None:
        """Calls conserve and time adds up."""
        started = [f for f in self.facts if isinstance(f.event, e.CallStarted)]
        ended = {f.stream for f in self.facts if isinstance(f.event, e.CallEnded)}
        assert {f.stream for f in started} == ended
        entered = sum(isinstance(f.event, e.QueueEntered) for f in self.facts)
        left = sum(isinstance(f.event, e.QueueLeft) for f in self.facts)
        assert entered == left
        begun: dict[str, int] = {}
        numbers: dict[str, int] = {}
        for fact in self.facts:
            numbers[fact.stream] = numbers.get(fact.stream, 0) + 1
            assert fact.no == numbers[fact.stream]
            match fact.event:
                case e.SegmentStarted(segment_id=segment_id):
                    begun[segment_id] = fact.at
                case e.SegmentEnded(segment_id=segment_id, talk_ms=talk, hold_ms=hold):
                    assert talk >= 0
                    assert hold >= 0
                    assert talk + hold == fact.at - begun.pop(segment_id)
                case e.CallEnded(duration_ms=duration, billable_ms=billable):
                    assert 0 <= billable <= duration
                case _:
                    pass
        assert not begun
