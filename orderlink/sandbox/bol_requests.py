"""Read what is sent to the bol sandbox, as strictly as bol does or might."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.sandbox import bol_answers as answers
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.control import with_amounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderlink.sandbox.server import Request

MEDIA_TYPE = "application/vnd.retailer.v10+json"
# fmt: off
TRANSPORTERS = frozenset({
    "AMPERE", "BPOST_BE", "BPOST_BRIEF", "BRIEFPOST", "BUDBEE", "COURIER", "CYCLOON", "DHL",
    "DHL-GLOBAL-MAIL", "DHL-SD", "DHLFORYOU", "DHL_DE", "DPD-BE", "DPD-NL", "DYL", "FEDEX_BE",
    "FEDEX_NL", "GLS", "OTHER", "PACKS", "PARCEL-NL", "PES", "TNT", "TNT-EXPRESS", "TNT-EXTRA",
    "TNT_BRIEF", "TRANSMISSION", "TRUNKRS", "TSN", "UPS",
})
# fmt: on
_WITHOUT_CODE = frozenset({"BRIEFPOST", "OTHER"})

INVALID = "Error validating request. Consult the bol.com API documentation for more information."
INVALID_VALUE = "Request contains an invalid value."


class Problem(Exception):  # noqa: N818 - it is what bol calls it
    """An error to answer with; `violations` are (name, reason)."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        violations: Iterable[tuple[str, str]] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.document = answers.problem(status, title, detail, list(violations))
        self.headers = headers or {}


def choice(request: Request, name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Read a query parameter that takes one of some words. Raises `Problem`."""
    value = request.one(name, default)
    if value not in allowed:
        reason = f"Request contains invalid value(s), allowed values: {', '.join(allowed)}."
        raise Problem(400, INVALID, "Bad request", [(name, reason)])
    return value


def whole(request: Request, name: str, default: int, highest: int | None) -> int:
    """Read a number from `default` up in the query. Raises `Problem`."""
    text = request.one(name, str(default))
    if not text.isdecimal() or int(text) < default or (highest and int(text) > highest):
        reason = f"must be a whole number from {default}{f' to {highest}' if highest else ''}"
        raise Problem(400, INVALID, "Bad request", [(name, reason)])
    return int(text)


def check_media_types(request: Request) -> None:
    """Insist on bol's own media type. Raises `Problem`."""
    accept = request.headers.get("accept", "").partition(";")[0].strip()
    if accept != MEDIA_TYPE:
        raise Problem(406, "Not Acceptable", f"Accept must be {MEDIA_TYPE}.")
    content = request.headers.get("content-type", "").partition(";")[0].strip()
    if request.method in {"POST", "PUT"} and content != MEDIA_TYPE:
        raise Problem(415, "Unsupported Media Type", f"Content-Type must be {MEDIA_TYPE}.")


def body_of(request: Request) -> dict[str, Any]:
    """Read a body that must be a JSON object. Raises `Problem`."""
    try:
        document = request.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Problem(400, INVALID, "The request body is not a JSON object.")
    return document


def shipment_violations(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Find what is wrong with a `ShipmentRequest`: (name, reason)."""
    items = document.get("orderItems")
    if not isinstance(items, list) or not 1 <= len(items) <= 100:
        yield "orderItems", "size must be between 1 and 100"
        items = []
    for index, item in enumerate(items):
        named = isinstance(item, dict) and isinstance(item.get("orderItemId"), str)
        if not named or not item["orderItemId"]:
            yield f"orderItems[{index}].orderItemId", "must not be empty"
        elif not _is_quantity(item.get("quantity")):
            yield f"orderItems[{index}].quantity", "must be greater than or equal to 1"
    reference = document.get("shipmentReference")
    if reference is not None and not (isinstance(reference, str) and 1 <= len(reference) <= 90):
        yield "shipmentReference", "size must be between 1 and 90"
    yield from _transport_violations(document.get("transport"))


def _is_quantity(value: object) -> bool:
    return value is None or (isinstance(value, int) and value is not True and value >= 1)


def _transport_violations(transport: object) -> Iterable[tuple[str, str]]:
    if not isinstance(transport, dict):
        yield "transport", "must not be null without a shippingLabelId"
    elif transport.get("transporterCode") not in TRANSPORTERS:
        yield "transport.transporterCode", INVALID_VALUE
    elif not transport.get("trackAndTrace") and transport["transporterCode"] not in _WITHOUT_CODE:
        yield "transport.trackAndTrace", "must not be empty for this transporter"


def purchase_from(arguments: Mapping[str, Any]) -> Purchase:
    """Read what to place from JSON. Raises TypeError, ArithmeticError."""
    articles = tuple(
        Article(**with_amounts(article, "price", "discount"))
        for article in arguments.get("articles", ({},))
    )
    return Purchase(**{**arguments, "articles": articles})
