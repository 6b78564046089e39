"""When a busy agent will be free, given what the agent does and for how long already.

Work is a semi-Markov chain: each state (talking, a stage of the script, after-call work) has its
own durations, and a share of its departures to each next state. The chance to be free within so
many seconds is the chance to leave in each second times the chance that what follows is over in
the time that is left. Who goes on a break from a state is not free after it: that is learnt as
one more next state.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from operator import mul
from typing import Final

from openseat.core.pacing.durations import EDGES, Durations
from openseat.core.pacing.events import AWAY, IDLE

STEP_S: Final = 3
"""Seconds of one step of the outlook."""
STEPS: Final = 12
HORIZON_S: Final = STEP_S * STEPS

Curve = tuple[float, ...]
"""A chance at the end of each step."""
NEVER: Final[Curve] = (0.0,) * STEPS


def with_variance(curve: Curve) -> Curve:
    """Return the chances, and after them the variance of each: sums of these are moments."""
    return (*curve, *(chance * (1 - chance) for chance in curve))


@dataclass(slots=True)
class _State:
    durations: Durations
    nexts: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    fresh: list[float] = field(default_factory=list[float])
    """Chance to be free 0, 1 … seconds after coming into the state."""
    after: list[float] = field(default_factory=list[float])
    """Chance to be free so many seconds after leaving it, the longest time first."""


class Availability:
    """The chain of all agents' states, learnt as they go.

    Args:
        prior_s: how long work lasts before anything is known of it.
    """

    def __init__(self, prior_s: float = 120.0) -> None:
        self._prior_s = prior_s
        self._states: dict[str, _State] = {}
        self._curves: dict[tuple[str, int], Curve] = {}

    def left(self, state: str, seconds: float, to: str) -> None:
        """Learn that an agent left a state after so long, and for what."""
        known = self._known(state)
        known.durations.add(seconds, left=True)
        known.nexts[to] = known.nexts[to] + 1

    def cut(self, state: str, seconds: float) -> None:
        """Learn that a state lasted at least so long."""
        self._known(state).durations.add(seconds, left=False)

    def evidence(self, state: str) -> float:
        """Return how many departures from the state are known."""
        return self._known(state).durations.departures

    def refresh(self, running: dict[str, list[float]]) -> None:
        """Work out everything anew; `running` are the seconds of those in each state now."""
        self._curves.clear()
        for name in running:
            self._known(name)
        for name, state in self._states.items():
            state.durations.refresh(running.get(name, ()))
            state.fresh = [0.0]
            state.after = [0.0] * (HORIZON_S + 1)
        leaving = {
            name: _steps(state.durations.left_within(0.0, HORIZON_S))
            for name, state in self._states.items()
        }
        # Every departure takes a second at least: what follows is known for fewer seconds already.
        for ahead in range(HORIZON_S + 1):
            for state in self._states.values():
                state.after[HORIZON_S - ahead] = self._free_after(state, ahead)
            for name, state in self._states.items():
                state.fresh.append(_free(leaving[name], state.after, ahead + 1))

    def free_within(self, state: str, elapsed_s: float) -> Curve:
        """Return the chance that who is in `state` for so long is free at each step's end.

        After the chances come their variances.
        """
        place = bisect_right(EDGES, elapsed_s) - 1 if elapsed_s > 0 else 0
        key = (state, place)
        curve = self._curves.get(key)
        if curve is None:
            curve = self._curves[key] = with_variance(self._curve(state, elapsed_s))
        return curve

    def _curve(self, name: str, elapsed_s: float) -> Curve:
        if name == AWAY:
            return NEVER
        if name not in self._states:
            self._known(name)
        state = self._states[name]
        if not state.after:
            return NEVER  # it was seen for the first time since the last refresh
        leaving = _steps(state.durations.left_within(elapsed_s, HORIZON_S))
        return tuple(
            _free(leaving, state.after, ahead) for ahead in range(STEP_S, HORIZON_S + 1, STEP_S)
        )

    def _free_after(self, state: _State, ahead: int) -> float:
        """Return the chance to be free so many seconds after leaving a state."""
        # One departure to nowhere is assumed: what has never been seen is not counted upon.
        total = sum(state.nexts.values()) + 1
        free = 0.0
        for to, count in state.nexts.items():
            if to == IDLE:
                free += count / total
            elif to in self._states:
                free += count / total * self._states[to].fresh[ahead]
        return free

    def _known(self, name: str) -> _State:
        state = self._states.get(name)
        if state is None:
            state = self._states[name] = _State(Durations(self._prior_s))
        return state


def _free(leaving: list[float], after: list[float], ahead: int) -> float:
    """Return the chance to be free in `ahead` seconds, leaving in each of them with a chance.

    `after` is the chance to be free so many seconds after that, the longest time first.
    """
    begin = HORIZON_S - ahead + 1
    return sum(map(mul, leaving[1 : ahead + 1], after[begin : HORIZON_S + 1]))


def _steps(within: list[float]) -> list[float]:
    """Return the chance to leave in each second, from the chance to have left by each."""
    return [0.0, *(after - before for before, after in pairwise(within))]
