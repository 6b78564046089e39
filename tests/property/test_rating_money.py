"""Money adds up, on any plan and any usage."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openseat.core.events import Direction
from openseat.core.rating import (
    CallPrice,
    CallUsage,
    DiscountOn,
    FeeTerm,
    LineKind,
    NumberClass,
    NumberFee,
    NumberLease,
    Period,
    ProRata,
    RatePlan,
    Rounding,
    SeatLease,
    SeatPrice,
    SeatType,
    StoragePrice,
    StorageUsage,
    Tier,
    Usage,
    all_charges,
    call_charges,
    invoice,
    minor_units,
    rounded,
)
from openseat.core.rating.calls import graduated

DAY = st.dates(date(2024, 1, 1), date(2027, 12, 31))
PRICES = st.decimals(0, 10_000, places=4)
SECONDS = st.integers(0, 20_000)
DIRECTIONS = st.sampled_from([Direction.INBOUND, Direction.OUTBOUND])


@st.composite
def tiers(draw, floor):
    starts = sorted({0, *draw(st.lists(st.integers(1, 10_000), max_size=4))})
    return tuple(Tier(from_seconds=start, per_minute=floor + draw(PRICES)) for start in starts)


@st.composite
def call_prices(draw, direction):
    floor = draw(PRICES)
    return CallPrice(
        direction=direction,
        tiers=draw(tiers(floor)),
        per_call=draw(PRICES),
        floor_per_minute=floor,
        first_s=draw(st.sampled_from([0, 1, 30, 60])),
        step_s=draw(st.sampled_from([1, 6, 60])),
    )


@st.composite
def plans(draw):
    return RatePlan(
        plan_id="p",
        currency=draw(st.sampled_from(["CNY", "JPY", "KWD"])),
        rounding=draw(st.sampled_from(list(Rounding))),
        seats=tuple(
            SeatPrice(
                seat_type=kind, monthly=draw(PRICES), pro_rata=draw(st.sampled_from(list(ProRata)))
            )
            for kind in SeatType
        ),
        calls=tuple(
            draw(call_prices(direction)) for direction in (Direction.INBOUND, Direction.OUTBOUND)
        ),
        numbers=tuple(
            NumberFee(
                number_class=kind, term=draw(st.sampled_from(list(FeeTerm))), amount=draw(PRICES)
            )
            for kind in NumberClass
        ),
        storage=StoragePrice(quota_mb=draw(SECONDS), per_100_mb_year=draw(PRICES)),
        minimum=draw(PRICES),
        discounts=draw(
            st.dictionaries(
                st.sampled_from(list(DiscountOn)), st.decimals(0, 100, places=2), max_size=5
            )
        ),
    )


@st.composite
def call_usages(draw, largest=12):
    found = draw(st.lists(st.tuples(DIRECTIONS, st.integers(0, 3_000_000)), max_size=largest))
    return tuple(
        CallUsage(call_id=f"c{seq}", seq=seq, direction=direction, billable_ms=billable)
        for seq, (direction, billable) in enumerate(found, 1)
    )


@st.composite
def usages(draw):
    first = draw(DAY)
    period = Period(first=first, end=first + timedelta(days=draw(st.integers(1, 100))))
    leases = draw(st.lists(st.tuples(DAY, st.none() | DAY, st.integers(1, 50)), max_size=3))
    return Usage(
        period=period,
        calls=draw(call_usages()),
        seats=tuple(
            SeatLease(
                lease_id=str(n),
                seat_type=draw(st.sampled_from(list(SeatType))),
                seats=seats,
                first=start,
                end=end,
            )
            for n, (start, end, seats) in enumerate(leases)
        ),
        numbers=tuple(
            NumberLease(number=str(draw(st.integers(100, 10**11))), first=day)
            for day in draw(st.lists(DAY, max_size=3))
        ),
        storage=StorageUsage(
            byte_ms=draw(st.integers(0, 10**25)), period_ms=draw(st.integers(0, 10**10))
        ),
    )


@given(plans(), usages())
def test_the_total_is_the_sum_of_the_lines_and_nothing_is_negative(plan, usage):
    made = invoice(plan, usage)
    assert made.total == sum(line.amount for line in made.lines)
    places = minor_units(plan.currency)
    for line in made.lines:
        assert line.amount >= 0
        assert line.quantity >= 0
        assert line.amount == round(line.amount, places)
    assert made == invoice(plan, usage)
    assert made.total == made.total.quantize(Decimal(1).scaleb(-places))
    assert made.total.as_tuple().exponent == -places


@given(plans(), usages())
def test_each_line_is_its_charges_rounded_once(plan, usage):
    behind = []
    for line in invoice(plan, usage).lines:
        if line.kind in (LineKind.MINUTES, LineKind.CALLS):
            exact = sum((charge.amount for charge in line.charges), Fraction(0))
            assert line.amount == rounded(exact, minor_units(plan.currency), plan.rounding)
            assert line.calls == len({charge.call_id for charge in line.charges})
            assert line.first_seq == min(charge.seq for charge in line.charges)
            assert line.last_seq == max(charge.seq for charge in line.charges)
            behind += line.charges
        else:
            assert line.charges == ()
    charges = all_charges(plan, usage.calls)
    assert sorted(behind, key=repr) == sorted(charges, key=repr)
    assert {c.call_id for c in charges} <= {c.call_id for c in usage.calls if c.billable_ms}


@given(plans(), usages())
def test_the_sum_is_at_least_the_minimum_of_each_whole_month(plan, usage):
    made = invoice(plan, usage)
    tops = [line for line in made.lines if line.kind is LineKind.MINIMUM]
    assert len(tops) <= 1
    if tops:
        least = Fraction(plan.minimum) * tops[0].quantity
        assert made.total == rounded(least, minor_units(plan.currency), plan.rounding)


@given(plans(), call_usages(), st.randoms(use_true_random=False))
def test_the_order_in_which_usage_is_handed_over_does_not_matter(plan, calls, random):
    shuffled = list(calls)
    random.shuffle(shuffled)
    period = Period(first=date(2026, 6, 1), end=date(2026, 7, 1))
    straight = invoice(plan, Usage(period=period, calls=calls))
    assert invoice(plan, Usage(period=period, calls=tuple(shuffled))) == straight


@given(st.builds(Decimal).flatmap(tiers), SECONDS, SECONDS, SECONDS)
def test_seconds_parted_in_two_fall_into_the_same_tiers(tiers_, used, first, second):
    whole = dict(graduated(tiers_, used, first + second))
    parts: dict[int, int] = {}
    for tier, seconds in (
        *graduated(tiers_, used, first),
        *graduated(tiers_, used + first, second),
    ):
        parts[tier] = parts.get(tier, 0) + seconds
    assert parts == whole
    assert sum(whole.values()) == first + second


@given(plans(), call_usages(), DIRECTIONS, st.integers(0, 3_000_000))
def test_one_more_call_never_makes_the_calls_cheaper(plan, calls, direction, billable_ms):
    more = CallUsage(call_id="more", seq=99, direction=direction, billable_ms=billable_ms)
    before = sum(charge.amount for charge in all_charges(plan, calls))
    after = sum(charge.amount for charge in all_charges(plan, (*calls, more)))
    assert after >= before


@given(plans(), DIRECTIONS, st.integers(0, 3_000_000), st.integers(0, 3_000_000), SECONDS)
def test_a_longer_call_never_costs_less(plan, direction, one, other, used):
    short, long = sorted((one, other))

    def cost(billable_ms):
        usage = CallUsage(call_id="c", seq=1, direction=direction, billable_ms=billable_ms)
        return sum(charge.amount for charge in call_charges(plan, usage, used))

    assert cost(short) <= cost(long)


@given(plans(), call_usages())
def test_no_discount_takes_a_minute_below_the_floor(plan, calls):
    for charge in all_charges(plan, calls):
        if charge.tier is not None:
            assert charge.price >= plan.call_price(charge.direction).floor_per_minute


@given(DAY, st.integers(1, 200), st.integers(1, 199), DAY, st.none() | DAY)
def test_seats_by_the_day_cost_the_same_however_the_period_is_parted(first, days, cut, start, end):
    end_of = first + timedelta(days=days)
    middle = min(first + timedelta(days=cut), end_of)
    lease = SeatLease(lease_id="l", seat_type=SeatType.SHARED, seats=3, first=start, end=end)
    plan = RatePlan(
        plan_id="p",
        currency="CNY",
        seats=(SeatPrice(seat_type=SeatType.SHARED, monthly=Decimal(1000)),),
    )

    def seat_months(*borders):
        return sum(
            line.quantity
            for a, b in pairwise(borders)
            if a < b
            for line in invoice(plan, Usage(period=Period(first=a, end=b), seats=(lease,))).lines
        )

    assert seat_months(first, middle, end_of) == seat_months(first, end_of)
