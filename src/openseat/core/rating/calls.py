"""Rating calls: charged seconds, graduated tiers, the price of one call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from openseat.core.events import Direction
from openseat.core.identity import Milliseconds
from openseat.core.rating.plan import HUNDRED, CallPrice, DiscountOn, RatePlan, Tier
from openseat.core.rating.usage import CallUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One item of what a call costs: exact, not rounded."""

    call_id: str
    seq: int
    direction: Direction
    tier: int | None
    """Number of the tier its seconds fell into, from 0; None for the price per call."""
    seconds: int
    """Charged seconds; 0 for the price per call."""
    price: Decimal
    """Of a minute, or of the call; discounts are taken off."""
    amount: Fraction


def charged_seconds(price: CallPrice, billable_ms: Milliseconds) -> int:
    """Return the seconds a call is charged for; 0 for one that was never connected."""
    if billable_ms <= 0:
        return 0
    step_ms = 1000 * price.step_s
    beyond_ms = max(0, billable_ms - 1000 * price.first_s)
    return price.first_s + -(-beyond_ms // step_ms) * price.step_s


def graduated(tiers: tuple[Tier, ...], used: int, seconds: int) -> tuple[tuple[int, int], ...]:
    """Part seconds among tiers, after `used` seconds: (tier's number, seconds in it) in order.

    Parting a + b seconds gives the same as parting a, and then b after `used` + a.
    """
    parts: list[tuple[int, int]] = []
    at, end = used, used + seconds
    for number in range(len(tiers)):
        last = number + 1 == len(tiers)
        until = end if last else min(end, tiers[number + 1].from_seconds)
        if until > at:
            parts.append((number, until - at))
            at = until
    return tuple(parts)


def minute_price(plan: RatePlan, price: CallPrice, tier: Tier) -> Decimal:
    """Return what a minute of a tier costs: discounted, but not below the floor price."""
    return max(
        discounted(tier.per_minute, plan.discount(DiscountOn.MINUTES)), price.floor_per_minute
    )


def discounted(listed: Decimal, percent: Decimal) -> Decimal:
    """Return a price with per cents taken off, exact."""
    return (listed * (HUNDRED - percent)).scaleb(-2)


def call_charges(plan: RatePlan, call: CallUsage, used_seconds: int) -> tuple[Charge, ...]:
    """Return what a call costs: its minutes tier by tier, then the price per call.

    `used_seconds` is what calls of its direction before it were charged for in the period.
    Nothing for a call that was never connected or whose direction has no price.
    """
    price = plan.call_price(call.direction)
    if price is None or call.billable_ms <= 0:
        return ()
    charges: list[Charge] = []
    for number, seconds in graduated(
        price.tiers, used_seconds, charged_seconds(price, call.billable_ms)
    ):
        per_minute = minute_price(plan, price, price.tiers[number])
        amount = Fraction(per_minute) * seconds / 60
        charges.append(_charge(call, number, seconds, per_minute, amount))
    if price.per_call:
        per_call = discounted(price.per_call, plan.discount(DiscountOn.CALLS))
        charges.append(_charge(call, None, 0, per_call, Fraction(per_call)))
    return tuple(charges)


def all_charges(plan: RatePlan, calls: Iterable[CallUsage]) -> list[Charge]:
    """Return the charges of a period's calls, rated in the order in which they ended."""
    used: dict[Direction, int] = {}
    charges: list[Charge] = []
    for call in sorted(calls, key=lambda call: (call.seq, call.call_id)):
        found = call_charges(plan, call, used.get(call.direction, 0))
        used[call.direction] = used.get(call.direction, 0) + sum(c.seconds for c in found)
        charges += found
    return charges


def _charge(
    call: CallUsage, tier: int | None, seconds: int, price: Decimal, amount: Fraction
) -> Charge:
    return Charge(
        call_id=call.call_id,
        seq=call.seq,
        direction=call.direction,
        tier=tier,
        seconds=seconds,
        price=price,
        amount=amount,
    )
