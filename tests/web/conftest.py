"""The demo's index and a server of it for the tests of a file, and one browser for all."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from ovmr_index import Index
from ovmr_index.errors import speaking
from tests.support.browser import chromium
from tests.support.copied_tree import quick_copy
from tests.support.once import made_once
from tests.support.servers import Server, serving
from tests.support.small_demo import make_small_demo

SCREEN: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    """Let pages speak as they do where `serve` makes them."""
    with speaking(shell=True):
        yield


@pytest.fixture(scope="session")
def small(demo_tree: Path, empty_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of an index of twelve of the demo's categories: read only.

    A browser shows them sooner than all.
    """

    def make(made: Path) -> None:
        make_small_demo(demo_tree, made)
        shutil.copyfile(empty_index, made / "ovmr.db")
        with Index.open(made) as index:
            index.ingest()
            index.collate()

    return made_once(tmp_path_factory, "small demo", make)


@pytest.fixture(scope="module")
def root(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a tree and index that the tests of a file may change."""
    made = tmp_path_factory.mktemp("served") / "tree"
    quick_copy(shared, made)
    return made


@pytest.fixture(scope="module")
def index(root: Path) -> Iterator[Index]:
    """Return the file's index."""
    with Index.open(root, create=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Server]:
    """Return a server, as a process, of the file's index."""
    with serving(root) as started:
        yield started


@pytest.fixture(scope="session")
def started() -> Iterator[Browser]:
    """Return one browser for all files: to start it with its driver takes longer than a test."""
    with chromium() as made:
        asyncio._set_running_loop(None)
        yield made
        asyncio._set_running_loop(made._loop)


@pytest.fixture(scope="module")
def browser(started: Browser) -> Iterator[Browser]:
    """Return the browser for the tests of a file; those of others may run a loop of their own."""
    asyncio._set_running_loop(started._loop)
    yield started
    asyncio._set_running_loop(None)


@pytest.fixture(scope="module")
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """Return one person's browser, to which the paths of the server are enough."""
    made = browser.new_context(base_url=server.address, viewport=SCREEN)
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture(scope="module")
def opened(context: BrowserContext) -> Page:
    """Return the page of a file's tests: to open one takes longer than to load what it shows."""
    return context.new_page()


@pytest.fixture
def page(opened: Page, server: Server) -> Iterator[Page]:
    """Return a page that a test begins with an address; what it remembers goes after the test."""
    yield opened
    opened.unroute_all()
    opened.set_viewport_size(SCREEN)
    opened.emulate_media(color_scheme="light")
    opened.mouse.move(0, 0)
    opened.context.clear_cookies()
    if opened.url.startswith(server.address):
        opened.evaluate("localStorage.clear(), sessionStorage.clear()")
