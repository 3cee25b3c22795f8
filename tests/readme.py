"""The parts of the README that are made from the program: `python -m tests.readme` writes them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from orderlink.cli import application, run
from orderlink.marketplaces import BUILTIN as MARKETPLACES
from orderlink.marketplaces import (
    Checks,
    GivesTickets,
    ListsCarriers,
    ListsShipments,
    UpdatesTracking,
    lists_whole_orders,
    needs_code,
)
from orderlink.problems import WORDS
from orderlink.registry import MARKETPLACE, SHOP, connector_class, settings_model
from orderlink.shops import BUILTIN as SHOPS
from orderlink.shops import (
    Adopts,
    Cancels,
    Corrects,
    CreatesMany,
    Holds,
    Prepares,
    ReadsParcels,
    Simplifies,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"

Ability = type | Callable[[type], bool]

ABILITIES: dict[str, dict[str, Ability]] = {
    "marketplaces": {
        "orders are listed whole": lists_whole_orders,
        "shipments without a tracking code": lambda connector: not needs_code(connector),
        "writes are confirmed later": GivesTickets,
        "shipments can be listed": ListsShipments,
        "a late code can be added": UpdatesTracking,
        "serves its list of carriers": ListsCarriers,
        "its rights can be checked": Checks,
    },
    "shops": {
        "lines can be corrected": Corrects,
        "orders can be set on hold": Holds,
        "orders can be cancelled": Cancels,
        "parcels outside of the order": ReadsParcels,
        "orders of others can be adopted": Adopts,
        "many articles are looked up at once": Prepares,
        "many orders are one write": CreatesMany,
        "what it refuses is written more simply": Simplifies,
        "its rights can be checked": Checks,
    },
}


def program(*arguments: str) -> str:
    """Run orderlink and give what it prints, at 80 columns."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "orderlink", *arguments]
    ended = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=True, env=environment
    )
    return ended.stdout


def commands() -> str:
    """Show the help that lists the commands; each has its own `--help`."""
    return f"```text\n{program('--help').rstrip()}\n```"


def command_paths() -> list[tuple[str, ...]]:
    """List every command by the words that call it, those of groups after their group."""
    return [path for path, _command in all_commands()]


def all_commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command with the words that call it, as Typer has made it."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), get_command(application([])))]
    while waiting:
        path, command = waiting.pop()
        if path:
            yield path, command
        inner = getattr(command, "commands", {}).items()
        waiting += [((*path, name), one) for name, one in reversed(list(inner))]


def help_of(*path: str) -> str:
    """Give what the program prints for `--help`, at 80 columns; in this process, to be faster."""
    said = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with redirect_stdout(said):
            run([*path, "--help"])
    finally:
        del os.environ["COLUMNS"]
        os.environ |= {} if before is None else {"COLUMNS": before}
    return said.getvalue()


def helps() -> str:
    """Show the whole help of every command."""
    parts = []
    for path in command_paths():
        name = " ".join(("orderlink", *path))
        parts.append(f"#### {name}\n\n```text\n{help_of(*path).rstrip()}\n```")
    return "\n" + "\n\n".join(parts) + "\n"


def problems() -> str:
    """Show the vocabulary of problems."""
    rows = ["| word | what it means | what helps |", "|---|---|---|"]
    for word, entry in WORDS.items():
        advice = entry.advice.format(order="ORDER", connection="NAME")
        passing = " (told only when it lasts)" if entry.transient else ""
        passing = " (nobody is told)" if entry.awaited else passing
        rows.append(f"| `{word}` | {entry.meaning}{passing} | {advice} |")
    return "\n".join(rows)


def configuration() -> str:
    """Show every key: of the file, of every connection, and of each connector."""
    from orderlink.alerts.settings import AlertSettings
    from orderlink.file_settings import FileSettings
    from orderlink.settings import MarketplaceSettings, ShopSettings

    parts = [_keys("The file", FileSettings, ()), _keys("[alerts]", AlertSettings, ())]
    marketplaces = {
        f"[marketplaces.NAME] with type = {word!r}".replace("'", '"'): settings_model(
            connector_class(word, MARKETPLACE, ROOT)
        )
        for word in MARKETPLACES
    }
    shops = {
        f"[shops.NAME] with type = {word!r}".replace("'", '"'): settings_model(
            connector_class(word, SHOP, ROOT)
        )
        for word in SHOPS
    }
    parts.append(_keys("Every [marketplaces.NAME]", MarketplaceSettings, ()))
    parts += [_keys(title, model, MarketplaceSettings) for title, model in marketplaces.items()]
    parts.append(_keys("Every [shops.NAME]", ShopSettings, ()))
    parts += [_keys(title, model, ShopSettings) for title, model in shops.items()]
    return "\n\n".join(parts)


def _keys(title: str, model: Any, base: Any) -> str:
    known = set(base.model_fields) if base else set()
    rows = [f"**{title}**", "", "| key | default | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        if name in known and _is_as_before(field, base.model_fields[name]):
            continue
        meaning = " ".join((field.description or "").split()).replace("|", "\\|")
        rows.append(f"| `{name}` | {_default(field)} | {meaning} |")
    return "\n".join(rows)


def _is_as_before(field: Any, inherited: Any) -> bool:
    return (field.default, field.description) == (inherited.default, inherited.description)


def _default(field: Any) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", (), {}):
        return ""
    if hasattr(value, "total_seconds"):
        from orderlink.settings import duration_text

        return f"`{duration_text(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`" + ", ".join(map(str, value)) + "`"
    return f"`{value}`"


def matrix() -> str:
    """Show what each connector can do, as its class says."""
    tables = []
    for title, builtin, kind in (
        ("marketplaces", MARKETPLACES, MARKETPLACE),
        ("shops", SHOPS, SHOP),
    ):
        classes = {word: connector_class(word, kind, ROOT) for word in builtin}
        rows = [f"| {title} | {' | '.join(classes)} |", "|---" * (len(classes) + 1) + "|"]
        for ability, proof in ABILITIES[title].items():
            marks = ["yes" if _offers(one, proof) else "no" for one in classes.values()]
            rows.append(f"| {ability} | {' | '.join(marks)} |")
        tables.append("\n".join(rows))
    return "\n\n".join(tables)


def _offers(connector: type, proof: Ability) -> bool:
    """Tell whether a class has the methods of a protocol, or says of itself what is asked."""
    if not isinstance(proof, type):
        return proof(connector)
    methods = [name for name in vars(proof) if not name.startswith("_")]
    return all(callable(getattr(connector, name, None)) for name in methods)


PARTS = {
    "commands": commands,
    "problems": problems,
    "configuration": configuration,
    "matrix": matrix,
    "help": helps,
}


def with_parts(text: str) -> str:
    """Give the README with every part made anew."""
    for name, make in PARTS.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        found = re.search(pattern, text, flags=re.DOTALL)
        if found is None:
            raise SystemExit(f"README.md has no place for {name}")
        text = f"{text[: found.start()]}{found[1]}{make()}\n{found[2]}{text[found.end() :]}"
    return text


if __name__ == "__main__":
    README.write_text(with_parts(README.read_text("utf-8")), "utf-8")
