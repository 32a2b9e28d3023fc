"""The examples of the pages for each situation."""

import pytest

from tests.support.pages import HOWTO, Example, examples_of

pytestmark = pytest.mark.slow

EXAMPLES = examples_of(HOWTO)


def test_example_prints_what_the_page_shows(example: Example, printed: tuple[int, str]) -> None:
    example.check(*printed)
