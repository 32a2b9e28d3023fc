"""docs/reference/python.md: what is reached from `Index`, and every public name, by noun."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

from ovmr_index.db.view_descriptions import COLUMNS
from scripts.reference import package
from scripts.reference.docstrings import described, in_cell, meanings, raised
from scripts.reference.entries import Entries, Entry, annotations, method_call
from scripts.reference.markdown import block, code, page, prose, table
from scripts.reference.signatures import signature, text, value

INTRODUCTION = (
    "Start with `from ovmr_index import Index`; [In Python](../python.md) shows the whole job. What"
    " is imported from elsewhere than `ovmr_index` itself says so. Boxes are x, y, w, h in pixels,"
    " x and y of the upper left corner counted from 0, where nothing else is said."
)
# Headings, and the packages whose names are below each.
GROUPS = {
    "The index": ("index", "db", "progress", "shown"),
    "Sources": ("ingest", "formats", "storage"),
    "Vocabularies and partitions": ("vocabularies",),
    "Pools": ("pools",),
    "Curation": ("curation",),
    "Samples": ("samples",),
    "Exports": ("export", "images"),
    "Static report": ("report",),
    "Evaluated detections": ("integrations",),
    "Errors": ("errors",),
}
# What has the same meaning in records as in the public views.
SHARED = frozenset(
    {
        *("vocabulary", "category_id", "category", "category_synset", "frequency"),
        *("synset", "source", "dataset", "split", "file_name", "image_id", "region_id", "coco_id"),
        *("x", "y", "w", "h", "image_width", "image_height", "weight"),
    }
)


def python_page() -> str:
    """Return the page."""
    entries = Entries()
    parts = [INTRODUCTION]
    left = [*entries.all]
    for title, packages in GROUPS.items():
        parts.append(f"## {title}")
        for one in left:
            parts += _entry(one, entries) if one.package in packages else ()
        left = [one for one in left if one.package not in packages]
    if left:
        raise ValueError(f"{left[0].package}: give this package a heading in GROUPS")
    return page("Python reference", [*parts, *_integrations(entries), *_types(entries)])


def _entry(one: Entry, entries: Entries) -> Iterator[str]:
    """Yield the parts of an entry."""
    yield f"### {one.heading}"
    if not (entries.is_exported(one.one) or one.is_face):
        yield f"From {code(one.one.parent.path)}."
    if one.one.is_function:
        yield from _function(one.call, one.one, entries)
    else:
        yield from _class(one, entries)


def _class(one: Entry, entries: Entries) -> Iterator[str]:
    bases = [base for base in map(text, one.one.bases) if base.endswith("Error")]
    if bases:
        yield entries.linked(f"Is a kind of {', '.join(map(code, bases))}.")
    yield from described(one.one, entries.linked)
    yield from _fields(one.one, entries)
    yield from raised(one.one, entries.linked)
    yield from _operators(one, entries)
    for name, method in package.methods(one.one) if one.is_face else ():
        call = method_call(one, name, method)
        yield f"#### {call}()"
        yield from _function(call, method, entries)
    if not one.is_face:
        yield from _methods(one, entries)


def _fields(one: Any, entries: Entries) -> Iterator[str]:
    """Yield the table of the fields and properties of a class."""
    said = meanings(one)
    rows = [
        (code(name), _typed(held, entries), _default(held), "")
        for name, held in package.fields(one)
    ]
    rows += [
        (code(name), _typed(held, entries), "", in_cell(held, entries.linked))
        for name, held in package.properties(one)
    ]
    known = {row[0] for row in rows}
    rows += [(code(name), "", "", "") for name in said if code(name) not in known]
    told = [
        (*row[:3], entries.linked(prose(_meaning(row[0].strip("`"), row[1], said))) or row[3])
        for row in rows
    ]
    if told:
        preset = "value" if package.is_enum(one) else "default"
        yield _without_empty(("attribute", "type", preset, "what it is"), told)


def _meaning(name: str, kind: str, said: Mapping[str, str]) -> str:
    """Return what an attribute is: as its class says, or as the views do for what they share."""
    if name in said or name not in SHARED or not re.search("str|int|float|Number", kind):
        return said.get(name, "")
    shared = COLUMNS[name]
    return shared.replace("null", "None") if "None" in kind else shared.partition("; null")[0]


def _default(held: Any) -> str:
    found = "" if held.value is None else value(held.value)
    return code(found) if found else ""


def _typed(held: Any, entries: Entries) -> str:
    """Return a type, in which the names of entries are links."""
    written = code(text(held.annotation)) if held.annotation else ""
    anchors = entries.anchors_in(held.annotation)
    if not anchors:
        return written
    html = escape(text(held.annotation), quote=False).replace("|", "&#124;")
    for name, anchor in anchors.items():
        html = re.sub(rf"\b{name}\b", f'<a href="#{anchor}">{name}</a>', html)
    return f"<code>{html}</code>"


def _operators(one: Entry, entries: Entries) -> Iterator[str]:
    """Yield the table of the expressions that an object may be in."""
    name = one.call if one.is_face else re.sub(r"\B([A-Z])", r"_\1", one.call).lower()
    rows = [
        (code(written.format(name)), in_cell(method, entries.linked))
        for written, method in package.operators(one.one)
    ]
    if rows:
        yield table(("expression", "what it does"), rows)


def _methods(one: Entry, entries: Entries) -> Iterator[str]:
    """Yield the table of the methods of a record."""
    rows = [
        (code(signature(name, method).replace("\n", "")), in_cell(method, entries.linked))
        for name, method in package.methods(one.one)
    ]
    if rows:
        yield table(("method", "what it does"), rows)


def _function(call: str, one: Any, entries: Entries) -> Iterator[str]:
    linked = partial(entries.linked, face=call.rpartition(".")[0])
    yield block("py", signature(call, one))
    yield from described(one, linked)
    yield from raised(one, linked)
    if named := entries.mentioned(annotations(one)):
        yield f"See {', '.join(named)}."


def _integrations(entries: Entries) -> Iterator[str]:
    yield "## Objects of other packages"
    yield "Each module needs its package; [integrations](../integrations.md) has examples."
    for module in package.integrations():
        yield f"### {module.path.partition('.')[2]}"
        yield from described(module, entries.linked)
        for name, one in package.definitions(module):
            yield f"#### {module.name}.{name}"
            yield from _function(name, one, entries)
            if one.is_class:
                yield from _methods(Entry(name, name, one), entries)


def _types(entries: Entries) -> Iterator[str]:
    yield "## Types"
    yield "Names that signatures use for a choice or a form of values."
    found = sorted(entries.types.values(), key=lambda one: one.name)
    yield table(("type", "what it is"), [(code(one.name), code(text(one.value))) for one in found])
    yield "## Version"
    yield "`ovmr_index.__version__` is the version of the package, as text."


def _without_empty(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table without the columns in which no row has anything."""
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]

    def of(row: Iterable[str]) -> list[str]:
        cells = [*row]
        return [cells[place] for place in kept]

    return table(of(columns), [of(row) for row in rows])
