"""The pacer's decisions, fact by fact."""

import pytest

from openseat.core.pacing import Mode, Pacer, PacingRules, Reason
from openseat.core.pacing.events import (
    AWAY,
    IDLE,
    TALKING,
    WRAPPING,
    AgentLeaving,
    AgentLeft,
    AgentTurned,
    CallAnswered,
    CallConnected,
    CallEnded,
    CallLost,
    CallMissed,
    CallPlaced,
    CallRang,
    CallWithdrawn,
    Cell,
    WindowBegan,
)

HERE = Cell("all", 9)


class Campaign:
    """Tells a pacer what happens."""

    def __init__(self, agents=0, **rules):
        self.pacer = Pacer(PacingRules(**rules))
        self.number = 0
        for n in range(agents):
            self.tell(AgentTurned(0, f"a{n}", IDLE))

    def tell(self, *facts):
        for fact in facts:
            self.pacer.observe(fact)

    def dial(self, now, times=1):
        ids = []
        for _ in range(times):
            self.number += 1
            ids.append(f"c{self.number}")
            self.tell(CallPlaced(now, ids[-1], HERE), CallRang(now, ids[-1]))
        return ids

    def talks(self, agent_id, now, times=1):
        """Lets agents have whole conversations, so that something is known."""
        for _ in range(times):
            (call,) = self.dial(now)
            now += 10_000
            self.tell(CallAnswered(now, call), CallConnected(now, call))
            self.tell(AgentTurned(now, agent_id, TALKING))
            now += 60_000
            self.tell(CallEnded(now, call), AgentTurned(now, agent_id, WRAPPING))
            now += 12_000
            self.tell(AgentTurned(now, agent_id, IDLE))
        return now

    def experienced(self, times=400):
        """Answers every second call, after ten seconds; conversations of 72 seconds."""
        now = 0
        for _ in range(times):
            now = self.talks("a0", now)
            (miss,) = self.dial(now)
            now += 25_000
            self.tell(CallMissed(now, miss))
        return now


def test_without_agents_nothing_is_dialled():
    decision = Campaign().pacer.decide(0)
    assert (decision.place, decision.reason) == (0, Reason.NO_AGENTS)


def test_a_new_campaign_is_progressive():
    campaign = Campaign(3)
    assert campaign.pacer.decide(0).place == 3
    campaign.dial(0, 3)
    decision = campaign.pacer.decide(1_000)
    assert (decision.place, decision.reason) == (0, Reason.BUDGET)


def test_progressive_stays_so():
    campaign = Campaign(2, mode=Mode.PROGRESSIVE)
    now = campaign.experienced()
    campaign.dial(now, 2)
    decision = campaign.pacer.decide(now)
    assert (decision.place, decision.reason) == (0, Reason.EVERY_AGENT_HAS_A_CALL)


def test_with_evidence_more_than_one_call_is_placed_for_many_idle_agents():
    campaign = Campaign(20)
    now = campaign.experienced()
    decision = campaign.pacer.decide(now)
    assert 20 < decision.place < 40
    assert decision.price > 0
    assert decision.risk > decision.price


def test_dialling_begins_before_an_agent_is_free():
    campaign = Campaign(1)
    now = campaign.experienced()
    (call,) = campaign.dial(now)
    campaign.tell(CallAnswered(now, call), CallConnected(now, call))
    campaign.tell(AgentTurned(now, "a0", TALKING))
    assert campaign.pacer.decide(now + 10_000).place == 0
    campaign.tell(AgentTurned(now + 60_000, "a0", WRAPPING))
    assert campaign.pacer.decide(now + 66_000).place >= 1


def test_an_agent_who_leaves_afterwards_is_not_dialled_for():
    campaign = Campaign(1)
    now = campaign.experienced()
    campaign.tell(AgentTurned(now, "a0", WRAPPING), AgentLeaving(now, "a0"))
    assert campaign.pacer.decide(now + 8_000).place == 0


def test_when_agents_leave_it_stops_at_once():
    campaign = Campaign(10)
    now = campaign.experienced()
    old = campaign.dial(now - 16_000, 4)
    campaign.dial(now - 3_000, 4)
    assert campaign.pacer.decide(now).place > 0
    for n in range(10):
        campaign.tell(AgentLeft(now, f"a{n}"))
    decision = campaign.pacer.decide(now)
    assert decision.place == 0
    assert set(decision.give_up) == set(old)


def test_when_all_are_away_it_stops_as_well():
    campaign = Campaign(5)
    now = campaign.experienced()
    old = campaign.dial(now - 15_000, 3)
    for n in range(5):
        campaign.tell(AgentTurned(now, f"a{n}", AWAY))
    decision = campaign.pacer.decide(now)
    assert (decision.place, set(decision.give_up)) == (0, set(old))


def test_a_ringing_call_is_never_given_up_without_leave():
    campaign = Campaign(1, least_ring_ms=None)
    now = campaign.experienced()
    campaign.dial(now - 25_000, 3)
    campaign.tell(AgentLeft(now, "a0"))
    assert campaign.pacer.decide(now).give_up == ()


def test_the_least_time_is_of_ringing_not_of_dialling():
    campaign = Campaign(1)
    now = campaign.experienced()
    campaign.tell(CallPlaced(now, "slow", HERE), CallPlaced(now, "silent", HERE))
    campaign.tell(CallRang(now + 9_000, "slow"), AgentLeft(now + 9_000, "a0"))
    assert campaign.pacer.decide(now + 23_999).give_up == ()
    assert campaign.pacer.decide(now + 24_000).give_up == ("slow",)


def test_people_who_wait_come_before_new_calls():
    campaign = Campaign(2)
    first, second = campaign.dial(0, 2)
    campaign.tell(CallAnswered(100, first), CallAnswered(100, second))
    assert campaign.pacer.decide(200).place == 0


def test_a_late_agent_is_a_nuisance_and_a_hasty_customer_is_none():
    campaign = Campaign(1)
    late, hasty, lost = campaign.dial(0, 3)
    for call in (late, hasty, lost):
        campaign.tell(CallAnswered(1_000, call))
    campaign.tell(CallConnected(3_000, late), CallLost(2_500, hasty), CallLost(3_100, lost))
    assert (campaign.pacer.budget.answers, campaign.pacer.budget.lost) == (3, 2)
    campaign.tell(WindowBegan(4_000))
    assert (campaign.pacer.budget.answers, campaign.pacer.budget.lost) == (0, 0)


def test_lines_hold_exactly():
    campaign = Campaign(10, lines=4)
    assert campaign.pacer.decide(0).place == 4
    ringing, talking, *_ = campaign.dial(0, 4)
    campaign.tell(CallAnswered(10, talking), CallConnected(10, talking))
    assert campaign.pacer.decide(1_000).place == 0
    campaign.tell(CallMissed(2_000, ringing))
    decision = campaign.pacer.decide(2_000)
    assert (decision.place, decision.reason) == (1, Reason.LINES)
    campaign.tell(CallEnded(3_000, talking))
    assert campaign.pacer.decide(3_000).place == 2


def test_calls_a_second_hold_over_any_time():
    campaign = Campaign(1000, calls_per_s=2.5)
    placed = 0
    for now in range(0, 20_000, 100):
        number = campaign.pacer.decide(now).place
        campaign.dial(now, number)
        placed += number
    assert 48 <= placed <= 51


def test_no_more_than_there_is_to_dial():
    decision = Campaign(10).pacer.decide(0, [HERE] * 3)
    assert (decision.place, decision.reason) == (3, Reason.NOTHING_LEFT)
    assert Campaign(10).pacer.decide(0, []).place == 0


def test_agents_reserved_for_inbound_are_not_dialled_for():
    assert Campaign(5).pacer.decide(0, reserved=2).place == 3
    assert Campaign(5).pacer.decide(0, reserved=9).place == 0


@pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.PREVIEW, Mode.TIMED])
def test_some_modes_are_dialled_by_hand(mode):
    decision = Campaign(5, mode=mode).pacer.decide(0)
    assert (decision.place, decision.reason) == (0, Reason.BY_HAND)


@pytest.mark.parametrize("mode", [Mode.NOTICE, Mode.SURVEY])
def test_some_modes_need_no_agents(mode):
    decision = Campaign(mode=mode, lines=7).pacer.decide(0)
    assert (decision.place, decision.reason) == (7, Reason.LINES)


def test_facts_about_strangers_are_ignored():
    campaign = Campaign(1)
    campaign.tell(
        CallAnswered(1, "x"),
        CallRang(1, "x"),
        CallMissed(1, "x"),
        CallWithdrawn(1, "x"),
        CallLost(1, "x"),
        CallEnded(1, "x"),
        AgentLeaving(1, "x"),
        AgentLeft(1, "x"),
    )
    assert campaign.pacer.budget.answers == 0
    assert campaign.pacer.floor.idle == 1


def test_idle_agents_are_counted_right_through_leaving():
    campaign = Campaign(2)
    floor = campaign.pacer.floor
    campaign.tell(AgentLeaving(1, "a0"))
    assert floor.idle == 1
    campaign.tell(AgentTurned(2, "a0", AWAY))
    assert floor.idle == 1
    campaign.tell(AgentTurned(3, "a0", IDLE))
    assert floor.idle == 2
    campaign.tell(AgentTurned(3, "a0", IDLE), AgentLeaving(4, "a0"), AgentLeft(5, "a0"))
    assert floor.idle == 1
    campaign.tell(AgentTurned(6, "a1", TALKING), AgentLeft(9_000, "a1"))
    assert (floor.idle, floor.agents) == (0, {})
