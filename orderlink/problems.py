"""The vocabulary of problems: a fixed word each, for programs, and what a person can do about it.

A problem stands beside an order's status or on a connection. Its word is stable in `--json`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from orderlink.values import Value

if TYPE_CHECKING:
    from datetime import timedelta


class Block(StrEnum):
    """What a problem keeps from happening."""

    NOTHING = "nothing"
    CREATE = "create"
    SHIP = "ship"


class Word(Value, frozen=True):
    """One entry of the vocabulary.

    `transient`: it may go away by itself, a person is told after `alert_after` only.
    `awaited`: it does go away by itself, and nobody is told.
    `lasting`: it is not over because the order is closed.
    `advice` is the command or act that helps; `{order}` and `{connection}` are filled in.
    """

    meaning: str
    advice: str
    blocks: Block = Block.NOTHING
    transient: bool = False
    awaited: bool = False
    lasting: bool = False


RETRY = "orderlink retry {order}"

WORDS: dict[str, Word] = {
    # connections
    "unreachable": Word(
        "the system does not answer as it should",
        "check that it is up, that the address is right, and that it lets this machine ask",
        transient=True,
    ),
    "sign_in_failed": Word(
        "the credentials are refused or lack a right",
        "renew the credentials of [{connection}] in the configuration",
    ),
    "secret_missing": Word(
        "a secret cannot be had",
        "make the secret of [{connection}] available",
    ),
    "too_many_new_orders": Word(
        "more new orders than max_new_orders: none was created",
        "orderlink import --connection {connection} --force",
    ),
    "state_replaced": Word("the state file is not the one that was here", "orderlink rebuild"),
    "clock_wrong": Word(
        "this machine's clock is wrong: nothing that needs time to pass was done",
        "set the clock (NTP)",
        transient=True,
    ),
    "unreadable_rows": Word(
        "its list has orders that cannot be read and do not say which they are",
        "look for orders at [{connection}] that are not here, and report the fault",
    ),
    "alert_fails": Word(
        "what needs a person does not reach one: a way in [alerts] fails",
        "orderlink alert --test",
        transient=True,
    ),
    # before the shop
    "unreadable": Word("the marketplace's answer cannot be read", RETRY, Block.CREATE),
    "not_released": Word(
        "the marketplace holds it back until it is paid or may be sent",
        "wait: it goes on by itself",
        Block.CREATE,
        awaited=True,
    ),
    "not_ready": Word(
        "the marketplace does not let it be handled yet", "wait", Block.CREATE, transient=True
    ),
    "reading_fails": Word(
        "it cannot be read at the marketplace", RETRY, Block.NOTHING, transient=True
    ),
    "cancellation_requested": Word(
        "the buyer asks to cancel",
        "cancel it at the marketplace, or create it all the same: " + RETRY,
        Block.CREATE,
    ),
    "held": Word(
        "one of your own rules (hold_when) keeps it from the shop",
        "look at it, then: orderlink release {order}",
        Block.CREATE,
    ),
    "changed_at_marketplace": Word(
        "the marketplace changed it after it was created in the shop",
        "change the shop order, too, then " + RETRY,
    ),
    "product_unknown": Word(
        "the shop has no such product", "add the product to the shop, then " + RETRY, Block.CREATE
    ),
    "product_ambiguous": Word(
        "several products of the shop match", "leave one of them, then " + RETRY, Block.CREATE
    ),
    "product_unusable": Word(
        "the product cannot be ordered as it is (parent, draft, trash)",
        "mend the product in the shop, then " + RETRY,
        Block.CREATE,
    ),
    "out_of_stock": Word(
        "the shop has too few pieces",
        'add stock, or set oversold = "create" for [{connection}], then ' + RETRY,
        Block.CREATE,
    ),
    "address_incomplete": Word(
        "the address lacks what the shop needs",
        "orderlink edit {order}, then " + RETRY,
        Block.CREATE,
    ),
    "country_not_sold_to": Word(
        "the shop's settings do not let it sell to this country",
        "add the country in the shop's settings, then " + RETRY,
        Block.CREATE,
    ),
    "currency_unknown": Word(
        "the shop does not know the order's currency",
        "add the currency to the shop, then " + RETRY,
        Block.CREATE,
    ),
    "order_number_taken": Word(
        "an order with this number is in the shop, but it is not ours",
        "look at that order; if it is another one: " + RETRY + ", else: orderlink manual {order}",
        Block.CREATE,
    ),
    "shop_refused": Word("the shop refused it", "mend what it names, then " + RETRY, Block.CREATE),
    "outcome_unknown": Word(
        "it was sent, and whether it was carried out is not known",
        "wait: every run looks it up, and sends it again only when it is not there",
        transient=True,
        lasting=True,
    ),
    "mending_fails": Word("its shop order cannot be mended for now", RETRY, transient=True),
    "creating_fails": Word("it cannot be created for now", RETRY, transient=True),
    # in the shop
    "polling_fails": Word("its shop order cannot be read for now", RETRY, transient=True),
    "total_differs": Word(
        "the shop order is not what was ordered",
        "mend the order in the shop, which is noticed; to accept it as it is: " + RETRY,
        lasting=True,
    ),
    "several_in_shop": Word(
        "the shop has it more than once",
        "cancel all but one in the shop, then " + RETRY,
        lasting=True,
    ),
    "other_origin": Word(
        "another orderlink, with another state file, created it",
        "stop the other installation, or see that it is gone, then: orderlink rebuild",
        lasting=True,
    ),
    "shop_order_gone": Word(
        "the shop order is cancelled, deleted or refunded",
        "cancel it at the marketplace, or re-open it in the shop and " + RETRY,
        Block.SHIP,
    ),
    "shop_order_changed": Word(
        "the shop order does not carry our reference any more",
        "look at it in the shop, then " + RETRY,
        Block.SHIP,
    ),
    "stamp_refused": Word(
        "the shop did not take our reference for an order that was taken over",
        "look at it in the shop, then " + RETRY,
        Block.SHIP,
    ),
    "partly_refunded": Word(
        "a part of it was refunded in the shop",
        "ship it all the same: " + RETRY,
        Block.SHIP,
    ),
    "cancelled_at_marketplace": Word(
        "it was cancelled at the marketplace", "cancel the shop order, then " + RETRY, lasting=True
    ),
    # at the marketplace
    "carrier_unknown": Word(
        "no carrier is known for the parcel",
        "set default_carrier of [{connection}], then " + RETRY,
        Block.SHIP,
    ),
    "code_missing": Word(
        "the marketplace takes no shipment without a tracking code",
        "add the code in the shop, or: orderlink edit {order} --set report.code=CODE, then "
        + RETRY,
        Block.SHIP,
    ),
    "marketplace_refused": Word(
        "the marketplace refused the shipment", "mend what it names, then " + RETRY, Block.SHIP
    ),
    "tracking_refused": Word(
        "the marketplace refused the code that came later", RETRY, lasting=True
    ),
    "reporting_fails": Word("it cannot be reported for now", RETRY, transient=True),
    "shipped_otherwise": Word(
        "it is shipped at the marketplace with another code than the shop's",
        "if that is right: " + RETRY,
        lasting=True,
    ),
}


def advice(word: str, *, order: str, connection: str, tried: bool = True) -> str:
    """Say what a person can do about a problem.

    An order that no run has tried yet (`tried`) needs no retry: the next run begins with it.
    """
    told = WORDS[word].advice.format(order=order, connection=connection)
    return told if tried else told.partition(", then orderlink retry")[0]


def needs_person(word: str, age: timedelta, alert_after: timedelta) -> bool:
    """Tell whether a problem of this age wants a person: one that may pass is given time first."""
    entry = WORDS[word]
    return not entry.awaited and (not entry.transient or age > alert_after)
