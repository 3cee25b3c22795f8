"""PURE: what a person mends about an order: fields by dotted names, laid over what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import carriers
from orderlink.complaints import suggestion
from orderlink.decide.verdict import Problem, Verdict
from orderlink.model import CLOSED, Address, Order, Status, money_text
from orderlink.rows import Event, Kind
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.rows import OrderRow
    from orderlink.settings import HoldRule

REPORTED = ("carrier", "code")
"""What is mended about the report to the marketplace; it stays when the shop has the order."""


def mendable(row: OrderRow, order: Order | None) -> dict[str, str]:
    """Give the fields that can be mended now, with their present values.

    `order` None: the shop has the order already, so that only the report can be mended.
    """
    found: dict[str, str] = {}
    if order is not None:
        edited = with_edits(order, row.edits)
        for name, address in (("shipping", edited.ship_to), ("billing", edited.bill_to)):
            if address is not None:
                found |= {
                    f"{name}.{part}": str(getattr(address, part))
                    for part in Address.__struct_fields__
                }
        found |= {f"lines.{line.id}.sku": line.sku for line in edited.lines}
    return found | {f"report.{name}": row.edits.get(f"report.{name}", "") for name in REPORTED}


def on_edit(
    row: OrderRow, order: Order | None, changes: Mapping[str, str], by: str
) -> tuple[Verdict, list[str]]:
    """Decide what a person's changes come to, and what is wrong with them, a sentence each.

    The code and the carrier of a shipped order are sent to the marketplace once more.
    """
    present = mendable(row, order)
    problems = [_wrong(name, value, row, present) for name, value in changes.items()]
    changed = {name: value for name, value in changes.items() if present.get(name, value) != value}
    events = tuple(
        Event("edited", {"field": name, "from": present[name], "to": value, "by": by})
        for name, value in changed.items()
    )
    verdict = Verdict(
        changes={"edits": {**row.edits, **changed}},
        events=events,
        due=(Kind.UPDATE_TRACKING,) if row.status is Status.SHIPPED else (),
        closes=("tracking_refused",) if row.status is Status.SHIPPED else (),
    )
    return (verdict if changed else Verdict()), [sentence for sentence in problems if sentence]


def _wrong(name: str, value: str, row: OrderRow, present: Mapping[str, str]) -> str:
    if row.status in CLOSED and not (row.status is Status.SHIPPED and name in present and value):
        return f"{row.key.order_id} is {row.status}: nothing can be mended any more"
    if name not in present:
        return f"{name} cannot be mended{suggestion(name, list(present))}"
    known = [one.identifier for one in carriers.carriers()]
    if name == "report.carrier" and value and value not in known:
        return f"{name}: no carrier is called {value}{suggestion(value, known)}"
    country = name.endswith(".country") and value
    if country and not (len(value) == 2 and value.isascii() and value.isupper()):
        return f"{name}: {value} is no country's two letters, as NL"
    return ""


def with_edits(order: Order, edits: Mapping[str, str]) -> Order:
    """Lay what a person mended over what the marketplace said."""
    by_part: dict[str, dict[str, str]] = {"shipping": {}, "billing": {}}
    skus = {}
    for name, value in edits.items():
        part, _, rest = name.partition(".")
        if part in by_part:
            by_part[part][rest] = value
        elif part == "lines":
            skus[rest.removesuffix(".sku")] = value
    bill_to = order.bill_to and replace(order.bill_to, **by_part["billing"])
    lines = tuple(replace(line, sku=skus.get(line.id, line.sku)) for line in order.lines)
    return replace(
        order, ship_to=replace(order.ship_to, **by_part["shipping"]), bill_to=bill_to, lines=lines
    )


def kept_edits(edits: Mapping[str, str]) -> dict[str, str]:
    """Give what stays of a person's changes when the shop has the order: no buyer's data."""
    return {name: value for name, value in edits.items() if name.startswith("report.")}


def hold_reason(order: Order, rule: HoldRule) -> str:
    """Say by which of the merchant's rules an order is kept from the shop; empty: by none."""
    total = order.total()
    if rule.total_over and total > rule.total_over:
        limit = money_text(rule.total_over, order.currency)
        return f"its total of {money_text(total, order.currency)} is over {limit}"
    if order.ship_to.country in rule.countries:
        return f"it goes to {order.ship_to.country}"
    held = sorted({line.sku for line in order.own_lines()} & set(rule.skus))
    return f"it has {', '.join(held)}" if held else ""


def on_hold_rule(row: OrderRow, order: Order, rule: HoldRule) -> Verdict:
    """Decide whether an order waits for a person before it goes to the shop."""
    reason = "" if row.released or row.shop_order_id else hold_reason(order, rule)
    if not reason:
        return Verdict()
    return Verdict(opens=(Problem("held", f"held by hold_when: {reason}"),))
