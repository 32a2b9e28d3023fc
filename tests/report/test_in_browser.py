"""The pages of a report in a browser, opened from disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.browser import axe, chromium
from tests.support.waiting import BROWSER_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(BROWSER_SECONDS)]  # a browser starts

_NAMES = "table.sortable tbody th"
_WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
# Texts of a plot that go beyond it, or that are above each other.
_BAD_TEXTS = """() => [...document.querySelectorAll("svg.plot")].flatMap(plot => {
    const frame = plot.getBoundingClientRect();
    const boxes = [...plot.querySelectorAll("text")].map(one => [one, one.getBoundingClientRect()]);
    const out = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
    const over = boxes.filter(([, box], at) => boxes.some(([, other], index) => index < at
        && box.left < other.right - 1 && other.left < box.right - 1
        && box.top < other.bottom - 3 && other.top < box.bottom - 3));
    return [...out, ...over].map(([one]) => one.textContent);
})"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Return a page that asks for nothing but files."""
    with chromium() as browser:
        made = browser.new_page()
        made.set_default_timeout(10_000)
        yield made
        made.close()


@pytest.fixture
def pages(folder: Path) -> list[Path]:
    """Return the pages of the report."""
    return sorted(folder.rglob("*.html"))


def test_pages_have_no_accessibility_fault(page: Page, pages: list[Path]) -> None:
    for path in pages:
        page.goto(path.as_uri())
        page.emulate_media(color_scheme="light")
        assert axe(page) == [], path.name
        page.emulate_media(color_scheme="dark")
        assert axe(page) == [], f"{path.name} in dark colours"


def test_nothing_is_cut_or_above_another(page: Page, pages: list[Path]) -> None:
    for path in pages:
        page.goto(path.as_uri())
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(_WIDTHS) == [width, width], path.name
            assert page.evaluate(_BAD_TEXTS) == [], f"{path.name} at {width}"


def test_pages_ask_for_nothing_but_files(page: Page, pages: list[Path]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in pages:
        page.goto(path.as_uri())
    assert len(asked) > len(pages)
    assert {url.partition(":")[0] for url in asked} == {"file"}


def test_a_table_is_sorted_by_its_headings(page: Page, pages: list[Path]) -> None:
    (path,) = (one for one in pages if one.name == "categories.html")
    page.goto(path.as_uri())
    page.get_by_role("button", name="exemplars").click()
    assert page.locator(_NAMES).first.inner_text() == "die"
    page.get_by_role("button", name="exemplars").press("Enter")
    assert page.locator(_NAMES).first.inner_text() == "apple"
    page.get_by_role("button", name="category").click()
    names = page.locator(_NAMES).all_inner_texts()
    assert names == sorted(names)
