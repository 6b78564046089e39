"""The accumulator behind every figure: whole counts and whole milliseconds, nothing else.

A `Tally` says how much happened in one place during one stretch of time. Two tallies merge by
adding, so the figures of a day are the sum of its quarter hours and the figures of a client the
sum of its queues. Ratios are made from a tally at the very edge (`openseat.core.kpi.ratios`) and
are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from openseat.core.events import AgentState
from openseat.core.identity import Milliseconds


@dataclass(slots=True)
class Tally:
    """What happened; all fields are counts, or milliseconds where the name ends in `_ms`."""

    # -- queues: one for each time a call was offered to a queue
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    """Left while waiting, short abandons not included."""
    short_abandoned: int = 0
    overflowed: int = 0
    queued: int = 0
    """Calls that waited at all before they left the queue."""
    within_target: int = 0
    """Answered no later than the queue's service-level time."""
    abandoned_within_target: int = 0
    """Abandoned, shortly or not, no later than the queue's service-level time."""
    answered_wait_ms: Milliseconds = 0
    abandoned_wait_ms: Milliseconds = 0
    short_abandoned_wait_ms: Milliseconds = 0
    overflowed_wait_ms: Milliseconds = 0
    longest_wait_ms: Milliseconds = 0
    """The one field that merges by the greater value."""

    # -- calls
    calls_in: int = 0
    calls_out: int = 0
    calls_internal: int = 0
    calls_blocked: int = 0
    """Refused for want of capacity; they are among `calls_in`."""
    calls_refused: int = 0
    """Refused for another reason: unknown number, blacklist."""
    calls_ended: int = 0
    calls_connected: int = 0
    """Ended calls whose customer's leg was answered."""
    calls_by_flow: int = 0
    """Ended calls that a flow served and no agent."""
    calls_by_agent: int = 0
    """Calls that at least one agent handled."""
    calls_transferred: int = 0
    """Handled calls that were sent on to another agent, each counted once."""
    call_ms: Milliseconds = 0
    billable_ms: Milliseconds = 0
    """Answered to ended."""
    callbacks_promised: int = 0
    voicemails: int = 0

    # -- segments and offers
    handled: int = 0
    """Segments that are over."""
    talk_ms: Milliseconds = 0
    hold_ms: Milliseconds = 0
    after_call_work_ms: Milliseconds = 0
    transfers: int = 0
    """Times a customer was sent on, to whatever target."""
    offers: int = 0
    offers_accepted: int = 0
    offers_missed: int = 0
    """Offers that the agent refused or let ring out, or whose phone could not be reached."""
    ring_ms: Milliseconds = 0
    """Ringing before accepted offers."""

    # -- agents' time, split at interval borders
    sign_ins: int = 0
    breaks: int = 0
    """Busy spells that lasted at least the agent's minimum."""
    idle_ms: Milliseconds = 0
    reserved_ms: Milliseconds = 0
    ringing_ms: Milliseconds = 0
    talking_ms: Milliseconds = 0
    holding_ms: Milliseconds = 0
    consulting_ms: Milliseconds = 0
    conferencing_ms: Milliseconds = 0
    after_call_ms: Milliseconds = 0
    busy_ms: Milliseconds = 0
    outbound_only_ms: Milliseconds = 0
    disconnected_ms: Milliseconds = 0

    # -- what customers said
    ratings: int = 0
    rating_points: int = 0
    """Sum of the scores."""
    rating_scale: int = 0
    """Sum of the best scores that could have been given."""

    @property
    def waiting(self) -> int:
        """Calls offered that are still in the queue."""
        return (
            self.offered - self.answered - self.abandoned - self.short_abandoned - self.overflowed
        )

    @property
    def wait_ms(self) -> Milliseconds:
        """Time in queue of all calls that have left it."""
        return (
            self.answered_wait_ms
            + self.abandoned_wait_ms
            + self.short_abandoned_wait_ms
            + self.overflowed_wait_ms
        )

    @property
    def signed_in_ms(self) -> Milliseconds:
        """Time signed in: every state but signed out, by definition their sum."""
        return sum(getattr(self, name) for name in STATE_FIELDS.values())

    @property
    def ready_ms(self) -> Milliseconds:
        """Signed-in time in which the agent worked or could have: neither busy nor disconnected."""
        return self.signed_in_ms - self.busy_ms - self.disconnected_ms

    @property
    def contact_ms(self) -> Milliseconds:
        """Time spent on contacts: talking, holding, consulting, conferencing."""
        return self.talking_ms + self.holding_ms + self.consulting_ms + self.conferencing_ms

    def add(self, other: Tally) -> None:
        """Merge `other` into this tally."""
        for name in FIELDS:
            value = getattr(other, name)
            if value:
                mine = getattr(self, name)
                setattr(self, name, max(mine, value) if name in GREATEST else mine + value)

    def __bool__(self) -> bool:
        """Tell whether anything happened."""
        return any(getattr(self, name) for name in FIELDS)


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Tally))
"""Names of the stored fields, in order; a table of tallies has one column for each."""

GREATEST: frozenset[str] = frozenset({"longest_wait_ms"})
"""Fields that merge by the greater value; all others add."""

STATE_FIELDS: dict[AgentState, str] = {
    AgentState.IDLE: "idle_ms",
    AgentState.RESERVED: "reserved_ms",
    AgentState.RINGING: "ringing_ms",
    AgentState.TALKING: "talking_ms",
    AgentState.HOLDING: "holding_ms",
    AgentState.CONSULTING: "consulting_ms",
    AgentState.CONFERENCING: "conferencing_ms",
    AgentState.AFTER_CALL_WORK: "after_call_ms",
    AgentState.BUSY: "busy_ms",
    AgentState.OUTBOUND_ONLY: "outbound_only_ms",
    AgentState.DISCONNECTED: "disconnected_ms",
}
"""Where the time of each signed-in state is kept."""


def merge(*tallies: Tally) -> Tally:
    """Return the sum of tallies, leaving them alone; of none, an empty one.

    Associative and commutative, with the empty tally as neutral element.
    """
    return total(tallies)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies as `merge` does."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole
