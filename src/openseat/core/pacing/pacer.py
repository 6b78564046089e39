"""The pacer: how many calls to place now, and which ringing ones to give up.

`observe` what happens, `decide` at every change and at least once a second. A decision is a pure
function of what was observed; nothing is drawn by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openseat.core.pacing.availability import Curve
from openseat.core.pacing.budget import NuisanceBudget
from openseat.core.pacing.events import CallPlaced, Cell, PacingFact
from openseat.core.pacing.floor import CampaignFloor, RingingCall
from openseat.core.pacing.outlook import MOST_A_DECISION, Outlook
from openseat.core.pacing.rules import BY_HAND, WITHOUT_AGENTS, Mode, PacingRules

REFRESH_MS: Final = 60_000
"""How often what was learnt about durations is worked out anew."""
_GIVE_UP_AT: Final = 0.35
"""Chance to find nobody from which a call that may be given up is given up."""
_NOWHERE: Final = Cell("", 0)


class Reason(StrEnum):
    """What kept a decision from placing one more call."""

    NO_AGENTS = "no_agents"
    EVERY_AGENT_HAS_A_CALL = "every_agent_has_a_call"
    RISK = "risk"
    BUDGET = "budget"
    BY_HAND = "by_hand"
    LINES = "lines"
    CALLS_PER_S = "calls_per_s"
    MOST_AT_ONCE = "most_at_once"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now, and why not more."""

    place: int
    give_up: tuple[str, ...]
    """Ringing calls to end: they rang long enough, and nobody would be there."""
    reason: Reason
    price: float
    """Chance of a loss that an answer may cost at present."""
    risk: float
    """Chance of a loss for each answer, of the first call that was not placed."""


class Pacer:
    """Paces one campaign.

    Notices and surveys need no agent: what paces them are lines and calls a second. Manual,
    preview and timed calls are dialled by an agent, or when they are due: see
    `openseat.core.pacing.preview` and `openseat.core.pacing.appointments`.
    """

    def __init__(self, rules: PacingRules) -> None:
        self.rules = rules
        self.budget = NuisanceBudget(rules.nuisance_limit)
        self.floor = CampaignFloor(rules.agent_within_ms, self.budget)
        self._refreshed_at: int | None = None
        self._last = _NOWHERE
        self._allowance = 0.0
        self._allowed_at: int | None = None

    def observe(self, fact: PacingFact) -> None:
        """Take up a fact."""
        if isinstance(fact, CallPlaced):
            self._last = fact.cell
            self._allowance -= 1
        self.floor.observe(fact)

    def decide(
        self, now: int, coming: Sequence[Cell] | None = None, *, reserved: int = 0
    ) -> Decision:
        """Return what to do now.

        Args:
            now: milliseconds.
            coming: cells of the records that would be dialled next, in order; without it there
                are always more like the last one.
            reserved: idle agents who are left to inbound calls.
        """
        floor = self.floor
        if self._refreshed_at is None or now - self._refreshed_at >= REFRESH_MS:
            self._refreshed_at = now
            floor.refresh(now)
        if self.rules.mode in BY_HAND:
            return Decision(0, (), Reason.BY_HAND, 0.0, 0.0)
        if self.rules.mode in WITHOUT_AGENTS:
            most, reason = self._most(now, coming)
            return Decision(most, (), reason, 0.0, 0.0)
        free = floor.idle - reserved - len(floor.waiting)
        most, reason = self._most(now, coming)
        if not floor.agents:
            return Decision(0, self._rang_enough(now), Reason.NO_AGENTS, 0.0, 1.0)
        certain = min(most, max(0, free - len(floor.ringing)))
        if self.rules.mode is Mode.PROGRESSIVE:
            if certain < most:
                reason = Reason.EVERY_AGENT_HAS_A_CALL
            return Decision(certain, (), reason, 0.0, 0.0)
        return self._predict(now, free, certain, most, reason, coming)

    def _predict(
        self,
        now: int,
        free: int,
        certain: int,
        most: int,
        reason: Reason,
        coming: Sequence[Cell] | None,
    ) -> Decision:
        outlook = self._outlook(now, free)
        give_up: tuple[str, ...] = ()
        if free <= 0 and self.floor.ringing and outlook.none_free() > _GIVE_UP_AT:
            give_up = self._rang_enough(now)
        placed, risk = 0, 0.0
        price = self.budget.price(outlook.pending())
        while placed < most:
            call = self._rings(RingingCall(now, self._cell(placed, coming)), now)
            if placed >= certain:
                lost, brought = outlook.cost(call)
                risk = lost / brought if brought > 0 else 1.0
                price = self.budget.price(outlook.pending() + lost)
                if risk > price:
                    reason = Reason.RISK if price > self.budget.least else Reason.BUDGET
                    break
            outlook.add_call(call)
            placed += 1
        return Decision(placed, give_up, reason, price, risk)

    def _outlook(self, now: int, free: int) -> Outlook:
        floor = self.floor
        known = floor.availability
        busy = list(floor.busy())
        evidence = min(map(known.evidence, {worker.state for worker in busy}), default=0.0)
        agents = [known.free_within(worker.state, (now - worker.since) // 1000) for worker in busy]
        calls = [self._rings(call, now) for call in floor.ringing.values()]
        doubts = 1 / (4 + evidence), 1 / floor.answering.evidence
        return Outlook(free, agents, calls, doubts)

    def _rings(self, call: RingingCall, now: int) -> Curve:
        """Return when a call is answered, and when before it may be given up."""
        ringing = self.floor.answering.outlook(call.cell)
        rang_s = (now - call.placed_at) // 1000
        least = self.rules.least_ring_ms
        if least is None:
            return ringing.within(rang_s)
        if call.rings_since is None:
            set_up = max(self.floor.set_up_ms, now - call.placed_at)
        else:
            set_up = call.rings_since - call.placed_at
        # It is looked at once a second: one second more than the least time cannot be avoided.
        return ringing.within(rang_s, int(set_up + least) // 1000 + 1)

    def _cell(self, index: int, coming: Sequence[Cell] | None) -> Cell:
        if not coming:
            return self._last
        return coming[min(index, len(coming) - 1)]

    def _most(self, now: int, coming: Sequence[Cell] | None) -> tuple[int, Reason]:
        """Return how many calls may be placed whatever the odds, and what limits them."""
        floor, rules = self.floor, self.rules
        most, reason = MOST_A_DECISION, Reason.MOST_AT_ONCE
        if coming is not None and len(coming) < most:
            most, reason = len(coming), Reason.NOTHING_LEFT
        if rules.lines is not None:
            left = rules.lines - len(floor.ringing) - len(floor.waiting) - len(floor.talking)
            if left < most:
                most, reason = max(0, left), Reason.LINES
        if rules.calls_per_s is not None:
            since = now if self._allowed_at is None else self._allowed_at
            more = self._allowance + (now - since) / 1000 * rules.calls_per_s
            self._allowance = min(max(1.0, rules.calls_per_s), more)
            if self._allowed_at is None:
                self._allowance = 1.0
            self._allowed_at = now
            if self._allowance < most:
                most, reason = max(0, int(self._allowance)), Reason.CALLS_PER_S
        return most, reason

    def _rang_enough(self, now: int) -> tuple[str, ...]:
        least = self.rules.least_ring_ms
        if least is None:
            return ()
        return tuple(
            call_id
            for call_id, call in self.floor.ringing.items()
            if call.rings_since is not None and now - call.rings_since >= least
        )
