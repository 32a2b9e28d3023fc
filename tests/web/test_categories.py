"""The categories page in a browser: search, filters, sorting, keys, themes."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ovmr_index import Index
from tests.support.browser import axe
from tests.support.contents import run_on
from tests.support.copied_tree import quick_copy
from tests.support.servers import Server

pytestmark = pytest.mark.slow

SEARCHES = {
    "stop sign": ["stop_sign"],
    "PENGUIN": ["penguin"],
    "apple.n.01": ["apple"],
    "sweet tart crisp": ["apple"],
    "<script>": [],
}
_SHOWN = ".categories tbody tr:not([hidden])"


@pytest.fixture(scope="module")
def root(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a small tree and index that the tests of the file may change."""
    made = tmp_path_factory.mktemp("served") / "tree"
    quick_copy(small, made)
    return made


def _names(page: Page) -> list[str]:
    """Return the names of the categories that are shown, in order."""
    return page.locator(f"{_SHOWN} .name a").all_text_contents()


def _focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.textContent")
    return text


def test_lists_what_is_in_the_index_and_asks_for_nothing_outside(
    page: Page, server: Server, index: Index
) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto("/", wait_until="networkidle")
    assert len(asked) > 3
    assert {one for one in asked if not one.startswith(f"{server.address}/")} == set()
    assert said == []
    overview = index.pools.overview()
    assert _names(page) == [one.name for one in overview.categories]
    facts = page.locator(".facts").inner_text()
    assert f"Exemplars\n{overview.exemplars:,}" in facts
    images = sum(one.images for one in index.status().sources)
    assert f"Images\n{images:,}" in facts
    apple = page.locator(_SHOWN, has_text="apple.n.01")
    (counts,) = (one.coverage for one in overview.categories if one.name == "apple")
    assert apple.locator(".total").inner_text() == f"{counts.total:,}"
    by_dataset = counts.by_dataset.items()
    numbers = ", ".join(f"{name} {count:,}" for name, count in by_dataset if count)
    assert apple.get_by_role("img").get_attribute("aria-label") == numbers


def test_works_without_a_script(context: BrowserContext, server: Server) -> None:
    made = context.browser
    assert made is not None
    with made.new_context(base_url=server.address, java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto("/")
        assert "apple" in _names(page)
        assert (
            not page.locator(".filters, [data-keys-list], [data-theme-switch]")
            .all()[0]
            .is_visible()
        )


def test_searches_as_one_types_and_by_the_address(page: Page) -> None:
    page.goto("/")
    names = _names(page)
    for asked, found in SEARCHES.items():
        page.get_by_role("searchbox").fill("")
        page.get_by_role("searchbox").press_sequentially(asked)
        assert _names(page) == found
        assert page.locator(".empty").is_visible() is not bool(found)
    page.get_by_role("button", name="Show all").click()
    assert _names(page) == names
    assert "?" not in page.url
    page.goto("/?q=stop+sign")
    assert _names(page) == ["stop_sign"]
    assert page.get_by_role("searchbox").input_value() == "stop sign"


def test_filters_by_frequency_dataset_and_number(page: Page, index: Index) -> None:
    page.goto("/")
    every = index.pools.overview().categories
    page.get_by_label("Frequency").select_option("r")
    assert _names(page) == [one.name for one in every if one.frequency == "r"]
    page.get_by_label("Dataset").select_option("visual_genome")
    page.get_by_label("Fewer than").fill("25")
    expected = [
        one.name
        for one in every
        if one.frequency == "r"
        and one.coverage.total < 25
        and one.coverage.by_dataset["visual_genome"]
    ]
    assert _names(page) == expected
    assert page.url.endswith("/?frequency=r&dataset=visual_genome&fewer=25")
    short = page.get_by_role("button", name="Short")
    page.get_by_role("button", name="Clear").click()
    short.click()
    expect(short).to_have_attribute("aria-pressed", "true")
    assert _names(page) == [one.name for one in every if one.coverage.total < 10]
    shown = len(_names(page))
    assert page.locator("output").inner_text() == f"{shown} of {len(every)} categories"


def test_sorts_by_a_column_and_back(page: Page, index: Index) -> None:
    page.goto("/")
    every = index.pools.overview().categories
    head = page.get_by_role("columnheader", name="Exemplars")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    largest = sorted(every, key=lambda one: -one.coverage.total)
    assert _names(page) == [one.name for one in largest]
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.reload()
    smallest = sorted(every, key=lambda one: one.coverage.total)
    assert _names(page) == [one.name for one in smallest]
    page.get_by_role("columnheader", name="Exemplars").get_by_role("button").click()
    assert _names(page) == [one.name for one in every]
    page.get_by_role("button", name="lvis").click()
    by_lvis = sorted(every, key=lambda one: -one.coverage.by_dataset["lvis"])
    assert _names(page) == [one.name for one in by_lvis]


def test_is_used_by_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    names = _names(page)
    for key, place in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("l", 2), ("h", 1)):
        page.keyboard.press(key)
        assert _focused(page) == names[place]
    assert page.locator("tbody a[tabindex='0']").count() == 1
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.get_by_role("searchbox").input_value() == "jk?"
    page.keyboard.press("Control+a")
    page.keyboard.type("snowman")
    page.keyboard.press("Enter")
    assert _focused(page) == _names(page)[0]
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("search")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert _focused(page) == _names(page)[0]
    page.keyboard.press("Enter")
    page.wait_for_url("**/categories/*")


def test_buttons_list_the_keys_and_choose_the_theme_which_is_remembered(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    switch = page.get_by_role("button", name="Theme")
    colours = {}
    for theme in ("system", "light", "dark"):
        expect(switch).to_have_text(f"Theme: {theme}")
        colours[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        switch.click()
    assert colours["system"] == colours["light"] != colours["dark"]
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colours["dark"]
    switch.click()
    page.reload()
    expect(switch).to_have_text("Theme: light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colours["light"]


def test_has_no_accessibility_fault_and_fits_a_narrow_screen(page: Page) -> None:
    wide = page.viewport_size
    assert wide is not None
    for path in ("/nothing", "/"):
        page.set_viewport_size(wide)
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert axe(page) == [], path
        for width in (360, 700, 900, 1100):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.set_viewport_size(wide)
    page.keyboard.press("?")
    assert axe(page) == []


def test_marks_are_counted_and_filtered_by(page: Page, index: Index) -> None:
    first, second, third, *_ = index.exemplars("apple")
    index.curation.exclude([first, second])
    index.curation.pin(third)
    page.goto("/")
    page.get_by_role("button", name="Marked").click()
    assert _names(page) == ["apple"]
    marks = page.locator(_SHOWN).locator(".marks")
    assert marks.inner_text().split("\n") == ["2 excluded", "1 pinned"]
    assert "Excluded\n2" in page.locator(".facts").inner_text()
    index.curation.clear([first, second, third])
    page.reload()
    assert _names(page) == []


def test_stale_pools_are_made_by_a_button(page: Page, index: Index) -> None:
    run_on(index, "UPDATE sources SET generation = generation + 1")
    assert index.pools.overview().state == "stale"
    page.goto("/")
    expect(page.locator(".stale")).to_contain_text("older than what was ingested")
    page.get_by_role("button", name="Make them again").click()
    expect(page.locator(".stale")).to_be_hidden(timeout=30_000)
    assert index.pools.overview().state == "fresh"
