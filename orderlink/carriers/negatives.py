"""Tell what stands in tracking fields and is no tracking code: EANs, IBANs, phones, dates."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from orderlink.carriers.checks import luhn, mod10_weighted_3_1, mod97_iso7064

if TYPE_CHECKING:
    from collections.abc import Collection

# ISO 13616: the countries whose IBANs have a length. A code is only taken for one at its length.
IBAN_COUNTRIES: Final = {
    15: "NO",
    16: "BE",
    18: "DK FI NL",
    19: "SI",
    20: "AT EE LT LU",
    21: "CH HR LI LV",
    22: "BG DE GB IE",
    24: "AD CZ ES RO SE SK",
    25: "PT",
    26: "IS TR",
    27: "FR GR IT MC SM",
    28: "CY HU PL",
    31: "MT",
}

WRITTEN: Final = (
    ("a date", r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}.*"),
    ("a phone number", r"\+[\s().-]?\d[\d\s().-]{7,18}|\(0?\d{2,5}\)[\d\s().-]{5,14}"),
    ("a phone number", r"0\d{1,4}[\s/-](?:\d[\s-]?){4,8}\d"),
    ("an Amazon order number", r"\d{3}-\d{7}-\d{7}"),
    ("an eBay order number", r"\d{2}-\d{5}-\d{5}"),
    ("a universally unique id", r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
)


def negative_as_written(text: str) -> str | None:
    """Name what a text is by the way it is written, or return None when it may hold a code."""
    stripped = text.strip()
    if not any(character.isdigit() for character in stripped):
        return "text without any digit"
    if stripped.isalnum():
        return None
    for what, form in WRITTEN:
        if re.fullmatch(form, stripped, re.ASCII):
            return what
    return None


def negative_code(code: str) -> str | None:
    """Name what a cleaned code is by its check digits, or return None when it may be a code."""
    if _is_iban(code):
        return "an IBAN"
    if not (code.isascii() and code.isdigit()):
        return None
    if len(code) == 13 and mod10_weighted_3_1(code):
        return "an EAN"
    # Only prefixes of German, Dutch and Belgian articles: other parcel numbers start with zero too.
    if re.fullmatch(r"0(?:4[0-4]|54|87)\d{11}", code) and mod10_weighted_3_1(code):
        return "an EAN with a zero before it"
    if re.fullmatch(r"(?:4\d|5[1-5]|2[2-7])\d{14}", code) and luhn(code):
        return "a payment card number"
    return None


def is_one_of(code: str, known: Collection[str]) -> bool:
    """Tell whether a cleaned code is one of the given numbers, however those are written."""
    bare = code.lstrip("0")
    return any(bare == _bare(number) for number in known)


@lru_cache(maxsize=1024)  # an order's numbers are held against each of its codes, at each look
def _bare(number: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", number.upper()).lstrip("0")


def _is_iban(code: str) -> bool:
    return (
        code[:2] in IBAN_COUNTRIES.get(len(code), "").split()
        and re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]+", code) is not None
        and mod97_iso7064(code)
    )
