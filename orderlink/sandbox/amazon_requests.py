"""Read what is sent to the Amazon sandbox, as strictly as Amazon does or might."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orderlink import carriers
from orderlink.sandbox import amazon_answers as answers
from orderlink.sandbox.amazon_records import Article, Package, Purchase
from orderlink.sandbox.control import with_amounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderlink.sandbox.server import Request

INVALID_INPUT = "The input you have submitted is not valid."
CHECK_INPUT = f"{INVALID_INPUT} Please check your input and try again."
OTHER = "Other"
_AMOUNTS = ("price", "discount", "shipping", "shipping_discount", "gift_wrap", "tax_rate")
_DIGITS = re.compile(r"0*[1-9][0-9]*")
_TEXTS = (
    "packageReferenceId",
    "carrierCode",
    "carrierName",
    "shippingMethod",
    "trackingNumber",
    "shipDate",
)
_OPTIONAL = frozenset({"carrierName", "shippingMethod"})


class Problem(Exception):  # noqa: N818 - the field's word for an error to answer with
    """An error to answer with; `kind` is what Amazon's gateway calls it in a header, if it does."""

    def __init__(
        self, status: int, code: str, message: str, details: str = "", *, kind: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.document = {"errors": [{"code": code, "message": message, "details": details}]}
        self.headers = {"x-amzn-ErrorType": kind} if kind else {}


def invalid(details: str, message: str = CHECK_INPUT) -> Problem:
    """Make the error for a request that cannot be read; Amazon's own has no details."""
    return Problem(400, "InvalidInput", message, details)


def unauthorized(details: str = "") -> Problem:
    """Make the error for somebody who may not."""
    message = "Access to requested resource is denied."
    return Problem(403, "Unauthorized", message, details, kind="AccessDeniedException")


def instant(text: str, name: str) -> datetime:
    """Read an instant in ISO 8601 with its offset. Raises `Problem`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise invalid(f"{name} is no date and time in ISO 8601")
    return at.astimezone(UTC)


def values(request: Request, name: str) -> tuple[str, ...]:
    """Read a list in the query: separated by commas, or repeated."""
    given = request.query.get(name, [])
    return tuple(value for text in given for value in text.split(",") if value)


def datasets(request: Request) -> frozenset[str]:
    """Read `includedData`. Raises `Problem`."""
    asked = frozenset(values(request, "includedData"))
    if asked - answers.DATASETS:
        raise invalid(f"includedData knows no {', '.join(sorted(asked - answers.DATASETS))}")
    return asked


def confirmation(request: Request, now: datetime, *, letters: bool) -> tuple[str, Package]:
    """Read a `ConfirmShipmentRequest`: the marketplace's id and the package. Raises `Problem`.

    `letters`: a tracking number may be empty.
    """
    document = _body(request)
    detail = document.get("packageDetail")
    detail = detail if isinstance(detail, dict) else {}
    wrong = list(_wrong_types(document, detail))
    if wrong:
        fields = f"Please check the fields with invalid type [{', '.join(wrong)}]."
        raise invalid("", f"{INVALID_INPUT} {fields}")
    if not _DIGITS.fullmatch(detail["packageReferenceId"]):
        raise invalid("", "PackageReferenceId: is invalid, must be a positive numeric value.")
    carrier, name = detail["carrierCode"], detail.get("carrierName") or ""
    if carrier not in carriers.marketplaces()["amazon"].listed:
        raise invalid(f"carrierCode {carrier!r} is not listed")
    if carrier == OTHER and not name:
        raise invalid("carrierName is required with the carrierCode Other")
    if not (detail["trackingNumber"].strip() or letters):
        raise invalid("trackingNumber must not be empty")
    package = Package(
        reference=detail["packageReferenceId"],
        created_at=now,
        shipped_at=instant(detail["shipDate"], "shipDate"),
        lines=tuple((line["orderItemId"], line["quantity"]) for line in detail["orderItems"]),
        code=detail["trackingNumber"],
        carrier=carrier,
        carrier_name=name if carrier == OTHER else "",
        service=detail.get("shippingMethod") or "",
    )
    return document["marketplaceId"], package


def _body(request: Request) -> dict[str, Any]:
    content = request.headers.get("content-type", "").partition(";")[0].strip()
    if content != "application/json":
        raise invalid("Content-Type must be application/json")
    try:
        document = request.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise invalid("the body is no JSON object")
    return document


def _wrong_types(document: Mapping[str, Any], detail: Mapping[str, Any]) -> Iterator[str]:
    """Name the fields that are missing or not of the model's type."""
    if not isinstance(document.get("marketplaceId"), str):
        yield "marketplaceId"
    if document.get("codCollectionMethod") not in {None, "", "DirectPayment"}:
        yield "codCollectionMethod"
    for name in _TEXTS:
        value = detail.get(name)
        if not isinstance(value, str) and (name not in _OPTIONAL or value is not None):
            yield f"packageDetail.{name}"
    lines = detail.get("orderItems")
    if not isinstance(lines, list) or not lines:
        yield "packageDetail.orderItems"
        return
    for index, given in enumerate(lines):
        line = given if isinstance(given, dict) else {}
        if not isinstance(line.get("orderItemId"), str):
            yield f"packageDetail.orderItems[{index}].orderItemId"
        quantity = line.get("quantity")
        if not isinstance(quantity, int) or quantity is True or quantity < 1:
            yield f"packageDetail.orderItems[{index}].quantity"


def purchase_from(arguments: Mapping[str, Any]) -> Purchase:
    """Read what to place from JSON. Raises TypeError, ArithmeticError."""
    articles = tuple(
        Article(**with_amounts(article, *_AMOUNTS)) for article in arguments.get("articles", ({},))
    )
    return Purchase(**{**arguments, "articles": articles})
