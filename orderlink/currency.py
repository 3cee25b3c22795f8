"""PURE: currencies and their smallest amounts (ISO 4217), and sums split into these."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UZS
    VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES: Final = frozenset(_CODES.split())
"""The codes in use."""

_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE.split(), 3)


def decimals_of(currency: str) -> int:
    """Tell how many decimals amounts of a currency have; two where it is not known."""
    return _DECIMALS.get(currency, 2)


def unit_of(currency: str) -> Decimal:
    """Give the smallest amount of a currency: a cent, a yen, a fils."""
    return Decimal(1).scaleb(-decimals_of(currency))


def split_by_largest_remainder(
    total: Decimal, weights: Iterable[Decimal], unit: Decimal = Decimal("0.01")
) -> list[Decimal]:
    """Split `total` in proportion to `weights` so that the parts add up exactly.

    Every part is a multiple of `unit`; what rounding leaves over goes to the largest remainders,
    the earlier part first. All weights zero: the parts are equal.
    """
    weights = list(weights)
    whole = sum(weights, Decimal(0))
    if not weights:
        return []
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    exact = [total * weight / whole / unit for weight in weights]
    parts = [part.to_integral_value("ROUND_FLOOR") for part in exact]
    left = int((total / unit).to_integral_value(ROUND_HALF_UP) - sum(parts))
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[:left]:
        parts[index] += 1
    return [part * unit for part in parts]
