"""The kinds of evidence for a code's carrier, one function each, in the order they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from orderlink.carriers.cleaning import link_host
from orderlink.carriers.fitting import fitting, is_particular, learn, narrowed, strongest
from orderlink.carriers.loading import catalogue
from orderlink.carriers.model import Evidence, LearntPrefix, Rule, Strength, Word
from orderlink.carriers.naming import named, named_by_host
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable


class Answer(NamedTuple):
    """A carrier and why."""

    carrier: str
    evidence: Evidence


class Question(Value, frozen=True, dict=True):
    """One cleaned code and all that is known around it."""

    original: str
    code: str
    origin: str | None
    destination: str | None
    carriers: tuple[str, ...]
    shop_carrier: str | None
    shop_carrier_table: Mapping[str, str]
    rule: Rule | None
    learnt: tuple[LearntPrefix, ...]
    default_carrier: str | None

    @cached_property
    def fits(self) -> dict[str, Strength]:
        """The carriers whose shapes fit."""
        return fitting(self.code, self.origin)

    @cached_property
    def configured(self) -> dict[str, Strength]:
        """Those of them the merchant ships with."""
        return {carrier: fit for carrier, fit in self.fits.items() if carrier in self.carriers}

    @cached_property
    def best(self) -> tuple[str, ...]:
        """The strongest of the configured, where none of them fits of all."""
        return strongest(self.configured or self.fits)


def by_rule(question: Question) -> Answer | None:
    """Ask the merchant's own rules."""
    if question.rule is None:
        return None
    sentence = f'your rule "{question.rule.pattern}" fits the code'
    return Answer(question.rule.carrier, Evidence(Word.RULE, sentence))


def by_shop(question: Question) -> Answer | None:
    """Ask what the shop calls the carrier, then whose tracking page its link leads to."""
    if question.shop_carrier:
        meant = named(question.shop_carrier, question.shop_carrier_table)
        carrier = _meant(question, meant)
        if carrier:
            return _answer(carrier, Word.SHOP, f'the shop names "{question.shop_carrier}"')
    host = link_host(question.original)
    carrier = _meant(question, named_by_host(host))
    return _answer(carrier, Word.SHOP, f"the shop's link leads to {host}") if carrier else None


def by_configured(question: Question) -> Answer | None:
    """Ask shapes and check digits, among the carriers the merchant ships with."""
    if not question.configured or len(question.best) != 1:
        return None
    return _answer(
        question.best[0], Word.CONFIGURED, "of your carriers the code fits this one best"
    )


def by_country(question: Question) -> Answer | None:
    """Ask where the parcel comes from and goes to."""
    if not (question.origin or question.destination):
        return None
    left = narrowed(question.best, question.origin, question.destination)
    if len(left) != 1 or not (question.configured or _fits_from_origin(question, left[0])):
        return None
    way = f"{question.origin or 'anywhere'} to {question.destination or 'anywhere'}"
    return _answer(left[0], Word.COUNTRY, f"of the carriers that fit, this one goes from {way}")


def by_learnt(question: Question) -> Answer | None:
    """Ask the prefixes of this merchant's own confirmed shipments."""
    possible = question.configured or question.fits
    found = {
        known.carrier: known.prefix
        for known in question.learnt
        if known.carrier in possible and learn(question.code, known.carrier) == known.prefix
    }
    if len(found) != 1:
        return None
    carrier, prefix = found.popitem()
    return _answer(carrier, Word.LEARNT, f"your earlier shipments with it began with {prefix}")


def by_shape(question: Question) -> Answer | None:
    """Ask shapes and check digits among all carriers: only what nobody else's number can be."""
    best = strongest(question.fits) if question.configured else question.best
    if len(best) != 1 or question.fits[best[0]] < Strength.GENERAL:
        return None
    return _answer(best[0], Word.SHAPE, "only this carrier's codes look like this")


def by_default(question: Question) -> Answer | None:
    """Ask what the merchant set for codes that say nothing."""
    carrier = question.default_carrier
    return _answer(carrier, Word.DEFAULT, "nothing else answered") if carrier else None


STEPS: Final[tuple[Callable[[Question], Answer | None], ...]] = (
    by_rule,
    by_shop,
    by_configured,
    by_country,
    by_learnt,
    by_shape,
    by_default,
)


def unanswered(question: Question) -> Evidence:
    """Say why nothing answered."""
    if not question.best:
        return Evidence(Word.NONE, "no known carrier's codes look like this")
    names = " and ".join(catalogue()[carrier].name for carrier in question.best)
    if len(question.best) > 1:
        return Evidence(Word.NONE, f"{names} fit equally well")
    return Evidence(Word.NONE, f"it may be of {names}, but others number like this too")


def _answer(carrier: str, word: Word, sentence: str) -> Answer:
    return Answer(carrier, Evidence(word, sentence))


def _meant(question: Question, carriers: tuple[str, ...]) -> str | None:
    """Choose among the carriers a name can mean: by the code, else by the country."""
    fits = {carrier: question.fits[carrier] for carrier in carriers if carrier in question.fits}
    left = strongest(fits) or carriers
    left = narrowed(left, question.origin, question.destination) if len(left) > 1 else left
    return left[0] if len(left) == 1 else None


def _fits_from_origin(question: Question, carrier: str) -> bool:
    """Tell whether one of its shapes is particular to the country the parcel comes from."""
    return question.fits[carrier] >= Strength.CHECKED and is_particular(
        question.code, carrier, question.origin
    )
