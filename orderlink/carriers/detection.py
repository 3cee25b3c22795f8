"""Answer which carrier a code is of: clean it, ask each kind of evidence, the first answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.carriers.cleaning import clean
from orderlink.carriers.evidence import STEPS, Question, unanswered
from orderlink.carriers.fitting import by_strength
from orderlink.carriers.model import Detection, Evidence, LearntPrefix, Rule, Word
from orderlink.carriers.negatives import is_one_of, negative_as_written, negative_code
from orderlink.carriers.pages import tracking_page

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def detect(
    code: str,
    *,
    origin: str | None = None,
    destination: str | None = None,
    carriers: Sequence[str] = (),
    shop_carrier: str | None = None,
    shop_carrier_table: Mapping[str, str] | None = None,
    rules: Sequence[Rule] = (),
    learnt: Sequence[LearntPrefix] = (),
    default_carrier: str | None = None,
    not_codes: Collection[str] = (),
    postcode: str | None = None,
) -> Detection:
    """Answer which carrier a code is of, on what evidence, and whose it could be as well.

    `code` may be as dirty as shops keep it; of several codes in it the first is asked about.
    `not_codes` are numbers that are none: the order's own, its articles' EANs. `postcode` and
    `destination` go into the tracking page. Never raises, whatever the text.
    """
    codes = clean(code)
    rule = next((rule for rule in rules if rule.fits(code) or any(map(rule.fits, codes))), None)
    if rule is not None and rule.strip:
        codes = clean(rule.stripped(code)) or codes
    negative = _negative(code, codes, not_codes, trusted=rule is not None)
    if negative is not None:
        return Detection(code, "", None, Evidence(Word.NO_CODE, f"{negative}, no tracking code"))
    question = Question(
        original=code,
        code=codes[0],
        origin=_country(origin),
        destination=_country(destination),
        carriers=tuple(carriers),
        shop_carrier=shop_carrier,
        shop_carrier_table=shop_carrier_table or {},
        rule=rule,
        learnt=tuple(learnt),
        default_carrier=default_carrier,
    )
    return _answered(question, postcode)


def is_code(code: str, not_codes: Collection[str] = ()) -> bool:
    """Tell whether `detect` would take this for a code at all, whoever its carrier is."""
    return _negative(code, clean(code), not_codes, trusted=False) is None


def _answered(question: Question, postcode: str | None) -> Detection:
    answer = next((answer for step in STEPS if (answer := step(question))), None)
    carrier = answer.carrier if answer else None
    page = (
        tracking_page(carrier, question.code, postcode=postcode, country=question.destination)
        if carrier
        else None
    )
    others = tuple(other for other in by_strength(question.fits) if other != carrier)
    evidence = answer.evidence if answer else unanswered(question)
    return Detection(question.original, question.code, carrier, evidence, others, page)


def _negative(
    text: str, codes: tuple[str, ...], not_codes: Collection[str], *, trusted: bool
) -> str | None:
    """Name what the text is when it holds no code. A merchant's rule is trusted to know better."""
    if not codes:
        return negative_as_written(text) or "text without a code"
    if is_one_of(codes[0], not_codes):
        return "one of the order's own numbers"
    return None if trusted else negative_as_written(text) or negative_code(codes[0])


def _country(text: str | None) -> str | None:
    """Read a country's two letters, in either case; anything else is no known country."""
    code = (text or "").strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha() or code == "EU":
        return None
    return "GB" if code == "UK" else code
