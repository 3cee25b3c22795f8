"""Say what each marketplace calls a carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.carriers.loading import catalogue, marketplaces
from orderlink.carriers.model import ANYWHERE, MarketplaceCode
from orderlink.carriers.naming import words

if TYPE_CHECKING:
    from collections.abc import Collection


def marketplace_code(
    carrier: str,
    marketplace: str,
    *,
    country: str | None = None,
    served: Collection[str] = (),
) -> MarketplaceCode | None:
    """Return what a marketplace is sent for a carrier, or None when it has no word for it.

    `country` is where the parcel comes from. `served` is the list the marketplace itself serves:
    where it is given, nothing outside it is returned, and names in it are matched. "Other" comes
    with the carrier's name where the marketplace takes one.
    """
    codes = marketplaces().get(marketplace)
    known = catalogue().get(carrier)
    if codes is None or known is None:
        return None
    by_country = codes.mapping.get(carrier, {})
    code = by_country.get(country or ANYWHERE) or by_country.get(ANYWHERE)
    if code is not None and (not served or code in served):
        return MarketplaceCode(code)
    names = {words(name) for name in (known.name, carrier, *known.aliases)}
    by_name = [listed for listed in served if words(listed) in names]
    if len(by_name) == 1:
        return MarketplaceCode(by_name[0])
    return _other(carrier, marketplace, served)


def is_known_code(marketplace: str, code: str, served: Collection[str] = ()) -> bool:
    """Tell whether a marketplace takes a code: from the list it serves, else from the packaged one.

    A marketplace without either list takes what its "other" is, and nothing else.
    """
    codes = marketplaces().get(marketplace)
    if codes is None:
        return False
    return code in served if served else code in codes.listed or code == codes.other


def _other(carrier: str, marketplace: str, served: Collection[str]) -> MarketplaceCode | None:
    codes = marketplaces()[marketplace]
    if codes.other is None or (codes.other and served and codes.other not in served):
        return None
    name = catalogue()[carrier].name[: codes.name_limit] if codes.takes_name else None
    return MarketplaceCode(codes.other, name)
