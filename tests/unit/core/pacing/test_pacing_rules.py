"""Small rules: budget, preview, appointments, blending."""

import pytest

from openseat.core.pacing import (
    AppointmentRules,
    BlendRules,
    Due,
    Inbound,
    Mode,
    NuisanceBudget,
    PacingRules,
    PreviewRules,
    Turn,
)


class TestBudget:
    def test_next_to_nothing_may_be_risked_before_one_loss_is_earned(self):
        budget = NuisanceBudget(0.03, answers=34)
        assert budget.price(0.0) == budget.least < 0.002
        budget.answered()
        assert 10 * budget.least < budget.price(0.0) < 0.03

    def test_what_is_pending_counts_as_spent(self):
        budget = NuisanceBudget(0.03, answers=90)
        assert budget.price(0.0) > budget.price(1.5) > budget.least
        assert budget.price(2.0) == budget.least

    def test_the_price_has_a_ceiling(self):
        assert NuisanceBudget(0.03, answers=100_000).price(0.0) == pytest.approx(0.12)

    def test_at_the_limit_next_to_nothing_is_risked(self):
        budget = NuisanceBudget(0.03, answers=1000, lost=30)
        assert budget.price(0.0) == budget.least
        assert budget.rate == 0.03

    def test_a_routine_campaign_comes_to_its_limit_gently(self):
        prices = [NuisanceBudget(0.03, 2000, lost).price(0.0) for lost in (54, 57)]
        between = NuisanceBudget(0.03, 2010, 58).price(0.0)
        assert prices[0] > prices[1] > between > 0.0015

    def test_a_new_window_forgets(self):
        budget = NuisanceBudget(0.03, answers=1000, lost=10)
        budget.begin()
        assert (budget.answers, budget.lost, budget.rate) == (0, 0, 0.0)

    def test_a_limit_of_nothing_allows_nothing(self):
        assert NuisanceBudget(0.0, answers=100_000).price(0.0) == 0.0


class TestRules:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"nuisance_limit": 1.1},
            {"nuisance_limit": -0.1},
            {"agent_within_ms": -1},
            {"lines": -1},
            {"mode": Mode.NOTICE},
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, wrong):
        with pytest.raises(ValueError, match=r"not negative|lines"):
            PacingRules(**wrong)


class TestPreview:
    def test_the_time_ends_with_a_dial_or_without(self):
        rules = PreviewRules(within_ms=30_000)
        assert [rules.due(1_000, now) for now in (1_000, 30_999, 31_000)] == [
            Due.WAIT,
            Due.WAIT,
            Due.DIAL,
        ]
        back = PreviewRules(within_ms=30_000, dials_by_itself=False)
        assert back.due(0, 30_000) is Due.TAKE_BACK

    def test_without_a_time_it_waits(self):
        rules = PreviewRules(within_ms=None)
        assert rules.deadline(5) is None
        assert rules.due(0, 10**9) is Due.WAIT

    def test_skipping_has_an_end(self):
        rules = PreviewRules(skips_in_a_row=2)
        assert [rules.may_skip(skipped) for skipped in (0, 1, 2)] == [True, True, False]
        assert PreviewRules(skips_in_a_row=None).may_skip(100)


class TestAppointments:
    rules = AppointmentRules(early_ms=60, own_agent_ms=300, late_ms=1800)

    def turn(self, now, **who):
        return self.rules.turn(1000, now, **{"has_agent": True, "agent_serves": True, **who})

    def test_its_own_agent_may_be_early_and_has_some_time(self):
        assert [self.turn(now) for now in (939, 940, 1299, 1300)] == [
            Turn.EARLY,
            Turn.OWN_AGENT,
            Turn.OWN_AGENT,
            Turn.ANY_AGENT,
        ]

    def test_anybody_calls_at_its_time_when_its_agent_is_away(self):
        assert self.turn(999, agent_serves=False) is Turn.OWN_AGENT
        assert self.turn(1000, agent_serves=False) is Turn.ANY_AGENT

    def test_without_a_certain_agent_it_is_not_early(self):
        assert self.turn(999, has_agent=False) is Turn.EARLY
        assert self.turn(1000, has_agent=False) is Turn.ANY_AGENT

    def test_too_late_is_missed(self):
        assert self.turn(2800) is Turn.ANY_AGENT
        assert self.turn(2801) is Turn.MISSED


class TestBlending:
    def test_waiting_contacts_take_an_agent_each(self):
        assert BlendRules(kept_idle=1).reserve(Inbound(3, None), 20) == 4

    def test_a_low_service_level_takes_more_the_lower_it_is(self):
        rules = BlendRules(target=0.8, share=0.5)
        reserves = [rules.reserve(Inbound(0, level), 20) for level in (0.9, 0.8, 0.6, 0.0)]
        assert reserves == [0, 0, 3, 10]

    def test_no_more_than_there_are(self):
        assert BlendRules(kept_idle=50).reserve(Inbound(9, 0.0), 8) == 8
