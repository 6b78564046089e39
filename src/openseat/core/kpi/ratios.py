"""The voice KPIs: ratios made from a tally, and from what only other areas know.

Every function returns None over nothing (a KPI over no events is undefined, never 0). Rates are
in 0..1, times in seconds. The number in each docstring is the KPI's in docs/reference/kpi.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from openseat.core.identity import Instant, Milliseconds
from openseat.core.kpi.tally import Tally

RING_CADENCE_MS: Final = 5000
"""One ring where the network's tone is 1 s on, 4 s off."""

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000


class ServiceLevelVariant(StrEnum):
    """How abandoned calls count in the service level.

    On any data each variant is at least the one before it.
    """

    ABANDONS_MISSED = "abandons_missed"
    """Answered in time ÷ offered."""
    ABANDONS_IGNORED = "abandons_ignored"
    """Answered in time ÷ (offered - abandoned in time)."""
    ABANDONS_MET = "abandons_met"
    """(Answered in time + abandoned in time) ÷ offered."""


def share(part: int, whole: int) -> float | None:
    """Return part ÷ whole, None over nothing."""
    return part / whole if whole else None


def mean_s(spent_ms: Milliseconds, times: int) -> float | None:
    """Return a mean in seconds, None over nothing."""
    return spent_ms / (1000 * times) if times else None


def average_after_call_work(tally: Tally) -> float | None:
    """1: mean after-call work per handled segment, seconds."""
    return mean_s(tally.after_call_work_ms, tally.handled)


def adherence(tally: Tally, scheduled_ms: Milliseconds) -> float | None:
    """2: signed-in ready time ÷ scheduled time."""
    return share(tally.ready_ms, scheduled_ms)


def average_time_to_abandon(tally: Tally) -> float | None:
    """3: mean wait of abandoned calls, short abandons apart, seconds."""
    return mean_s(tally.abandoned_wait_ms, tally.abandoned)


def cost_per_call(tally: Tally, cost: Decimal) -> Fraction | None:
    """4: all cost ÷ all calls that came in, exact, in the unit of `cost`."""
    return Fraction(cost) / tally.calls_in if tally.calls_in else None


def average_handle_time(tally: Tally) -> float | None:
    """5: talk + hold + after-call work per handled segment, seconds."""
    return mean_s(tally.talk_ms + tally.hold_ms + tally.after_call_work_ms, tally.handled)


def average_hold_time(tally: Tally) -> float | None:
    """6: mean time on hold per handled segment, seconds."""
    return mean_s(tally.hold_ms, tally.handled)


def average_rings(tally: Tally, cadence_ms: Milliseconds = RING_CADENCE_MS) -> float | None:
    """7: mean number of rings before an agent picked up: ring time ÷ cadence per accepted offer."""
    return share(tally.ring_ms, tally.offers_accepted * cadence_ms)


def average_queue_time(tally: Tally) -> float | None:
    """8: mean time in queue of all calls that waited at all and have left, seconds."""
    return mean_s(tally.wait_ms, tally.queued)


def average_speed_of_answer(tally: Tally) -> float | None:
    """9: queue time of answered calls ÷ answered calls, seconds."""
    return mean_s(tally.answered_wait_ms, tally.answered)


def average_talk_time(tally: Tally) -> float | None:
    """10: mean talk per handled segment, hold excluded, seconds."""
    return mean_s(tally.talk_ms, tally.handled)


def calls_per_hour(tally: Tally) -> float | None:
    """11: handled segments ÷ signed-in hours."""
    return share(tally.handled * HOUR_MS, tally.signed_in_ms)


def monitoring_score(scores: Collection[Decimal]) -> Decimal | None:
    """12: mean evaluation score, in the scorecard's own unit."""
    return sum(scores, Decimal()) / len(scores) if scores else None


def occupancy(tally: Tally) -> float | None:
    """13: (talk + hold) ÷ (talk + hold + idle), of agents' time."""
    return share(tally.contact_ms, tally.contact_ms + tally.idle_ms)


def occupancy_with_after_call_work(tally: Tally) -> float | None:
    """13, second figure: after-call work counts as work."""
    work = tally.contact_ms + tally.after_call_ms
    return share(work, work + tally.idle_ms)


def abandon_rate(tally: Tally) -> float | None:
    """14: abandoned ÷ offered to queues, short abandons apart."""
    return share(tally.abandoned, tally.offered)


def short_abandon_rate(tally: Tally) -> float | None:
    """14, apart: short abandons ÷ offered to queues."""
    return share(tally.short_abandoned, tally.offered)


def attendance(present: Collection[str], scheduled: Collection[str]) -> float | None:
    """15: scheduled agents who were present ÷ agents scheduled, by agent id.

    Agents who came without being scheduled raise neither number.
    """
    due = set(scheduled)
    return share(len(due & set(present)), len(due))


def blocked_rate(tally: Tally) -> float | None:
    """16: calls refused for want of capacity ÷ calls that came in."""
    return share(tally.calls_blocked, tally.calls_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact as first-contact resolution sees it."""

    at: Instant
    customer: str
    """Who: a customer id, or the caller's number."""
    matter: str
    """About what: an order, a disposition, or the project where nothing finer is known."""


def first_contact_resolution(
    contacts: Iterable[Contact], known_until: Instant, days: int = 7
) -> float | None:
    """17: contacts without a repeat about the same matter within `days` ÷ contacts.

    A contact without a repeat so far, whose days are not over at `known_until`, is neither
    resolved nor unresolved yet and is left out.
    """
    within = days * DAY_MS
    latest: dict[tuple[str, str], Instant] = {}
    settled = resolved = 0
    for contact in sorted(contacts, key=lambda contact: contact.at, reverse=True):
        matter = (contact.customer, contact.matter)
        next_at = latest.get(matter)
        latest[matter] = contact.at
        if next_at is not None and next_at - contact.at < within:
            settled += 1
        elif contact.at + within <= known_until:
            settled += 1
            resolved += 1
    return share(resolved, settled)


def queued_rate(tally: Tally) -> float | None:
    """18: calls that waited at all ÷ calls offered."""
    return share(tally.queued, tally.offered)


def transfer_rate(tally: Tally) -> float | None:
    """19: handled calls transferred to another agent ÷ handled calls."""
    return share(tally.calls_transferred, tally.calls_by_agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A promised call-back; `made_at` is None while it has not been made."""

    due_at: Instant
    made_at: Instant | None = None


def callback_completion(callbacks: Collection[Callback]) -> float | None:
    """20: promised call-backs made in time ÷ promised."""
    in_time = sum(1 for one in callbacks if one.made_at is not None and one.made_at <= one.due_at)
    return share(in_time, len(callbacks))


def service_level(tally: Tally, variant: ServiceLevelVariant) -> float | None:
    """21: offered calls answered within the queue's time ÷ offered, in three variants."""
    if variant is ServiceLevelVariant.ABANDONS_MISSED:
        return share(tally.within_target, tally.offered)
    if variant is ServiceLevelVariant.ABANDONS_IGNORED:
        return share(tally.within_target, tally.offered - tally.abandoned_within_target)
    return share(tally.within_target + tally.abandoned_within_target, tally.offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """Agents of one kind of employment over a period."""

    at_start: int
    at_end: int
    leavers: int


def turnover(headcount: Headcount) -> float | None:
    """23: leavers in the period ÷ average headcount; full time and part time are asked apart."""
    return share(2 * headcount.leavers, headcount.at_start + headcount.at_end)


def satisfaction(tally: Tally) -> float | None:
    """Customers' scores as a share of the best they could have given (standard query 18)."""
    return share(tally.rating_points, tally.rating_scale)
