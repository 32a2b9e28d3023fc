"""The categories page in a browser."""

import pytest
from playwright.sync_api import Page

from tests.support.browser import axe


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_accessibility_fault(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/")
    assert axe(page) == []
