"""The page of a category in a browser: look, mark, undo, draw again, together with others."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ovmr_index import DrawOptions, Index
from tests.support.browser import axe
from tests.support.servers import Server, serving

pytestmark = pytest.mark.slow

# A pool of 52 exemplars, of 14 of two datasets, and of 7, which a browser shows soonest.
APPLE, RING, DIE = "/categories/12", "/categories/1176", "/categories/365"
FIRST = "#grid .tile >> nth=0"
NO_MARKS = (
    "",
    "[]",
    '{"kind": "delete", "exemplars": []}',
    '{"kind": "pin", "exemplars": [{"vocabulary": "lvis_v1_train"}]}',
    '{"kind": "pin", "exemplars": [{"vocabulary": "lvis_v1_train", "category_id": 1e99,'
    ' "source": "x", "file_name": "y", "region_id": null}]}',
    '{"kind": "pin", "exemplars": [{"vocabulary": "lvis_v1_train", "category_id": 12,'
    ' "source": "x", "file_name": "../y", "region_id": 99999999999999999999}]}',
    '{"kind": "pin", "exemplars": [{"vocabulary": "lvis_v1_train", "category_id": 12,'
    ' "source": "lvis_v1_train", "file_name": "../y", "region_id": 3}]}',
    '{"kind": "pin", "exemplars": [{"vocabulary": "<b>", "category_id": 12,'
    ' "source": "lvis_v1_train", "file_name": "y", "region_id": 3}]}',
)


@pytest.fixture(autouse=True)
def _unmarked(root: Path) -> Iterator[None]:
    """Take every mark away after a test."""
    yield
    with Index.open(root) as index:
        index.curation.clear([one.key for one in index.curation.list()])


@pytest.fixture
def die(page: Page) -> Page:
    """Return the page of dice, of which the first exemplar has the focus."""
    page.goto(DIE)
    page.locator("#grid a.crop").first.focus()
    return page


def _drawn(page: Page) -> list[str]:
    positions = page.locator("#drawn").get_attribute("data-positions")
    return (positions or "").split()


def _expect_drawn(page: Page, positions: list[str]) -> None:
    expect(page.locator("#drawn")).to_have_attribute("data-positions", " ".join(positions))


def _real_draw(root: Path, options: DrawOptions | None = None) -> list[str]:
    """Return the positions that a draw of the index gives dice."""
    with Index.open(root) as index:
        pool = index.exemplars(365)
        drawn = next(one for one in index.sample(options) if one.category_id == 365)
        return [str(pool.index(one)) for one in drawn.exemplars]


def _other(browser: Browser, server: Server) -> BrowserContext:
    made = browser.new_context(base_url=server.address)
    made.set_default_timeout(10_000)
    return made


def test_says_what_the_category_is_and_shows_every_crop_as_one_scrolls(page: Page) -> None:
    page.goto(APPLE)
    expect(page.get_by_role("heading", level=1)).to_have_text("apple")
    about = page.locator(".about")
    for text in ("fruit with red or yellow", "apple.n.01", "n07739125", "Pool of 52", "lvis 37"):
        expect(about).to_contain_text(text)
    tiles = page.locator("#grid .tile")
    expect(tiles).to_have_count(52)
    for tile in (tiles.first, tiles.last):
        tile.scroll_into_view_if_needed()
        picture = tile.locator("img")
        page.wait_for_function(
            "one => one.complete && one.naturalWidth > 0", arg=picture.element_handle()
        )


def test_filters_and_orders_by_the_address(page: Page, root: Path) -> None:
    page.goto(RING)
    page.get_by_label("visual_genome").check()
    page.wait_for_url("**/1176?*dataset=visual_genome*")
    expect(page.locator("#grid .tile")).to_have_count(6)
    with Index.open(root) as index:
        pool = index.exemplars(1176)
    weights = {str(at): one.weight for at, one in enumerate(pool) if one.dataset == "lvis"}
    least = sorted(weights.values())[4]
    heavy = [at for at, weight in weights.items() if weight >= least]
    assert len(heavy) < len(weights) < len(pool)
    page.goto(f"{RING}?dataset=lvis&min_weight={least}&order=largest")
    shown = page.locator("#grid .tile").evaluate_all("all => all.map(one => one.dataset.position)")
    assert shown == sorted(heavy, key=lambda at: -weights[at])


def test_shows_the_draw_as_it_will_be(page: Page, root: Path) -> None:
    page.goto(DIE)
    assert _drawn(page) == _real_draw(root, DrawOptions(on_shortage="take-all"))
    page.get_by_label("K", exact=True).fill("3")
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Method").select_option("stable")
    page.wait_for_url("**method=stable*")
    options = DrawOptions(k=3, seed=7, method="stable", on_shortage="take-all")
    assert _drawn(page) == _real_draw(root, options)


def test_marks_by_keys_change_the_draw_and_the_export(
    page: Page, root: Path, tmp_path: Path
) -> None:
    page.goto(DIE)
    before = _drawn(page)
    page.locator(f'#grid [data-position="{before[0]}"] a').focus()
    page.keyboard.press("x")
    tile = page.locator(f'#grid [data-position="{before[0]}"]')
    expect(tile.locator(".state")).to_have_text("excluded")
    expect(tile.locator('[data-kind="exclude"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_contain_text("1 excluded")
    expect(tile.locator(".in-draw")).to_be_hidden()
    options = DrawOptions(on_shortage="take-all")
    now = _real_draw(root, options)
    assert before[0] not in now
    _expect_drawn(page, now)
    page.keyboard.press("u")
    expect(tile.locator(".state")).to_have_text("")
    _expect_drawn(page, before)
    page.locator("#grid a.crop").first.focus()
    page.keyboard.press("p")
    expect(page.locator(FIRST).locator(".state")).to_have_text("pinned 1")
    expect(page.locator("#said")).to_contain_text("1 pinned")
    now = _real_draw(root, options)
    assert now[0] == "0"
    _expect_drawn(page, now)
    with Index.open(root) as index:
        (mark,) = index.curation.list()
        index.exports.sample(options, tmp_path / "sample.json")
    sample = json.loads((tmp_path / "sample.json").read_text())
    assert mark.file_name in json.dumps(sample)


def test_marks_with_the_mouse_and_a_note(die: Page, root: Path) -> None:
    die.get_by_label("Note").fill("a drawing")
    die.get_by_label("Your name").fill("Ada")
    die.locator(FIRST).hover()
    die.locator(FIRST).get_by_role("button", name="Exclude").click()
    expect(die.locator("#said")).to_contain_text("1 excluded")
    with Index.open(root) as index:
        (mark,) = index.curation.list()
    assert (mark.kind, mark.note, mark.author) == ("exclude", "a drawing", "Ada")
    die.reload()
    expect(die.locator(FIRST)).to_have_attribute("data-mark", "exclude")
    die.locator(FIRST).hover()
    die.locator(FIRST).get_by_role("button", name="Exclude").click()
    expect(die.locator("#said")).to_contain_text("1 cleared")


def test_marks_several_in_one_step(die: Page) -> None:
    die.keyboard.press("v")
    die.locator("#grid a.crop").nth(3).click(modifiers=["Shift"])
    expect(die.locator("#selected")).to_have_text("4 selected")
    die.keyboard.press("x")
    expect(die.locator("#said")).to_contain_text("4 excluded")
    expect(die.locator('#grid [data-mark="exclude"]')).to_have_count(4)
    die.goto(f"{DIE}?mark=exclude")
    expect(die.locator("#grid .tile")).to_have_count(4)
    die.goto(f"{DIE}?mark=none")
    expect(die.locator("#grid .tile")).to_have_count(3)
    die.keyboard.press("u")
    expect(die.locator("#said")).to_contain_text("Undone: 4 marks")
    die.goto(f"{DIE}?mark=exclude")
    expect(die.locator("#shown")).to_have_text("Nothing passes these filters.")


def test_two_people_lose_no_mark(die: Page, browser: Browser, server: Server) -> None:
    other = _other(browser, server)
    theirs = other.new_page()
    theirs.goto(DIE)
    theirs.get_by_label("Your name").fill("Grace")
    theirs.locator("#grid a.crop").nth(1).focus()
    die.keyboard.press("x")
    theirs.keyboard.press("p")
    for page in (die, theirs):
        states = page.locator("#grid .state")
        expect(states.nth(0)).to_have_text("excluded")
        expect(states.nth(1)).to_have_text("pinned 1")
    expect(die.locator("#drawn .state").first).to_have_text("pinned 1")
    other.close()


def test_a_mark_that_is_not_saved_says_so(die: Page) -> None:
    die.route("**/marks", lambda route: route.fulfill(status=500, json={"error": "disk full"}))
    die.keyboard.press("x")
    expect(die.locator("#said")).to_have_text("Not saved: disk full")
    expect(die.locator(FIRST)).to_have_attribute("data-mark", "")
    expect(die.locator(FIRST)).to_contain_class("failed")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto(DIE)
    page.keyboard.press("l")
    expect(page.locator("#drawn a.crop").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#grid a.crop").first).to_be_focused()
    page.keyboard.press("l")
    page.keyboard.press("l")
    page.keyboard.press("h")
    expect(page.locator("#grid a.crop").nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#grid .state").nth(1)).to_have_text("excluded")
    expect(page.locator("#said")).to_contain_text("1 excluded")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("exclude it")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="doughnut")).to_be_visible()
    page.keyboard.press("]")
    expect(page.get_by_role("heading", level=1)).to_have_text("doughnut")


def test_fits_a_narrow_screen_and_has_no_fault_of_accessibility(die: Page) -> None:
    wide = die.viewport_size
    assert wide is not None
    die.set_viewport_size({"width": 340, "height": 700})
    width = die.evaluate("document.documentElement.scrollWidth")
    assert width == 340
    die.get_by_role("button", name="x Exclude").click()
    expect(die.locator(FIRST).locator(".state")).to_have_text("excluded")
    expect(die.locator("#said")).to_contain_text("1 excluded")
    die.set_viewport_size(wide)
    assert axe(die) == []
    die.emulate_media(color_scheme="dark")
    assert axe(die) == []


def test_read_only_shows_no_buttons(root: Path, browser: Browser) -> None:
    with serving(root, "--read-only") as server:
        other = _other(browser, server)
        page = other.new_page()
        page.goto(DIE)
        expect(page.locator("#grid .tile")).to_have_count(7)
        expect(page.locator("main button")).to_have_text(["Draw", "Apply"])
        page.locator("#grid a.crop").first.focus()
        page.keyboard.press("x")
        expect(page.locator(FIRST)).to_have_attribute("data-mark", "")
        other.close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{DIE}?k=60", "7 of 60 exemplars can be drawn"),
        (f"{DIE}?k=x", "k is x; give a whole number"),
        (f"{DIE}?order=%3Cscript%3E", "order is &lt;script&gt;; give one of pool"),
        (
            f'{DIE}?sample="><script>alert(1)</script>&vocabulary=lvis_v1_train',
            "Nothing passes these filters.",
        ),
        (f"{DIE}?vocabulary=<script>", "there is no vocabulary"),
        ("/categories/99999999999999999999", "there is no category"),
    ],
)
def test_what_is_wrong_in_an_address_is_said_and_stays_text(
    server: Server, path: str, said: str
) -> None:
    text = httpx.get(f"{server.address}{path}").text
    assert said in text
    assert "<script>" not in text


def test_refuses_what_is_no_mark(server: Server) -> None:
    with httpx.Client(base_url=server.address) as client:
        token = re.search(r'name="token" content="([^"]+)"', client.get(DIE).text)
        assert token is not None
        for body in NO_MARKS:
            answer = client.post("/marks", content=body, headers={"X-Ovmr-Token": token[1]})
            assert answer.status_code == 400, body
            assert isinstance(answer.json()["error"], str), body
