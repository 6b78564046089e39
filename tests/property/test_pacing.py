"""Properties of pacing: odds against exact convolution, and decisions in random histories."""

from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core.pacing import Mode, Pacer, PacingRules
from openseat.core.pacing.events import (
    AWAY,
    IDLE,
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
)
from openseat.core.pacing.odds import counts, short

chances = st.lists(st.floats(0.0, 0.9), max_size=25)


def convolved(each):
    """Returns the exact distribution of how many of these come true."""
    result = [1.0]
    for chance in each:
        result = [
            before * (1 - chance) + after * chance
            for before, after in zip([*result, 0.0], [0.0, *result], strict=True)
        ]
    return result


def moments(each):
    return sum(each), sum(chance * (1 - chance) for chance in each)


@given(chances, chances, st.integers(-3, 12))
def test_the_odds_are_near_the_exact_ones(supply, demand, free):
    none, one = short(free, moments(supply), moments(demand))
    exact = [0.0, 0.0]
    for have, p in enumerate(convolved(supply)):
        for want, q in enumerate(convolved(demand)):
            left = free + have - want
            if left <= 0:
                exact[0] += p * q
            elif left == 1:
                exact[1] += p * q
    # Two moments do not tell a mixture of near-certain and unlikely ones apart; that is the worst.
    assert abs(none - exact[0]) < 0.16
    assert abs(one - exact[1]) < 0.16


@given(st.floats(0.0, 60.0), st.floats(0.05, 3.0))
def test_a_count_has_its_mean(mean, ratio):
    each = counts(mean, mean * ratio)
    assert abs(sum(each) - 1) < 1e-9
    assert min(each) >= 0
    assert abs(sum(k * p for k, p in enumerate(each)) - mean) < 0.02 + 0.02 * mean


@given(chances, chances, st.integers(0, 8))
def test_one_more_agent_never_raises_the_risk(supply, demand, free):
    less, more = (short(have, moments(supply), moments(demand))[0] for have in (free, free + 1))
    assert more <= less + 1e-9


class World:
    """A campaign in which anything may happen; checks the pacer's picture of it."""

    def __init__(self, mode, limit=0.03):
        self.pacer = Pacer(PacingRules(mode=mode, lines=40, nuisance_limit=limit))
        self.now = 0
        self.number = 0
        self.ringing, self.waiting, self.talking = [], [], []
        self.agents = {}

    def act(self, kind, pick):
        acts = [self.join, self.turn, self.leave, self.answer, self.connect, self.end, self.miss]
        acts[kind % len(acts)](pick)

    def tell(self, fact):
        self.pacer.observe(fact)

    def join(self, pick):
        self.turn_to(f"a{pick % 8}", IDLE)

    def turn(self, pick):
        if self.agents:
            name = sorted(self.agents)[pick % len(self.agents)]
            self.turn_to(name, [IDLE, AWAY, "talking", "after-call work", "closing"][pick % 5])

    def turn_to(self, name, state):
        self.agents[name] = state
        self.tell(AgentTurned(self.now, name, state))

    def leave(self, pick):
        if self.agents:
            name = sorted(self.agents)[pick % len(self.agents)]
            del self.agents[name]
            self.tell(AgentLeft(self.now, name))

    def answer(self, pick):
        if self.ringing:
            call = self.ringing.pop(pick % len(self.ringing))
            self.waiting.append(call)
            self.tell(CallAnswered(self.now, call))

    def connect(self, pick):
        if self.waiting:
            call = self.waiting.pop(pick % len(self.waiting))
            if pick % 3:
                self.talking.append(call)
                self.tell(CallConnected(self.now, call))
            else:
                self.tell(CallLost(self.now, call))

    def end(self, pick):
        if self.talking:
            self.tell(CallEnded(self.now, self.talking.pop(pick % len(self.talking))))

    def miss(self, pick):
        if self.ringing:
            self.tell(CallMissed(self.now, self.ringing.pop(pick % len(self.ringing))))

    def decide(self):
        decision = self.pacer.decide(self.now, [Cell("s", 9)] * 30)
        idle = sum(state == IDLE for state in self.agents.values())
        under_way = len(self.ringing) + len(self.waiting) + len(self.talking)
        assert self.pacer.floor.idle == idle
        assert 0 <= decision.place <= max(0, 40 - under_way)
        assert set(decision.give_up) <= set(self.ringing)
        if not self.agents or all(state == AWAY for state in self.agents.values()):
            assert decision.place == 0
        spare = max(0, idle - len(self.waiting) - len(self.ringing))
        if self.pacer.rules.mode is Mode.PROGRESSIVE or not self.pacer.rules.nuisance_limit:
            assert decision.place <= spare
        assert decision.place >= min(spare, 30, max(0, 40 - under_way))
        for call in decision.give_up:
            self.ringing.remove(call)
            self.tell(CallWithdrawn(self.now, call))
        for _ in range(decision.place):
            self.number += 1
            self.ringing.append(f"c{self.number}")
            self.tell(CallPlaced(self.now, self.ringing[-1], Cell("s", 9)))
            if self.number % 3:
                self.tell(CallRang(self.now, self.ringing[-1]))
        return decision


steps = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 30), st.integers(0, 9_000)), max_size=120
)


@settings(max_examples=60, deadline=None)
@given(steps, st.sampled_from([Mode.PREDICTIVE, Mode.PROGRESSIVE]), st.sampled_from([0.0, 0.03]))
def test_whatever_happens_no_call_is_placed_that_could_not_be_served(history, mode, limit):
    world = World(mode, limit)
    for kind, pick, later in history:
        world.now += later
        world.act(kind, pick)
        world.decide()


@settings(max_examples=20, deadline=None)
@given(steps)
def test_the_same_history_gives_the_same_decisions(history):
    def decisions():
        world = World(Mode.PREDICTIVE)
        found = []
        for kind, pick, later in history:
            world.now += later
            world.act(kind, pick)
            found.append(world.decide())
        return found

    assert decisions() == decisions()
