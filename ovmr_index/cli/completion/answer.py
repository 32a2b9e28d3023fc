"""The answer to a shell that completes a line: what to do about files, then a value a line.

The scripts in `data/completion` ask. They set `_OVMR_INDEX_COMPLETE` to the name of the shell. The
arguments are the line and `COMP_WORDBREAKS` in bash, and elsewhere the words up to the cursor, the
name of the program first; in fish the last word has its quotes still.
The first line of the answer is `file` or `folder` where the shell completes those, else `none`.
Each other line is a value, in zsh and fish with a tab and its help.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ovmr_index.cli.completion.asked import Asked
from ovmr_index.cli.completion.line import Word, words_of
from ovmr_index.cli.completion.values import Files, values_of

_HELP = 80  # characters of the help of a command


class _Found(NamedTuple):
    """What may stand at the cursor: words with their help, behind what is there already."""

    words: Sequence[tuple[str, str]]
    files: Files = "none"
    before: str = ""


def answer(shell: str, arguments: Sequence[str]) -> None:
    """Print the answer to a shell."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    *before, last = _line(shell, arguments)[1:] or [Word()]
    found = _found([word.text for word in before], last.text)
    print(found.files)
    for value, about in found.words:
        whole = f"{found.before}{value}"
        if not whole.startswith(last.text) or not whole.isprintable():
            continue
        if shell == "bash":
            print(last.completed(whole))
        else:
            print(whole if shell == "fish" else value, about, sep="\t")


def _line(shell: str, arguments: Sequence[str]) -> list[Word]:
    """Return the words of the line, of which the first one is the program."""
    if shell == "bash":
        return words_of(*arguments[:2])
    words = [Word(one) for one in arguments]
    return [*words[:-1], words_of(arguments[-1])[-1]] if shell == "fish" else words


def _found(before: Sequence[str], last: str) -> _Found:
    import typer.main

    from ovmr_index.cli.app import app

    asked = Asked(typer.main.get_command(app), before)
    if asked.waiting is not None:
        return _values(asked, asked.waiting, last)
    name, is_joined, begin = last.partition("=")
    if asked.takes_options and last.startswith("-"):
        option = asked.option(name) if is_joined else None
        if option is not None:
            return _values(asked, option, begin, f"{name}=")
        return _Found([*_options(asked)])
    if commands := asked.commands():
        return _Found([(name, one.get_short_help_str(_HELP)) for name, one in commands.items()])
    argument = asked.argument()
    return _Found(()) if argument is None else _values(asked, argument, last)


def _values(asked: Asked, parameter: Any, begin: str, before: str = "") -> _Found:
    values = values_of(parameter, asked, begin)
    return _Found([(word, "") for word in values.words], values.files, before)


def _options(asked: Asked) -> Iterator[tuple[str, str]]:
    if asked.command is None:
        return
    for option in asked.options():
        about = (option.help or "").partition(". ")[0]
        for name in (*option.opts, *option.secondary_opts):
            yield name, about.rstrip(".")
    yield "--help", "Show this message and exit"
