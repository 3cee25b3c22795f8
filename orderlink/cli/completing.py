"""What a shell may complete: commands, options, connections, orders, statuses.

It answers the scripts that Typer installs (`--install-completion`), in Typer's place: Typer would
load pydantic and rich for it, and a person waits for each answer. Only what is needed is read: the
names of tables in the configuration, and some rows of the state. Whatever is wrong with these,
another command says it.

What is offered are words that mean nothing to any shell, since a shell reads them, and some of them
come from a marketplace.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderlink.values import Value
from orderlink.where import absolute, find_config, usual_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SHOWN = 40
"""So many orders at most are offered."""
HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
EXPORTS = ("orders", "shipments", "problems")


class Candidate(Value, frozen=True):
    """A word that may come next, and what a shell may show beside it."""

    word: str
    help: str = ""


class Typed(Value, frozen=True):
    """A command line as far as it is typed: the whole words after the program, and the last one."""

    words: tuple[str, ...]
    incomplete: str


@dataclass
class Place:
    """Where on the command line the next word stands."""

    command: Any  # a command of Typer's; a group of them has `commands`
    depth: int = 0
    arguments: int = 0  # so many were given
    option: Any = None  # the option whose value comes next
    config: str | None = None  # what `--config` was given


def typed_in(environment: Mapping[str, str]) -> Typed:
    """Read what Typer's script of a shell hands over."""
    if "COMP_WORDS" in environment:
        number = int(environment.get("COMP_CWORD", "1"))
        words = _split(environment["COMP_WORDS"])
        words += [""] * (number + 1 - len(words))
        return Typed(tuple(words[1:number]), words[number])
    line = environment.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(line)[1:]
    if not words or line.endswith(" "):
        return Typed(tuple(words), "")
    return Typed(tuple(words[:-1]), words[-1])


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that is not closed yet
        return line.split()


def answer(command: Any, typed: Typed, environment: Mapping[str, str]) -> tuple[str, int]:
    """Give what the shell's script wants to read, and the exit code."""
    shell = environment["_ORDERLINK_COMPLETE"].removeprefix("complete_")
    found = candidates(command, typed, environment)
    if shell == "zsh":
        return _for_zsh(found), 0
    if shell == "fish":
        if environment.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
            return "", 0 if found else 1
        return "\n".join(f"{one.word}\t{one.help}".rstrip() for one in found), 0
    return "\n".join(one.word for one in found), 0


def _for_zsh(found: Sequence[Candidate]) -> str:
    if not found:
        return "_files"
    listed = "\n".join(
        f'"{one.word}":"{_in_zsh(one.help)}"' if one.help else f'"{one.word}"' for one in found
    )
    return f"_arguments '*: :(({listed}))'"


def _in_zsh(text: str) -> str:
    """Keep of a help text what zsh, which evaluates it twice, takes as it is."""
    return re.sub(r"[^A-Za-z0-9 ,.;=/()_-]", "", text)


def candidates(command: Any, typed: Typed, environment: Mapping[str, str]) -> list[Candidate]:
    """List what the word that is being typed may become."""
    place = _place(command, typed.words)
    incomplete = typed.incomplete
    if place.option is None and incomplete.startswith("-"):
        name, sign, value = incomplete.partition("=")
        if not sign:
            return _options(place.command, incomplete)
        place.option, incomplete = _option(place.command, name), value
    if place.option is None and hasattr(place.command, "commands"):
        return [
            Candidate(name, one.get_short_help_str(limit=100))
            for name, one in place.command.commands.items()
            if name.startswith(incomplete) and not one.hidden
        ]
    offered = _values(place, environment, incomplete)
    return [
        one for one in offered if one.word.startswith(incomplete) and HARMLESS.fullmatch(one.word)
    ]


def _place(command: Any, words: Sequence[str]) -> Place:
    """Go through the words that are whole."""
    place = Place(command)
    for word in words:
        if word == "=":  # bash takes --option=value apart
            continue
        if place.option is not None:
            if "--config" in place.option.opts:
                place.config = word
            place.option = None
        elif word.startswith("-"):
            name, sign, value = word.partition("=")
            option = _option(place.command, name)
            if option is not None and "--config" in option.opts and sign:
                place.config = value
            place.option = None if sign else option
        elif hasattr(place.command, "commands"):
            place.command = place.command.commands[word]
            place.depth += 1
        else:
            place.arguments += 1
    return place


def _option(command: Any, name: str) -> Any:
    """Find the option of this name that takes a value."""
    for one in command.params:
        if name in one.opts and one.param_type_name == "option" and not one.is_flag:
            return one
    return None


def _options(command: Any, incomplete: str) -> list[Candidate]:
    found = [
        Candidate(name, one.help or "")
        for one in command.params
        if one.param_type_name == "option" and not one.hidden
        for name in (*one.opts, *one.secondary_opts)
    ]
    found.append(Candidate("--help", "Show this message and exit."))
    return [one for one in found if one.word.startswith(incomplete) and one.word.startswith("--")]


def _values(place: Place, environment: Mapping[str, str], incomplete: str) -> list[Candidate]:
    """List the values of an option or argument, by what its help calls it."""
    wanted = place.option
    if wanted is None:
        arguments = [one for one in place.command.params if one.param_type_name == "argument"]
        left = arguments[place.arguments :] or [one for one in arguments if one.nargs == -1]
        wanted = left[0] if left else None
    if wanted is not None and (wanted.metavar or "").startswith("["):
        return [Candidate(word) for word in wanted.metavar.strip("[]").split("|")]
    if wanted is None or place.depth != 1:  # a sandbox has orders of its own
        return []
    sources: dict[str, Callable[[], list[Candidate]]] = {
        "ORDER": lambda: _orders(_config(place, environment), incomplete),
        "NAME": lambda: _connections(place, environment),
        "CONNECTION": lambda: _connections(place, environment),
        "STATUS": _statuses,
        "WHAT": lambda: [Candidate(word) for word in EXPORTS],
    }
    source = sources.get(wanted.metavar or "")
    if source is None:
        return []
    with suppress(Exception):
        return source()
    return []


def _statuses() -> list[Candidate]:
    from orderlink.basics import Status  # noqa: PLC0415

    return [Candidate(str(status)) for status in Status]


def _connections(place: Place, environment: Mapping[str, str]) -> list[Candidate]:
    """List the names of the marketplaces; where shops are meant, too, also theirs."""
    document = _document(_config(place, environment))
    groups = ("marketplaces", "shops") if place.command.name == "log" else ("marketplaces",)
    return [Candidate(name, group[:-1]) for group in groups for name in document.get(group, {})]


def _orders(config: Path, incomplete: str) -> list[Candidate]:
    """List orders: first those that are followed, the newest first."""
    from orderlink.store.reading import open_for_reading  # noqa: PLC0415

    named = _document(config).get("state")
    store = open_for_reading(absolute(named, config.parent) if named else usual_state(config))
    if store is None:
        return []
    with closing(store):
        labels = {row.id: row.label for row in store.connections()}
        return [
            Candidate(number, f"{labels.get(connection, connection)}, {status}")
            for number, connection, status in store.numbers_like(incomplete, SHOWN)
        ]


def _config(place: Place, environment: Mapping[str, str]) -> Path:
    return find_config(place.config, environment)


def _document(path: Path) -> dict[str, Any]:
    """Read the configuration as it is, unchecked."""
    return tomllib.loads(path.read_text("utf-8-sig"))
