"""The floor's clock goes forward, whatever is done to the machine's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openseat.floor.clock import SLEW, FloorClock


class Machine:
    """A wall clock that can be set, and a counter that cannot."""

    def __init__(self) -> None:
        self.wall, self.counter = 1_790_000_000.0, 50.0

    def clock(self) -> FloorClock:
        return FloorClock(lambda: self.wall, lambda: self.counter)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.counter += seconds


def test_it_tells_the_wall_clocks_time():
    machine = Machine()
    clock = machine.clock()
    machine.passes(12.5)
    assert clock.now() == 1_790_000_012_500
    assert abs(clock.error_s()) < 1e-6


def test_a_wall_clock_set_back_stretches_nothing():
    machine = Machine()
    clock = machine.clock()
    before = clock.now()
    machine.wall -= 3_600
    machine.passes(10)
    assert 9_900 <= clock.now() - before <= 10_000
    assert -3_600 < clock.error_s() < -3_599


def test_a_wall_clock_set_forward_shortens_nothing():
    machine = Machine()
    clock = machine.clock()
    before = clock.now()
    machine.wall += 86_400
    machine.passes(10)
    assert 10_000 <= clock.now() - before <= 10_000 * (1 + SLEW) + 1


def test_small_errors_are_worked_off():
    machine = Machine()
    clock = machine.clock()
    machine.wall += 0.2
    for _ in range(60):
        machine.passes(1)
        clock.now()
    assert abs(clock.error_s()) < 1e-6


@given(
    st.lists(
        st.tuples(st.floats(min_value=0, max_value=100), st.floats(min_value=-1e6, max_value=1e6)),
        max_size=40,
    )
)
def test_it_never_goes_back_and_never_runs_much_faster_than_time(events):
    machine = Machine()
    clock = machine.clock()
    last = clock.now()
    for passed, jump in events:
        machine.wall += jump
        machine.passes(passed)
        now = clock.now()
        assert passed * (1 - SLEW) * 1000 - 2 <= now - last <= passed * (1 + SLEW) * 1000 + 2
        last = now
