"""The audit pages: leaks in pairs and near-duplicates in groups, and to exclude them there."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ovmr_index import Index
from tests.support.browser import axe
from tests.support.planted import VAL, planted_tree
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the root of an index with planted leaks, whose images have all hashes."""
    made = planted_tree(tmp_path_factory, empty_index, is_hashed=True)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("served") / "tree"))


@pytest.fixture(autouse=True)
def _unmarked(root: Path) -> None:
    """Take away the marks of the test before."""
    with Index.open(root) as index:
        index.curation.clear([mark.key for mark in index.curation.list()])


def _excluded(root: Path) -> set[tuple[str, int | None]]:
    with Index.open(root) as index:
        return {(one.file_name, one.region_id) for one in index.curation.list(kind="exclude")}


LEAKS = {
    ("train/n01440764/same.JPEG", None): "same file",
    ("train/n01440764/smaller.JPEG", None): "looks the same",
    ("VG_100K/100.jpg", 7): "same COCO id",
    (VAL[9], 5): "same COCO id",
}


def test_each_leak_is_a_pair_of_images(page: Page) -> None:
    page.goto("/audit")
    pairs = page.locator(".pair")
    expect(pairs).to_have_count(4)
    found = {
        (pair.get_attribute("data-file"), pair.get_attribute("data-region")): pair
        for pair in pairs.all()
    }
    for (file, region), how in LEAKS.items():
        pair = found[file, "" if region is None else str(region)]
        expect(pair.locator(".tag")).to_have_text(how)
        expect(pair.locator("rect.box")).to_have_count(0 if region is None else 1)
        expect(pair.locator("figcaption").last).to_contain_text("2017/0000000000")
        for picture in pair.locator("img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", value=True)
            assert picture.evaluate("one => one.naturalWidth") > 100
    expect(page.locator(".summary")).to_contain_text("4 exemplars show an image of LVIS val")


def test_filters_are_in_the_address(page: Page) -> None:
    page.goto("/audit")
    page.get_by_label("Known by").select_option("id")
    expect(page).to_have_url(re.compile(r"/audit\?by=id$"))
    expect(page.locator(".pair")).to_have_count(2)
    expect(page.locator("#apply")).to_be_hidden()
    page.get_by_label("Dataset").select_option(label="visual_genome (1)")
    expect(page).to_have_url(re.compile(r"/audit\?by=id&dataset=visual_genome$"))
    expect(page.locator(".pair")).to_have_count(1)
    expect(page.get_by_role("button", name="Exclude this one")).to_be_visible()
    page.goto("/audit?category=3")
    expect(page.locator(".pair h2")).to_have_text(["basket"])


def test_keys_move_exclude_and_undo(page: Page, root: Path) -> None:
    page.goto("/audit")
    for key in ("l", "x"):
        page.keyboard.press(key)
    first = page.locator(".pair").first
    expect(first.locator(".state")).to_have_text("excluded")
    wait_until(lambda: _excluded(root) == {("train/n01440764/same.JPEG", None)})
    page.keyboard.press("u")
    expect(first.locator(".state")).to_have_text("")
    wait_until(lambda: not _excluded(root))
    page.locator(".pair").nth(2).get_by_role("button", name="Exclude").click()
    wait_until(lambda: _excluded(root) == {("VG_100K/100.jpg", 7)})


def test_all_are_excluded_in_one_step_after_a_question(page: Page, root: Path) -> None:
    page.goto("/audit")
    page.get_by_role("button", name="Exclude all 4").click()
    dialog = page.get_by_role("dialog", name="Exclude 4 exemplars?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert not _excluded(root)
    page.get_by_role("button", name="Exclude all 4").click()
    dialog.get_by_role("button", name="Exclude").click()
    expect(page.locator("#said")).to_have_text("4 excluded; u undoes it")
    expect(page.get_by_role("button", name="Exclude all 4")).to_be_hidden()
    assert _excluded(root) == set(LEAKS)
    with Index.open(root) as index:
        assert {one.note for one in index.curation.list()} == {"shows an image of LVIS val"}
    page.keyboard.press("u")
    wait_until(lambda: not _excluded(root))


def test_near_duplicates_by_category_and_in_groups(page: Page, root: Path) -> None:
    page.goto("/duplicates")
    expect(page.locator("tbody td")).to_have_text(["tench", "6", "1", "1", "2"])
    page.get_by_role("link", name="tench").click()
    copies = page.locator(".copy")
    expect(copies.locator("b")).to_have_text(["kept", "looks the same", "looks the same"])
    page.get_by_role("button", name="Exclude the others").click()
    expect(copies.locator(".state")).to_have_text(["", "excluded", "excluded"])
    expected = {("train/n01440764/smaller.JPEG", None), ("VG_100K/100.jpg", 7)}
    wait_until(lambda: _excluded(root) == expected)
    page.keyboard.press("u")
    expect(copies.locator(".state")).to_have_text(["", "", ""])
    page.get_by_role("button", name="Exclude the 2 others").click()
    page.get_by_role("dialog").get_by_role("button", name="Exclude").click()
    expect(page.locator("#said")).to_have_text("2 excluded; u undoes it")
    assert _excluded(root) == expected


def test_what_is_excluded_already_is_not_what_is_kept(page: Page, root: Path) -> None:
    with Index.open(root) as index:
        index.curation.exclude(
            index.curation.find("tench", "imagenet21k", file="train/n01440764/same.JPEG")
        )
    page.goto("/duplicates?category=tench")
    page.get_by_role("button", name="Exclude the other", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Exclude").click()
    expect(page.locator("#said")).to_have_text("1 excluded; u undoes it")
    assert ("train/n01440764/smaller.JPEG", None) not in _excluded(root)


# `test_category` and `test_categories` see the same colours in the dark.
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_have_no_accessibility_fault(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    wide = page.viewport_size
    assert wide is not None
    for address in ("/audit", "/duplicates", "/duplicates?category=tench"):
        page.set_viewport_size(wide)
        page.goto(address)
        assert axe(page) == [], address
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == 360, address
