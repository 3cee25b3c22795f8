"""What every connector has to do, whatever it connects: one entry for each, a *side*.

A side opens its connector as a run does, plays the people at the other end, and spoils what they
send. What has to hold is written once: in `tests/test_connectors.py` for all of them, in
`test_marketplaces.py` and `test_shops.py` for one kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.amazon import AmazonSide
from tests.contract.bol import BolSide
from tests.contract.csv_folder import CsvSide
from tests.contract.shopify import ShopifySide
from tests.contract.woocommerce import WooCommerceSide

if TYPE_CHECKING:
    from tests.contract.sides import MarketplaceSide, ShopSide

MARKETPLACES: dict[str, type[MarketplaceSide]] = {
    "amazon": AmazonSide,
    "bol": BolSide,
    "csv": CsvSide,
}
SHOPS: dict[str, type[ShopSide]] = {
    "shopify": ShopifySide,
    "woocommerce": WooCommerceSide,
}
