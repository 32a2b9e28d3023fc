"""The page of queries in a browser: it runs them, shows what they give, and stops them."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Page, expect

from ovmr_index.db import query_process
from tests.support.browser import axe
from tests.support.runs import call
from tests.support.servers import Server
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

EXEMPLARS = (
    "SELECT category_id, source, file_name, region_id, x, weight FROM exemplars"
    " ORDER BY category_id, position"
)
FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def _address(query: str, path: str = "/sql") -> str:
    return f"{path}?{urlencode({'q': query}, safe='*')}"


def _running(server: Server) -> list[int]:
    """Return the processes in which the server runs queries."""
    pid = server.process.pid
    found = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for one in found for child in one.read_text().split()]
    return [one for one in children if query_process.__file__.encode() in _command(one)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_control_and_enter_run_the_query_and_put_it_in_the_address(page: Page) -> None:
    page.goto("/sql")
    page.get_by_label("One SELECT").fill("SELECT 1 AS one, NULL AS none, 'a' AS text")
    page.keyboard.press("Control+Enter")
    cells = page.locator("#answer td")
    expect(cells).to_have_text(["1", "NULL", "a"])
    expect(page.locator("#answer th")).to_have_text(["one", "none", "text"])
    assert [cells.nth(place).get_attribute("class") for place in range(3)] == [
        "number",
        "null",
        "text",
    ]
    expect(cells.nth(0)).to_have_css("text-align", "right")
    expect(page.locator("#count")).to_contain_text("1 row.")
    page.get_by_label("One SELECT").fill("SELECT 2 AS two")
    page.get_by_role("button", name="Run").click()
    expect(cells).to_have_text(["2"])
    page.go_back()
    expect(cells).to_have_text(["1", "NULL", "a"])
    expect(page.get_by_label("One SELECT")).to_have_value(re.compile("^SELECT 1"))


def test_the_first_rows_are_shown_with_links_and_the_csv_has_all(
    page: Page, server: Server, root: Path
) -> None:
    page.goto(_address(EXEMPLARS))
    expect(page.locator("#count")).to_contain_text("The first 1,000 rows; the CSV has all.")
    expect(page.locator("#answer tbody tr")).to_have_count(1_000)
    first = page.locator("#answer tbody tr").first.get_by_role("link")
    assert [one.get_attribute("href") for one in first.all()] == [
        "/categories/12",
        "/exemplars/12/lvis_v1_train/19?file=train2017%2F000000900899.jpg",
    ]
    whole = page.locator("#answer a[href*='/-?file=']").first
    expect(whole).to_have_attribute(
        "href", re.compile("^/exemplars/12/imagenet21k/-.file=train%2F")
    )
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV of all rows").click()
    content = started.value.path().read_bytes()
    assert content.count(b"\n") == 1_460
    assert content.decode() == call("sql", EXEMPLARS, "--format", "csv", root=root).out
    assert started.value.suggested_filename == "query.csv"


def test_a_view_lists_its_columns_and_a_click_inserts_one(page: Page) -> None:
    page.goto("/sql")
    box = page.get_by_label("One SELECT")
    box.fill("SELECT  FROM exemplars LIMIT 1")
    box.evaluate("one => one.setSelectionRange(7, 7)")
    page.locator("summary", has_text=re.compile("^exemplars$")).click()
    page.get_by_role("button", name="category", exact=True).locator("visible=true").click()
    expect(box).to_have_value("SELECT category FROM exemplars LIMIT 1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer td")).to_have_text(["apple"])


def test_questions_run_with_a_click(page: Page) -> None:
    page.goto("/sql")
    for question in page.locator("[data-query]").all():
        query = question.get_attribute("data-query") or ""
        question.click()
        expect(page).to_have_url(_address(query))
        expect(page.get_by_label("One SELECT")).to_have_value(query)
        expect(page.locator("#count")).to_be_visible()


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("SELECT FROM exemplars", "FROM"),
        ("SELECT * FROM exemplarz", "exemplarz"),
        pytest.param("SELECT nothing FROM boxes", "nothing", marks=pytest.mark.exhaustive),
        pytest.param("SELECT 1; SELECT 2", "", marks=pytest.mark.exhaustive),
        ("DELETE FROM images", ""),
        ("SELECT :k", ""),
    ],
)
def test_an_error_is_the_line_of_the_command(
    page: Page, root: Path, query: str, wrong: str
) -> None:
    page.goto(_address(query))
    line = page.get_by_role("alert")
    expect(line).to_be_visible()
    assert call("sql", query, root=root).err == f"ovmr-index: error: {line.text_content()}\n"
    selected = "() => { const q = document.getElementById('query');"
    selected += " return q.value.slice(q.selectionStart, q.selectionEnd); }"
    if wrong:
        assert page.evaluate(selected) == wrong


def test_hostile_values_stay_text_and_long_ones_are_cut(page: Page, server: Server) -> None:
    hostile = "<script>document.title='hit'</script><img src=x onerror=alert(1)>\n\u202e\"&amp;"
    quoted = hostile.replace("'", "''")
    query = (
        f"SELECT '{quoted}' AS \"<b>name\", printf('%.*c', 200000, 'x') AS long, x'00ff' AS bytes"
    )
    page.goto(_address(query))
    cells = page.locator("#answer td")
    expect(page.locator("#answer th").first).to_have_text("<b>name")
    assert cells.first.text_content() == hostile
    expect(cells.nth(1)).to_contain_text("… 200,000 characters, cut here; the CSV has all")
    assert len(cells.nth(1).text_content() or "") < 2_000
    expect(cells.nth(2)).to_have_text("X'00FF'")
    assert "SQL" in page.title()
    answer = httpx.get(f"{server.address}{_address(query, '/sql/csv')}")
    csv.field_size_limit(300_000)
    _, row = csv.reader(io.StringIO(answer.text, newline=""))
    assert row == [hostile, "x" * 200_000, "X'00FF'"]


def test_a_query_is_stopped_with_the_button_and_with_the_page(page: Page, server: Server) -> None:
    page.goto(_address(FOREVER))
    stop = page.get_by_role("button", name="Stop")
    wait_until(lambda: len(_running(server)) == 1)
    stop.click()
    expect(page.locator("#answer")).to_have_text("Stopped.")
    expect(stop).to_be_hidden()
    wait_until(lambda: not _running(server))
    page.goto(_address(FOREVER))
    wait_until(lambda: len(_running(server)) == 1)
    page.goto("about:blank")
    wait_until(lambda: not _running(server))


@pytest.mark.sqlite_only  # the process of a query
def test_a_download_that_is_given_up_ends_its_query(server: Server) -> None:
    query = FOREVER.replace("max(i)", "i")
    with httpx.stream("GET", f"{server.address}{_address(query, '/sql/csv')}") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "i"
        assert len(_running(server)) == 1
    wait_until(lambda: not _running(server))


@pytest.mark.sqlite_only  # what SQLite says
def test_a_wrong_query_gives_no_csv(server: Server) -> None:
    answer = httpx.get(f"{server.address}{_address('SELEC', '/sql/csv')}")
    assert answer.status_code == 400
    assert answer.text == 'near "SELEC": syntax error; in the query: SELEC\n'


@pytest.mark.sqlite_only  # what SQLite says
def test_a_download_without_its_end_is_no_whole_file(server: Server) -> None:
    late = "SELECT CASE i WHEN 90000 THEN abs(-9223372036854775807 - 1) ELSE i END FROM n"
    query = FOREVER.partition(" SELECT max")[0] + f" {late}"
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        httpx.get(f"{server.address}{_address(query, '/sql/csv')}")


# `test_category` and `test_categories` see the same colours in the dark.
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_has_no_accessibility_fault(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(_address(f"{EXEMPLARS} LIMIT 5"))
    expect(page.locator("#count")).to_be_visible()
    page.locator("summary").first.click()
    assert axe(page) == []


def test_a_narrow_screen_shows_all_without_moving_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(_address(f"{EXEMPLARS} LIMIT 40"))
    expect(page.locator("#count")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("[data-query]").first.click()
    expect(page.locator("#count")).to_be_in_viewport()
