"""The documentation is right: its commands have options that there are, its blocks are examples."""

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.commands import COMMANDS
from tests.support.pages import PAGES, blocks, commands_not_run, examples, is_commands, name_of

pytestmark = pytest.mark.slow


def test_there_are_examples_in_every_language() -> None:
    found = {example.language for page in PAGES for example in examples(page)}
    assert found == {"console", "python", "sh"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_are_not_run_have_options_that_there_are(page: Path) -> None:
    # To read the options that set up completion is to do it, in the home of who runs the tests.
    for line in (one for one in commands_not_run(page) if "-completion" not in one):
        _parse(COMMANDS[()], shlex.split(line, comments=True))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_blocks_of_commands_hold_nothing_else(page: Path) -> None:
    for line, language, text in blocks(page):
        assert language != "console" or is_commands(text), f"{page.name}:{line}"


def _parse(command: Any, words: list[str]) -> None:
    """Parse a command without running it: wrong options are an error of usage."""
    context = command.make_context("ovmr-index", words, obj=SimpleNamespace())
    while below := context._protected_args:
        name, command, rest = context.command.resolve_command(context, [*below, *context.args])
        context = command.make_context(name, rest, parent=context)
