"""PURE: which code and which carrier go to the marketplace. The one place where that is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import carriers
from orderlink.model import Parcel
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from orderlink.carriers import LearntPrefix
    from orderlink.config import MarketplaceSettings
    from orderlink.rows import OrderRow

LETTER = "letter_no_tracking"
"""The carrier id of letter post without a code."""

LEARNABLE = frozenset({"rule", "shop"})
"""Evidence of the merchant's own: only from shipments named by it are prefixes learnt."""


class Choice(Value, frozen=True):
    """What is reported: the code as it is sent, the carrier, and why it is that one.

    `carrier` is orderlink's id, `carrier_code` the marketplace's own word. `problem` says what to
    do where nothing may be sent.
    """

    code: str = ""
    carrier: str = ""
    carrier_code: str = ""
    carrier_name: str = ""
    page: str = ""
    word: str = ""
    why: str = ""
    problem: str = ""


def codes_of(row: OrderRow) -> tuple[str, ...]:
    """Give every tracking code that the shop names, cleaned; what is no code is left out."""
    edited = carriers.clean(row.edits.get("report.code", ""))
    if edited:
        return edited
    codes = [code for parcel in row.parcels for code in codes_in(row, parcel)]
    return tuple(dict.fromkeys(codes))


def codes_in(row: OrderRow, parcel: Parcel) -> tuple[str, ...]:
    """Give the tracking codes that the shop names for one parcel, cleaned."""
    own = _own_numbers(row)
    return tuple(code for code in carriers.clean(parcel.code) if carriers.is_code(code, own))


def first_code(row: OrderRow) -> str:
    """Give the code that goes with all items; empty where there is none."""
    return next(iter(codes_of(row)), "")


def _own_numbers(row: OrderRow) -> frozenset[str]:
    numbers = {row.key.order_id, row.shop_order_id, row.shop_order_number}
    numbers |= {line.ean for line in row.lines} | {line.line_id for line in row.lines}
    return frozenset(numbers - {""})


def choose(
    row: OrderRow,
    code: str,
    settings: MarketplaceSettings,
    learnt: Sequence[LearntPrefix] = (),
    served: Collection[str] = (),
) -> Choice:
    """Choose the carrier of one of the order's codes by the evidence there is; "": it has none.

    `learnt` are the prefixes of this merchant's own shipments, `served` the codes that the
    marketplace itself lists, where it does.
    """
    mended = row.edits.get("report.carrier", "")
    if mended and code:
        by_hand = Choice(code=code, word="edited", why="mended by a person")
        return _named(by_hand, mended, "", settings, served)
    if not code:
        return _without_code(settings, served)
    parcel = _parcel_with(row, code)
    known_default = settings.default_carrier in {one.identifier for one in carriers.carriers()}
    found = carriers.detect(
        parcel.code,
        origin=settings.ship_from or None,
        destination=row.country or None,
        carriers=settings.carriers,
        shop_carrier=parcel.shop_carrier or None,
        shop_carrier_table=settings.carrier_names,
        rules=[
            carriers.Rule(one.pattern, one.carrier, one.strip) for one in settings.carrier_rules
        ],
        learnt=learnt,
        default_carrier=settings.default_carrier if known_default else None,
        not_codes=_own_numbers(row),
    )
    choice = Choice(code=found.code, word=found.evidence.word, why=found.evidence.sentence)
    if found.carrier is not None:
        return _named(choice, found.carrier, found.page or "", settings, served)
    if settings.default_carrier:
        why = "default_carrier, by the marketplace's own code"
        return _checked(choice, settings.default_carrier, settings, served, word="default", why=why)
    return _problem(
        choice,
        f"no carrier is known for code {found.code} ({found.evidence.sentence}): "
        "set carriers, ship_from or default_carrier",
    )


def _parcel_with(row: OrderRow, code: str) -> Parcel:
    if row.edits.get("report.code"):
        return Parcel(code)
    for parcel in row.parcels:
        codes = carriers.clean(parcel.code)
        if code in codes:
            # As it is written it says more than cleaned, unless it is several codes at once.
            return parcel if len(codes) == 1 else Parcel(code, parcel.shop_carrier)
    return Parcel(code)


def _without_code(settings: MarketplaceSettings, served: Collection[str]) -> Choice:
    if not settings.letter_post:
        return Choice(word=carriers.Word.NO_CODE, why="no code")
    carrier = settings.letter_carrier or LETTER
    letter = carriers.marketplace_code(
        carrier, settings.type, country=settings.ship_from or None, served=served
    )
    if letter is None and settings.type in carriers.marketplaces():
        sentence = f"{settings.type} has no code for letters by {carrier}: set letter_carrier"
        return _problem(Choice(word=carriers.Word.NO_CODE, why="no code"), sentence)
    return Choice(
        carrier=carrier,
        carrier_code=letter.code if letter else "",
        carrier_name=(letter.name or "") if letter else "",
        word=carriers.Word.NO_CODE,
        why="no code, letter_post is set",
    )


def _named(
    choice: Choice,
    carrier: str,
    page: str,
    settings: MarketplaceSettings,
    served: Collection[str],
) -> Choice:
    if settings.type not in carriers.marketplaces():
        # A third party's marketplace: it gets our own id, and translates.
        return _with(choice, carrier, carrier, "", page)
    code = carriers.marketplace_code(
        carrier, settings.type, country=settings.ship_from or None, served=served
    )
    if code is None:
        return _problem(choice, f"{settings.type} has no code for {carrier}: set default_carrier")
    return _with(choice, carrier, code.code, code.name or "", page)


def _checked(
    choice: Choice,
    code: str,
    settings: MarketplaceSettings,
    served: Collection[str],
    *,
    word: str,
    why: str,
) -> Choice:
    known = settings.type in carriers.marketplaces()
    if known and not carriers.is_known_code(settings.type, code, served):
        return _problem(choice, f"{settings.type} does not know the carrier code {code}")
    return Choice(code=choice.code, carrier_code=code, word=word, why=why)


def _with(choice: Choice, carrier: str, code: str, name: str, page: str) -> Choice:
    return Choice(choice.code, carrier, code, name, page, choice.word, choice.why)


def _problem(choice: Choice, sentence: str) -> Choice:
    return Choice(code=choice.code, word=choice.word, why=choice.why, problem=sentence)


def learnt_from(choice_word: str, code: str, carrier: str) -> LearntPrefix | None:
    """Give the prefix that a confirmed shipment teaches, where the merchant named its carrier."""
    if choice_word not in LEARNABLE or not carrier:
        return None
    prefix = carriers.learn(code, carrier)
    return carriers.LearntPrefix(prefix, carrier) if prefix else None
