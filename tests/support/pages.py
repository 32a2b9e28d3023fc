"""The pages of the documentation: README.md and those of docs/, and the examples in them.

A block `console` holds commands behind `$ `, with what a terminal shows for each. Lines behind
`> ` go on with a command, `...` stands for any lines. A block `sh` holds commands alone. A block
`python` is a script. All are examples: they are run in the order of their page, in one folder.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.runs import CHECKOUT

PAGES = (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("**/*.md")))
# One worker runs the examples of a group.
START = (
    "README.md",
    *(f"docs/{name}.md" for name in ("first-run", "index", "install", "tutorial")),
)
DATA = tuple(
    f"docs/{name}.md" for name in ("datasets", "forms", "inputs", "training", "vocabularies")
)
HOWTO = tuple(f"docs/howto/{page.name}" for page in PAGES if page.parent.name == "howto")

_BLOCK = re.compile(r"^```(console|python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*(?:\n> .*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_SECONDS = re.compile(r"[0-9]+\.[0-9]+ s\b")
_PORT = re.compile(r"(?<=//127\.0\.0\.1:)[0-9]+")
# To parse `--install-completion` is to install it.
_NOT_RUN = re.compile(r"^ *(?:\$ )?ovmr-index (?!--install-completion)(.+)$", re.MULTILINE)
# What is in `.venv-clients` alone.
_CLIENTS = re.compile(
    r"^ *(?:from|import) (?:torch|torchvision|pandas|polars|datasets|pyspark"
    r"|ovmr_index\.integrations(?!\.lvis))\b"
    r"|to_pandas\(",
    re.MULTILINE,
)


class Example(NamedTuple):
    """A command of a page and what it prints; commands or a script have no output that is shown."""

    page: str
    line: int
    language: str
    code: str
    output: str | None = None

    @property
    def needs_clients(self) -> bool:
        """Tell whether it needs packages of the clients."""
        return self.language == "python" and _CLIENTS.search(self.code) is not None

    def check(self, code: int, printed: str) -> None:
        """Compare an exit code, and what was printed, with what the page says."""
        assert code == 0, printed
        if self.output is not None:
            assert matches(self.output, printed), f"{self.code}\n{printed}"

    def __str__(self) -> str:
        """Return where it is."""
        return f"{self.page}:{self.line}"


def name_of(page: Path) -> str:
    """Return the path of a page in the checkout."""
    return os.path.relpath(page, CHECKOUT)


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
    name = name_of(page)
    for line, language, text in blocks(page):
        if language == "console":
            for found in _COMMAND.finditer(text):
                at = line + text.count("\n", 0, found.start())
                yield Example(name, at, language, found[1].replace("\n> ", "\n"), found[2])
        else:
            yield Example(name, line, language, text)


def examples_of(names: Collection[str]) -> list[Example]:
    """Return the examples of pages, but those that need the clients."""
    pages = (page for page in PAGES if name_of(page) in names)
    return [one for page in pages for one in examples(page) if not one.needs_clients]


def commands_not_run(page: Path) -> Iterator[str]:
    """Yield the commands of ovmr-index in blocks `text`: they need what is not here."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield from _NOT_RUN.findall(block.replace("\\\n", " "))


def is_commands(text: str) -> bool:
    """Tell whether a block of the language `console` is commands and their output, from `$ ` on."""
    return _COMMAND.sub("", text) == ""


def matches(shown: str, printed: str) -> bool:
    """Compare line by line; `...` stands for any lines, and all times and ports are equal."""
    lines = (
        "(?:.*\n)*" if line == "..." else re.escape(line) + "\n"
        for line in _alike(shown).splitlines()
    )
    return re.fullmatch("".join(lines), _alike(printed)) is not None


def _alike(text: str) -> str:
    return _PORT.sub("0", _SECONDS.sub("0 s", text))
