"""The examples of docs/evaluation.md that need faster-coco-eval: run with those before them."""

from pathlib import Path

import pytest

from tests.support.pages import Example, PageRun, examples, matches
from tests.support.runs import CHECKOUT

PAGE = CHECKOUT / "docs" / "evaluation.md"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page with every block of it as one that is run.

    It has the name of the page whose tree is taken as it is: here with its index.
    """
    text = PAGE.read_text(encoding="utf-8")
    run = text.replace("```text\n", "```console\n").replace("```py\n", "```python\n")
    copy = tmp_path_factory.mktemp("page") / "README.md"
    copy.write_text(run, encoding="utf-8")
    return copy


@pytest.mark.slow
def test_examples_print_what_the_page_shows(
    page: Path, tmp_path_factory: pytest.TempPathFactory, demo_index: Path
) -> None:
    run = PageRun(page, tmp_path_factory.mktemp("run") / "folder", demo_index)
    found: list[Example] = list(examples(page))
    assert {one.output is None for one in found} == {True, False}
    for example in found:
        printed = run.run(example)
        assert printed.code == 0, printed.text
        if example.output is not None:
            assert matches(example.output, printed.text), f"{example.code}\n{printed.text}"
