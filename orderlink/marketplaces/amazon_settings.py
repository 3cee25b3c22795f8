"""The keys of an Amazon connection: apart from the connector, so that reading them stays quick."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from orderlink.complaints import suggestion
from orderlink.marketplaces.amazon_sites import BY_COUNTRY, BY_ID, SITES, Site, site_of
from orderlink.secrets import Secret
from orderlink.settings import MarketplaceSettings

ADDRESSES: Final = {
    region: f"https://sellingpartnerapi-{region}.amazon.com" for region in ("eu", "na", "fe")
}
"""Where the API is (https://developer-docs.amazon.com/sp-api/docs/sp-api-endpoints)."""


class AmazonSettings(MarketplaceSettings):
    """What an Amazon connection may set, beside what every marketplace may."""

    label: ClassVar[str] = "Amazon"
    api_version: ClassVar[str] = "Orders API 2026-01-01, confirmShipment v0"
    longest_personal_data: ClassVar[timedelta | None] = timedelta(days=30)

    region: Literal["eu", "na", "fe"] = Field(
        description="Where you sell: `eu` (Europe, Turkey, the Middle East, Africa and India), `na`"
        " (North and South America) or `fe` (Japan, Australia, Singapore). Each region is a"
        " connection of its own.",
        json_schema_extra={
            "where": "By the address of your Seller Central: sellercentral-europe.amazon.com is"
            " `eu`, sellercentral.amazon.com is `na`, sellercentral-japan.amazon.com and"
            " sellercentral.amazon.com.au are `fe`."
        },
    )
    countries: tuple[str, ...] = Field(
        min_length=1,
        description='The marketplaces whose orders are taken: `["DE", "NL"]`, or their ids.',
        json_schema_extra={
            "where": "In Seller Central: the menu of countries at the top shows where you sell."
        },
    )
    client_id: Secret = Field(
        description="Client id of your own private application (Login with Amazon).",
        json_schema_extra={
            "where": "In Seller Central: Apps and Services, Develop Apps. Make a private"
            " application with the roles Inventory and Order Tracking and Direct-to-Consumer"
            " Delivery (Restricted); View, under LWA credentials, shows its client identifier."
        },
    )
    client_secret: Secret = Field(
        description="Client secret that belongs to `client_id`; Amazon lets it expire after 180"
        " days.",
        json_schema_extra={"where": "Beside the client identifier, under LWA credentials."},
    )
    refresh_token: Secret = Field(
        description="What your application was given when you authorised it for your account.",
        json_schema_extra={
            "where": "In Seller Central: Apps and Services, Develop Apps, the arrow beside Edit"
            " App, Authorize. It is shown once."
        },
    )
    seller_id: str = Field(
        default="",
        description="Your merchant token, which tells accounts apart: needed where one application"
        " is authorised for several accounts. Set it before the first run: with another one, the"
        " connection begins anew.",
    )
    letter_post: bool = Field(
        default=False,
        description="Orders without a code are confirmed with an empty one, as letters of"
        " `letter_carrier`. Whether Amazon takes that was not seen, and may depend on country and"
        " carrier: a refusal is told, and the letter is then confirmed in Seller Central.",
    )
    base_url: str = Field(
        default="", description="Where the API is; left out: Amazon's own address for the region."
    )
    login_url: str = Field(
        default="https://api.amazon.com", description="Where tokens are given; a sandbox to try."
    )

    @model_validator(mode="before")
    @classmethod
    def _default_address(cls, table: Any) -> Any:
        if isinstance(table, dict) and table.get("region") in ADDRESSES:
            return {"base_url": ADDRESSES[table["region"]], **table}
        return table

    @field_validator("countries")
    @classmethod
    def _known_sites(cls, words: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        region = info.data.get("region")
        for word in words:
            site = site_of(word)
            if site is None:
                hint = suggestion(word, [*BY_COUNTRY, *BY_ID])
                raise ValueError(f"Amazon has no marketplace {word}, as DE, NL, GB or its id{hint}")
            if region and site.region != region:
                there = ", ".join(one.country for one in SITES if one.region == region)
                raise ValueError(
                    f"{word} belongs to the region {site.region}, which is a connection of its own;"
                    f" {region} has {there}"
                )
        return words

    def sites(self) -> tuple[Site, ...]:
        """Give Amazon's marketplaces whose orders are taken, each once."""
        found = (site_of(word) for word in self.countries)
        return tuple(dict.fromkeys(site for site in found if site is not None))

    @property
    def takes_fulfilled_by_amazon(self) -> bool:
        """Tell whether orders that Amazon stores and sends are wanted, too."""
        return self.fulfilled_by_marketplace not in {None, "skip"}

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows: the base URL and the account.

        Where no `seller_id` tells the account, the client id does: a refresh token is renewed.
        Raises `orderlink.errors.SecretError`.
        """
        return (self.base_url, self.seller_id or self.client_id.reveal())
