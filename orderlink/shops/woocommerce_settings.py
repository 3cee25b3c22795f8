"""The keys of a WooCommerce connection: apart from the connector, so that reading is quick."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from orderlink.secrets import Secret
from orderlink.settings import ShopSettings

NO_SALE = frozenset({"cancelled", "failed", "refunded", "trash"})
"""The statuses of orders that are no sale (any more)."""


class WooCommerceSettings(ShopSettings):
    """What a WooCommerce shop may set, beside what every shop may."""

    label: ClassVar[str] = "WooCommerce"
    api_version: ClassVar[str] = "REST API v3"

    base_url: str = Field(
        description="The shop's address, `https://www.example.com`.",
        json_schema_extra={
            "where": "WordPress, Settings, General: the WordPress address. It needs https, and"
            " permalinks other than Plain (Settings, Permalinks)."
        },
    )
    consumer_key: Secret = Field(
        description="Consumer key of WooCommerce's REST API, with read and write permission.",
        json_schema_extra={
            "where": "WooCommerce, Settings, Advanced, REST API, Add key: the permission is"
            " Read/Write, the user an administrator or a shop manager."
        },
    )
    consumer_secret: Secret = Field(
        description="Consumer secret that belongs to `consumer_key`.",
        json_schema_extra={"where": "It is shown once, beside the new consumer key."},
    )

    @model_validator(mode="after")
    def _imports_open_orders(self) -> Self:
        never = {*self.completed_statuses, *NO_SALE}
        if self.status_after_import in never:
            message = "status_after_import must be the status of an order that is to be packed"
            raise ValueError(message)
        return self

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows: the base URL and the consumer key.

        Raises `orderlink.errors.SecretError`.
        """
        return (self.base_url, self.consumer_key.reveal())
