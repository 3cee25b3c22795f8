"""The stages in order, each connection on its own, and what a run leaves behind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.codec import time_text
from orderlink.cycle.adopting import adopt_orders
from orderlink.cycle.creating import create_orders, meet_shop
from orderlink.cycle.importing import brake, look
from orderlink.cycle.mending import mend_in_shop
from orderlink.cycle.polling import poll_shop
from orderlink.cycle.pushing import report
from orderlink.cycle.reading import details
from orderlink.cycle.settling import ask_tickets, send_dropped_again, settle_unknown
from orderlink.cycle.stamping import stamp_in_shop
from orderlink.cycle.trying import try_order
from orderlink.rows import OrderKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.cycle.run import Connection, Run, Selection

CLOCK = OrderKey("clock", "")
"""The place of the problem that this machine's clock is wrong."""


def import_orders(run: Run, selection: Selection) -> None:
    """Fetch what is open at each marketplace and create it in its shop."""
    for market, shop in run.marketplaces:
        if not run.may_go_on():
            return
        with run.guarded(shop, "create"):
            meet_shop(run, shop)
        with run.guarded(market, "import"):
            look(run, market, shop, selection)
        stopped = not selection.only_find and brake(run, market, selection)
        if not stopped and market.id not in run.failed:
            with run.guarded(market, "import"):
                details(run, market, selection)
        if not stopped:
            with run.guarded(shop, "create"):
                create_orders(run, market, shop, selection)
        with run.guarded(shop, "create"):
            stamp_in_shop(run, shop)
            mend_in_shop(run, shop)


def poll_shops(run: Run, selection: Selection) -> None:
    """Ask each shop what is completed."""
    for shop in run.shops:
        if not run.may_go_on():
            return
        with run.guarded(shop, "poll"):
            poll_shop(run, shop, selection)
            _probe(run, shop)


def _probe(run: Run, shop: Connection) -> None:
    """Ask a shop that failed lately, and that nothing else was asked of, whether it is back."""
    if not shop.http.requests and run.store.problems(OrderKey(shop.id, "")):
        shop.connector.newest()


def push_shipments(run: Run, selection: Selection) -> None:
    """Report to each marketplace what has left, and ask how earlier reports went."""
    for market, _ in run.marketplaces:
        if not run.may_go_on():
            return
        with run.guarded(market, "push"):
            ask_tickets(run, market)
            send_dropped_again(run, market)
        with run.guarded(market, "push"):
            settle_unknown(run, market)
        with run.guarded(market, "push"):
            report(run, market, selection)


def sync(run: Run, selection: Selection) -> None:
    """Run the three stages in order."""
    import_orders(run, selection)
    poll_shops(run, selection)
    push_shipments(run, selection)


def rebuild(run: Run, selection: Selection) -> None:
    """Take over from the shop what an earlier state file had created; create nothing."""
    finding = replace(selection, only_find=True)
    import_orders(run, finding)
    poll_shops(run, finding)


def try_orders(run: Run, selection: Selection) -> None:
    """Put one marked order through, for a person who wants to see it."""
    sku, _, price = selection.sample.partition("=")
    for market, shop in run.marketplaces:
        with run.guarded(shop, "create"):
            meet_shop(run, shop)
            run.counts["tried"] += try_order(run, market, shop, sku, Decimal(price))


STAGES: dict[str, Callable[[Run, Selection], None]] = {
    "import": import_orders,
    "poll": poll_shops,
    "push": push_shipments,
    "sync": sync,
    "rebuild": rebuild,
    "adopt": adopt_orders,
    "test-order": try_orders,
}


def finish(run: Run) -> None:
    """Keep what the next run needs: budgets, what went well, and the newest trusted time."""
    trusted = run.trusted()
    with run.store.transaction():
        for connection in {one.id: one for pair in run.marketplaces for one in pair}.values():
            run.store.put_budgets(connection.id, connection.http.budget_states())
            if connection.http.requests and connection.id not in run.failed:
                place = OrderKey(connection.id, "")
                run.store.solve(place, ["unreachable", "sign_in_failed"], run.now())
        for connection_id, stage in sorted(run.went_well - run.went_wrong):
            run.store.succeeded(connection_id, stage, run.now())
        if trusted and any(one.http.skew is not None for pair in run.marketplaces for one in pair):
            run.store.put_fact("newest_time", time_text(run.now()))
        if trusted:
            run.store.solve(CLOCK, ["clock_wrong"], run.now())
    if not trusted:
        run.note_problem(
            CLOCK, "clock_wrong", "this machine's clock differs from the servers' or went back"
        )
