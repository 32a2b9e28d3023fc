"""The documentation is right: its examples print what it shows, its table is that of the help."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from ovmr_index import Index
from ovmr_index.cli.app import app
from tests.support.once import made_once
from tests.support.page_runs import PageRun
from tests.support.pages import PAGES, Example, blocks, examples, is_commands, name_of

pytestmark = pytest.mark.slow

EXAMPLES = [one for page in PAGES for one in examples(page) if not one.needs_clients]
TABLE = "\n| command | what it does |\n|---|---|\n"
_PARAGRAPH = "\n\n"


@pytest.fixture(scope="module")
def page_run(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path) -> Callable[[str], PageRun]:
    """Return a function from the name of a page to its run, which its tests share."""
    pages = {name_of(page): page for page in PAGES}

    def do_the_whole_job(tree: Path) -> None:
        shutil.copytree(demo_tree, tree)
        with Index.open(tree) as index:
            index.ingest()
            index.export()

    whole = made_once(tmp_path_factory, "demo_of_pages", do_the_whole_job)

    @cache
    def start(page: str) -> PageRun:
        tree = demo_tree if page == "README.md" else whole
        return PageRun(pages[page], tmp_path_factory.mktemp("page") / "folder", tree)

    return start


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_example_prints_what_the_page_shows(
    example: Example, page_run: Callable[[str], PageRun]
) -> None:
    example.check(*page_run(example.page).run(example))


def test_there_are_examples_in_every_language() -> None:
    assert {example.language for example in EXAMPLES} == {"console", "python", "sh"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_blocks_of_commands_hold_nothing_else(page: Path) -> None:
    for line, language, text in blocks(page):
        assert language != "console" or is_commands(text), f"{page.name}:{line}"


def test_the_table_holds_every_command_with_its_help_in_the_order_of_help() -> None:
    (text,) = [text for page in PAGES if TABLE in (text := page.read_text(encoding="utf-8"))]
    rows = text.partition(TABLE)[2].partition(_PARAGRAPH)[0].splitlines()
    assert rows == [
        f"| `{' '.join(path)}` | {' '.join(command.help.partition(_PARAGRAPH)[0].split())} |"
        for path, command in _commands(typer.main.get_command(app))
    ]


def _commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    known = getattr(command, "commands", {})
    names = command.list_commands(None) if known else []
    assert sorted(names) == sorted(known)
    for name in names:
        below = known[name]
        yield (*path, name), below
        yield from _commands(below, *path, name)
