"""PURE: the page as a whole: its head, its style, its sections in their order."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from orderlink import __version__
from orderlink.decide.counting import Counted
from orderlink.report.days import day_in_amsterdam, instant
from orderlink.report.page import overtime, standing
from orderlink.report.page.markup import Html, element, joined

if TYPE_CHECKING:
    from orderlink.report.figures import Figures


def page(figures: Figures) -> str:
    """Write the report as an HTML page of its own.

    Its Content-Security-Policy allows this one style sheet and nothing else: no request leaves.
    """
    style = resources.files("orderlink.report.page").joinpath("page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    first = day_in_amsterdam(figures.since)
    title = f"orderlink report, {first} to {figures.status.today}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        Html(f"<style>{style}</style>"),
    )
    html = element("html", head, element("body", *_body(figures)), lang="en")
    return f"<!DOCTYPE html>\n{html}\n"


def _body(figures: Figures) -> list[Html]:
    status = figures.status
    told = [
        ("came in", f"{figures.total.count(Counted.IMPORTED):,}"),
        ("shipped", f"{figures.total.count(Counted.SHIPPED):,}"),
        ("without code", overtime.percent(figures.total.without_code)),
    ]
    made = element(
        "p",
        element("span", f"{day_in_amsterdam(figures.since)} to {status.today},"),
        " ",
        element("span", f"made {instant(status.now)};"),
        " days are those in Europe/Amsterdam",
    )
    header = element("header", element("h1", "orderlink report"), made)
    sections = [
        ("Needs a person", standing.needs_person(status)),
        ("Where the orders are", joined([standing.orders(status), standing.waits(status)])),
        ("The last 24 hours", standing.hours(status)),
        ("Over time", overtime.plots(figures)),
        ("Errors", overtime.problems(figures)),
        ("Marketplaces", overtime.marketplaces(figures)),
    ]
    main = [element("section", element("h2", name), content) for name, content in sections]
    footer = element(
        "footer",
        element(
            "p",
            f"Made by orderlink {__version__}. Nothing of a buyer is"
            " in it. Medians and 90 % are nearest ranks, by the day on which it was done.",
        ),
    )
    return [header, element("main", standing.tiles(status, told), *main), footer]
