"""Questions to a person on a terminal: each is asked until its answer can be used."""

from __future__ import annotations

import sys
import termios
import textwrap
from typing import TYPE_CHECKING

from orderlink.errors import ConfigurationError
from orderlink.redact import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderlink.report.screen import Screen

INDENT = "  "


class Asking:
    """Asks on a screen, and reads standard input. An input that ends raises `ConfigurationError`.

    `complain` says what is wrong with an answer; empty: nothing.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def say(self, text: str, indent: str = "") -> None:
        """Say something, wrapped to the width of the screen."""
        width = min(self._screen.width - 1, 98)
        lines = textwrap.wrap(
            text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False
        )
        self._screen.write("\n".join(lines) + "\n")

    def title(self, text: str) -> None:
        """Begin a part."""
        self._screen.write("\n")
        self.say(text)

    def text(
        self, prompt: str, default: str = "", complain: Callable[[str], str] = lambda _answer: ""
    ) -> str:
        """Ask for a line; an empty answer is the default, which may be empty itself."""
        shown = f"{prompt} [{default}]: " if default else f"{prompt}: "
        while True:
            self._screen.write(shown)
            answer = self._line() or default
            wrong = complain(answer)
            if not wrong:
                return answer
            self._refuse(wrong)

    def choice(self, prompt: str, options: Sequence[tuple[str, str]], default: str) -> str:
        """Ask for one of several words, each with what it means; its number will do, too."""
        words = [word for word, _ in options]
        longest = max(map(len, words))
        for number, (word, meaning) in enumerate(options, start=1):
            self.say(f"{number}  {word.ljust(longest)}  {meaning}".rstrip(), INDENT)
        numbers = {str(number): word for number, word in enumerate(words, start=1)}

        def complain(answer: str) -> str:
            known = answer in words or answer in numbers
            return "" if known else f"is none of {', '.join(words)}"

        answer = self.text(prompt, default, complain)
        return numbers.get(answer, answer)

    def hidden(self, prompt: str, complain: Callable[[str], str]) -> str:
        """Ask for a secret, which is not shown while it is typed."""
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
        silent = termios.tcgetattr(number)
        silent[3] &= ~termios.ECHO
        while True:
            termios.tcsetattr(number, termios.TCSADRAIN, silent)
            try:
                self._screen.write(f"{prompt} (not shown): ")
                answer = self._line()
            finally:
                termios.tcsetattr(number, termios.TCSADRAIN, before)
                self._screen.write("\n")
            wrong = complain(answer)
            if not wrong:
                return answer
            self._refuse(wrong)

    def _refuse(self, why: str) -> None:
        end = "" if why.endswith((".", "?")) else "."
        self.say(f"That cannot be used: {safe_text(why)}{end}", INDENT)

    @staticmethod
    def _line() -> str:
        line = sys.stdin.readline()
        if not line:
            raise ConfigurationError(["the input has ended: nothing was written"])
        return line.strip()
