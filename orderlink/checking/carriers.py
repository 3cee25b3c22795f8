"""PURE: the carriers of a configuration, held against what its marketplace takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import carriers
from orderlink.complaints import suggestion
from orderlink.decide.carrier import LETTER
from orderlink.model import Finding, FindingState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from orderlink.config import MarketplaceSettings

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

LISTED = "orderlink carriers lists the ids"


def findings(settings: MarketplaceSettings, served: Collection[str]) -> Iterator[Finding]:
    """Hold every carrier that is named against the marketplace's codes.

    `served` are the codes that the marketplace itself lists, where it does.
    """
    yield _named(settings, served)
    if settings.default_carrier:
        yield _default(settings, served)
    if settings.letter_post:
        yield _letters(settings, served)


def _named(settings: MarketplaceSettings, served: Collection[str]) -> Finding:
    """Look at every carrier that is named by its id, wherever that is."""
    rules = [rule.carrier for rule in settings.carrier_rules]
    names = [*settings.carriers, *rules, *settings.carrier_names.values()]
    known = {one.identifier for one in carriers.carriers()}
    wrong = [
        f"no carrier is called {name}{suggestion(name, known)}"
        for name in dict.fromkeys(names)
        if name not in known
    ]
    if wrong:
        return Finding("carriers", FAILED, ". ".join(wrong), LISTED)
    sent = {name: _code(name, settings, served) for name in dict.fromkeys(names)}
    lacking = [name for name, code in sent.items() if code is None]
    if lacking:
        sentence = f"{settings.type} has no code for {', '.join(lacking)}"
        return Finding("carriers", FAILED, sentence, "name others, or set default_carrier")
    if not settings.carriers and not settings.default_carrier:
        sentence = "none is named: a code that several carriers could have waits for you"
        advice = 'set carriers = ["postnl"] and ship_from = "NL", with yours'
        return Finding("carriers", WARNING, sentence, advice)
    listed = ", ".join(f"{name} as {code}" for name, code in sent.items())
    return Finding("carriers", OK, f"sent are {listed}" if listed else "only the default is named")


def _letters(settings: MarketplaceSettings, served: Collection[str]) -> Finding:
    """Look at who carries what has no code."""
    name = settings.letter_carrier or LETTER
    known = {one.identifier for one in carriers.carriers()}
    code = _code(name, settings, served)
    if code is None and not settings.letter_carrier:
        sentence = f"{settings.type} has no code for letter post"
        return Finding("letter_post", FAILED, sentence, "set letter_carrier, or remove letter_post")
    if name not in known or code is None:
        hint = suggestion(name, known) if name not in known else ""
        sentence = f"{settings.type} has no code for a carrier called {name}{hint}"
        return Finding("letter_carrier", FAILED, sentence, LISTED)
    return Finding("letter_post", OK, f"an order without a code is sent as {code}")


def _default(settings: MarketplaceSettings, served: Collection[str]) -> Finding:
    name = settings.default_carrier
    code = _code(name, settings, served)
    own = settings.type in carriers.marketplaces()
    if code is not None:
        return Finding("default carrier", OK, f"{name}, sent as {code}")
    if not own or carriers.is_known_code(settings.type, name, served):
        return Finding("default carrier", OK, f"{name}, by the marketplace's own code")
    sentence = f"{settings.type} does not know the carrier code {name}, and no carrier has this id"
    return Finding("default carrier", FAILED, sentence, LISTED)


def _code(carrier: str, settings: MarketplaceSettings, served: Collection[str]) -> str | None:
    """Give what the marketplace is sent for a carrier, None where it has no word for it.

    A marketplace of a third party gets our own id, and translates.
    """
    if settings.type not in carriers.marketplaces():
        known = {one.identifier for one in carriers.carriers()}
        return carrier if carrier in known else None
    country = settings.ship_from or None
    code = carriers.marketplace_code(carrier, settings.type, country=country, served=served)
    return None if code is None else code.code or code.name
