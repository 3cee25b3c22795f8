"""Some of Amazon's marketplaces: ids, names, currencies, and whether prices include the tax.

Source: https://developer-docs.amazon.com/sp-api/docs/marketplace-ids; the document is that of the
Sellers API v1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One of Amazon's marketplaces; `country` is its ISO 3166 code."""

    country: str
    id: str
    domain: str
    currency: str
    language: str
    prices_include_tax: bool = True
    smallest: Decimal = Decimal("0.01")

    @property
    def name(self) -> str:
        """Give the name that orders carry, such as `Amazon.de`."""
        return self.domain.removeprefix("www.").capitalize()

    @property
    def relay(self) -> str:
        """Give the domain of the buyers' anonymous e-mail addresses."""
        return self.domain.replace("www.", "marketplace.", 1)


MARKETPLACES = {
    place.country: place
    for place in (
        Marketplace("DE", "A1PA6795UKMFR9", "www.amazon.de", "EUR", "de_DE"),
        Marketplace("NL", "A1805IZSGTT6HS", "www.amazon.nl", "EUR", "nl_NL"),
        Marketplace("GB", "A1F83G8C2ARO7P", "www.amazon.co.uk", "GBP", "en_GB"),
        Marketplace("TR", "A33AVAJ2PDY3EV", "www.amazon.com.tr", "TRY", "tr_TR"),
        Marketplace("BR", "A2Q3Y263D00KWC", "www.amazon.com.br", "BRL", "pt_BR"),
        Marketplace("SE", "A2NODRKZP88ZB9", "www.amazon.se", "SEK", "sv_SE"),
        Marketplace(
            "US", "ATVPDKIKX0DER", "www.amazon.com", "USD", "en_US", prices_include_tax=False
        ),
        Marketplace(
            "JP", "A1VC38T7YXB528", "www.amazon.co.jp", "JPY", "ja_JP", smallest=Decimal(1)
        ),
    )
}
"""By country. An account reaches those of one region only; the sandbox is not that strict."""


def participations(marketplaces: Iterable[Marketplace]) -> dict[str, Any]:
    """Write where the merchant sells."""
    return {
        "payload": [
            {
                "marketplace": {
                    "id": place.id,
                    "name": place.name,
                    "countryCode": place.country,
                    "defaultCurrencyCode": place.currency,
                    "defaultLanguageCode": place.language,
                    "domainName": place.domain,
                },
                "storeName": "Sandbox store",
                "participation": {"isParticipating": True, "hasSuspendedListings": False},
            }
            for place in marketplaces
        ]
    }
