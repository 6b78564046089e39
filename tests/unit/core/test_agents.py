"""What agents' rules promise, told as small histories."""

from __future__ import annotations

from pathlib import Path

import pytest

from openseat.core import agents
from openseat.core.agents import (
    Agent,
    Connect,
    EndpointChanged,
    ExtendAfterCallWork,
    HoldCall,
    JoinConference,
    LinkBack,
    LinkLost,
    OfferOver,
    Release,
    Reserve,
    Ring,
    SetBusy,
    SetIdle,
    SetOutboundOnly,
    SignIn,
    SignOut,
    StartConsult,
    Tick,
)
from openseat.core.agents.diagram import page
from openseat.core.config import AgentConfig
from openseat.core.errors import CoreError
from openseat.core.events import (
    AgentIntended,
    AgentSignedIn,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    CellConfigured,
)
from openseat.core.identity import CountingIds

CONFIG = AgentConfig(
    agent_id="a", number="1001", name="Li", group_id="g", min_busy_ms=60_000, grace_ms=20_000
)
BEGIN = 1_000_000


class Desk:
    """An agent, a clock, and everything that was recorded."""

    def __init__(self, config: AgentConfig | None = CONFIG) -> None:
        self.agent = Agent(agent_id="a")
        self.config = config
        self.now = BEGIN
        self.ids = CountingIds("1")
        self.recorded = []

    def does(self, *stimuli, after: int = 0):
        """Stimuli one after another, `after` ms from now; returns the facts they made."""
        self.now += after
        made = []
        for stimulus in stimuli:
            for event in agents.decide(self.agent, stimulus, self.now, self.config, self.ids):
                agents.apply(self.agent, event, self.now)
                made.append(event)
        self.recorded += made
        return made

    def sign_in(self):
        return self.does(SignIn(agent_id="a", endpoint="phone"))

    def talk(self):
        return self.does(Reserve("c"), Ring("c"), Connect("c", "s"))

    @property
    def state(self):
        return self.agent.state


@pytest.fixture
def desk():
    made = Desk()
    made.sign_in()
    return made


def busy(reason="break", by=""):
    return SetBusy(agent_id="a", reason=reason, by=by)


def idle(by=""):
    return SetIdle(agent_id="a", by=by)


def sign_out(by=""):
    return SignOut(agent_id="a", by=by)


class TestSession:
    def test_signing_in_begins_an_idle_session_with_fresh_counters(self):
        desk = Desk()
        (event,) = desk.sign_in()
        assert event == AgentSignedIn(
            agent_id="a",
            group_id="g",
            endpoint="phone",
            session_id="session-1-1",
            state=AgentState.IDLE,
        )
        assert desk.agent.signed_in
        assert (desk.agent.signed_in_at, desk.agent.since) == (BEGIN, BEGIN)

    def test_somebody_the_directory_does_not_know_cannot_sign_in(self):
        with pytest.raises(CoreError, match=r"agent\.unknown"):
            Desk(config=None).sign_in()

    def test_signing_out_tells_the_length_of_state_and_session(self, desk):
        desk.does(busy(), after=10_000)
        (event,) = desk.does(sign_out(), after=5_000)
        assert event == AgentSignedOut(
            agent_id="a",
            session_id="session-1-1",
            previous=AgentState.BUSY,
            previous_ms=5_000,
            session_ms=15_000,
            cause="own",
        )
        assert desk.agent == Agent(agent_id="a", since=desk.now, idle_ms=10_000)

    def test_counters_begin_anew_with_a_session(self, desk):
        desk.talk()
        desk.does(Release(), after=30_000)
        desk.does(sign_out())
        desk.sign_in()
        assert (desk.agent.handled, desk.agent.talk_ms, desk.agent.last_released_at) == (0, 0, None)

    def test_a_supervisor_can_force_any_state_out_of_a_contact(self, desk):
        (event,) = desk.does(busy("meeting", by="boss"))
        assert (event.state, event.reason, event.forced_by) == (AgentState.BUSY, "meeting", "boss")
        (event,) = desk.does(idle(by="boss"))
        assert event.forced_by == "boss"
        (event,) = desk.does(sign_out(by="boss"))
        assert (event.cause, event.by) == ("forced", "boss")

    def test_asking_for_the_state_one_is_in_changes_nothing(self, desk):
        assert desk.does(idle()) == []
        desk.does(busy())
        assert desk.does(busy()) == []
        desk.does(SetOutboundOnly(agent_id="a"))
        assert desk.does(SetOutboundOnly(agent_id="a")) == []

    def test_the_phone_is_noted_once(self, desk):
        assert len(desk.does(EndpointChanged(agent_id="a", reachable=False))) == 1
        assert not desk.agent.reachable
        assert desk.does(EndpointChanged(agent_id="a", reachable=False)) == []


class TestBusy:
    def test_busy_needs_a_reason(self, desk):
        with pytest.raises(CoreError, match=r"agent\.reason_missing"):
            desk.does(busy(""))

    def test_any_reason_makes_a_state_of_its_own(self, desk):
        desk.does(busy("quality round"))
        (event,) = desk.does(busy("lunch"), after=3_000)
        assert (event.previous, event.state) == (AgentState.BUSY, AgentState.BUSY)
        assert (event.previous_ms, event.reason, event.counted) == (3_000, "lunch", True)

    @pytest.mark.parametrize(("length", "counted"), [(59_999, False), (60_000, True)])
    def test_a_flip_shorter_than_the_minimum_is_not_counted(self, desk, length, counted):
        desk.does(busy())
        (event,) = desk.does(idle(), after=length)
        assert event.counted is counted

    def test_only_going_back_to_idle_takes_a_break_back(self, desk):
        desk.does(busy())
        (event,) = desk.does(SetOutboundOnly(agent_id="a"), after=1_000)
        assert event.counted

    def test_without_a_directory_entry_every_break_counts(self, desk):
        desk.does(busy())
        desk.config = None
        (event,) = desk.does(idle(), after=1_000)
        assert event.counted


class TestContact:
    def test_from_offer_to_idle(self, desk):
        desk.talk()
        assert (desk.agent.call_id, desk.agent.segment_id) == ("c", "s")
        assert desk.agent.engaged
        desk.does(Release(after_call_work_ms=0), after=40_000)
        assert desk.state is AgentState.IDLE
        assert (desk.agent.handled, desk.agent.talk_ms) == (1, 40_000)
        assert desk.agent.last_released_at == desk.now
        assert (desk.agent.call_id, desk.agent.segment_id) == ("", "")

    def test_hold_and_consultation_are_hold_time_and_conference_is_talk_time(self, desk):
        desk.talk()
        desk.does(HoldCall(), after=1_000)
        desk.does(StartConsult(), after=2_000)
        desk.does(JoinConference(), after=4_000)
        desk.does(Release(), after=8_000)
        assert (desk.agent.talk_ms, desk.agent.hold_ms, desk.agent.handled) == (9_000, 6_000, 1)

    def test_occupancy_is_work_over_work_and_idle(self, desk):
        assert agents.occupancy(desk.agent) == 0
        desk.now += 30_000
        desk.talk()
        desk.does(Release(), after=10_000)
        assert agents.occupancy(desk.agent) == 250_000

    def test_a_consulted_agent_gets_the_segment_when_the_transfer_is_completed(self, desk):
        desk.does(Reserve("c"), Ring("c"), Connect("c"))
        assert desk.agent.handled == 0
        (event,) = desk.does(Connect("c", "s2"), after=5_000)
        assert (event.previous, event.state) == (AgentState.TALKING, AgentState.TALKING)
        assert (desk.agent.handled, desk.agent.talk_ms) == (1, 5_000)
        assert desk.does(Connect("c", "s2")) == []

    @pytest.mark.parametrize("over", [OfferOver(), Release(after_call_work_ms=30_000)])
    def test_an_offer_that_comes_to_nothing_leads_back_without_after_call_work(self, desk, over):
        desk.does(Reserve("c"), Ring("c"))
        desk.does(over, after=20_000)
        assert desk.state is AgentState.IDLE
        assert desk.agent.last_released_at is None

    def test_what_is_asked_for_during_a_contact_comes_after_it(self, desk):
        desk.talk()
        assert desk.does(busy("lunch", by="boss")) == [
            AgentIntended(agent_id="a", state=AgentState.BUSY, reason="lunch", by="boss")
        ]
        assert desk.does(busy("lunch")) == []
        assert desk.state is AgentState.TALKING
        desk.does(Release(after_call_work_ms=10_000))
        assert desk.state is AgentState.AFTER_CALL_WORK
        (event,) = desk.does(Tick(), after=10_000)
        assert (event.state, event.reason, event.forced_by) == (AgentState.BUSY, "lunch", "boss")
        assert desk.agent.intended is None

    def test_a_wish_can_be_taken_back(self, desk):
        desk.talk()
        desk.does(busy("lunch"), SetOutboundOnly(agent_id="a"), idle())
        assert desk.agent.intended is None
        desk.does(Release())
        assert desk.state is AgentState.IDLE

    @pytest.mark.parametrize(("by", "cause"), [("", "own"), ("boss", "forced")])
    def test_a_sign_out_during_a_contact_comes_after_it(self, desk, by, cause):
        desk.talk()
        desk.does(sign_out(by))
        (event,) = desk.does(Release(), after=5_000)
        assert (event.cause, event.session_ms) == (cause, 5_000)
        assert not desk.agent.signed_in

    @pytest.mark.parametrize("chosen", [busy("paperwork"), SetOutboundOnly(agent_id="a")])
    def test_a_call_placed_from_a_chosen_state_leads_back_to_it(self, desk, chosen):
        desk.does(chosen)
        state, reason = desk.state, desk.agent.reason
        desk.does(Ring("c"), Connect("c", "s"), Release(after_call_work_ms=1_000))
        desk.does(Tick(), after=1_000)
        assert (desk.state, desk.agent.reason) == (state, reason)

    def test_a_call_placed_from_a_chosen_state_leads_where_was_asked_meanwhile(self, desk):
        desk.does(busy("paperwork"), Ring("c"), Connect("c", "s"), idle(), Release())
        assert desk.state is AgentState.IDLE


class TestAfterCallWork:
    def test_it_has_a_limit(self, desk):
        desk.talk()
        (event,) = desk.does(Release(after_call_work_ms=30_000))
        assert (event.call_id, event.segment_id, event.until) == ("c", "s", desk.now + 30_000)
        assert (desk.agent.call_id, desk.agent.segment_id) == ("", "s")
        assert agents.deadline(desk.agent) == desk.now + 30_000
        assert desk.does(Tick(), after=29_999) == []
        desk.does(Tick(), after=1)
        assert desk.state is AgentState.IDLE
        assert agents.deadline(desk.agent) is None

    def test_it_can_be_extended(self, desk):
        desk.talk()
        desk.does(
            Release(after_call_work_ms=30_000), ExtendAfterCallWork(agent_id="a", extra_ms=15_000)
        )
        assert agents.deadline(desk.agent) == desk.now + 45_000
        with pytest.raises(CoreError, match=r"agent\.extension_invalid"):
            desk.does(ExtendAfterCallWork(agent_id="a", extra_ms=0))

    def test_it_can_be_ended_early(self, desk):
        desk.talk()
        desk.does(Release(after_call_work_ms=30_000))
        (event,) = desk.does(idle(), after=4_000)
        assert (event.state, event.previous_ms) == (AgentState.IDLE, 4_000)

    def test_a_call_placed_in_it_ends_it(self, desk):
        desk.talk()
        desk.does(Release(after_call_work_ms=30_000), Ring("c2"), Connect("c2", "s2"))
        assert (desk.agent.call_id, desk.agent.after_call_work_until) == ("c2", None)
        assert desk.agent.handled == 2


class TestLostLink:
    def test_session_and_counters_are_kept_for_the_grace_time(self, desk):
        desk.talk()
        desk.does(Release(), after=10_000)
        desk.does(LinkLost())
        assert desk.state is AgentState.DISCONNECTED
        assert agents.deadline(desk.agent) == desk.now + 20_000
        desk.does(LinkBack(), after=19_999)
        assert desk.state is AgentState.IDLE
        assert (desk.agent.handled, desk.agent.talk_ms) == (1, 10_000)
        assert desk.agent.session_id == "session-1-1"

    def test_after_the_grace_time_the_session_ends(self, desk):
        desk.does(LinkLost())
        assert desk.does(Tick(), after=19_999) == []
        (event,) = desk.does(Tick(), after=1)
        assert (event.cause, event.previous_ms) == ("grace_expired", 20_000)

    def test_the_grace_of_an_agent_without_a_directory_entry_is_half_a_minute(self, desk):
        desk.config = None
        desk.does(LinkLost())
        assert agents.deadline(desk.agent) == desk.now + 30_000

    @pytest.mark.parametrize("chosen", [busy("lunch"), SetOutboundOnly(agent_id="a")])
    def test_a_chosen_state_comes_back(self, desk, chosen):
        desk.does(chosen)
        before = (desk.state, desk.agent.reason)
        desk.does(LinkLost(), LinkLost())
        desk.does(LinkBack(), after=5_000)
        assert (desk.state, desk.agent.reason) == before

    def test_what_was_asked_for_meanwhile_comes_instead(self, desk):
        desk.does(LinkLost(), busy("meeting", by="boss"), LinkBack())
        assert (desk.state, desk.agent.reason) == (AgentState.BUSY, "meeting")

    def test_after_call_work_comes_back_for_what_is_left_of_it(self, desk):
        desk.talk()
        desk.does(busy("lunch"), Release(after_call_work_ms=30_000))
        limit = desk.now + 30_000
        desk.does(LinkLost(), after=5_000)
        desk.does(LinkBack(), after=5_000)
        assert (desk.state, desk.agent.segment_id) == (AgentState.AFTER_CALL_WORK, "s")
        assert agents.deadline(desk.agent) == limit
        desk.does(Tick(), after=20_000)
        assert (desk.state, desk.agent.reason) == (AgentState.BUSY, "lunch")

    def test_after_call_work_that_is_over_does_not_come_back(self, desk):
        desk.talk()
        desk.does(Release(after_call_work_ms=5_000), LinkLost())
        desk.does(LinkBack(), after=5_000)
        assert desk.state is AgentState.IDLE

    def test_a_talking_agent_keeps_talking(self, desk):
        desk.talk()
        desk.does(LinkLost(), LinkLost())
        assert desk.state is AgentState.TALKING
        made = desk.does(Release(after_call_work_ms=10_000), after=60_000)
        assert [event.state for event in made] == [
            AgentState.AFTER_CALL_WORK,
            AgentState.DISCONNECTED,
        ]
        assert agents.deadline(desk.agent) == desk.now + 20_000

    def test_a_link_that_is_back_before_the_end_leaves_no_trace(self, desk):
        desk.talk()
        desk.does(LinkLost(), LinkBack(), LinkBack(), Release())
        assert desk.state is AgentState.IDLE

    def test_an_offer_that_ends_while_the_desktop_is_away_leads_to_the_grace_time(self, desk):
        desk.does(Reserve("c"), LinkLost(), OfferOver())
        assert desk.state is AgentState.DISCONNECTED
        desk.does(LinkBack())
        assert desk.state is AgentState.IDLE

    def test_a_phone_call_in_the_grace_time_is_a_contact_like_any(self, desk):
        desk.does(LinkLost(), Ring("c"), Connect("c", "s"))
        assert agents.deadline(desk.agent) is None
        desk.does(Release())
        assert desk.state is AgentState.DISCONNECTED

    def test_who_signs_out_while_away_is_out(self, desk):
        desk.does(LinkLost(), sign_out())
        assert not desk.agent.signed_in


class TestTime:
    def test_a_clock_that_jumps_back_makes_no_negative_time(self, desk):
        desk.now += 60_000
        desk.does(busy())
        desk.now -= 50_000
        (event,) = desk.does(idle())
        assert event.previous_ms == 0
        assert desk.agent.since == BEGIN + 60_000
        (event,) = desk.does(sign_out(), after=55_000)
        assert (event.previous_ms, event.session_ms) == (5_000, 65_000)

    def test_facts_of_other_kinds_change_nothing(self, desk):
        before = Desk()
        before.sign_in()
        agents.apply(desk.agent, CellConfigured(config_version=2), desk.now)
        assert desk.agent == before.agent

    def test_a_state_without_an_end_settles_at_the_next_tick(self, desk):
        desk.agent.state = AgentState.AFTER_CALL_WORK
        (event,) = desk.does(Tick())
        assert isinstance(event, AgentStateChanged)
        desk.agent.state = AgentState.AFTER_CALL_WORK
        (event,) = desk.does(ExtendAfterCallWork(agent_id="a", extra_ms=1_000))
        assert event.until == desk.now + 1_000
        desk.agent.state = AgentState.DISCONNECTED
        (event,) = desk.does(Tick())
        assert event.cause == "grace_expired"
        desk.agent.state, desk.agent.signed_in_at = AgentState.BUSY, None
        (event,) = desk.does(sign_out(), after=1_000)
        assert event.session_ms == event.previous_ms


def test_the_page_in_the_reference_is_up_to_date():
    written = Path(__file__).parents[3] / "docs/reference/agent-states.md"
    assert written.read_text(encoding="utf-8") == page()
