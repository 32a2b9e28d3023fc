"""Docstrings in Google's sections as Markdown."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import griffe

from scripts.reference.markdown import block, code, one_line, paragraphs, prose, table
from scripts.reference.signatures import text

Links = Callable[[str], str]  # adds the links to what prose names
_Kind = griffe.DocstringSectionKind


def sections(one: Any) -> Sequence[Any]:
    """Return the sections of a docstring."""
    return one.docstring.parsed if one.docstring else ()


def meanings(one: Any) -> dict[str, str]:
    """Return what a docstring says of each attribute."""
    return {
        attribute.name: one_line(attribute.description)
        for section in sections(one)
        if section.kind is _Kind.attributes
        for attribute in section.value
    }


def described(one: Any, links: Links) -> Iterator[str]:
    """Yield what a docstring says of effect, arguments and result."""
    for section in sections(one):
        if section.kind is _Kind.text:
            yield from _text(section.value, links)
        elif section.kind is _Kind.parameters:
            yield _named("argument", section.value, links)
        elif section.kind in {_Kind.returns, _Kind.yields}:
            verb = "Returns" if section.kind is _Kind.returns else "Yields"
            said = " ".join(one_line(each.description) for each in section.value)
            yield f"{verb}: {links(prose(said))}"
        elif section.kind not in {_Kind.attributes, _Kind.raises}:
            raise ValueError(f"{one.path}: a section of the kind {section.kind.value}")


def raised(one: Any, links: Links) -> Iterator[str]:
    """Yield the table of the errors that a docstring names."""
    for section in sections(one):
        if section.kind is _Kind.raises:
            rows = [
                (links(code(text(each.annotation))), links(prose(one_line(each.description))))
                for each in section.value
            ]
            yield table(("raises", "when"), rows)


def _named(what: str, held: Sequence[Any], links: Links) -> str:
    rows = [(code(one.name), links(prose(one_line(one.description)))) for one in held]
    return table((what, "what it is"), rows)


def _text(written: str, links: Links) -> Iterator[str]:
    """Yield the paragraphs of a text; an example at the prompt is a block."""
    lines: list[str] = []
    for line in [*written.splitlines(), ""]:
        is_example = line.startswith((">>>", "..."))
        if lines and lines[-1].startswith((">>>", "...")) != is_example:
            yield from _part(lines, links)
            lines = []
        lines.append(line)
    yield from _part(lines, links)


def _part(lines: list[str], links: Links) -> Iterator[str]:
    if lines[0].startswith(">>>"):
        yield block("py", "\n".join(line[4:] for line in lines))
    else:
        yield from (links(prose(one)) for one in paragraphs("\n".join(lines)))
