"""The examples of the pages that one begins with."""

import pytest

from tests.support.pages import START, Example, examples_of

pytestmark = pytest.mark.slow

EXAMPLES = examples_of(START)


def test_example_prints_what_the_page_shows(example: Example, printed: tuple[int, str]) -> None:
    example.check(*printed)
