"""PURE: Amazon's marketplaces, which orderlink calls sites: ids, regions, currencies, time zones.

Source: https://developer-docs.amazon.com/sp-api/docs/marketplace-ids (ids and regions). Days are
meant in the time zone of a site's seat, in the United States in that of Seattle.
"""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo
from functools import cache
from typing import Final

from orderlink.values import Value


class Site(Value, frozen=True):
    """One of Amazon's marketplaces; `country` is its ISO 3166 code, `time_zone` its IANA name."""

    country: str
    id: str
    region: str
    domain: str
    currency: str
    time_zone: str


SITES: Final = tuple(
    Site(*row.split())
    for row in """
    CA A2EUQ1WTGCTBG2 na amazon.ca     CAD America/Toronto
    US ATVPDKIKX0DER  na amazon.com    USD America/Los_Angeles
    MX A1AM78C64UM0Y8 na amazon.com.mx MXN America/Mexico_City
    BR A2Q3Y263D00KWC na amazon.com.br BRL America/Sao_Paulo
    IE A28R8C7NBKEWEA eu amazon.ie     EUR Europe/Dublin
    ES A1RKKUPIHCS9HS eu amazon.es     EUR Europe/Madrid
    GB A1F83G8C2ARO7P eu amazon.co.uk  GBP Europe/London
    FR A13V1IB3VIYZZH eu amazon.fr     EUR Europe/Paris
    BE AMEN7PMS3EDWL  eu amazon.com.be EUR Europe/Brussels
    NL A1805IZSGTT6HS eu amazon.nl     EUR Europe/Amsterdam
    DE A1PA6795UKMFR9 eu amazon.de     EUR Europe/Berlin
    IT APJ6JRA9NG5V4  eu amazon.it     EUR Europe/Rome
    SE A2NODRKZP88ZB9 eu amazon.se     SEK Europe/Stockholm
    ZA AE08WJ6YKNBMC  eu amazon.co.za  ZAR Africa/Johannesburg
    PL A1C3SOZRARQ6R3 eu amazon.pl     PLN Europe/Warsaw
    EG ARBP9OOSHTCHU  eu amazon.eg     EGP Africa/Cairo
    TR A33AVAJ2PDY3EV eu amazon.com.tr TRY Europe/Istanbul
    SA A17E79C6D8DWNP eu amazon.sa     SAR Asia/Riyadh
    AE A2VIGQ35RCS4UG eu amazon.ae     AED Asia/Dubai
    IN A21TJRUUN4KGV  eu amazon.in     INR Asia/Kolkata
    SG A19VAU5U5O7RUS fe amazon.sg     SGD Asia/Singapore
    AU A39IBJ37TRP1C6 fe amazon.com.au AUD Australia/Sydney
    JP A1VC38T7YXB528 fe amazon.co.jp  JPY Asia/Tokyo
    """.strip().splitlines()
)
BY_ID: Final = {site.id: site for site in SITES}
BY_COUNTRY: Final = {site.country: site for site in SITES}


def site_of(word: str) -> Site | None:
    """Find a site by its country's code (`UK` is `GB`) or by its id; None where there is none."""
    return BY_ID.get(word) or BY_COUNTRY.get("GB" if word == "UK" else word)


@cache
def zone_of(site_id: str) -> tzinfo:
    """Give the time zone of a site, by its id.

    Where it is not known, also for want of a time zone database on this machine, it is twelve hours
    behind: no day by which something has to be done comes out too late then.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - settings need none

    try:
        return ZoneInfo(BY_ID[site_id].time_zone)
    except (KeyError, ZoneInfoNotFoundError):
        return timezone(timedelta(hours=-12))
