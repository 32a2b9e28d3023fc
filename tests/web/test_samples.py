"""The samples pages: the list, a contact sheet, two side by side; what is missing or stale."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ovmr_index import DrawOptions, Index
from tests.support.browser import axe, press
from tests.support.copied_tree import quick_copy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a small tree and index that the tests of the file may change."""
    made = tmp_path_factory.mktemp("served") / "tree"
    quick_copy(small, made)
    return made


@pytest.fixture(scope="module")
def index(root: Path) -> Index:
    """Return an index with samples."""
    index = Index.open(root)
    for name, options in {"one": DrawOptions(2, 1), "two": DrawOptions(2, 2)}.items():
        index.sample(options, name=name)
    return index


def test_the_list_leads_to_a_sheet_by_keys_alone(page: Page, index: Index) -> None:
    page.goto("/samples")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("one")
    expect(rows.nth(0)).to_contain_text("24")
    press(page, "j")
    press(page, "j")
    press(page, "k")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("one")
    expect(page.locator(".row")).to_have_count(12)
    press(page, "j")
    press(page, "l")
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/exemplars/"))
    expect(page.locator(".facts")).to_contain_text("2 of 2, seed 1, numpy")


def test_a_search_is_in_the_address(page: Page, index: Index) -> None:
    page.goto("/samples/one")
    press(page, "/")
    page.keyboard.type("pen")
    expect(page.locator("[data-count]")).to_have_text("2 of 12 categories")
    expect(page.locator(".row:visible")).to_have_count(2)
    page.reload()
    expect(page).to_have_url(re.compile("q=pen"))
    expect(page.locator(".row:visible")).to_have_count(2)
    page.get_by_label("Search").press("Enter")
    expect(page.locator(".row:visible a.item").first).to_be_focused()
    page.get_by_label("Show").select_option("missing")
    expect(page.locator("[data-count]")).to_have_text("0 of 12 categories")
    expect(page).to_have_url(re.compile("only=missing"))


def test_a_sheet_goes_to_a_category(page: Page, index: Index) -> None:
    last = index.samples.by_category("one").rows[-1]
    page.set_viewport_size({"width": 400, "height": 500})
    page.goto(f"/samples/one#c{last.category_id}")
    expect(page.locator(f"#c{last.category_id}")).to_be_in_viewport()


def test_two_side_by_side(page: Page, index: Index) -> None:
    page.goto("/samples")
    page.get_by_label("Compare").select_option("one")
    page.get_by_label("with").select_option("two")
    page.get_by_role("button", name="Side by side").click()
    expect(page).to_have_url(re.compile("/samples/one/diff/two$"))
    both = index.samples.side_by_side("one", "two")
    expect(page.locator(".row")).to_have_count(len(both.differing))
    expect(page.locator(".from-a .only")).to_have_count(len(both.diff.only_a))
    expect(page.locator(".from-b .only")).to_have_count(len(both.diff.only_b))
    page.get_by_role("link", name="All categories").click()
    expect(page.locator(".row")).to_have_count(12)
    expect(page).to_have_url(re.compile("show=all"))


# `test_category` and `test_categories` see the same colours in the dark.
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_has_no_accessibility_fault(page: Page, index: Index, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 400, "height": 800})
    for path in ("/samples", "/samples/one?q=pen", "/samples/one/diff/two?q=pen"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_excluded_since_is_seen_and_undone(page: Page, index: Index) -> None:
    row = index.samples.by_category("one").rows[0]
    page.goto("/samples/one")
    press(page, "j")
    press(page, "x")
    tile = page.locator(f"#c{row.category_id} .tile").first
    expect(tile.locator(".state")).to_have_text("excluded")
    expect(page.locator("#said")).to_contain_text("1 excluded")
    page.goto("/samples/one?only=excluded")
    excluded = page.locator(".notice").filter(has_text="1 of its exemplars is excluded now.")
    expect(excluded).to_have_count(1)
    expect(page.locator(".row:visible")).to_have_count(1)
    expect(tile.locator(".state")).to_have_text("excluded")
    press(page, "u")
    expect(tile.locator(".state")).to_have_text("")
    assert index.curation.list() == []
