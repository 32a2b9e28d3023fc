"""The examples of pages: each is a test of the file that names its page in `EXAMPLES`."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.support.page_runs import PageRun, page_run
from tests.support.pages import PAGES, Example, name_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each example."""
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", metafunc.module.EXAMPLES, ids=str)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], PageRun]:
    """Return a function from the name of a page to its run, which its tests share."""
    pages = {name_of(page): page for page in PAGES}
    return cache(lambda name: page_run(tmp_path_factory, pages[name]))


@pytest.fixture
def printed(example: Example, run: Callable[[str], PageRun]) -> tuple[int, str]:
    """Return the exit code of an example and what it printed, after those before it."""
    return run(example.page).run(example)
