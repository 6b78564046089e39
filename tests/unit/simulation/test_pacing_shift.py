"""Shifts on a virtual clock: the bound is one, the same people for all, the limit is kept."""

from dataclasses import replace

import pytest

from openseat.core.pacing import PacingRules
from openseat.core.pacing.events import CallAnswered, CallConnected, CallLost
from openseat.simulation.pacing.opponents import FixedRatio, Issabel, OpenSeat, Vicidial
from openseat.simulation.pacing.shift import Shift, bound_s
from openseat.simulation.pacing.world import WORLDS

STEADY = replace(WORLDS[0], hours=0.75)


def named(name, hours=0.75):
    return replace(next(world for world in WORLDS if world.name == name), hours=hours)


def openseat():
    return OpenSeat(PacingRules())


def makers():
    return {
        "openseat": openseat,
        "ratio": lambda: FixedRatio(3),
        "issabel": Issabel,
        **{
            method: (lambda method=method: Vicidial(method, 2700.0))
            for method in ("HARD_LIMIT", "AVERAGE", "TAPERED")
        },
    }


@pytest.mark.parametrize("pacer", makers())
def test_nobody_has_more_talk_than_the_bound(pacer):
    result = Shift(STEADY, 6, 1, makers()[pacer]()).run()
    assert 0.4 < result.share <= 1
    assert result.bound_s == bound_s(STEADY, 6, 1)
    assert result.placed > result.answers > result.nuisances >= 0


def test_the_same_seed_is_the_same_shift():
    first, second = (Shift(STEADY, 5, 3, openseat()).run() for _ in range(2))
    assert first == second
    assert first != Shift(STEADY, 5, 4, openseat()).run()


def test_progressive_annoys_nobody():
    for world in (STEADY, named("bursts")):
        assert Shift(world, 8, 2, FixedRatio(1)).run().nuisances == 0


@pytest.mark.parametrize("name", ["steady", "bursts", "sudden fall", "long tails", "breaks"])
def test_the_pacer_keeps_the_limit_and_gets_more_talk_than_progressive_dialling(name):
    world = named(name, hours=1.0)
    own = Shift(world, 12, 1, openseat()).run()
    progressive = Shift(world, 12, 1, FixedRatio(1)).run()
    assert own.nuisance_rate <= 0.03
    assert own.talk_s > 1.05 * progressive.talk_s


def test_a_fixed_ratio_knows_no_limit():
    assert Shift(STEADY, 5, 1, FixedRatio(3)).run().nuisance_rate > 0.1


def test_every_answer_meets_an_agent_or_is_lost():
    class Witness(FixedRatio):
        def __init__(self):
            super().__init__(3)
            self.seen = []
            tell = self.observe
            self.observe = lambda fact: (self.seen.append(fact), tell(fact))[1]

    witness = Witness()
    result = Shift(STEADY, 4, 1, witness).run()

    def number(kind):
        return sum(isinstance(fact, kind) for fact in witness.seen)

    assert number(CallAnswered) == result.answers
    assert number(CallLost) == result.nuisances
    assert 0 <= result.answers - result.nuisances - number(CallConnected) <= 2


def test_agents_take_their_breaks():
    world = replace(named("breaks", hours=2.0))
    assert [absence.at_s for absence in world.absences(0)] == [1800, 5400]
    assert bound_s(world, 4, 1) < bound_s(replace(world, break_every_s=0.0), 4, 1)
