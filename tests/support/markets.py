"""The marketplaces that a merchant may sell at: a sandbox each, and the table that connects it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from orderlink.sandbox import amazon_records, bol_records
from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.bol import BolSandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.clock import ManualClock
    from orderlink.sandbox.server import Sandbox

BOL_TABLE = """
[marketplaces.bol]
type = "bol"
client_id = "canary-client"
client_secret = "canary-secret"
carriers = ["postnl", "dhl_parcel_nl", "dpd"]
ship_from = "NL"
"""
AMAZON_TABLE = """
[marketplaces.amazon]
type = "amazon"
region = "{region}"
countries = {countries}
client_id = "canary-client"
client_secret = "canary-secret"
refresh_token = "canary-refresh"
carriers = ["postnl", "dhl_parcel_nl", "dpd"]
ship_from = "NL"
"""


KEYS: dict[str, Any] = {"client_id": "canary-client", "client_secret": "canary-secret"}


class Market(Protocol):
    """A merchant's account at a marketplace. `table` connects it; further keys may follow."""

    table: str

    @property
    def sandbox(self) -> Sandbox:
        """Give the server behind the account."""
        ...

    def place(self, *articles: Any, **purchase: Any) -> str:
        """Let a buyer order; one mug unless said otherwise."""
        ...

    def shipments(self, order_id: str) -> list[Any]:
        """Give what the marketplace carried out for an order."""
        ...


class BolMarket:
    """An account at bol."""

    table = BOL_TABLE

    def __init__(self, clock: ManualClock, **options: Any) -> None:
        self.sandbox = BolSandbox(clock, **KEYS, **options)

    def place(self, *articles: bol_records.Article, **purchase: Any) -> str:
        """Let a buyer order; one mug unless said otherwise."""
        basket = articles or (bol_records.Article(),)
        return self.sandbox.place(bol_records.Purchase(articles=basket, **purchase))

    def shipments(self, order_id: str) -> list[Any]:
        """Give what bol carried out for an order."""
        return [one for one in self.sandbox.ledger.executed if one.order_id == order_id]


class AmazonMarket:
    """An account at Amazon, by default in Europe; the usage plans are the published ones."""

    def __init__(
        self,
        clock: ManualClock,
        *,
        region: str = "eu",
        sells_in: Sequence[str] = ("NL", "DE"),
        **options: Any,
    ) -> None:
        self.table = AMAZON_TABLE.format(region=region, countries=json.dumps(sells_in))
        keys = KEYS | {"refresh_token": "canary-refresh"}
        self.sandbox = AmazonSandbox(clock, **keys, **options)

    def place(self, *articles: amazon_records.Article, **purchase: Any) -> str:
        """Let a buyer order; one mug unless said otherwise."""
        basket = articles or (amazon_records.Article(),)
        return self.sandbox.place(amazon_records.Purchase(articles=basket, **purchase))

    def shipments(self, order_id: str) -> list[Any]:
        """Give the packages that were added to an order."""
        return [one for one in self.sandbox.ledger.executed if one.order_id == order_id]
