"""Amounts of money: exact inside, rounded once, to the minor unit of their currency.

Inside a calculation an amount is a `Fraction`, so that a price per minute times a number of seconds
loses nothing. It becomes a `Decimal` when a line is written, by the plan's rounding.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from openseat.core.errors import CoreError

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
        "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN "
        "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
        "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST YER ZAR ZMW"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}

MINOR_UNITS: dict[str, int] = {
    code: places for places, codes in _CODES.items() for code in codes.split()
}
"""Decimal places of each currency, by its ISO 4217 code."""


class Rounding(StrEnum):
    """What becomes of half a minor unit."""

    HALF_UP = "half_up"
    """Away from zero, as commerce and Chinese accounting do."""
    HALF_EVEN = "half_even"
    """To the even neighbour."""


def minor_units(currency: str) -> int:
    """Return how many decimal places a currency has.

    Raises:
        CoreError: `currency.unknown`.
    """
    places = MINOR_UNITS.get(currency)
    if places is None:
        raise CoreError("currency.unknown", currency=currency)
    return places


def rounded(amount: Fraction, places: int, rounding: Rounding) -> Decimal:
    """Return an amount that is not negative, rounded to decimal places."""
    scaled = amount * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    doubled = 2 * rest
    if doubled > scaled.denominator or (
        doubled == scaled.denominator and (rounding is Rounding.HALF_UP or whole % 2)
    ):
        whole += 1
    return Decimal(whole).scaleb(-places)
