"""The site: no dead link, nothing from elsewhere, every page in the menu, a search from disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scripts.site_check.pages import Site
from tests.support.browser import chromium
from tests.support.sites import built_site

pytestmark = pytest.mark.slow

SHOWN = ("index.html", "sampling.html", "decisions/index.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site."""
    return built_site(tmp_path_factory)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser for all tests."""
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page; whatever it asks the network for is refused, and fails the test."""
    with browser.new_context(offline=True) as context:
        context.set_default_timeout(10_000)
        opened, asked = context.new_page(), list[str]()
        opened.on("request", lambda request: asked.append(request.url))
        yield opened
        assert [address for address in asked if not address.startswith("file:")] == []


def test_there_is_nothing_to_complain_of(site: Path) -> None:
    assert list(Site(site).problems()) == []


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_opens_from_disk_on_a_narrow_screen(name: str, site: Path, page: Page) -> None:
    errors = list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((site / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").count() == 1
    assert errors == []


def test_the_search_works_from_disk(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search").fill("near duplicates")
    page.get_by_role("option", name="No near-duplicates").click()
    page.wait_for_url("**/sampling.html**")


def test_the_page_is_dark_where_the_system_is(site: Path, browser: Browser) -> None:
    shades = []
    for scheme in ("light", "dark"):
        with browser.new_page(color_scheme=scheme) as page:
            page.goto((site / "index.html").as_uri())
            shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(set(shades)) == 2
