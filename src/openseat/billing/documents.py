"""What the API takes and shows of prices, leases and invoices. Money is decimal text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, PlainSerializer

from openseat.core.events import Direction
from openseat.core.rating import (
    DiscountOn,
    FeeTerm,
    LineKind,
    NumberClass,
    ProRata,
    Rounding,
    SeatType,
)
from openseat.platform.fields import E164, Id, Label, Strict, Zone

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)

_PLAIN = PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")

Price = Annotated[Decimal, Field(ge=0, le=10**12, max_digits=20, decimal_places=8), _PLAIN]
"""An amount of money in the plan's currency, as decimal text."""
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4), _PLAIN]
Exact = Annotated[Decimal, _PLAIN]
"""A decimal number as text."""
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Seconds = Annotated[int, Field(ge=0, le=10**9)]


class SeatPriceDocument(Strict):
    """The price of one seat for one calendar month."""

    seat_type: SeatType
    monthly: Price
    pro_rata: ProRata = Field(ProRata.BY_DAY, description="What a part of a month costs")


class TierDocument(Strict):
    """From `from_seconds` charged in the period on, a minute costs `per_minute`."""

    from_seconds: Seconds
    per_minute: Price


class CallPriceDocument(Strict):
    """What connected calls of a direction cost."""

    direction: Literal[Direction.INBOUND, Direction.OUTBOUND]
    tiers: Annotated[
        tuple[TierDocument, ...],
        Field(
            min_length=1,
            max_length=20,
            description="Graduated: the first from 0 seconds, then ascending",
        ),
    ]
    per_call: Price = Decimal(0)
    floor_per_minute: Price = Field(Decimal(0), description="No discount goes below it")
    first_s: Annotated[int, Field(ge=0, le=3600)] = Field(60, description="Least that is charged")
    step_s: Annotated[int, Field(ge=1, le=3600)] = Field(60, description="Charged in whole steps")


class NumberFeeDocument(Strict):
    """What holding a number of a class costs."""

    number_class: NumberClass
    term: FeeTerm
    amount: Price


class StoragePriceDocument(Strict):
    """Recordings beyond `quota_mb` (average of the period) cost by the 100 MB and 365 days."""

    quota_mb: Annotated[int, Field(ge=0, le=10**12)]
    per_100_mb_year: Price


class PricesDocument(Strict):
    """All prices of a plan."""

    rounding: Rounding = Field(Rounding.HALF_UP, description="Of each line, to the minor unit")
    seats: Annotated[tuple[SeatPriceDocument, ...], Field(max_length=10)] = ()
    calls: Annotated[tuple[CallPriceDocument, ...], Field(max_length=2)] = ()
    numbers: Annotated[tuple[NumberFeeDocument, ...], Field(max_length=10)] = ()
    storage: StoragePriceDocument | None = None
    minimum: Price = Field(Decimal(0), description="Least for each whole calendar month")
    discounts: dict[DiscountOn, Percent] = Field(
        default_factory=dict, description="Per cent off the listed prices"
    )


class RatePlanFields(Strict):
    """Prices of a client's contract, or of one of its projects."""

    client_id: Id
    project_id: Id | None = Field(None, description="For this project's calls and leases alone")
    name: Label
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
    time_zone: Zone = "Asia/Shanghai"
    prices: PricesDocument
    valid_from: Day
    valid_until: Day | None = Field(None, description="First day on which it is not in force")


class RatePlan(RatePlanFields):
    """A rate plan. Its prices never change: other prices are another plan."""

    id: str
    created_at: datetime
    version: int


class SeatLeaseFields(Strict):
    """Seats rented out."""

    client_id: Id
    project_id: Id | None = None
    seat_type: SeatType
    seats: Annotated[int, Field(ge=1, le=100_000)]
    first_day: Day
    end_day: Day | None = Field(None, description="First day on which they are not rented")


class SeatLease(SeatLeaseFields):
    """A lease of seats."""

    id: str
    created_at: datetime
    version: int


class NumberLeaseFields(Strict):
    """A telephone number held for a client."""

    client_id: Id
    project_id: Id | None = None
    number: E164
    first_day: Day
    end_day: Day | None = Field(None, description="First day on which it is not held")


class NumberLease(NumberLeaseFields):
    """A lease of a number."""

    number_class: NumberClass = Field(description="By the pattern of its last digits")
    id: str
    created_at: datetime
    version: int


class PlanEnd(Strict):
    """When a plan stops being in force."""

    valid_until: Day | None


class LeaseEnd(Strict):
    """When a lease ends."""

    end_day: Day | None


class InvoiceRequest(Strict):
    """Which invoice to make."""

    rate_plan_id: Id
    first_day: Day
    end_day: Day = Field(description="The day after the last; not before it is over")


class LineDocument(BaseModel):
    """One line of an invoice."""

    no: int
    kind: LineKind
    item: str = Field(description="Seat type, direction or number")
    first_day: date
    end_day: date
    quantity: Exact = Field(description="Seat-months, seconds, calls, fees, 100 MB-years")
    price: Exact = Field(description="Of a seat-month, a minute, a call, a fee, a 100 MB-year")
    amount: Exact
    tier: int | None
    calls: int = Field(description="How many calls are behind it")
    first_seq: int | None = Field(description="Journal number of the first call's end")
    last_seq: int | None


class InvoiceHead(BaseModel):
    """An invoice without its lines."""

    id: str
    number: str = Field(description="Without gaps within a year")
    client_id: str
    rate_plan_id: str
    first_day: date
    end_day: date
    time_zone: str
    currency: str
    total: Exact
    call_seconds: Exact = Field(description="Answered to ended, of all its calls")
    rating_version: int
    last_seq: int = Field(description="How far the journal had been read")
    created_at: datetime
    created_by: str


class InvoiceDocument(InvoiceHead):
    """An invoice; the total is the sum of the lines' amounts."""

    lines: list[LineDocument]


class Preview(BaseModel):
    """What an invoice would be now."""

    client_id: str
    rate_plan_id: str
    first_day: date
    end_day: date
    currency: str
    total: Exact
    call_seconds: Exact
    lines: list[LineDocument]


class ChargeDocument(BaseModel):
    """What one call adds to a line, before the line is rounded."""

    call_id: str
    seq: int
    seconds: int = Field(description="Charged seconds; 0 for a price per call")
    price: Exact
    amount: Exact


class InvoiceCheck(BaseModel):
    """Whether an invoice can be made again, the same, from the journal."""

    reproduced: bool
    differences: list[str]


class CallCharge(BaseModel):
    """One item of what a call costs."""

    kind: LineKind
    tier: int | None
    seconds: int
    price: Exact
    amount: Exact


class CallCharges(BaseModel):
    """What a call costs."""

    call_id: str
    state: Literal["invoiced", "estimated", "running", "free"] = Field(
        description="`estimated` until its period is invoiced; `free` where no plan prices it"
    )
    rate_plan_id: str | None
    invoice_id: str | None
    invoice_number: str | None
    currency: str | None
    billable_s: float = Field(description="Answered to ended")
    amount: Exact | None = Field(description="Rounded to the currency's minor unit")
    charges: list[CallCharge]
