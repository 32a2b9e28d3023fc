"""The commands of the program and their options, as its help has them."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import typer

from ovmr_index.cli.app import app
from scripts.reference.markdown import one_line, paragraphs

_NOTES = re.compile(r"  \[(.*)\]$", re.DOTALL)
_PROGRAM = "ovmr-index"


class Parameter(NamedTuple):
    """An argument or an option: how it is written, its values, and what help says of it."""

    names: tuple[str, ...]
    values: str
    is_argument: bool
    is_required: bool
    default: str
    variable: str
    text: str


class Command(NamedTuple):
    """A command or a group of commands, by the words that call it."""

    words: tuple[str, ...]
    usage: str
    description: list[str]
    example: str
    parameters: list[Parameter]

    @property
    def name(self) -> str:
        """How it is called, without the program."""
        return " ".join(self.words)


class Section(NamedTuple):
    """Commands of a group under one title of its help."""

    title: str
    commands: list[Command]


def program() -> Command:
    """Return the program with its global options."""
    return _command(typer.main.get_command(app), ())


def sections() -> list[Section]:
    """Return the commands of the program in the order of its help, each group with its own."""
    root = _root()
    return [
        Section(title, [one for name in names for one in _all(root.commands[name], (name,))])
        for title, names in root.sections().items()
    ]


def _root() -> Any:
    """Return the program as Typer has it, whose types are its own."""
    return typer.main.get_command(app)


def _all(command: Any, words: tuple[str, ...]) -> Iterator[Command]:
    yield _command(command, words)
    if hasattr(command, "commands"):
        for name in command.list_commands(None):
            yield from _all(command.commands[name], (*words, name))


def _command(command: Any, words: tuple[str, ...]) -> Command:
    context = typer.Context(command, info_name=" ".join((_PROGRAM, *words)))
    usage = " ".join((_PROGRAM, *words, *command.collect_usage_pieces(context)))
    example = one_line(command.epilog or "").removeprefix("Example: ")
    shown = [one for one in command.get_params(context) if one.name != "help"]
    parameters = [_parameter(one, context) for one in shown if not getattr(one, "hidden", False)]
    return Command(words, usage, paragraphs(command.help), example, parameters)


def _parameter(one: Any, context: typer.Context) -> Parameter:
    written, text = one.get_help_record(context)
    is_argument = one.param_type_name == "argument"
    notes = _NOTES.search(text)
    said = _said(notes[1] if notes else "")
    names, values = _split(written, is_argument)
    return Parameter(
        names,
        values,
        is_argument,
        "required" in said,
        said.get("default", ""),
        said.get("env var", ""),
        one_line(text[: notes.start()] if notes else text),
    )


def _split(written: str, is_argument: bool) -> tuple[tuple[str, ...], str]:
    """Return the names of a parameter, and what its values are."""
    if is_argument:  # its type is that of Python
        return (written.partition(" <")[0],), ""
    *names, last = re.split(r", | / ", written)
    name, _, values = last.partition(" ")
    return (*names, name), values


def _said(notes: str) -> dict[str, str]:
    """Return what help says of a parameter in brackets."""
    parts = (part.partition(": ") for part in notes.split("; ") if part)
    return {name: value.removeprefix("(").removesuffix(")") for name, _, value in parts}
