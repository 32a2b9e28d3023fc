"""docs/reference/commands.md: every command, with its arguments and options."""

import re
from collections.abc import Iterator

from scripts.reference.command_tree import Command, Parameter, Section, program, sections
from scripts.reference.markdown import block, code, link, page, prose, table

INTRODUCTION = (
    "Global options stand before the command. `--json` may also stand after it. Every command takes"
    " `-h` and `--help`. Exit codes, streams and JSON are on the page [commands](../commands.md)."
)
_ALTERNATIVES = re.compile(r"[<>]")
_CODE = re.compile(r"(`[^`]*`)")
_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*[a-z]|-[A-Za-z]\b)(?!-)")


def commands_page() -> str:
    """Return the page."""
    held = sections()
    return page("Command reference", [*_first(held), *_sections(held)])


def _first(held: list[Section]) -> Iterator[str]:
    yield INTRODUCTION
    yield "## All commands"
    every = [one for section in held for one in section.commands]
    rows = [(link(one.name, code(one.name)), _said(one.description[0])) for one in every]
    yield table(("command", "what it does"), rows)
    yield "## Global options"
    yield block("text", program().usage)
    yield from _parameters(program())
    yield "## Exit codes of commands"
    yield (
        "A command exits with 0 when it is done, with 1 on an error of data or files, with 2 on"
        " wrong usage. These also exit with 1 for what they find:"
    )
    yield table(("command", "it exits with 1 …"), _exits(every))


def _exits(every: list[Command]) -> Iterator[tuple[str, str]]:
    """Yield the commands whose help says when they exit with 1."""
    for one in every:
        found = re.search(r"[Ee]xits with 1,? ([^.]*)", " ".join(one.description))
        if found:
            yield link(one.name, code(one.name)), _said(found[1])


def _sections(held: list[Section]) -> Iterator[str]:
    for section in held:
        yield f"## {section.title}"
        for one in section.commands:
            yield from _command(one)


def _command(one: Command) -> Iterator[str]:
    yield f"### {one.name}"
    yield from map(_said, one.description)
    yield block("text", one.usage)
    yield from _parameters(one)
    if one.example:
        yield f"Example: {code(one.example)}"


def _parameters(one: Command) -> Iterator[str]:
    arguments = [each for each in one.parameters if each.is_argument]
    options = [each for each in one.parameters if not each.is_argument]
    if arguments:
        yield table(("argument", "what it is"), [(_names(each), _text(each)) for each in arguments])
    if options:
        rows = [(_names(each), _text(each), _default(each)) for each in options]
        yield table(("option", "what it does", "default"), rows)


def _names(one: Parameter) -> str:
    """Return the names of an option with its values."""
    names = ", ".join(map(code, one.names))
    return f"{names} {code(_ALTERNATIVES.sub('', one.values))}" if one.values else names


def _text(one: Parameter) -> str:
    variable = f" Environment: {code(one.variable)}." if one.variable else ""
    return f"{_said(one.text)}{variable}"


def _said(text: str) -> str:
    """Return what help says, with the options that it names as code."""
    parts = (
        part if place % 2 else _OPTION.sub(r"`\1`", part)
        for place, part in enumerate(_CODE.split(text))
    )
    return prose("".join(parts))


def _default(one: Parameter) -> str:
    return "required" if one.is_required else prose(one.default)
