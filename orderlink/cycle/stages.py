"""The stages in order, each connection on its own, and what a run leaves behind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.codec import time_text
from orderlink.cycle.adopting import adopt_orders
from orderlink.cycle.creating import create_orders
from orderlink.cycle.importing import brake, look
from orderlink.cycle.mending import mend_in_shop
from orderlink.cycle.polling import poll_shop
from orderlink.cycle.pushing import report
from orderlink.cycle.reading import details
from orderlink.cycle.rebuilding import take_origins_over
from orderlink.cycle.searching import meet_shop
from orderlink.cycle.settling import ask_tickets, send_dropped_again, settle_unknown
from orderlink.cycle.stamping import stamp_in_shop
from orderlink.cycle.trying import try_order
from orderlink.rows import OrderKey
from orderlink.steps import ask, together
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.steps import Steps

FOR_LATER_STAGES = 0.5
"""Of the time that is left, so much is kept for the stages after the next one."""
CLOCK = OrderKey("clock", "")
"""The place of the problem that this machine's clock is wrong."""


def import_orders(run: Run, selection: Selection) -> Steps[None]:
    """Fetch what is open at each marketplace and create it in its shop, each on its own."""
    for shop in run.shops:
        if run.may_go_on():
            with run.guarded(shop, "create"):
                yield from meet_shop(run, shop)
    imports = (
        _import(run, market, shop, selection)
        for market, shop in run.marketplaces
        if run.may_go_on()
    )
    yield from together("", imports)
    for shop in run.shops:
        with run.guarded(shop, "create"):
            yield from stamp_in_shop(run, shop)
            yield from mend_in_shop(run, shop)


def _import(run: Run, market: Connection, shop: Connection, selection: Selection) -> Steps[None]:
    with run.guarded(market, "import"):
        yield from look(run, market, shop, selection)
    stopped = not selection.only_find and brake(run, market, selection)
    if not stopped and market.id not in run.failed:
        with run.guarded(market, "import"):
            yield from details(run, market, selection)
    if not stopped and not shop.paused:
        with run.guarded(shop, "create"):
            yield from create_orders(run, market, shop, selection)


def poll_shops(run: Run, selection: Selection) -> Steps[None]:
    """Ask each shop what is completed."""
    yield from together("", (_poll(run, shop, selection) for shop in run.shops if run.may_go_on()))


def _poll(run: Run, shop: Connection, selection: Selection) -> Steps[None]:
    with run.guarded(shop, "poll"):
        yield from poll_shop(run, shop, selection)
        yield from _probe(run, shop)


def _probe(run: Run, shop: Connection) -> Steps[None]:
    """Ask a shop that failed lately, and that nothing else was asked of, whether it is back."""
    if not shop.http.requests and run.store.problems(OrderKey(shop.id, "")):
        yield from ask(shop.id, shop.connector.newest)


def push_shipments(run: Run, selection: Selection) -> Steps[None]:
    """Report to each marketplace what has left, and ask how earlier reports went."""
    pushes = (_push(run, market, selection) for market, _ in run.marketplaces if run.may_go_on())
    yield from together("", pushes)


def _push(run: Run, market: Connection, selection: Selection) -> Steps[None]:
    with run.guarded(market, "push"):
        yield from ask_tickets(run, market)
        send_dropped_again(run, market)
    with run.guarded(market, "push"):
        yield from settle_unknown(run, market)
    with run.guarded(market, "push"):
        yield from report(run, market, selection)


def sync(run: Run, selection: Selection) -> Steps[None]:
    """Run the three stages in order; none may use up the time of those after it."""
    run.keep_back(FOR_LATER_STAGES)
    yield from import_orders(run, selection)
    run.keep_back(FOR_LATER_STAGES)
    yield from poll_shops(run, selection)
    run.keep_back(0)
    yield from push_shipments(run, selection)


def rebuild(run: Run, selection: Selection) -> Steps[None]:
    """Take over from the shop what an earlier state file had created; create nothing."""
    finding = replace(selection, only_find=True)
    yield from import_orders(run, finding)
    for market, _ in run.marketplaces:
        take_origins_over(run, market)
    yield from poll_shops(run, finding)


def try_orders(run: Run, selection: Selection) -> Steps[None]:
    """Put one marked order through, for a person who wants to see it."""
    sku, _, price = selection.sample.partition("=")
    for market, shop in run.marketplaces:
        with run.guarded(shop, "create"):
            yield from meet_shop(run, shop)
            tried = yield from try_order(run, market, shop, sku, Decimal(price))
            run.counts["tried"] += tried


STAGES: dict[str, Callable[[Run, Selection], Steps[None]]] = {
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
            run.store.keep_tokens(connection.id, connection.tokens)
            connection.keep_at_once(run.now() + timedelta(days=1))
            run.store.keep_shelf(connection.id, connection.memory)
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
