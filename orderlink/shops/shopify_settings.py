"""The keys of a Shopify connection: apart from the connector, so that reading is quick."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from orderlink.creation import filled
from orderlink.secrets import Secret
from orderlink.settings import ShopSettings


class ShopifySettings(ShopSettings):
    """What a Shopify shop may set, beside what every shop may."""

    label: ClassVar[str] = "Shopify"
    api_version: ClassVar[str] = "2026-10"
    """The version of the Admin API that is asked
    (https://shopify.dev/docs/api/usage/versioning)."""

    api_ends: ClassVar[date] = date(2027, 10, 1)
    """When Shopify ends that version: it is supported for a year."""

    base_url: str = Field(
        description="The shop's address at Shopify, `https://NAME.myshopify.com`; not its own"
        " domain.",
        json_schema_extra={
            "where": "Shopify admin, Settings, Domains: the one that ends in myshopify.com."
        },
    )
    client_id: Secret | None = Field(
        default=None,
        description="Client id of your app in Shopify's Dev Dashboard.",
        json_schema_extra={
            "where": "Shopify's Dev Dashboard (dev.shopify.com), your app, Settings, Credentials."
            " The app needs a released version with the scopes that the README lists, and has to"
            " be installed in the shop."
        },
    )
    client_secret: Secret | None = Field(
        default=None,
        description="Client secret that belongs to `client_id`.",
        json_schema_extra={"where": "It stands below the client id."},
    )
    access_token: Secret | None = Field(
        default=None,
        description="Instead of both: the Admin API access token (`shpat_...`) of a custom app that"
        " was made in the shop's admin before 2026.",
        json_schema_extra={
            "where": "It was shown once, when the app was installed. Leave it out where there are a"
            " client id and secret."
        },
    )
    inventory: Literal["decrement", "decrement_obeying_policy", "bypass"] = Field(
        default="decrement",
        description="Whether an order claims its pieces: `decrement` (the default, also where there"
        " are too few), `decrement_obeying_policy` (refused where there are too few and the product"
        " may not be oversold), or `bypass` (not at all).",
    )
    source_name: str = Field(
        default="{marketplace}", description="The order's source as Shopify's reports show it."
    )
    completed_statuses: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=("fulfilled",),
        min_length=1,
        description="The shop's own words for an order that has left: Shopify's fulfillment status"
        " in small letters.",
    )

    @field_validator("source_name")
    @classmethod
    def _can_be_filled_in(cls, text: str) -> str:
        try:
            filled(text, "", "")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            message = "only {marketplace} and {order} can be filled in"
            raise ValueError(message) from error
        return text

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        client = [self.client_id, self.client_secret]
        if self.access_token is None and not all(client):
            raise ValueError("client_id and client_secret are needed (or an older access_token)")
        if self.access_token is not None and any(client):
            raise ValueError("either client_id and client_secret, or access_token: not both")
        if self.status_after_import:
            raise ValueError("status_after_import: Shopify has one status for a new order only")
        return self

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows: the shop, whatever app asks it."""
        return (self.base_url,)
