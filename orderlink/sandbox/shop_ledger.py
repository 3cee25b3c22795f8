"""What the sandbox shops write down for checkers, so that one checker reads them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class LedgerLine:
    """One line as it was created; `total` is what the buyer pays, in text.

    `variation_id` is that of the variation or variant, 0 where there is none.
    """

    product_id: int
    variation_id: int
    sku: str
    quantity: int
    total: str


@dataclass(frozen=True)
class CreatedOrder:
    """One creation, as it was."""

    id: int
    at: datetime
    reference: str
    transaction_id: str
    lines: tuple[LedgerLine, ...]
    currency: str
    total: str


@dataclass(frozen=True)
class StatusChange:
    """One change of an order's status; `deleted` is the last one that an order can have."""

    order_id: int
    at: datetime
    before: str
    after: str


@dataclass(frozen=True)
class Mail:
    """A mail that a real shop would have sent."""

    at: datetime
    to: str
    subject: str


@dataclass
class Ledger:
    """All that ever happened, for a checker that trusts nobody."""

    created: list[CreatedOrder] = field(default_factory=list)
    changes: list[StatusChange] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
