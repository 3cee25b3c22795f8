"""The page in a real browser: nothing is loaded, nothing overflows, everything can be read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderlink.report.page.document import page
from tests.support.browser import Browser, missing
from tests.support.bulk import multiply
from tests.support.days import figures, three_days
from tests.support.world import Merchant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

WINDOWS = [(1280, False), (1280, True), (768, False), (375, True), (320, False)]

OVERFLOWING = """
const wide = innerWidth;
const inside = (node) => node.closest('.wide, details:not([open])');
return [...document.querySelectorAll('body *')]
  .filter((node) => !inside(node) && !node.closest('.cards thead'))
  .filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width && (box.right > wide + 1 || box.left < -1);
  })
  .map((node) => node.tagName + ' ' + node.textContent.slice(0, 60));
"""
OUTSIDE_OF_DRAWINGS = """
return [...document.querySelectorAll('svg[role=img]')].flatMap((svg) => {
  const whole = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text, rect, circle')]
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([_, box]) => box.left < whole.left - 1 || box.right > whole.right + 1
      || box.top < whole.top - 1 || box.bottom > whole.bottom + 1)
    .map(([node, _]) => svg.getAttribute('aria-label') + ': ' + node.textContent);
});
"""
UPON_EACH_OTHER = """
const meet = (a, b) => a.left < b.right && b.left < a.right
  && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
return [...document.querySelectorAll('svg[role=img]')].flatMap((svg) => {
  const texts = [...svg.querySelectorAll('text')]
    .map((node) => [node.textContent, node.getBoundingClientRect()]);
  return texts.flatMap(([one, a], place) => texts.slice(place + 1)
    .filter(([_, b]) => meet(a, b)).map(([other, _]) => one + ' / ' + other));
});
"""
UNREADABLE = """
const part = (value) => { const c = value / 255;
  return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const light = (colour) => { const [r, g, b] = colour.match(/[0-9.]+/g).map(Number);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05); };
const clear = (colour) => colour === 'transparent' || colour.endsWith(', 0)');
const behind = (node) => { while (node) { const colour = getComputedStyle(node).backgroundColor;
  if (!clear(colour)) return colour; node = node.parentElement; } return 'rgb(255, 255, 255)'; };
const found = [];
for (const node of document.querySelectorAll('body *')) {
  const style = getComputedStyle(node), own = [...node.childNodes].some(
    (child) => child.nodeType === 3 && child.textContent.trim());
  if (own && node.tagName !== 'title') {
    const colour = node.closest('svg') ? style.fill : style.color;
    const reached = contrast(colour, behind(node));
    if (reached < 4.5) found.push([node.textContent.slice(0, 40), reached]);
  }
  const drawn = node.tagName === 'rect' || node.tagName === 'circle' ? style.fill
    : node.tagName === 'polyline' ? style.stroke : null;
  if (drawn && contrast(drawn, behind(node)) < 3) found.push([node.outerHTML, drawn]);
}
return found;
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of three days, one of two years, and one of a first day without any order."""
    folder = tmp_path_factory.mktemp("pages")
    merchant = three_days(folder / "days")
    found = {"days": page(figures(merchant))}
    store = merchant.store()
    (closed, *_) = store.list_orders(
        status="shipped", connection="", since=merchant.clock.now() - timedelta(days=9), limit=1
    )
    multiply(store, closed, 3000, merchant.clock.now(), minutes=350)
    store.database.execute("UPDATE runs SET started_at = '2024-11-01T00:00:00.000000Z'", {})
    store.close()
    found["years"] = page(figures(merchant, days=760))
    found["quarter"] = page(figures(merchant, days=90))
    found["empty"] = page(figures(a_first_day(folder / "empty")))
    for name, text in found.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return {name: folder / f"{name}.html" for name in found}


def a_first_day(folder: Path) -> Merchant:
    merchant = Merchant(folder, marketplace=FURTHER)
    merchant.sync()
    return merchant


FURTHER = """
[marketplaces.a-marketplace-with-quite-a-long-name-of-its-own]
type = "bol"
client_id = "another"
client_secret = "secret"
"""
NAMES = ["days", "quarter", "years", "empty"]


@pytest.mark.parametrize("name", NAMES)
def test_no_request_leaves_and_nothing_is_refused(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    browser.requests()
    browser.complaints()
    browser.show(pages[name])
    assert browser.requests() == [pages[name].resolve().as_uri()]
    assert browser.complaints() == [], "its own policy lets its own style pass"
    assert browser.run("return document.styleSheets.length") == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "dark"), WINDOWS)
def test_nothing_overflows_or_lies_upon_each_other(
    browser: Browser,
    pages: dict[str, Path],
    name: str,
    width: int,
    dark: bool,
) -> None:
    browser.show(pages[name], width=width, dark=dark)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.run(OVERFLOWING) == []
    assert browser.run(OUTSIDE_OF_DRAWINGS) == []
    assert browser.run(UPON_EACH_OTHER) == []


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_text_and_every_drawing_stands_out_from_its_ground(
    browser: Browser,
    pages: dict[str, Path],
    media: str,
    dark: bool,
) -> None:
    for path in pages.values():
        browser.show(path, dark=dark, media=media)
        assert browser.run(UNREADABLE) == []


def test_dark_and_light_are_different_and_print_is_on_white(
    browser: Browser, pages: dict[str, Path]
) -> None:
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    seen = []
    for dark, media in ((False, "screen"), (True, "screen"), (True, "print")):
        browser.show(pages["days"], dark=dark, media=media)
        seen.append(browser.run(ground))
    assert seen == ["rgb(255, 255, 255)", "rgb(20, 23, 28)", "rgb(255, 255, 255)"]


def test_a_page_can_be_printed(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    browser.show(pages["days"])
    browser.print(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_checks_above_see_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        "<body style='background: #fff'><p style='width: 3000px; color: #bbb'>wide and pale</p>"
        "<svg role='img' viewBox='0 0 100 20' width='100' aria-label='x'><text x='90' y='12'>out of"
        "</text><text x='92' y='13'>upon</text></svg><img src='http://127.0.0.1:9/x.png'></body>"
    )
    browser.requests()
    browser.show(wrong)
    assert "http://127.0.0.1:9/x.png" in browser.requests()
    assert browser.complaints() != []
    for check in (OVERFLOWING, OUTSIDE_OF_DRAWINGS, UPON_EACH_OTHER, UNREADABLE):
        assert browser.run(check) != [], check
