"""The keys of a new connection, as `init` gathers them; secrets are typed in unseen."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.cli.asking import INDENT
from orderlink.complaints import suggestion
from orderlink.secrets import Secret
from orderlink.settings import ConnectionSettings
from orderlink.setup.given import TYPED, secret_from, value_from
from orderlink.setup.questions import complaint, questions
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from orderlink.cli.asking import Asking
    from orderlink.setup.questions import Question

KEPT = ("files", "plain")
PLACES = (
    ("files", "typed in now, each in a file of its own that only you can read"),
    ("plain", "typed in now, in the configuration, which only you can read"),
    ("env", "in environment variables"),
    ("command", "printed by a command, as: pass bol/secret"),
    ("credential", "as credentials of systemd (LoadCredential=)"),
    ("file", "in files that are there already"),
)
"""Where secrets may be, and what that means."""
ANSWERS = {
    "env": "Name of the variable",
    "command": "The command",
    "credential": "Name of the credential",
    "file": "Path of the file",
}


def parsed_sets(
    texts: Sequence[str], wrong: Callable[[str, str], None]
) -> dict[str, dict[str, str]]:
    """Read every `NAME.KEY=VALUE`, by name and key. Of one that is none the value is not shown."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        place, sign, value = text.partition("=")
        name, dot, key = place.strip().partition(".")
        if sign and dot and name and key:
            found.setdefault(name, {})[key] = value.strip()
        else:
            wrong(f"--set {place[:40]}", "must be NAME.KEY=VALUE")
    return found


class Keys:
    """Gathers the keys of connections.

    `sets` are what the options say, by name and key, and `place` is where secrets are to be kept;
    empty: a person is asked once. `wrong` notes what is wrong with an option, and `lacks_secret`
    tells that one for a secret is missing.
    """

    def __init__(
        self,
        folder: Path,
        sets: Mapping[str, Mapping[str, str]],
        place: str,
        asking: Asking | None,
        wrong: Callable[[str, str], None],
    ) -> None:
        self._folder = folder
        self._sets = sets
        self._asking = asking
        self._wrong = wrong
        self.place = place
        self.lacks_secret = False

    def unused(self, names: Collection[str]) -> list[str]:
        """List what the options set of connections that are none of these, as NAME.KEY."""
        return [
            f"{name}.{key}" for name in self._sets if name not in names for key in self._sets[name]
        ]

    def of(self, name: str, word: str, model: type[ConnectionSettings]) -> dict[str, object]:
        """Gather the keys of one connection, `word` being its type."""
        one = _Connection(name, word, model, self._folder)
        given = self._sets.get(name, {})
        values = {key: self._set(one, key, text) for key, text in given.items()}
        for question in questions(model):
            if question.key in values:
                continue
            if self._asking is not None:
                values[question.key] = self._asked(self._asking, one, question)
            elif question.needed:
                form = "PLACE" if question.secret else "VALUE"
                option = f"--set {name}.{question.key}={form}"
                self._wrong(option, f"is missing: {question.meaning}")
                self.lacks_secret |= question.secret
        return {key: value for key, value in values.items() if value is not None}

    def _set(self, one: _Connection, key: str, text: str) -> object:
        """Give the value that an option sets; None where it cannot be used, which is noted."""
        option = f"--set {one.name}.{key}"
        field = one.model.model_fields.get(key)
        if field is None or key == "type":
            self._wrong(option, f"unknown key{suggestion(key, list(one.model.model_fields))}")
            return None
        try:
            value = value_from(field, text, Path.cwd())
        except ValueError as error:
            self._wrong(option, str(error))
            return None
        if value == TYPED:
            return self._read(option, key)
        why = one.complaint(key, value)
        if why:
            self._wrong(option, why)
        return None if why else value

    def _read(self, option: str, key: str) -> Secret | None:
        """Read a secret from standard input: unseen on a terminal, else its next line."""
        if self._asking is not None:
            return Secret(self._asking.hidden(key, _is_there))
        line = sys.stdin.readline().strip()
        if not line:
            self._wrong(option, "is to be read from standard input, which has no more lines")
        return Secret(line) if line else None

    def _asked(self, asking: Asking, one: _Connection, question: Question) -> object:
        asking.title(f"{question.key}: {question.meaning}")
        if question.where:
            asking.say(f"Where: {question.where}", INDENT)
        if question.secret:
            return self._asked_secret(asking, one, question)
        field = one.model.model_fields[question.key]
        default = "" if question.needed else str(field.default or "")

        def complain(text: str) -> str:
            if not text:
                return _is_there(text) if question.needed else ""
            return one.complaint(question.key, value_from(field, text, Path.cwd()))

        text = asking.text(question.key, default, complain)
        return value_from(field, text, Path.cwd()) if text and text != default else None

    def _asked_secret(self, asking: Asking, one: _Connection, question: Question) -> object:
        if not self.place:
            self.place = asking.choice("Where are the secrets", PLACES, KEPT[0])
        if self.place in KEPT:
            typed = asking.hidden(question.key, _is_there if question.needed else _is_fine)
            return Secret(typed) if typed else None

        def complain(text: str) -> str:
            if not text:
                return _is_there(text) if question.needed else ""
            try:
                place = secret_from(f"{self.place}:{text}", Path.cwd())
            except ValueError as error:
                return str(error)
            return one.complaint(question.key, place)

        usual = re.sub("[^A-Z0-9]+", "_", f"{one.name}_{question.key}".upper())
        default = usual if self.place == "env" and question.needed else ""
        text = asking.text(ANSWERS[self.place], default, complain)
        return secret_from(f"{self.place}:{text}", Path.cwd()) if text else None


class _Connection(Value, frozen=True):
    """The connection whose keys are gathered."""

    name: str
    word: str
    model: type[ConnectionSettings]
    folder: Path

    def complaint(self, key: str, value: object) -> str:
        """Say what is wrong with the value of a key; empty: nothing."""
        return complaint(self.model, key, value, self.word, self.folder)


def _is_there(text: str) -> str:
    return "" if text else "it is needed"


def _is_fine(_text: str) -> str:
    return ""
