"""What is known of a carrier, and what a question about a code is answered with."""

from __future__ import annotations

import re
from enum import IntEnum, StrEnum
from functools import cached_property

from orderlink.carriers.checks import CHECKS
from orderlink.values import Value, field

ANYWHERE = "*"


class Strength(IntEnum):
    """How much a fitting shape says, weakest first. Only the two highest answer unasked."""

    PLAIN = 1  # a length and little more: counts among the carriers the merchant ships with
    CHECKED = 2  # a check digit, or a prefix of one country, on a shape that others share
    GENERAL = 3  # nobody else's, but any more particular carrier goes before
    CERTAIN = 4  # nobody else's


class Word(StrEnum):
    """Which kind of evidence answered, in the order in which they are asked."""

    RULE = "rule"
    SHOP = "shop"
    CONFIGURED = "configured"
    COUNTRY = "country"
    LEARNT = "learnt"
    SHAPE = "shape"
    DEFAULT = "default"
    NONE = "none"
    NO_CODE = "no_code"


class Shape(Value, frozen=True, dict=True):
    """One form of a carrier's numbers: a regular expression, perhaps a check digit.

    `form` must fit the whole code; the group `checked`, where it has one, is what the check
    function sees, with `before_check` put in front. A shape with `countries` has its strength only
    for parcels from there, elsewhere and from nowhere in particular it is plain.
    """

    carrier: str
    name: str
    form: str
    lengths: tuple[int, ...]
    strength: Strength
    check: str | None = None
    before_check: str = ""
    countries: frozenset[str] = frozenset()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.form)

    def fits(self, code: str) -> bool:
        """Tell whether a cleaned code has this form and passes its check."""
        match = self._pattern.fullmatch(code)
        if match is None:
            return False
        if self.check is None:
            return True
        checked = match["checked"] if "checked" in self._pattern.groupindex else code
        return CHECKS[self.check](self.before_check + checked)

    def strength_from(self, origin: str | None) -> Strength:
        """Tell how much this shape says of a parcel from that country."""
        return self.strength if not self.countries or origin in self.countries else Strength.PLAIN


class Page(Value, frozen=True):
    """A tracking page: a template of {code}, {postcode}, {country} and {language}."""

    template: str
    countries: frozenset[str] = frozenset()


class Carrier(Value, frozen=True):
    """One carrier: what the table shows and what detection knows of it."""

    identifier: str
    name: str
    family: str
    countries: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    pages: tuple[Page, ...] = ()
    hosts: tuple[str, ...] = ()
    prefix: str | None = None

    def is_home_in(self, country: str | None) -> bool:
        """Tell whether that country is named among those it ships from."""
        return country in self.countries

    def serves(self, country: str | None) -> bool:
        """Tell whether it ships from that country; an unknown country excludes nobody."""
        return country is None or ANYWHERE in self.countries or country in self.countries


class Rule(Value, frozen=True):
    """A merchant's own rule: a pattern found in the code names the carrier.

    Raises `re.error` when the pattern is no regular expression.
    """

    pattern: str
    carrier: str
    strip: str = ""

    def __post_init__(self) -> None:
        re.compile(self.pattern, re.IGNORECASE)

    def fits(self, text: str) -> bool:
        """Tell whether the pattern is found in the text, in either case."""
        return re.search(self.pattern, text, re.IGNORECASE) is not None

    def stripped(self, text: str) -> str:
        """Return the text without what the rule strips, in either case."""
        return re.sub(re.escape(self.strip), "", text, flags=re.IGNORECASE) if self.strip else text


class LearntPrefix(Value, frozen=True):
    """A prefix that this merchant's confirmed shipments with a carrier had."""

    prefix: str
    carrier: str


class Evidence(Value, frozen=True):
    """Why the answer is what it is: a fixed word, and a sentence for a person."""

    word: Word
    sentence: str


class Detection(Value, frozen=True):
    """The answer about one code; `code` is empty where the text holds none."""

    original: str
    code: str
    carrier: str | None
    evidence: Evidence
    candidates: tuple[str, ...] = ()
    page: str | None = None


class MarketplaceCode(Value, frozen=True):
    """What a marketplace is sent for a carrier; `name` where the code only says "other"."""

    code: str
    name: str | None = None


class MarketplaceCodes(Value, frozen=True):
    """One marketplace's carrier codes, where they were read and when."""

    marketplace: str
    source: str
    date: str
    listed: frozenset[str]
    mapping: dict[str, dict[str, str]] = field(default_factory=dict)
    other: str | None = None
    takes_name: bool = False
    takes_page: bool = False
    name_limit: int | None = None
