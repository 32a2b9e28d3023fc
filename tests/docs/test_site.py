"""The site: no dead link, nothing from elsewhere, every page in the menu, a search from disk."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scripts.site_check.pages import Site
from tests.support.browser import chromium
from tests.support.runs import CHECKOUT
from tests.support.sites import built_site

pytestmark = pytest.mark.slow

SHOWN = ("index.html", "sampling.html", "decisions/index.html")
PAGES = ("index.md", "sampling.md", "decisions/README.md")
_NAV = re.compile(r"^nav = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a site of the pages that are shown, made with the project's settings."""
    project = tmp_path_factory.mktemp("project")
    for name in ("images", "javascripts", "stylesheets"):
        shutil.copytree(CHECKOUT / "docs" / name, project / "docs" / name)
    (project / "docs" / "decisions").mkdir()
    for name in (*PAGES, "sampling.svg"):
        shutil.copyfile(CHECKOUT / "docs" / name, project / "docs" / name)
    settings = (CHECKOUT / "zensical.toml").read_text(encoding="utf-8")
    settings, found = _NAV.subn(f"nav = {[*PAGES]}\n", settings)
    assert found == 1
    (project / "zensical.toml").write_text(settings, encoding="utf-8")
    build = [sys.executable, "-m", "zensical", "build"]
    done = subprocess.run(build, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser for all tests."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Open one page for all tests; whatever asks the network is refused, and fails the last."""
    with browser.new_context(offline=True) as context:
        context.set_default_timeout(10_000)
        opened, asked = context.new_page(), list[str]()
        opened.on("request", lambda request: asked.append(request.url))
        yield opened
        assert [address for address in asked if not address.startswith("file:")] == []


@pytest.mark.exhaustive  # `make docs` says the same, which `make test` runs
def test_there_is_nothing_to_complain_of(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert list(Site(built_site(tmp_path_factory)).problems()) == []


def test_a_page_opens_from_disk_on_a_narrow_screen(site: Path, page: Page) -> None:
    errors = list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    wide = page.viewport_size
    assert wide is not None
    page.set_viewport_size({"width": 390, "height": 844})
    for name in SHOWN:
        page.goto((site / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        assert page.locator("h1").count() == 1, name
        assert errors == [], name
    page.set_viewport_size(wide)


def test_the_search_works_from_disk(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search").fill("near duplicates")
    page.get_by_role("option", name="No near-duplicates").click()
    page.wait_for_url("**/sampling.html**")


def test_the_page_is_dark_where_the_system_is(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    shades = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.reload()
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(set(shades)) == 2


def test_what_is_copied_from_a_terminal_is_its_commands(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    copied = page.locator(".language-console [data-copy]").evaluate_all(
        "found => found.map(one => one.dataset.copy)"
    )
    assert "ovmr-index demo demo" in copied
    (query,) = [text for text in copied if " sql " in text]
    assert query.startswith('ovmr-index --root demo sql "\nSELECT category,')
    assert query.endswith('LIMIT 3"')
