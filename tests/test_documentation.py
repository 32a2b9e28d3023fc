"""The documentation is right: its examples print what it shows, its table is that of the help."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from ovmr_index.cli.app import app
from tests.support.pages import PAGES, blocks, commands_not_run, examples, is_commands, name_of

pytestmark = pytest.mark.slow

TABLE = "\n| command | what it does |\n|---|---|\n"
_PARAGRAPH = "\n\n"


def test_there_are_examples_in_every_language() -> None:
    found = {example.language for page in PAGES for example in examples(page)}
    assert found == {"console", "python", "sh"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_are_not_run_have_options_that_there_are(page: Path) -> None:
    for line in commands_not_run(page):
        _parse(typer.main.get_command(app), shlex.split(line, comments=True))


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


def _parse(command: Any, words: list[str]) -> None:
    """Parse a command without running it: wrong options are an error of usage."""
    context = command.make_context("ovmr-index", words, obj=SimpleNamespace())
    while below := context._protected_args:
        name, command, rest = context.command.resolve_command(context, [*below, *context.args])
        context = command.make_context(name, rest, parent=context)


def _commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    known = getattr(command, "commands", {})
    names = command.list_commands(None) if known else []
    assert sorted(names) == sorted(known)
    for name in names:
        below = known[name]
        yield (*path, name), below
        yield from _commands(below, *path, name)
