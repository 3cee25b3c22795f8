"""PURE: what was found of other programs' orders, to be shown before and after it is taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.decide.adoption import Outcome, differences, shown
from orderlink.model import ShopState, money_text
from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.report.days import instant, iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.decide.adoption import Entry, Plan
    from orderlink.model import ShopOrder
    from orderlink.report.blocks import Block


def plan_blocks(plan: Plan, *, done: bool) -> list[Block]:
    """Show what one marketplace's search came to; `done`: it was carried out."""
    blocks: list[Block] = []
    if plan.found():
        blocks.append(_found(plan, done=done))
    if plan.not_taken():
        blocks.append(_not_taken(plan, done=done))
    if plan.not_found():
        blocks.append(_not_found(plan))
    completed = sum(_leaves(entry) for entry in plan.found())
    if blocks:
        blocks.append(Sentence(""))
    if completed:
        are = "is" if completed == 1 else "are"
        text = f"{completed} of them {are} completed in {safe_text(plan.shop)}: the next run"
        blocks.append(Sentence(f"{text} reports that to {safe_text(plan.marketplace)}.", Tone.BAD))
    return [*blocks, Sentence(_summary(plan, done=done))]


def _leaves(entry: Entry) -> bool:
    (order,) = entry.shop_orders
    return order.state is ShopState.COMPLETED


def _found(plan: Plan, *, done: bool) -> Table:
    title = f"Open at {safe_text(plan.marketplace)}, found in {safe_text(plan.shop)}"
    columns = (
        Column("Order"),
        Column("In the shop"),
        Column("Total there\nand here", number=True),
        Column("What differs, and what follows", wraps=True),
    )
    rows = tuple(_found_row(plan, entry, done=done) for entry in plan.found())
    return Table(title, columns, rows)


def _found_row(plan: Plan, entry: Entry, *, done: bool) -> tuple[str, ...]:
    (shop,) = entry.shop_orders
    there = money_text(entry.order.total(), entry.order.currency) if entry.order else "?"
    notes = [*_differing(entry), *_following(plan, shop)]
    if done and entry.outcome is Outcome.ADOPTED:
        notes.append("-> linked; the next run writes our reference into it")
    return (
        safe_text(entry.order_id, 40),
        f"{safe_text(shown(shop), 30)}\n{safe_text(shop.status, 20)}",
        f"{there}\n{money_text(shop.total, shop.currency)}",
        "\n".join(notes) or "nothing",
    )


def _differing(entry: Entry) -> Iterator[str]:
    found = differences(entry.order, entry.shop_orders[0]) if entry.order else {}
    for word, sentence in found.items():
        # The two totals stand beside it.
        yield "total differs" if word == "total" else safe_text(f"{word}: {sentence}")


def _following(plan: Plan, shop: ShopOrder) -> Iterator[str]:
    if shop.state is not ShopState.COMPLETED:
        return
    codes = ", ".join(safe_text(parcel.code, 60) for parcel in shop.parcels)
    if codes:
        yield f"-> will be reported shipped to {safe_text(plan.marketplace)}, with {codes}"
    else:
        yield f"-> will be reported shipped to {safe_text(plan.marketplace)}; no code yet"


def _not_taken(plan: Plan, *, done: bool) -> Table:
    title = f"Open at {safe_text(plan.marketplace)}, not taken over"
    columns = (Column("Order"), Column("Why, and what follows", wraps=True))
    rows = tuple(
        (safe_text(entry.order_id, 40) or "?", "\n".join(_why(entry, done=done)))
        for entry in plan.not_taken()
    )
    return Table(title, columns, rows, Tone.BAD)


def _why(entry: Entry, *, done: bool) -> Iterator[str]:
    yield safe_text(entry.why)
    if done and entry.outcome is Outcome.HELD:
        order = safe_text(entry.order_id, 40)
        yield "-> kept from being created, until you decide:"
        yield f"   orderlink manual {order}, or to create it: orderlink retry {order}"
    elif entry.is_held_back:
        yield "-> if you go on, it is kept from being created until you decide"


def _not_found(plan: Plan) -> Table:
    title = f"Open at {safe_text(plan.marketplace)}, not in {safe_text(plan.shop)}"
    columns = (Column("Order"), Column("Placed"), Column("What the runs do", wraps=True))
    rows = tuple(
        (
            safe_text(entry.order_id, 40),
            instant(entry.placed_at) if entry.placed_at else "",
            "create it" if entry.taken_in else "leave it alone (import_from)",
        )
        for entry in plan.not_found()
    )
    return Table(title, columns, rows)


def _summary(plan: Plan, *, done: bool) -> str:
    name, shop = safe_text(plan.marketplace), safe_text(plan.shop)
    if not plan.entries:
        more = f" ({plan.followed} followed already)" if plan.followed else ""
        return f"{name}: there is no open order to look for in {shop}{more}."
    taken = sum(entry.outcome is not Outcome.NOTHING for entry in plan.found())
    first = f"{taken} taken over" if done else f"{len(plan.found())} can be taken over"
    parts = [first, f"{len(plan.not_taken())} not", f"{len(plan.not_found())} not in {shop}"]
    stamped = sum(entry.outcome is Outcome.STAMPED for entry in plan.found())
    if done and stamped < taken:
        parts[0] += f" ({taken - stamped} to be stamped by the next runs)"
    if plan.followed:
        parts.append(f"{plan.followed} followed already")
    return f"{name}: {', '.join(parts)}."


def adoption_document(plans: Sequence[Plan], *, done: bool) -> dict[str, Any]:
    """Give what `orderlink adopt --json` prints; `done`: it was carried out."""
    return {
        "dry_run": not done,
        "marketplaces": [
            {
                "name": plan.marketplace,
                "shop": plan.shop,
                "failure": plan.failure or None,
                "followed": plan.followed,
                "orders": [_entry(entry) for entry in plan.entries],
            }
            for plan in plans
        ],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    order, several = entry.order, len(entry.shop_orders) != 1
    return {
        "order": entry.order_id or None,
        "placed_at": iso(entry.placed_at) if entry.placed_at else None,
        "finding": str(entry.finding),
        "why": entry.why or None,
        "outcome": str(entry.outcome),
        "total": str(order.total()) if order else None,
        "currency": order.currency if order else None,
        "differs": differences(order, entry.shop_orders[0]) if order and not several else {},
        "held_back": entry.is_held_back,
        "taken_in": entry.taken_in,
        "shop_orders": [_shop_order(one) for one in entry.shop_orders],
    }


def _shop_order(order: ShopOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number or None,
        "status": order.status,
        "completed": order.state is ShopState.COMPLETED,
        "codes": [parcel.code for parcel in order.parcels],
        "total": str(order.total),
        "currency": order.currency,
    }
