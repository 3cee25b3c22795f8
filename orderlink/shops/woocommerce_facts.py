"""What a WooCommerce shop says about itself: tax, currency, countries; kept for a while.

Routes: `/settings/general`, `/settings/tax`, `/taxes`, `/taxes/classes` (seen, but for the last),
`/data/currencies` and `/data/countries/CODE` (from the documentation).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from orderlink.address import country_code, region_code
from orderlink.currency import CURRENCIES
from orderlink.errors import Refused, TryLater
from orderlink.model import Json
from orderlink.shops.selling import country_of, currency_unknown
from orderlink.shops.woocommerce_tax import TaxRules, rules_from
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.clock import Clock
    from orderlink.model import Address, Order
    from orderlink.shelves import Shelf

Read = Callable[[str, Mapping[str, str | int]], Json]
KEPT: Final = timedelta(hours=1)
KEPT_LONG: Final = timedelta(days=1)
ROWS_PER_PAGE: Final = 100
RATE_FIELDS: Final = (
    "id,country,state,postcode,city,postcodes,cities,rate,priority,compound,shipping,order,class"
)


class Selling(Value, frozen=True):
    """Where a shop sells to, in its own words, and in which currency."""

    settings: Mapping[str, Json]

    @property
    def currency(self) -> str:
        """The shop's own currency; empty where it does not say."""
        return str(self.settings.get("woocommerce_currency") or "")

    def sells_to(self, country: str) -> bool:
        """Tell whether the shop sells and ships to a country, told by its alpha-2 code."""
        rule = self.settings.get("woocommerce_allowed_countries")
        sold = {
            "specific": country in self._listed("woocommerce_specific_allowed_countries"),
            "all_except": country not in self._listed("woocommerce_all_except_countries"),
        }.get(str(rule), True)
        only = self.settings.get("woocommerce_ship_to_countries") == "specific"
        return sold and (
            not only or country in self._listed("woocommerce_specific_ship_to_countries")
        )

    def _listed(self, name: str) -> frozenset[str]:
        value = self.settings.get(name)
        return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


class Facts:
    """The shop's own account of itself. `read` gives the document of a path below the API's root.

    `read_if_there` gives None where the shop has no such thing.
    """

    def __init__(self, read: Read, read_if_there: Read, memory: Shelf, clock: Clock) -> None:
        self._read = read
        self._read_if_there = read_if_there
        self._memory = memory
        self._clock = clock

    def tax_rules(self, *, anew: bool = False) -> TaxRules:
        """Give how the shop adds tax. Raises `TryLater`."""
        try:
            document = self._settings(anew=anew)
            settings = {
                name: value
                for name, value in document["settings"].items()
                if isinstance(value, str)
            }
            return rules_from(settings, document["rates"], document["classes"])
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise TryLater("the shop's tax settings cannot be read") from error

    def check(self, order: Order) -> None:
        """Check that the shop knows the order's currency and sells to its country.

        What is kept never refuses an order: the shop is asked anew before.

        Raises `Refused` (`currency_unknown`, `country_not_sold_to`, `address_incomplete`).
        """
        selling = Selling(self._settings()["settings"])
        if order.currency != selling.currency and not (
            self._knows_currency(order.currency) or self._knows_currency(order.currency, anew=True)
        ):
            raise currency_unknown(order)
        country = country_of(order)
        if not selling.sells_to(country):
            selling = Selling(self._settings(anew=True)["settings"])
        if not selling.sells_to(country):
            raise Refused(
                "country_not_sold_to",
                f"the shop's settings do not let it sell and ship to {country}",
                country=country,
            )

    def _knows_currency(self, currency: str, *, anew: bool = False) -> bool:
        if currency not in CURRENCIES:
            return False
        known = self._kept("currencies", "/data/currencies", anew=anew)
        try:
            codes = {row["code"] for row in known or ()}
        except (TypeError, KeyError) as error:
            raise TryLater("the shop's currencies cannot be read") from error
        return not codes or currency in codes

    def placed(self, address: Address) -> tuple[str, str]:
        """Give country and region as the shop writes them."""
        country = country_code(address.country)
        if not address.region or not country:
            return country or address.country, address.region
        document = self._kept(f"country {country}", f"/data/countries/{country.lower()}")
        try:
            states = (document or {}).get("states") or ()
            regions = {str(row["code"]): str(row["name"]) for row in states}
        except (TypeError, KeyError, AttributeError) as error:
            raise TryLater("the shop's countries cannot be read") from error
        return country, region_code(address.region, country, regions)

    def _kept(self, name: str, path: str, *, anew: bool = False) -> Json:
        kept = None if anew else self._memory.get(name)
        if kept is None:
            kept = json.dumps(self._read_if_there(path, {}), default=str)
            self._memory.put(name, kept, self._clock.now() + KEPT_LONG)
        return json.loads(kept)

    def _settings(self, *, anew: bool = False) -> dict[str, Json]:
        kept = None if anew else self._memory.get("settings")
        try:
            if kept is None:
                kept = json.dumps(self._read_settings(), default=str)
                self._memory.put("settings", kept, self._clock.now() + KEPT)
            document: dict[str, Json] = json.loads(kept)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TryLater("the shop's tax settings cannot be read") from error
        return document

    def _read_settings(self) -> dict[str, Json]:
        rows: list[Json] = []
        for group in ("general", "tax"):
            rows += self._read(f"/settings/{group}", {"_fields": "id,value"})
        settings = {row["id"]: row["value"] for row in rows}
        rates: list[Json] = []
        classes: list[Json] = []
        while settings.get("woocommerce_calc_taxes") == "yes":
            paging: dict[str, str | int] = {"per_page": ROWS_PER_PAGE, "offset": len(rates)}
            page = self._read("/taxes", {**paging, "_fields": RATE_FIELDS})
            rates += page
            if len(page) < ROWS_PER_PAGE:
                classes = self._read("/taxes/classes", {"_fields": "slug"})
                break
        return {"settings": settings, "rates": rates, "classes": [row["slug"] for row in classes]}
