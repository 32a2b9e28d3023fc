"""The examples of the pages that need packages of the clients, after all that is before them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.client_runs import ClientPageRun
from tests.support.page_runs import FinishedDemo, Printed
from tests.support.pages import PAGES, Example, examples, name_of

EXAMPLES = [one for page in PAGES for one in examples(page) if one.needs_clients]

# Packages warn of each other.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


class InstalledRun(ClientPageRun):
    """A page whose commands that install packages are left out: these are there.

    Other tests run them, with a wheel of the checkout; here pip would ask an index of packages.
    """

    def _run(self, example: Example) -> Printed:
        return Printed(0, "") if "pip install" in example.code else super()._run(example)


@pytest.fixture(scope="module")
def page_run(
    tmp_path_factory: pytest.TempPathFactory, demo_index: Path
) -> Callable[[str], ClientPageRun]:
    """Return a function from the name of a page to its run, which its tests share."""
    pages = {name_of(page): page for page in PAGES}

    @cache
    def start(page: str) -> ClientPageRun:
        return InstalledRun(
            pages[page], tmp_path_factory.mktemp("page") / "folder", FinishedDemo(demo_index)
        )

    return start


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_example_prints_what_the_page_shows(
    example: Example, page_run: Callable[[str], ClientPageRun]
) -> None:
    example.check(*page_run(example.page).run(example))
