"""The exemplar page: its image with what is drawn over it, its keys, what is gone."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ovmr_index import Index
from ovmr_index.pools.exemplar_details import ExemplarDetails
from tests.support.browser import axe, press
from tests.support.exemplar_pages import address_of, pool_of

pytestmark = pytest.mark.slow

CATEGORY = "apple.n.01"
INSIDE = """() => {
    const all = document.querySelector("svg.picture image").getBoundingClientRect();
    const box = document.querySelector("svg.picture .this rect").getBoundingClientRect();
    return [(box.left - all.left) / all.width, (box.top - all.top) / all.height,
        box.width / all.width, box.height / all.height];
}"""


@pytest.fixture(scope="module")
def pool(root: Path) -> list[ExemplarDetails]:
    """Return some exemplars of a category: the first of its pool, and a whole image."""
    return pool_of(Index.open(root), CATEGORY)


def test_the_box_is_drawn_where_it_is_beside_what_is_known(
    page: Page, pool: list[ExemplarDetails]
) -> None:
    found = pool[0]
    page.goto(address_of(found))
    expect(page.get_by_role("heading", level=1)).to_have_text("apple")
    assert found.box is not None
    assert found.image is not None
    width, height = found.image.width or 0, found.image.height or 0
    box = found.box
    expected = [box.x / width, box.y / height, box.w / width, box.h / height]
    for size in ({"width": 1280, "height": 800}, {"width": 380, "height": 700}):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert page.evaluate(INSIDE) == pytest.approx(expected, abs=0.01)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".picture .this path")).to_have_count(1)
    expect(page.locator(".picture .other")).to_have_count(len(found.others))
    picture = page.request.get(str(page.locator(".picture image").get_attribute("href")))
    assert picture.headers["content-type"] == "image/jpeg"
    shown = page.locator("pre").first.text_content() or ""
    assert json.loads(shown) == box.members()
    facts = page.locator(".facts")
    expect(facts).to_contain_text("lvis/lvis_v1_train.json")
    expect(facts).to_contain_text(f"1 of {found.pool_size}")
    expect(facts).to_contain_text("No saved sample holds it.")


def test_keys_go_through_the_pool(page: Page, pool: list[ExemplarDetails]) -> None:
    page.goto(address_of(pool[0]))
    press(page, "o")
    expect(page.locator(".picture .other").first).to_be_hidden()
    press(page, "l")
    expect(page.locator(".steps")).to_contain_text(f"2 of {pool[0].pool_size}")
    expect(page).to_have_url(re.compile("others=0"))
    press(page, "j")
    expect(page.locator(".steps")).to_contain_text(f"3 of {pool[0].pool_size}")
    press(page, "h")
    expect(page.locator(".steps")).to_contain_text(f"2 of {pool[0].pool_size}")
    press(page, "k")
    expect(page.locator(".steps")).to_contain_text(f"1 of {pool[0].pool_size}")
    press(page, "o")
    expect(page.locator(".picture .other").first).to_be_visible()
    assert "others" not in page.url
    press(page, "m")
    expect(page.locator(".picture .this path")).to_be_hidden()
    press(page, "h")
    expect(page.locator(".steps")).to_contain_text(f"1 of {pool[0].pool_size}")


def test_another_box_is_named_by_its_focus(page: Page, pool: list[ExemplarDetails]) -> None:
    other = pool[0].others[0]
    page.goto(address_of(pool[0]))
    drawn = page.locator(f".picture [data-box='{other.region_id}'] text")
    expect(drawn).to_be_hidden()
    chip = page.locator(f".beside [data-box='{other.region_id}']")
    chip.focus()
    expect(drawn).to_be_visible()
    expect(drawn).to_have_text(other.label)
    chip.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(other.label)


# `test_category` and `test_categories` see the same colours in the dark.
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_has_no_accessibility_fault(page: Page, pool: list[ExemplarDetails], scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for found in (pool[0], pool[-1]):
        page.goto(address_of(found))
        assert axe(page) == []


def test_a_mark_is_kept_with_its_note_and_author(
    page: Page, root: Path, pool: list[ExemplarDetails]
) -> None:
    page.goto(address_of(pool[0]))
    page.get_by_label("Your name").fill("Ada <b>")
    page.get_by_label("Note").fill("a drawing & no photo")
    page.get_by_role("heading", level=1).click()  # what is typed from here on is a key
    press(page, "x")
    card = page.locator(".marked")
    expect(card.locator(".state")).to_have_text("excluded")
    expect(card.locator("#noted")).to_have_text("a drawing & no photo")
    expect(page.locator("#said")).to_contain_text("1 excluded")
    (mark,) = Index.open(root).curation.list()
    assert (mark.kind, mark.file_name, mark.region_id) == (
        "exclude",
        pool[0].file_name,
        pool[0].region_id,
    )
    page.reload()
    expect(card).to_contain_text("By Ada <b>, ")
    expect(card.locator("#noted")).to_have_text("a drawing & no photo")
    press(page, "p")
    expect(card.locator(".state")).to_have_text("pinned 1")
    press(page, "u")
    expect(card.locator(".state")).to_have_text("excluded")
    card.get_by_role("button", name="Exclude").click()
    expect(card.locator(".state")).to_have_text("")
    expect(page.locator("#said")).to_contain_text("1 cleared")
    assert Index.open(root).curation.list() == []
