"""The README does not lie: its examples are run, and its table of commands is that of the help."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer

from ovmr_index.cli.app import app
from ovmr_index.demo.tree import make_demo_tree

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^\$ (.*(?:\n> .*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_PARAGRAPH = "\n\n"
_SECONDS = re.compile(r"[0-9]+\.[0-9]+ s\b")


class Example(NamedTuple):
    """A command or script of the README, and what it is to print; None if that is not shown."""

    arguments: tuple[str, ...]
    output: str | None


def test_examples_print_what_the_readme_shows(tmp_path: Path) -> None:
    make_demo_tree(tmp_path / "demo")
    examples = list(_examples())
    assert {example.output is None for example in examples} == {True, False}
    for number, example in enumerate(examples):
        arguments = example.arguments
        if example.output is None:
            script = tmp_path / f"example_{number}.py"
            script.write_text(arguments[0], encoding="utf-8")
            arguments = (str(script),)
        printed = _run(arguments, tmp_path)
        if example.output is not None:
            assert _matches(example.output, printed), f"{shlex.join(arguments)}\n{printed}"


def test_the_table_holds_every_command_with_its_help() -> None:
    _, _, table = README.partition("\n| command | what it does |\n|---|---|\n")
    rows = table.partition("\n\n")[0].splitlines()
    assert sorted(rows) == sorted(
        f"| `{' '.join(path)}` | {' '.join(command.help.partition(_PARAGRAPH)[0].split())} |"
        for path, command in _commands(typer.main.get_command(app))
    )


def _examples() -> Iterator[Example]:
    """Yield the examples in the README's order; lines with `> ` continue a command."""
    for language, text in _BLOCK.findall(README):
        if language == "python":
            yield Example((text,), None)
            continue
        commands = _EXAMPLE.findall(text)
        assert "".join(f"$ {command}\n{output}" for command, output in commands) == text
        for command, output in commands:
            program, *arguments = shlex.split(command.replace("\n> ", "\n"))
            assert program == "ovmr-index"
            yield Example(("-m", "ovmr_index", *arguments), output)


def _run(arguments: Sequence[str], folder: Path) -> str:
    """Run Python to its end; return what a terminal would show."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith("OVMR_INDEX_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _matches(shown: str, printed: str) -> bool:
    """Compare line by line; `...` stands for any lines, and all times are equal."""
    lines = (
        "(?:.*\n)*" if line == "..." else re.escape(_SECONDS.sub("0 s", line)) + "\n"
        for line in shown.splitlines()
    )
    return re.fullmatch("".join(lines), _SECONDS.sub("0 s", printed)) is not None


def _commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, below in getattr(command, "commands", {}).items():
        yield (*path, name), below
        yield from _commands(below, *path, name)
