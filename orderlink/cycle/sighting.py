"""What a marketplace's own list says about reports that it took without a ticket.

Some marketplaces answer a write and drop it. Such a report is believed when it is seen among the
order's shipments in a later look, and sent again when later looks do not show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.cycle.reports import finish, shipment_in, write_down
from orderlink.decide.shipping import settle
from orderlink.rows import REPORTS, EffectState, Kind

if TYPE_CHECKING:
    from orderlink.cycle.run import Run
    from orderlink.model import Order
    from orderlink.rows import EffectRow, OrderKey, OrderRow


def settle_seen(run: Run, key: OrderKey, order: Order) -> None:
    """Settle the reports of an order whose outcome is not known, by the shipments it shows."""
    row = None if order.shipments is None else run.store.order(key)
    if row is None or not row.shop_order_id:
        return
    for effect in run.store.effects(key):
        if effect.kind in REPORTS and (is_unseen(effect) or effect.state is EffectState.UNKNOWN):
            _settle(run, row, effect, order)


def is_unseen(effect: EffectRow) -> bool:
    """Tell whether a report was taken without a ticket and was not seen yet."""
    return effect.state is EffectState.ACCEPTED and not effect.remote_ref


def _settle(run: Run, row: OrderRow, effect: EffectRow, order: Order) -> None:
    shipment, seen = shipment_in(effect), order.shipments or ()
    if effect.kind is Kind.UPDATE_TRACKING:
        codes = {one.code for one in seen if one.reference == shipment.reference}
        if shipment.code in codes:
            finish(run, row, effect)
        return
    started = effect.started_at or run.now()
    found = settle(shipment, started, frozenset(), (), seen, row.lines, {})
    if seen or not found.otherwise:  # else its lines are told already, its shipments not yet
        write_down(run, row, effect, found)
