"""The options that say what is played: which marketplace, and which shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

MARKETPLACES: Final = ("bol", "amazon")
SHOPS: Final = ("woocommerce", "shopify")
"""What there is in `orderlink.sandbox.accounts`; the first is played unless said otherwise."""


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def checked(word: str) -> str:
        if word not in words:
            raise typer.BadParameter(f"{word} cannot be played, but {' or '.join(words)}")
        return word

    return checked


MarketplaceOption = Annotated[
    str,
    typer.Option(
        "--marketplace",
        metavar=f"[{'|'.join(MARKETPLACES)}]",
        callback=_one_of(MARKETPLACES),
        help="The marketplace that is played.",
    ),
]
ShopOption = Annotated[
    str,
    typer.Option(
        "--shop",
        metavar=f"[{'|'.join(SHOPS)}]",
        callback=_one_of(SHOPS),
        help="The shop that is played.",
    ),
]
