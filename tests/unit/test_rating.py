"""Prices against amounts worked out by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from openseat.core.errors import CoreError
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
    call_charges,
    charged_seconds,
    invoice,
    minor_units,
    number_class,
    rounded,
)
from openseat.core.rating.usage import anniversary

JUNE = Period(first=date(2026, 6, 1), end=date(2026, 7, 1))
IN, OUT = Direction.INBOUND, Direction.OUTBOUND
SHARED = SeatType.SHARED


def plan(**prices):
    return RatePlan(plan_id="p", **{"currency": "CNY", **prices})


def minutes(*tiers, direction=IN, **more):
    return CallPrice(
        direction=direction,
        tiers=tuple(Tier(from_seconds=start, per_minute=Decimal(price)) for start, price in tiers),
        **more,
    )


def call(seconds, seq=1, direction=IN):
    return CallUsage(
        call_id=f"c{seq}", seq=seq, direction=direction, billable_ms=int(seconds * 1000)
    )


def amounts(of_plan, **usage):
    made = invoice(of_plan, Usage(period=JUNE, **usage))
    return [line.amount for line in made.lines]


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "half_up", "half_even"),
        [
            ("0.005", "0.01", "0.00"),
            ("0.015", "0.02", "0.02"),
            ("0.0149", "0.01", "0.01"),
            ("0.0151", "0.02", "0.02"),
            ("7", "7.00", "7.00"),
        ],
    )
    def test_half_a_cent(self, amount, half_up, half_even):
        assert rounded(Fraction(amount), 2, Rounding.HALF_UP) == Decimal(half_up)
        assert rounded(Fraction(amount), 2, Rounding.HALF_EVEN) == Decimal(half_even)

    def test_a_third_is_rounded_from_the_exact_value(self):
        assert rounded(Fraction(2, 3), 4, Rounding.HALF_UP) == Decimal("0.6667")

    def test_the_places_are_those_of_the_currency(self):
        assert [minor_units(code) for code in ("JPY", "CNY", "KWD")] == [0, 2, 3]
        assert str(rounded(Fraction(5), 3, Rounding.HALF_UP)) == "5.000"
        with pytest.raises(CoreError, match=r"currency\.unknown"):
            minor_units("XXX")


class TestNumberClass:
    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            ("+8621-5555-1888", "AAA"),
            ("4001123", "ABC"),
            ("4001987", "ABC"),
            ("4001223", "AAB"),
            ("4001332", "AAB"),
            ("4001422", "AAB"),
            ("4001373", "ABA"),
            ("4001372", "ordinary"),
            ("4001136", "ordinary"),
            ("4001246", "ordinary"),
            ("12", "ordinary"),
        ],
    )
    def test_the_last_three_digits_decide(self, number, expected):
        assert number_class(number) == NumberClass(expected)


class TestCalls:
    @pytest.mark.parametrize(
        ("seconds", "first_s", "step_s", "charged"),
        [
            (0, 60, 60, 0),
            (0.001, 60, 60, 60),
            (60, 60, 60, 60),
            (60.001, 60, 60, 120),
            (61, 30, 6, 66),
            (5, 0, 1, 5),
            (4.2, 0, 1, 5),
        ],
    )
    def test_connected_time_is_raised_to_increments(self, seconds, first_s, step_s, charged):
        price = minutes((0, "1"), first_s=first_s, step_s=step_s)
        assert charged_seconds(price, int(seconds * 1000)) == charged

    def test_a_call_across_a_tier_is_two_charges(self):
        of_plan = plan(calls=(minutes((0, "0.30"), (600, "0.20")),))
        charges = call_charges(of_plan, call(180), used_seconds=540)
        assert [(c.tier, c.seconds, c.amount) for c in charges] == [
            (0, 60, Fraction("0.30")),
            (1, 120, Fraction("0.40")),
        ]

    def test_a_call_never_connected_or_without_a_price_costs_nothing(self):
        of_plan = plan(calls=(minutes((0, "0.30"), per_call=Decimal("0.10")),))
        assert call_charges(of_plan, call(0), 0) == ()
        assert call_charges(of_plan, call(60, direction=OUT), 0) == ()

    def test_the_price_per_call_comes_on_top(self):
        of_plan = plan(calls=(minutes((0, "0.30"), per_call=Decimal("0.10")),))
        made = invoice(of_plan, Usage(period=JUNE, calls=(call(61, 3), call(5, 2))))
        assert [(line.kind, line.quantity, line.amount) for line in made.lines] == [
            (LineKind.MINUTES, 180, Decimal("0.90")),
            (LineKind.CALLS, 2, Decimal("0.20")),
        ]
        assert made.total == Decimal("1.10")

    def test_a_line_knows_the_calls_and_the_stretch_of_the_journal_behind_it(self):
        of_plan = plan(calls=(minutes((0, "0.30")), minutes((0, "0.10"), direction=OUT)))
        made = invoice(
            of_plan,
            Usage(period=JUNE, calls=(call(61, 30), call(5, 20), call(1, 25, OUT), call(0, 40))),
        )
        inbound, outbound = made.lines
        assert (inbound.item, inbound.calls, inbound.first_seq, inbound.last_seq) == (
            "inbound",
            2,
            20,
            30,
        )
        assert [charge.call_id for charge in inbound.charges] == ["c20", "c30"]
        assert [charge.call_id for charge in outbound.charges] == ["c25"]

    def test_a_discount_stops_at_the_floor_price(self):
        of_plan = plan(
            calls=(
                minutes(
                    (0, "0.30"), (60, "0.20"), floor_per_minute=Decimal("0.18"), per_call=Decimal(1)
                ),
            ),
            discounts={DiscountOn.MINUTES: Decimal(20), DiscountOn.CALLS: Decimal(50)},
        )
        made = invoice(of_plan, Usage(period=JUNE, calls=(call(120),)))
        assert [line.price for line in made.lines] == [
            Decimal("0.24"),
            Decimal("0.18"),
            Decimal("0.50"),
        ]
        assert made.total == Decimal("0.92")

    def test_a_second_costs_a_sixtieth_of_a_minute(self):
        of_plan = plan(calls=(minutes((0, "0.10"), first_s=0, step_s=1),))
        assert amounts(of_plan, calls=(call(1),)) == [Decimal("0.00")]
        assert amounts(of_plan, calls=tuple(call(1, n) for n in range(60))) == [Decimal("0.10")]


class TestSeats:
    def lease(self, first, end=None, seats=5):
        return SeatLease(lease_id="l", seat_type=SHARED, seats=seats, first=first, end=end)

    @pytest.mark.parametrize(
        ("pro_rata", "first", "end", "expected"),
        [
            (ProRata.BY_DAY, date(2026, 6, 1), None, "5000.00"),
            (ProRata.BY_DAY, date(2026, 6, 16), None, "2500.00"),
            (ProRata.BY_DAY, date(2026, 5, 1), date(2026, 6, 8), "1166.67"),
            (ProRata.FULL_MONTH, date(2026, 6, 30), None, "5000.00"),
            (ProRata.HALF_MONTHS, date(2026, 6, 16), None, "2500.00"),
            (ProRata.HALF_MONTHS, date(2026, 6, 15), None, "5000.00"),
        ],
    )
    def test_a_part_of_a_month(self, pro_rata, first, end, expected):
        price = SeatPrice(seat_type=SHARED, monthly=Decimal(1000), pro_rata=pro_rata)
        assert amounts(plan(seats=(price,)), seats=(self.lease(first, end),)) == [Decimal(expected)]

    @pytest.mark.parametrize("pro_rata", list(ProRata))
    def test_a_month_without_a_day_is_no_line(self, pro_rata):
        price = SeatPrice(seat_type=SHARED, monthly=Decimal(1000), pro_rata=pro_rata)
        for lease in (self.lease(date(2026, 7, 1)), self.lease(date(2026, 1, 1), JUNE.first)):
            assert amounts(plan(seats=(price,)), seats=(lease,)) == []

    def test_a_seat_type_without_a_price_costs_nothing(self):
        assert amounts(plan(), seats=(self.lease(JUNE.first),)) == []

    def test_each_calendar_month_is_a_line_of_its_own(self):
        price = SeatPrice(seat_type=SHARED, monthly=Decimal(310))
        period = Period(first=date(2026, 1, 31), end=date(2026, 3, 2))
        made = invoice(
            plan(seats=(price,), discounts={DiscountOn.SEATS: Decimal(10)}),
            Usage(period=period, seats=(self.lease(date(2025, 1, 1), seats=1),)),
        )
        assert [line.amount for line in made.lines] == [
            Decimal("9.00"),
            Decimal("279.00"),
            Decimal("9.00"),
        ]
        assert [line.quantity for line in made.lines] == [Fraction(1, 31), 1, Fraction(1, 31)]


class TestNumbers:
    @pytest.mark.parametrize(
        ("term", "first", "end", "times"),
        [
            (FeeTerm.ONCE, date(2026, 6, 1), None, 1),
            (FeeTerm.ONCE, date(2026, 5, 31), None, 0),
            (FeeTerm.ONCE, date(2026, 7, 1), None, 0),
            (FeeTerm.YEARLY, date(2026, 6, 30), None, 1),
            (FeeTerm.YEARLY, date(2024, 6, 15), None, 1),
            (FeeTerm.YEARLY, date(2024, 6, 15), date(2026, 6, 15), 0),
            (FeeTerm.YEARLY, date(2024, 7, 15), None, 0),
            (FeeTerm.MONTHLY, date(2020, 1, 1), None, 1),
            (FeeTerm.MONTHLY, date(2026, 6, 30), None, 1),
            (FeeTerm.MONTHLY, date(2020, 1, 1), date(2026, 6, 1), 0),
        ],
    )
    def test_a_fee_is_due_at_the_start_of_each_term(self, term, first, end, times):
        fee = NumberFee(number_class=NumberClass.AAA, term=term, amount=Decimal(100))
        lease = NumberLease(number="400888", first=first, end=end)
        expected = [Decimal(100)] if times else []
        assert amounts(plan(numbers=(fee,)), numbers=(lease,)) == expected

    def test_a_month_that_an_invoice_is_split_in_is_due_once(self):
        fee = NumberFee(number_class=NumberClass.AAA, term=FeeTerm.MONTHLY, amount=Decimal(100))
        lease = NumberLease(number="400888", first=date(2020, 1, 1))
        half = Period(first=date(2026, 6, 16), end=date(2026, 7, 1))
        made = invoice(plan(numbers=(fee,)), Usage(period=half, numbers=(lease,)))
        assert made.lines == ()

    def test_several_years_in_one_period_are_one_line(self):
        fee = NumberFee(number_class=NumberClass.AAA, term=FeeTerm.YEARLY, amount=Decimal(100))
        lease = NumberLease(number="400888", first=date(2024, 2, 29))
        period = Period(first=date(2024, 1, 1), end=date(2027, 1, 1))
        made = invoice(
            plan(numbers=(fee,), discounts={DiscountOn.NUMBERS: Decimal(5)}),
            Usage(period=period, numbers=(lease,)),
        )
        assert [(line.quantity, line.amount) for line in made.lines] == [(3, Decimal("285.00"))]

    def test_a_class_without_a_fee_is_free(self):
        lease = NumberLease(number="400888", first=JUNE.first)
        assert amounts(plan(), numbers=(lease,)) == []

    def test_a_leap_day_has_its_anniversary_on_the_28th(self):
        assert anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
        assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


class TestStorage:
    PRICE = StoragePrice(quota_mb=1000, per_100_mb_year=Decimal("36.50"))

    def kept(self, megabytes):
        period_ms = 30 * 86_400_000
        return StorageUsage(byte_ms=megabytes * 1_000_000 * period_ms, period_ms=period_ms)

    def test_beyond_the_quota_each_hundred_megabytes_cost_by_the_day(self):
        assert amounts(plan(storage=self.PRICE), storage=self.kept(1500)) == [Decimal("15.00")]

    def test_within_the_quota_it_is_free(self):
        assert amounts(plan(storage=self.PRICE), storage=self.kept(1000)) == []
        assert amounts(plan(storage=self.PRICE)) == []
        assert amounts(plan(), storage=self.kept(1500)) == []

    def test_it_can_be_discounted(self):
        of_plan = plan(storage=self.PRICE, discounts={DiscountOn.STORAGE: Decimal(10)})
        assert amounts(of_plan, storage=self.kept(1500)) == [Decimal("13.50")]


class TestMinimum:
    def test_the_last_line_tops_up_to_it(self):
        of_plan = plan(calls=(minutes((0, "0.30")),), minimum=Decimal(500))
        made = invoice(of_plan, Usage(period=JUNE, calls=(call(60),)))
        assert made.lines[-1].kind is LineKind.MINIMUM
        assert made.lines[-1].amount == Decimal("499.70")
        assert made.total == Decimal("500.00")

    def test_a_part_of_a_month_has_none(self):
        half = Period(first=date(2026, 6, 1), end=date(2026, 6, 30))
        made = invoice(plan(minimum=Decimal(500)), Usage(period=half))
        assert made.lines == ()
        assert str(made.total) == "0.00"

    def test_an_invoice_above_it_is_left_alone(self):
        of_plan = plan(calls=(minutes((0, "30")),), minimum=Decimal(30))
        assert amounts(of_plan, calls=(call(60),)) == [Decimal(30)]


@pytest.mark.parametrize(
    ("field", "prices"),
    [
        ("minimum", {"minimum": Decimal(-1)}),
        ("minimum", {"minimum": Decimal("NaN")}),
        ("minimum", {"minimum": Decimal("1E13")}),
        ("minimum", {"minimum": Decimal("0.123456789")}),
        ("seats", {"seats": (SeatPrice(seat_type=SHARED, monthly=Decimal(1)),) * 2}),
        ("seats.monthly", {"seats": (SeatPrice(seat_type=SHARED, monthly=Decimal(-1)),)}),
        ("calls.tiers", {"calls": (minutes(),)}),
        ("calls.tiers", {"calls": (minutes((1, "1")),)}),
        ("calls.tiers", {"calls": (minutes((0, "1"), (60, "1"), (60, "1")),)}),
        ("calls.tiers.per_minute", {"calls": (minutes((0, "-1")),)}),
        ("calls.floor_per_minute", {"calls": (minutes((0, "1"), floor_per_minute=Decimal(2)),)}),
        ("calls.direction", {"calls": (minutes((0, "1"), direction=Direction.INTERNAL),)}),
        ("calls.first_s", {"calls": (minutes((0, "1"), first_s=-1),)}),
        ("calls.step_s", {"calls": (minutes((0, "1"), step_s=0),)}),
        ("storage.quota_mb", {"storage": StoragePrice(quota_mb=-1, per_100_mb_year=Decimal(1))}),
        ("discounts", {"discounts": {DiscountOn.SEATS: Decimal(101)}}),
        (
            "numbers.amount",
            {
                "numbers": (
                    NumberFee(
                        number_class=NumberClass.AAA, term=FeeTerm.ONCE, amount=Decimal("Infinity")
                    ),
                )
            },
        ),
    ],
)
def test_a_plan_that_could_not_be_charged_is_refused(field, prices):
    with pytest.raises(CoreError) as refused:
        plan(**prices)
    assert refused.value.code == "rate_plan.invalid"
    assert refused.value.arguments == {"field": field}


def test_a_plan_in_no_currency_is_refused():
    with pytest.raises(CoreError, match=r"currency\.unknown"):
        plan(currency="cny")


def test_a_period_has_at_least_a_day():
    with pytest.raises(ValueError, match="no period"):
        Period(first=JUNE.first, end=JUNE.first)


def test_an_empty_period_of_use_is_an_invoice_over_nothing():
    made = invoice(plan(currency="JPY"), Usage(period=JUNE))
    assert (made.lines, str(made.total), made.currency) == ((), "0", "JPY")
