"""Markdown that a code host and the documentation's site show alike."""

import re
from collections.abc import Iterable, Sequence
from html import escape

_CODE = re.compile(r"(`+[^`]+`+)")
# What would be a tag, an emphasis or a link outside of code.
_SPECIAL = re.compile(r"[*\[\]]|(?<!\w)_|_(?!\w)")

_ADDRESS = re.compile(r"(https?://[^\s)]+[\w/])")


def code(text: str) -> str:
    """Return code for a line or a cell, where a bar in backticks would end the cell."""
    if "|" in text or "`" in text:
        return f"<code>{escape(text, quote=False).replace('|', '&#124;')}</code>"
    return f"`{text}`"


def prose(text: str) -> str:
    """Return plain text, in which backticks alone mark code."""
    parts = _CODE.split(text)
    return "".join(
        code(part.strip("`")) if place % 2 else _plain(part) for place, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    escaped = escape(text, quote=False).replace("|", "&#124;")
    return _ADDRESS.sub(r"<\1>", _SPECIAL.sub(r"\\\g<0>", escaped))


def one_line(text: str) -> str:
    """Return a paragraph as one line."""
    return " ".join(text.split())


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, each as one line."""
    return [one_line(part) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def block(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text}\n```"


def slug(heading: str) -> str:
    """Return the anchor that a heading gets."""
    plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "")).strip().lower()
    return re.sub(r"\s", "-", plain)


def link(heading: str, text: str | None = None, page: str = "") -> str:
    """Return a link to a heading."""
    return f"[{text or heading}]({page}#{slug(heading)})"


def page(title: str, parts: Iterable[str]) -> str:
    """Return a page of parts with an empty line between them."""
    return "\n\n".join([f"# {title}", *parts]) + "\n"
