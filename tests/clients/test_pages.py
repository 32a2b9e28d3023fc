"""The examples of the pages that need the packages of the clients."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.client_runs import ClientPageRun
from tests.support.pages import CLIENT_PAGES, Example, examples, matches

EXAMPLES = [example for page in CLIENT_PAGES for example in examples(page)]

# Packages warn of each other.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def page_run(
    tmp_path_factory: pytest.TempPathFactory, demo_index: Path
) -> Callable[[str], ClientPageRun]:
    """Return a function from the name of a page to its run, which its tests share."""
    pages = {page.name: page for page in CLIENT_PAGES}

    @cache
    def start(page: str) -> ClientPageRun:
        folder = tmp_path_factory.mktemp("page")
        shutil.copytree(demo_index, folder / "demo")
        return ClientPageRun(pages[page], folder)

    return start


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.page}:{one.line}")
def test_example_prints_what_the_page_shows(
    example: Example, page_run: Callable[[str], ClientPageRun]
) -> None:
    printed = page_run(example.page).run(example)
    assert printed.code == 0, printed.text
    if example.output is not None:
        assert matches(example.output, printed.text), f"{example.code}\n{printed.text}"
