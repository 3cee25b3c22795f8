"""Fill in the address of a carrier's tracking page."""

from __future__ import annotations

import string
from functools import cache
from urllib.parse import quote

from orderlink.carriers.loading import catalogue


def tracking_page(
    carrier: str,
    code: str,
    *,
    postcode: str | None = None,
    country: str | None = None,
    language: str | None = None,
) -> str | None:
    """Return the page that shows where a parcel is, or None when none is known.

    A page that needs a postcode or a country is only used where that is given; the country is the
    receiver's. Without a language pages are asked for in English.
    """
    known = catalogue().get(carrier)
    if known is None or not code:
        return None
    given = {"code": code, "postcode": postcode, "country": country, "language": language or "en"}
    for page in known.pages:
        values = {blank: given[blank] for blank in _blanks(page.template)}
        if all(values.values()) and (not page.countries or country in page.countries):
            quoted = {blank: quote(value or "", safe="") for blank, value in values.items()}
            return page.template.format_map(quoted)
    return None


@cache
def _blanks(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)
