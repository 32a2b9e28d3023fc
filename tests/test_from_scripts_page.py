"""docs/from-scripts.md is right: each command and option that it names is there."""

import re
from typing import Any

import pytest

from tests.support.commands import COMMANDS
from tests.support.runs import CHECKOUT

pytestmark = pytest.mark.slow

PAGE = CHECKOUT / "docs" / "from-scripts.md"
HERE = 1  # the column of commands of this program
_CODE = re.compile(r"`([^`]+)`")


def _rows() -> list[list[str]]:
    """Return the cells of each row that names a script or an option and what is typed here."""
    covered = PAGE.read_text(encoding="utf-8").partition("## Not covered")[0]
    lines = [line for line in covered.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _find_command(words: list[str]) -> Any:
    """Return the command that the first words name, None if they name none."""
    command: Any = COMMANDS[()]
    found = None
    for word in words:
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            break
        found = command
    return found


def test_every_command_and_option_is_there() -> None:
    command_of_script = None
    for row in _rows():
        command = command_of_script
        for code in _CODE.findall(row[HERE]):
            words = code.split()
            named = _find_command(words)
            command = named or command
            assert command is not None, code
            options = {word for word in words if word.startswith("-")}
            assert options or named, f"{code} is neither a command nor an option"
            assert options <= {name for known in command.params for name in known.opts}, code
        if row[0].startswith("**"):
            command_of_script = command
    assert command_of_script is not None
