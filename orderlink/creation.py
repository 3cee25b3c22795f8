"""PURE: how an order is created in its shop: the keys that say so, and what they come to.

Every key may stand at a shop, for all its marketplaces, and at a marketplace, for that one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from orderlink.values import Value, field

Text = Annotated[str, Field(min_length=1)]
TEXTS = ("order_number", "payment_method_title", "shipping_method_title", "order_note")
RENAMED = {"status_after_import": "status", "order_note": "note"}
"""The keys that have another name in `Creation`."""


class Creation(Value, frozen=True):
    """How an order of one marketplace connection is created in its shop.

    Texts take `{marketplace}` and `{order}`; what is empty is the shop connector's to choose.
    `mapping` leads from a marketplace's SKU or EAN to what it is in the shop: SKUs and pieces.
    `shipping_methods` leads from a marketplace's method or mark, a country, or `METHOD/COUNTRY` to
    the shop's method, with a title after a colon.
    """

    marketplace: str  # its name for people
    tax: str = "marketplace"  # or "shop", "none"
    product_match: tuple[str, ...] = ("sku", "ean", "id")
    unknown_product: str = "error"  # or "free_line", or the SKU of the product that stands for it
    oversold: str = "create"  # or "hold"
    fee_line: bool = False
    fulfilled_by_marketplace: str = "skip"  # or "as_shipped", "open"
    order_number: str = ""
    status: str = ""
    completed_status: str = ""
    payment_method: str = "orderlink"
    payment_method_title: str = "Paid at {marketplace}"
    shipping_method: str = "orderlink"
    shipping_method_title: str = "{marketplace}"
    shipping_methods: Mapping[str, str] = field(default_factory=dict)
    customer: str = ""  # empty: a guest
    tags: tuple[str, ...] = ()
    note: str = "{marketplace} {order}"
    buyer_email: str = "meta"  # or "billing"
    address_parts: bool = False
    mapping: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


class CreationSettings(BaseModel):
    """The keys that say how an order is created; what is left out is None."""

    model_config = ConfigDict(defer_build=True)  # it is only built upon

    tax: Literal["marketplace", "shop", "none"] | None = Field(
        default=None,
        description="Where the tax within what the buyer paid comes from: `marketplace` (its"
        " amounts and exemptions, as near as the shop's tax classes allow; the default), `shop`"
        " (the shop's own rates alone), or `none`. The total is the marketplace's in any case.",
    )
    product_match: Annotated[
        tuple[Literal["sku", "ean", "id"], ...] | None, Field(min_length=1)
    ] = Field(
        default=None,
        description="How a line finds its product, the first that meets one decides: `sku` by the"
        " line's reference as SKU, `ean` by its EAN as GTIN or SKU, `id` by its reference as the"
        " product's id; by default in this order.",
    )
    unknown_product: Text | None = Field(
        default=None,
        description="What an article becomes that the shop does not have: `error` (a problem, the"
        " default), `free_line` (a line by its title, without a product), or the SKU of the"
        " product that stands for it.",
    )
    oversold: Literal["create", "hold"] | None = Field(
        default=None,
        description="What happens where the shop has too few pieces: `create` (the default: the"
        " buyer has bought) or `hold` (a problem, nothing is created).",
    )
    fee_line: bool | None = Field(
        default=None,
        description="Whether the marketplace's commission is booked into the order as a line below"
        " zero; by default it is shown only.",
    )
    fulfilled_by_marketplace: Literal["skip", "as_shipped", "open"] | None = Field(
        default=None,
        description="What becomes of orders that the marketplace stores and sends as a whole:"
        " `skip` (the default), `as_shipped` (created as completed) or `open`; their number gets"
        " `-FBM` at its end, and no stock is moved.",
    )
    order_number: str | None = Field(
        default=None,
        description="The number that the shop shows, as `BOL-{order}`, where it has a plugin for"
        " numbers (the field `_order_number`); left out: the shop counts by itself.",
    )
    status_after_import: Text | None = Field(
        default=None,
        description="The status that an imported order gets; left out: the shop's usual one.",
    )
    payment_method: str | None = Field(
        default=None, description="The payment method's word in the order; by default `orderlink`."
    )
    payment_method_title: str | None = Field(
        default=None,
        description="The payment method as people see it; by default `Paid at {marketplace}`.",
    )
    shipping_method: str | None = Field(
        default=None,
        description="The shipping method's word in the order; by default `orderlink`.",
    )
    shipping_method_title: str | None = Field(
        default=None,
        description="The shipping method as people see it; by default `{marketplace}`.",
    )
    shipping_methods: dict[str, str] | None = Field(
        default=None,
        description="Other shipping methods, by the marketplace's method or a mark of the order"
        " (`evening`), its country, or both: `{ BE = 'flat_rate: bpost', 'evening/NL' = 'courier'"
        " }`; the shop's word, with a title after a colon.",
    )
    customer: str | None = Field(
        default=None,
        description="The shop's id of the customer that all orders belong to; by default the buyer"
        " is a guest of his own each time.",
    )
    tags: tuple[Text, ...] | None = Field(
        default=None, description="Words that every order gets; by default none."
    )
    order_note: str | None = Field(
        default=None,
        description="How the note in the order begins, before the marketplace's data; by default"
        " `{marketplace} {order}`.",
    )
    buyer_email: Literal["meta", "billing"] | None = Field(
        default=None,
        description="Where the buyer's mail address goes: `meta` (the default) keeps it out of the"
        " shop's sight; with `billing` the shop mails the buyer, which bol forbids.",
    )
    address_parts: bool | None = Field(
        default=None,
        description="Whether street, house number and addition are also given apart, for carriers'"
        " plugins that need them; by default not.",
    )

    @field_validator(*TEXTS)
    @classmethod
    def _knows_its_placeholders(cls, text: str | None) -> str | None:
        try:
            filled(text or "", "", "")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            message = "only {marketplace} and {order} can be filled in"
            raise ValueError(message) from error
        return text


def filled(text: str, marketplace: str, order: str) -> str:
    """Fill `{marketplace}` and `{order}` in."""
    return text.format_map({"marketplace": marketplace, "order": order})


def creation_from(
    marketplace: CreationSettings,
    shop: CreationSettings,
    name: str,
    mapping: Mapping[str, tuple[tuple[str, int], ...]] | None = None,
) -> Creation:
    """Join the keys of a marketplace with those of its shop: what the former sets, holds.

    `name` is the marketplace's for people; `mapping` as in `Creation`.
    """
    values: dict[str, Any] = {}
    for key in CreationSettings.model_fields:
        for settings in (shop, marketplace):
            value = getattr(settings, key)
            if value is not None:
                values[RENAMED.get(key, key)] = value
    completed = getattr(shop, "completed_statuses", ())
    return Creation(
        marketplace=name,
        completed_status=completed[0] if completed else "",
        mapping=mapping or {},
        **values,
    )
