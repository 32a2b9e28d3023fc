"""A headless Chromium, and what axe-core finds wrong with a page in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from playwright.sync_api import Browser, Page, sync_playwright

_AXE = files("axe_playwright_python") / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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


def chromium_path() -> str | None:
    """Return the path of a Chromium or Chrome of this machine, None without one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


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
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found


def press(page: Page, key: str) -> None:
    """Press a key once the page knows its keys: its scripts have run when it is loaded."""
    page.wait_for_load_state()
    page.keyboard.press(key)
