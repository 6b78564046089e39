"""Rating: from prices and usage to the lines of an invoice, in exact money."""

from openseat.core.rating.calls import Charge, all_charges, call_charges, charged_seconds
from openseat.core.rating.invoice import VERSION, Invoice, Line, LineKind, invoice
from openseat.core.rating.money import Rounding, minor_units, rounded
from openseat.core.rating.numbers import NumberClass, number_class
from openseat.core.rating.plan import (
    CallPrice,
    DiscountOn,
    FeeTerm,
    NumberFee,
    ProRata,
    RatePlan,
    SeatPrice,
    SeatType,
    StoragePrice,
    Tier,
)
from openseat.core.rating.usage import (
    CallUsage,
    NumberLease,
    Period,
    SeatLease,
    StorageUsage,
    Usage,
)

__all__ = [
    "VERSION",
    "CallPrice",
    "CallUsage",
    "Charge",
    "DiscountOn",
    "FeeTerm",
    "Invoice",
    "Line",
    "LineKind",
    "NumberClass",
    "NumberFee",
    "NumberLease",
    "Period",
    "ProRata",
    "RatePlan",
    "Rounding",
    "SeatLease",
    "SeatPrice",
    "SeatType",
    "StoragePrice",
    "StorageUsage",
    "Tier",
    "Usage",
    "all_charges",
    "call_charges",
    "charged_seconds",
    "invoice",
    "minor_units",
    "number_class",
    "rounded",
]
