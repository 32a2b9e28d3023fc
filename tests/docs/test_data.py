"""The examples of the guide to data, as it comes in and as it goes out."""

import pytest

from tests.support.pages import DATA, Example, examples_of

pytestmark = pytest.mark.slow

EXAMPLES = examples_of(DATA)


def test_example_prints_what_the_page_shows(example: Example, printed: tuple[int, str]) -> None:
    example.check(*printed)
