"""A headless Chromium, and what axe-core finds wrong with a page in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.find_chromium import BrowserError, find_chromium

_AXE = files("axe_playwright_python") / "axe.min.js"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# The faults of the rules for WCAG 2.2 AA, and of good practice.
_RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations.map(one => `${one.id}: ${one.nodes.map(n => n.html).join(" ")}`);
}"""


def chromium_path() -> str:
    """Return the path of a Chromium or Chrome, which `make test` has found or installed.

    Without one the test is left out, or fails where OVMR_INDEX_NEED_BROWSER is set.
    """
    if path := os.environ.get("OVMR_INDEX_CHROMIUM"):
        return path
    try:
        return find_chromium()
    except BrowserError as error:
        if os.environ.get("OVMR_INDEX_NEED_BROWSER"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that is here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=_QUIET)
        yield browser
        browser.close()


def axe(page: Page) -> list[str]:
    """Return the faults that axe-core finds in a page, in lines."""
    # As a browser's own debugger does it: the page's policy lets no such script in.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found


def press(page: Page, key: str) -> None:
    """Press a key once the page knows its keys: its scripts have run when it is loaded."""
    page.wait_for_load_state()
    page.keyboard.press(key)
