"""Get codes out of what shops keep in their tracking fields. Characters are dropped, never made."""

from __future__ import annotations

import re
from typing import Final

from orderlink.carriers.loading import words_around

URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HOST_AND_REST: Final = re.compile(r"(?:https?://)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)

# PostNL puts them behind the code, in one part of the address.
COUNTRY_AND_POSTCODE: Final = re.compile(r"-[A-Z]{2}-[0-9A-Z]{3,8}(?=$|[/?#&])")

NUMBER_SIGN: Final = re.compile(
    r"\b(?:nr|no|num|nummer|number|n)\s*[.:#°º]+|\bT\s*&\s*T\b", re.IGNORECASE
)
SEPARATOR: Final = re.compile(
    r"[/,;|\n\r&+]|\s(?:en|und|and|et|y|e|oder|or)\s|\s-\s", re.IGNORECASE
)
LABEL_BEFORE: Final = re.compile(r".*[:=#]", re.DOTALL)
REMARK: Final = re.compile(r"\([^()]*[^\W\d_]{5,}[^()]*\)")
DATE: Final = re.compile(
    r"(?<![\w.-])(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?![\w.-])",
    re.ASCII,
)
# Two of its letters can look like a label ("DE", "NO", "IS"), so it is put together first.
SPACED_S10: Final = re.compile(
    r"\b([A-Z]{2})\s*((?:\d\s?){9})\s*([A-Z]{2})\b", re.ASCII | re.IGNORECASE
)
NOT_IN_CODES: Final = re.compile(r"[^0-9A-Za-z]")


def clean(text: str) -> tuple[str, ...]:
    """Return the codes in a text: capital letters and digits, in order, each once.

    A code has a digit. With several pieces only those are kept that are long enough for a code.
    """
    if text.isascii() and text.isalnum():
        return (text.upper(),) if _has_digit(text) else ()
    pieces = [piece for part in _without_links(text) for piece in _pieces(part)]
    likely = [piece for piece in pieces if _is_likely(piece)]
    return tuple(dict.fromkeys(likely or pieces[:1]))


def link_host(text: str) -> str | None:
    """Return the host of the first link in a text, in lower case, without `www.`."""
    link = URL.search(text)
    match = HOST_AND_REST.fullmatch(link[0]) if link else None
    return match[1].lower().removeprefix("www.") if match else None


def _without_links(text: str) -> list[str]:
    """Replace a text with links by what their addresses carry; what is around them is labels."""
    links = URL.findall(text)
    if not links:
        return [text]
    found = [part for link in links for part in _from_link(link)]
    return found or [URL.sub(" ", text)]


def _from_link(link: str) -> list[str]:
    """Find the code in an address: a known parameter, else the first part long enough."""
    match = HOST_AND_REST.fullmatch(link)
    rest = re.sub(r"%[0-9A-Fa-f]{2}", " ", match[2] if match else "")
    rest = COUNTRY_AND_POSTCODE.sub("", rest)
    parts = [part.rpartition("=") for part in re.split(r"[/?#&]", rest)]
    known = words_around()["parameters"]
    named = [value for key, _, value in parts if key.lower() in known and _has_digit(value)]
    if named:
        return named
    return [value for _, _, value in parts if _is_likely(_joined([value]))][:1]


def _pieces(text: str) -> list[str]:
    """Split a text at separators and at words, and join what a code was printed in groups of."""
    plain = NUMBER_SIGN.sub(" ", DATE.sub(" ", REMARK.sub(" ", text)))
    plain = SPACED_S10.sub(lambda match: " " + _joined([match[0]]) + " ", plain)
    groups = [group for part in SEPARATOR.split(plain) for group in _groups(part)]
    return [piece for group in groups for piece in _split_codes(group) if _has_digit(piece)]


def _groups(part: str) -> list[list[str]]:
    """Split at words: five letters or more, or a label. Codes hold at most four in a row."""
    groups: list[list[str]] = [[]]
    for token in LABEL_BEFORE.sub("", part).split():
        if _is_word(token):
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _is_word(token: str) -> bool:
    letters = re.sub(r"[\W_]", "", token)
    return letters.isalpha() and (
        len(letters) > 4 or not letters.isascii() or letters.lower() in words_around()["labels"]
    )


def _split_codes(group: list[str]) -> list[str]:
    """Keep tokens apart that are all codes by themselves, else join them into one."""
    codes = [_joined([token]) for token in group]
    if len(codes) > 1 and all(map(_is_whole, codes)):
        return codes
    return [_joined(group)]


def _joined(tokens: list[str]) -> str:
    return NOT_IN_CODES.sub("", "".join(tokens)).upper()


def _has_digit(text: str) -> bool:
    return any("0" <= character <= "9" for character in text)


def _digits(text: str) -> int:
    return sum("0" <= character <= "9" for character in text)


def _is_likely(code: str) -> bool:
    return 8 <= len(code) <= 40 and (_digits(code) >= 4 or (len(code) == 8 and _has_digit(code)))


def _is_whole(code: str) -> bool:
    return len(code) >= 10 and _digits(code) >= 6
