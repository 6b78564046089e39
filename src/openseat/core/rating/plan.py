"""Rate plans: what a client pays for what. Immutable; a changed price is a new plan version."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from openseat.core.errors import CoreError
from openseat.core.events import Direction
from openseat.core.rating.money import Rounding, minor_units
from openseat.core.rating.numbers import NumberClass

HUNDRED = Decimal(100)
ZERO = Decimal(0)

LARGEST_PRICE = Decimal(10**12)
PRICE_PLACES = 8
PERCENT_PLACES = 4
"""With these, a discounted price has at most 25 digits: decimal arithmetic (28) stays exact."""


class ProRata(StrEnum):
    """What a part of a month costs."""

    BY_DAY = "by_day"
    """The month's price times the days used ÷ the days of that month."""
    FULL_MONTH = "full_month"
    """The whole month's price, however few days were used."""
    HALF_MONTHS = "half_months"
    """Half the price for up to 15 days of a month, the whole price for more."""


class SeatType(StrEnum):
    """Whose seat it is, and whose people sit on it."""

    EXCLUSIVE_OWN_STAFF = "exclusive_own_staff"
    """For one client, with the client's own people."""
    EXCLUSIVE_OPERATOR_STAFF = "exclusive_operator_staff"
    """For one client, with the operator's people."""
    SHARED = "shared"
    """Shared by several clients, with the operator's people."""


class FeeTerm(StrEnum):
    """How often a number's fee falls due."""

    ONCE = "once"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPrice:
    """The price of one seat for one calendar month."""

    seat_type: SeatType
    monthly: Decimal
    pro_rata: ProRata = ProRata.BY_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From `from_seconds` charged in the period on, a minute costs `per_minute`."""

    from_seconds: int
    per_minute: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPrice:
    """What calls of one direction cost.

    A call's charged seconds are its connected time raised to `first_s`, then to whole `step_s`.
    Tiers are graduated: every second costs what its tier says, whatever comes after. No tier is
    below `floor_per_minute`, and no discount takes a minute below it.
    """

    direction: Direction
    tiers: tuple[Tier, ...]
    per_call: Decimal = ZERO
    """For each connected call, on top of its minutes."""
    floor_per_minute: Decimal = ZERO
    first_s: int = 60
    step_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFee:
    """What holding a number of a class costs."""

    number_class: NumberClass
    term: FeeTerm
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StoragePrice:
    """What keeping recordings costs.

    `quota_mb` megabytes (10^6 bytes, on average over the period) are free; beyond them each
    100 MB cost `per_100_mb_year` for 365 days.
    """

    quota_mb: int
    per_100_mb_year: Decimal


class DiscountOn(StrEnum):
    """What a discount is given on."""

    SEATS = "seats"
    MINUTES = "minutes"
    CALLS = "calls"
    NUMBERS = "numbers"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePlan:
    """All prices of one contract.

    Raises:
        CoreError: `rate_plan.invalid` with the field, or `currency.unknown`, when made with
            values that have no meaning.
    """

    plan_id: str
    currency: str
    rounding: Rounding = Rounding.HALF_UP
    seats: tuple[SeatPrice, ...] = ()
    calls: tuple[CallPrice, ...] = ()
    numbers: tuple[NumberFee, ...] = ()
    storage: StoragePrice | None = None
    minimum: Decimal = ZERO
    """Least to pay for each whole calendar month that the period covers."""
    discounts: dict[DiscountOn, Decimal] = field(default_factory=dict[DiscountOn, Decimal])
    """Per cent off the listed prices."""

    def __post_init__(self) -> None:
        """Refuse prices that could not be charged."""
        minor_units(self.currency)
        _check_price("minimum", self.minimum)
        _unique("seats", [price.seat_type for price in self.seats])
        _unique("calls", [price.direction for price in self.calls])
        _unique("numbers", [fee.number_class for fee in self.numbers])
        for seat in self.seats:
            _check_price("seats.monthly", seat.monthly)
        for price in self.calls:
            _check_calls(price)
        for fee in self.numbers:
            _check_price("numbers.amount", fee.amount)
        if self.storage is not None:
            _require("storage.quota_mb", self.storage.quota_mb >= 0)
            _check_price("storage.per_100_mb_year", self.storage.per_100_mb_year)
        for percent in self.discounts.values():
            _check_decimal("discounts", percent, HUNDRED, PERCENT_PLACES)

    def call_price(self, direction: Direction) -> CallPrice | None:
        """Return the price of calls of a direction, None where they cost nothing."""
        return next((price for price in self.calls if price.direction is direction), None)

    def discount(self, on: DiscountOn) -> Decimal:
        """Return the per cent off, 0 where none was agreed."""
        return self.discounts.get(on, ZERO)


def _check_calls(price: CallPrice) -> None:
    _require("calls.direction", price.direction is not Direction.INTERNAL)
    _require("calls.first_s", price.first_s >= 0)
    _require("calls.step_s", price.step_s >= 1)
    _check_price("calls.per_call", price.per_call)
    _check_price("calls.floor_per_minute", price.floor_per_minute)
    starts = [tier.from_seconds for tier in price.tiers]
    _require("calls.tiers", starts[:1] == [0] and starts == sorted(set(starts)))
    for tier in price.tiers:
        _check_price("calls.tiers.per_minute", tier.per_minute)
        _require("calls.floor_per_minute", tier.per_minute >= price.floor_per_minute)


def _check_price(name: str, value: Decimal) -> None:
    _check_decimal(name, value, LARGEST_PRICE, PRICE_PLACES)


def _check_decimal(name: str, value: Decimal, largest: Decimal, places: int) -> None:
    _require(name, value.is_finite() and 0 <= value <= largest)
    _require(name, value == round(value, places))


def _unique(name: str, values: list[str]) -> None:
    _require(name, len(set(values)) == len(values))


def _require(name: str, good: bool) -> None:
    if not good:
        raise CoreError("rate_plan.invalid", field=name)
