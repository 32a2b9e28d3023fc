"""The pages of the documentation: README.md and those of docs/, and the examples in them.

A block `console` holds commands behind `$ `, with what a terminal shows for each. Lines behind
`> ` go on with a command, `...` stands for any lines. A block `python` is a script. Both are
examples: they are run in the order of their page, in one folder, which holds the tree `demo`: for
README.md as it is downloaded, for the other pages with its index and its exported files.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.runs import CHECKOUT, environment

PAGES = (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md")))
# Their examples need the packages of the clients.
CLIENT_PAGES = (CHECKOUT / "docs" / "integrations.md",)

_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*(?:\n> .*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_SECONDS = re.compile(r"[0-9]+\.[0-9]+ s\b")


class Example(NamedTuple):
    """A shell command of a page and what it prints; or a script, whose output is not shown."""

    page: str
    line: int
    code: str
    output: str | None = None


class Printed(NamedTuple):
    """The exit code of an example, and what a terminal would show."""

    code: int
    text: str


def text_of_pages() -> str:
    """Return the text of all pages as one line."""
    return " ".join(" ".join(page.read_text(encoding="utf-8").split()) for page in PAGES)


def blocks(page: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the first line, the language and the text of each block of examples."""
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        yield 1 + text.count("\n", 0, block.start(2)), block[1], block[2]


def examples(page: Path) -> Iterator[Example]:
    """Yield the examples of a page in order."""
    for line, language, text in blocks(page):
        if language == "python":
            yield Example(page.name, line, text)
        else:
            for found in _COMMAND.finditer(text):
                at = line + text.count("\n", 0, found.start())
                yield Example(page.name, at, found[1].replace("\n> ", "\n"), found[2])


def is_commands(text: str) -> bool:
    """Tell whether a block of the language `console` is commands and their output, from `$ ` on."""
    return _COMMAND.sub("", text) == ""


def matches(shown: str, printed: str) -> bool:
    """Compare line by line; `...` stands for any lines, and all times are equal."""
    lines = (
        "(?:.*\n)*" if line == "..." else re.escape(_SECONDS.sub("0 s", line)) + "\n"
        for line in shown.splitlines()
    )
    return re.fullmatch("".join(lines), _SECONDS.sub("0 s", printed)) is not None


class PageRun:
    """A page whose examples are run: each after those before it, on a copy of the demo's tree."""

    def __init__(self, page: Path, folder: Path, tree: Path) -> None:
        """Make `folder`, with a copy of `tree` in it."""
        self._examples = list(examples(page))
        self._printed: list[Printed] = []
        self._folder = folder
        shutil.copytree(tree, folder / "demo")
        program = folder / "bin" / "ovmr-index"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ovmr_index \"$@\"\n")
        program.chmod(0o755)

    def run(self, example: Example) -> Printed:
        """Return what an example prints; run first what is before it and was not run yet."""
        place = self._examples.index(example)
        while len(self._printed) <= place:
            self._printed.append(self._run(self._examples[len(self._printed)]))
        return self._printed[place]

    def _run(self, example: Example) -> Printed:
        is_script = example.output is None
        program = (sys.executable, "script.py") if is_script else ("sh", "-c", example.code)
        if is_script:
            (self._folder / "script.py").write_text(example.code, encoding="utf-8")
        path = f"{self._folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            program,
            cwd=self._folder,
            env=environment()
            | {"PATH": path, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        return Printed(done.returncode, done.stdout)
