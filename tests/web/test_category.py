"""The page of a category in a browser: look, mark, undo, draw again, together with others."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ovmr_index import DrawOptions, Index
from tests.support.browser import axe
from tests.support.servers import Server, serving

pytestmark = pytest.mark.slow

APPLE = "/categories/12"
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
def apple(page: Page) -> Page:
    """Return the page of apples, of which the first exemplar has the focus."""
    page.goto(APPLE)
    page.locator("#grid a.crop").first.focus()
    return page


def _drawn(page: Page) -> list[str]:
    positions = page.locator("#drawn").get_attribute("data-positions")
    return (positions or "").split()


def _expect_drawn(page: Page, positions: list[str]) -> None:
    expect(page.locator("#drawn")).to_have_attribute("data-positions", " ".join(positions))


def _real_draw(root: Path, options: DrawOptions | None = None) -> list[str]:
    """Return the positions that a draw of the index gives apples."""
    with Index.open(root) as index:
        pool = index.exemplars(12)
        drawn = next(one for one in index.sample(options) if one.category_id == 12)
        return [str(pool.index(one)) for one in drawn.exemplars]


def _other(browser: Browser, server: Server) -> BrowserContext:
    made = browser.new_context(base_url=server.address)
    made.set_default_timeout(10_000)
    return made


def test_says_what_the_category_is(page: Page) -> None:
    page.goto(APPLE)
    expect(page.get_by_role("heading", level=1)).to_have_text("apple")
    about = page.locator(".about")
    for text in ("fruit with red or yellow", "apple.n.01", "n07739125", "Pool of 52", "lvis 37"):
        expect(about).to_contain_text(text)
    page.get_by_role("link", name="balloon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("balloon")


def test_shows_every_crop_as_one_scrolls(page: Page) -> None:
    page.goto(APPLE)
    tiles = page.locator("#grid .tile")
    expect(tiles).to_have_count(52)
    for tile in (tiles.first, tiles.last):
        tile.scroll_into_view_if_needed()
        picture = tile.locator("img")
        page.wait_for_function(
            "one => one.complete && one.naturalWidth > 0", arg=picture.element_handle()
        )


def test_filters_and_orders_by_the_address(page: Page, root: Path) -> None:
    page.goto(APPLE)
    page.get_by_label("imagenet21k").check()
    page.wait_for_url("**/12?*dataset=imagenet21k*")
    expect(page.locator("#grid .tile")).to_have_count(15)
    page.goto(f"{APPLE}?dataset=lvis&min_weight=4000&order=largest")
    with Index.open(root) as index:
        weights = {str(at): one.weight for at, one in enumerate(index.exemplars(12)) if one.w}
    shown = page.locator("#grid .tile").evaluate_all("all => all.map(one => one.dataset.position)")
    heavy = [at for at, weight in weights.items() if weight >= 4_000]
    assert shown == sorted(heavy, key=lambda at: -weights[at])
    page.goto(f"{APPLE}?order=%3Cscript%3E")
    expect(page.locator("main")).to_contain_text("order is <script>; give one of pool")
    page.goto(f"{APPLE}?k=x")
    expect(page.locator("main")).to_contain_text("k is x; give a whole number")


def test_shows_the_draw_as_it_will_be(page: Page, root: Path) -> None:
    page.goto(APPLE)
    assert _drawn(page) == _real_draw(root, DrawOptions(on_shortage="take-all"))
    page.get_by_label("K", exact=True).fill("3")
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Method").select_option("stable")
    page.wait_for_url("**method=stable*")
    options = DrawOptions(k=3, seed=7, method="stable", on_shortage="take-all")
    assert _drawn(page) == _real_draw(root, options)
    page.goto(f"{APPLE}?k=60")
    expect(page.locator("#drawn")).to_contain_text("52 of 60 exemplars can be drawn")


def test_excludes_by_key_and_undoes(page: Page, root: Path) -> None:
    page.goto(APPLE)
    before = _drawn(page)
    page.locator(f'#grid [data-position="{before[0]}"] a').focus()
    page.keyboard.press("x")
    tile = page.locator(f'#grid [data-position="{before[0]}"]')
    expect(tile.locator(".state")).to_have_text("excluded")
    expect(tile.locator('[data-kind="exclude"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_contain_text("1 excluded")
    expect(tile.locator(".in-draw")).to_be_hidden()
    now = _real_draw(root, DrawOptions(on_shortage="take-all"))
    assert before[0] not in now
    _expect_drawn(page, now)
    page.keyboard.press("u")
    expect(tile.locator(".state")).to_have_text("")
    _expect_drawn(page, before)


def test_a_mark_changes_the_export(apple: Page, root: Path, tmp_path: Path) -> None:
    apple.keyboard.press("p")
    expect(apple.locator(FIRST).locator(".state")).to_have_text("pinned 1")
    now = _real_draw(root, DrawOptions(on_shortage="take-all"))
    assert now[0] == "0"
    _expect_drawn(apple, now)
    with Index.open(root) as index:
        (mark,) = index.curation.list()
        options = DrawOptions(on_shortage="take-all")
        index.exports.sample(options, tmp_path / "sample.json")
    sample = json.loads((tmp_path / "sample.json").read_text())
    assert mark.file_name in json.dumps(sample)


def test_marks_with_the_mouse_and_a_note(apple: Page, root: Path) -> None:
    apple.get_by_label("Note").fill("a drawing")
    apple.get_by_label("Your name").fill("Ada")
    apple.locator(FIRST).hover()
    apple.locator(FIRST).get_by_role("button", name="Exclude").click()
    expect(apple.locator("#said")).to_contain_text("1 excluded")
    with Index.open(root) as index:
        (mark,) = index.curation.list()
    assert (mark.kind, mark.note, mark.author) == ("exclude", "a drawing", "Ada")
    apple.reload()
    expect(apple.locator(FIRST)).to_have_attribute("data-mark", "exclude")
    apple.locator(FIRST).hover()
    apple.locator(FIRST).get_by_role("button", name="Exclude").click()
    expect(apple.locator("#said")).to_contain_text("1 cleared")


def test_marks_several_in_one_step(apple: Page) -> None:
    apple.keyboard.press("v")
    apple.locator("#grid a.crop").nth(3).click(modifiers=["Shift"])
    expect(apple.locator("#selected")).to_have_text("4 selected")
    apple.keyboard.press("x")
    expect(apple.locator("#said")).to_contain_text("4 excluded")
    expect(apple.locator('#grid [data-mark="exclude"]')).to_have_count(4)
    apple.goto(f"{APPLE}?mark=exclude")
    expect(apple.locator("#grid .tile")).to_have_count(4)
    apple.goto(f"{APPLE}?mark=none")
    expect(apple.locator("#grid .tile")).to_have_count(48)
    apple.keyboard.press("u")
    expect(apple.locator("#said")).to_contain_text("Undone: 4 marks")
    apple.goto(f"{APPLE}?mark=exclude")
    expect(apple.locator("#shown")).to_have_text("Nothing passes these filters.")


def test_two_people_lose_no_mark(apple: Page, browser: Browser, server: Server) -> None:
    other = _other(browser, server)
    theirs = other.new_page()
    theirs.goto(APPLE)
    theirs.get_by_label("Your name").fill("Grace")
    theirs.locator("#grid a.crop").nth(1).focus()
    apple.keyboard.press("x")
    theirs.keyboard.press("p")
    for page in (apple, theirs):
        states = page.locator("#grid .state")
        expect(states.nth(0)).to_have_text("excluded")
        expect(states.nth(1)).to_have_text("pinned 1")
    expect(apple.locator("#drawn .state").first).to_have_text("pinned 1")
    other.close()


def test_a_mark_that_is_not_saved_says_so(apple: Page) -> None:
    apple.route("**/marks", lambda route: route.fulfill(status=500, json={"error": "disk full"}))
    apple.keyboard.press("x")
    expect(apple.locator("#said")).to_have_text("Not saved: disk full")
    expect(apple.locator(FIRST)).to_have_attribute("data-mark", "")
    expect(apple.locator(FIRST)).to_contain_class("failed")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto(APPLE)
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
    page.keyboard.press("]")
    expect(page.get_by_role("heading", level=1)).to_have_text("balloon")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_fault_of_accessibility(apple: Page, scheme: str) -> None:
    apple.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    apple.keyboard.press("x")
    expect(apple.locator(FIRST).locator(".state")).to_have_text("excluded")
    expect(apple.locator("#said")).to_contain_text("1 excluded")
    assert axe(apple) == []


def test_fits_a_narrow_screen(apple: Page) -> None:
    apple.set_viewport_size({"width": 340, "height": 700})
    width = apple.evaluate("document.documentElement.scrollWidth")
    assert width == 340
    apple.get_by_role("button", name="x Exclude").click()
    expect(apple.locator(FIRST).locator(".state")).to_have_text("excluded")
    expect(apple.locator("#said")).to_contain_text("1 excluded")


def test_read_only_shows_no_buttons(root: Path, browser: Browser) -> None:
    with serving(root, "--read-only") as server:
        other = _other(browser, server)
        page = other.new_page()
        page.goto(APPLE)
        expect(page.locator("#grid .tile")).to_have_count(52)
        expect(page.locator("main button")).to_have_text(["Draw", "Apply"])
        page.locator("#grid a.crop").first.focus()
        page.keyboard.press("x")
        expect(page.locator(FIRST)).to_have_attribute("data-mark", "")
        other.close()


def test_hostile_names_stay_text(page: Page, server: Server) -> None:
    page.goto(f'{APPLE}?sample="><script>alert(1)</script>&vocabulary=lvis_v1_train')
    expect(page.locator("#shown")).to_have_text("Nothing passes these filters.")
    page.goto("/categories/12?vocabulary=<script>")
    expect(page.locator("main")).to_contain_text("there is no vocabulary")
    page.goto("/categories/99999999999999999999")
    expect(page.locator("main")).to_contain_text("there is no category")


def test_refuses_what_is_no_mark(page: Page) -> None:
    page.goto(APPLE)
    for body in NO_MARKS:
        status = page.evaluate(
            """async (body) => {
                const token = document.querySelector("meta[name=token]").content;
                const headers = {"X-Ovmr-Token": token};
                const answer = await fetch("/marks", {method: "POST", headers, body});
                return [answer.status, typeof (await answer.json()).error];
            }""",
            body,
        )
        assert status == [400, "string"], body
