"""What is known of a tracking code's carrier, and of all carriers, to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orderlink import carriers
from orderlink.carriers import LearntPrefix, Rule
from orderlink.config import MarketplaceSettings
from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.carriers import Detection
    from orderlink.report.blocks import Block


class Asked(Value, frozen=True):
    """What a person tells beside the code; `settings` are those of a connection that he named."""

    origin: str = ""
    destination: str = ""
    settings: MarketplaceSettings | None = None
    learnt: Sequence[LearntPrefix] = ()


def detection(code: str, asked: Asked) -> Detection:
    """Find the carrier of a code as the cycle would, as far as is known without an order."""
    settings = asked.settings
    if settings is None:
        origin, destination = asked.origin or None, asked.destination or None
        return carriers.detect(code, origin=origin, destination=destination)
    known = {one.identifier for one in carriers.carriers()}
    default = settings.default_carrier
    return carriers.detect(
        code,
        origin=asked.origin or settings.ship_from or None,
        destination=asked.destination or None,
        carriers=settings.carriers,
        rules=[Rule(one.pattern, one.carrier, one.strip) for one in settings.carrier_rules],
        learnt=asked.learnt,
        default_carrier=default if default in known else None,
    )


def codes(carrier: str | None, origin: str) -> dict[str, str | None]:
    """Give what each marketplace would be sent for a carrier, "other" with the name it takes."""
    sent: dict[str, str | None] = {}
    for marketplace in carriers.marketplaces():
        code = (
            carriers.marketplace_code(carrier, marketplace, country=origin or None)
            if carrier
            else None
        )
        named = f"{code.code} ({code.name})" if code and code.name else code and code.code
        sent[marketplace] = named.strip() or None if named else None
    return sent


def carrier_document(found: Detection, asked: Asked) -> dict[str, Any]:
    """Write an answer for programs."""
    return {
        "code": found.code,
        "carrier": found.carrier,
        "evidence": found.evidence.word,
        "why": found.evidence.sentence,
        "candidates": list(found.candidates),
        "page": found.page,
        "codes": codes(found.carrier, asked.origin),
    }


def carrier_blocks(found: Detection, asked: Asked) -> list[Block]:
    """Show an answer to a person."""
    names = {one.identifier: one.name for one in carriers.carriers()}
    carrier = f"{names[found.carrier]} ({found.carrier})" if found.carrier else "none"
    rows = [
        ("code", safe_text(found.code) or "none"),
        ("carrier", carrier),
        ("evidence", f"{found.evidence.word}: {safe_text(found.evidence.sentence)}"),
        ("could be as well", ", ".join(found.candidates) or "nothing else"),
        ("tracking page", found.page or "none known"),
    ]
    sent = codes(found.carrier, asked.origin)
    rows += [(f"sent to {name}", code or "nothing") for name, code in sent.items()]
    columns = (Column("what"), Column("answer", wraps=True))
    return [Table("", columns, tuple(rows), Tone.PLAIN)]


def carriers_blocks(
    configured: Mapping[str, MarketplaceSettings], learnt: Mapping[str, Sequence[tuple[str, str]]]
) -> list[Block]:
    """Show the carriers that are known, and what each configured marketplace is sent for them."""
    types = {
        name: settings
        for name, settings in configured.items()
        if settings.type in carriers.marketplaces()
    }
    columns = (
        Column("carrier"),
        Column("name", wraps=True),
        Column("ships from", wraps=True),
        *(Column(name) for name in types),
    )
    rows = []
    for one in carriers.carriers():
        sent = [_sent(one.identifier, settings) for settings in types.values()]
        rows.append((one.identifier, one.name, " ".join(one.countries), *sent))
    blocks: list[Block] = [Table("", columns, tuple(rows), Tone.PLAIN)]
    for name, prefixes in learnt.items():
        listed = ", ".join(f"{prefix} {carrier}" for prefix, carrier in prefixes)
        if listed:
            sentence = f"learnt from shipments of {safe_text(name)}: {safe_text(listed, 2000)}"
            blocks.append(Sentence(sentence, Tone.PLAIN))
    return blocks


def _sent(carrier: str, settings: MarketplaceSettings) -> str:
    code = carriers.marketplace_code(carrier, settings.type, country=settings.ship_from or None)
    return code.code if code else "-"


def carriers_document(
    configured: Mapping[str, MarketplaceSettings], learnt: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, Any]:
    """Write the carriers for programs."""
    return {
        "version": 1,
        "carriers": [
            {
                "carrier": one.identifier,
                "name": one.name,
                "family": one.family,
                "countries": list(one.countries),
                "codes": {name: _sent(one.identifier, it) for name, it in configured.items()},
            }
            for one in carriers.carriers()
        ],
        "learnt": {name: dict(prefixes) for name, prefixes in learnt.items()},
    }
