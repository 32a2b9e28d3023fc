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
from tests.support.pages import (
    CLIENT_PAGES,
    PAGES,
    Example,
    PageRun,
    blocks,
    examples,
    is_commands,
    matches,
)

pytestmark = pytest.mark.slow

EXAMPLES = [example for page in PAGES if page not in CLIENT_PAGES for example in examples(page)]
TABLE = "\n| command | what it does |\n|---|---|\n"
_PARAGRAPH = "\n\n"


@pytest.fixture(scope="module")
def page_run(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path) -> Callable[[str], PageRun]:
    """Return a function from the name of a page to its run, which its tests share."""
    pages = {page.name: page for page in PAGES}

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


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.page}:{one.line}")
def test_example_prints_what_the_page_shows(
    example: Example, page_run: Callable[[str], PageRun]
) -> None:
    printed = page_run(example.page).run(example)
    assert printed.code == 0, printed.text
    if example.output is not None:
        assert matches(example.output, printed.text), f"{example.code}\n{printed.text}"


def test_there_are_commands_and_scripts() -> None:
    assert {example.output is None for example in EXAMPLES} == {True, False}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_commands_hold_nothing_else(page: Path) -> None:
    for line, language, text in blocks(page):
        assert language == "python" or is_commands(text), f"{page.name}:{line}"


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
