"""docs/reference/schema.md: every table with its columns, keys and indexes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite

from scripts.reference.markdown import code, link, page, paragraphs, prose, table
from scripts.reference.tables import KINDS, Described, Group, groups

INTRODUCTION = """\
Tables are internal, and change with a revision; ask the [views](views.md), which do not. In tables
`pk` and `..._pk` are row numbers of this index alone, which serve joins, and `key` is the source's
own id. [Decisions](../decisions/README.md) say why tables are as they are. `db upgrade` brings an
older index to the schema of the program.

[![Tables as boxes in groups, foreign keys as arrows][drawn]][drawn]

[drawn]: ../images/schema.svg

What becomes of the rows of a table:"""
_DIALECT = sqlite.dialect()


def schema_page() -> str:
    """Return the page."""
    held = groups()
    kinds = [(kind, prose(said)) for kind, said in KINDS.items()]
    rows = [
        (link(one.table.name, code(one.table.name)), group.title.lower(), one.kind)
        for group in held
        for one in group.tables
    ]
    parts = [INTRODUCTION, table(("rows", "what they are"), kinds), "## All tables"]
    parts.append(table(("table", "group", "rows"), rows))
    for group in held:
        parts += _group(group)
    return page("Schema reference", parts)


def _group(group: Group) -> Iterator[str]:
    yield f"## Tables of {group.title.lower()}"
    yield from map(prose, paragraphs(group.description))
    for one in group.tables:
        yield from _table(one)


def _table(one: Described) -> Iterator[str]:
    yield f"### {one.table.name}"
    yield from map(prose, paragraphs(one.description))
    yield table(("column", "type", "null", "key"), map(_column, one.table.columns))
    if rules := [*_unique(one.table), *_indexes(one.table), *_checks(one.table)]:
        yield "\n".join(f"- {rule}" for rule in rules)


def _column(column: Column[Any]) -> tuple[str, str, str, str]:
    kind = column.type.compile(dialect=_DIALECT)
    return code(column.name), kind, "yes" if column.nullable else "", _keys(column)


def _keys(column: Column[Any]) -> str:
    """Return what a column is to its table and to others."""
    said = ["primary key"] if column.primary_key else []
    for key in sorted(column.foreign_keys, key=lambda one: one.target_fullname):
        target = key.column.table.name
        said.append(f"row of {link(target, code(target))}")
    if column.computed is not None:
        said.append(f"computed: {code(str(column.computed.sqltext))}")
    if column.server_default is not None and column.computed is None:
        said.append(f"default {code(str(getattr(column.server_default, 'arg', '')))}")
    return ", ".join(said)


def _unique(of: Table) -> list[str]:
    held = [one for one in of.constraints if isinstance(one, UniqueConstraint)]
    return [f"unique: {_columns(one)}" for one in sorted(held, key=_columns)]


def _indexes(of: Table) -> Iterator[str]:
    for one in sorted(of.indexes, key=lambda index: str(index.name)):
        where = one.dialect_options["sqlite"]["where"]
        only = f", where {code(str(where))}" if where is not None else ""
        yield f"{'unique' if one.unique else 'index'}: {_columns(one)}{only}"


def _checks(of: Table) -> list[str]:
    held = (one for one in of.constraints if isinstance(one, CheckConstraint))
    return [f"check: {code(text)}" for text in sorted(str(one.sqltext) for one in held)]


def _columns(rule: UniqueConstraint | Index) -> str:
    """Return the columns or expressions of a rule."""
    held = rule.expressions if isinstance(rule, Index) else rule.columns
    return ", ".join(code(getattr(one, "name", None) or str(one)) for one in held)
