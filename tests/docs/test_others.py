"""The examples of all other pages."""

import pytest

from tests.support.pages import DATA, HOWTO, PAGES, START, Example, examples_of, name_of

pytestmark = pytest.mark.slow

EXAMPLES = examples_of({name_of(page) for page in PAGES} - {*START, *DATA, *HOWTO})


def test_example_prints_what_the_page_shows(example: Example, printed: tuple[int, str]) -> None:
    example.check(*printed)
