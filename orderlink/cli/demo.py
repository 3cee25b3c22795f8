"""`orderlink demo`: the whole cycle in one command, without an account."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import typer

from orderlink.cli.playing import (  # typer reads them when it runs
    MARKETPLACES,
    SHOPS,
    MarketplaceOption,
    ShopOption,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.sandbox.demo import Scene

FAULT: Final = 3
WIDTH: Final = 80
INDENT: Final = " " * 7

START_FOR_REAL: Final = """\
To start for real:          orderlink init
  it asks for what it needs, and says where each key is found
See that all is well:       orderlink check
See what would be sent:     orderlink sync --dry-run
Let cron do it:             */5 * * * * orderlink sync
Or play with it first:      orderlink sandbox
"""


def register(app: typer.Typer) -> None:
    """Add the command `demo`."""
    app.command()(demo)


def demo(marketplace: MarketplaceOption = MARKETPLACES[0], shop: ShopOption = SHOPS[0]) -> None:
    """Show the whole cycle in a few seconds, without an account.

    The real program runs with a small copy of the marketplace and of the shop, in a temporary
    folder, and with a clock that is moved.

    Example: orderlink demo --marketplace amazon --shop shopify
    """
    import tempfile  # noqa: PLC0415 - start-up matters: imported where used
    from pathlib import Path  # noqa: PLC0415

    from orderlink.sandbox.demo import BASKETS, Story  # noqa: PLC0415

    show = printer()
    with (
        tempfile.TemporaryDirectory(prefix="orderlink-demo-") as folder,
        Story(Path(folder), marketplace, shop) as story,
    ):
        copies = f"small copies of {story.market.label} and {story.shop.label}"
        typer.echo(f"The real program, {copies}, a clock that is moved.\n")
        for scene in story.scenes():
            show(scene)
        faults = story.faults()
    if faults:
        typer.echo("\n".join(["demo: failed:", *faults]), err=True)
        raise typer.Exit(FAULT)
    typer.echo(START_FOR_REAL)
    typer.echo(
        f"demo: ok, {len(BASKETS)} orders: each once in the shop, each shipped once, right codes"
    )


def printer() -> Callable[[Scene], None]:
    """Choose how scenes are shown: tables on a terminal, plain text in a pipe."""
    return _show_rich if sys.stdout.isatty() else _show_plain


def _show_plain(scene: Scene) -> None:
    typer.echo(f"{scene.at:%H:%M}  {scene.what}")
    for line in _told_lines(scene):
        typer.echo(line)
    widths = [max(map(len, column)) for column in zip(scene.columns, *scene.rows, strict=True)]
    for row in (scene.columns, *scene.rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(f"  {'  '.join(cells)}".rstrip())
    typer.echo()


def _show_rich(scene: Scene) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    console.print(Text(f"{scene.at:%H:%M}  {scene.what}", style="bold"))
    for line in _told_lines(scene):
        console.print(Text(line, style="red"))
    table = Table(
        *scene.columns, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="dim"
    )
    for row in scene.rows:
        *cells, said = row
        table.add_row(*map(Text, cells), Text(said, style=_style(said)))
    console.print(table)
    console.print()


def _style(said: str) -> str:
    if ": " in said:
        return "red"
    return {"shipped": "green", "waiting": "yellow", "pending_shipment": "cyan"}.get(said, "")


def _told_lines(scene: Scene) -> list[str]:
    """Write what cron would mail, wrapped."""
    from textwrap import wrap  # noqa: PLC0415

    first, further = f"{INDENT}it tells: ", f"{INDENT}  "
    return [
        line
        for text in scene.told
        for line in wrap(text, WIDTH, initial_indent=first, subsequent_indent=further)
    ]
