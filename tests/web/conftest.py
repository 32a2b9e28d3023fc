"""The demo's index, a server of it, and one browser for the tests of a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ovmr_index import Index
from ovmr_index.errors import speaking
from tests.support.browser import chromium
from tests.support.servers import Server, serving


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    """Let pages speak as they do where `serve` makes them."""
    with speaking(shell=True):
        yield


@pytest.fixture(scope="module")
def root(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a tree and index that the tests of a file may change."""
    return Path(shutil.copytree(shared, tmp_path_factory.mktemp("served") / "tree"))


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for the tests of a file."""
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """Return one person's browser, to which the paths of the server are enough."""
    made = browser.new_context(base_url=server.address, viewport={"width": 1280, "height": 800})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a page in which nothing is open yet."""
    return context.new_page()
