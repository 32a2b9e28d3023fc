"""JSON in statements, as SQLite and PostgreSQL read it: bound lists, and records that are kept."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    TableValuedAlias,
    Text,
    column,
    literal,
    literal_column,
    select,
)
from sqlalchemy.types import TypeEngine

from ovmr_index.db.compiled import Written
from ovmr_index.db.models import DOUBLE, WHOLE

# What PostgreSQL has for `json_each` of an array: its elements, and their places from 0.
_EACH = (
    "(SELECT {value} AS value, ordinality - 1 AS key"
    " FROM json_array_elements(CAST({{0}} AS json))"
    " WITH ORDINALITY AS elements (element, ordinality))"
)


class _Numbers(
    Written[int],
    sqlite="json_each({0})",
    postgresql=_EACH.format(value="CAST(element #>> '{{}}' AS bigint)"),
): ...


class _Texts(
    Written[str],
    sqlite="json_each({0})",
    postgresql=_EACH.format(value="element #>> '{{}}'"),
): ...


class _Lists(
    Written[str],
    sqlite="json_each({0})",
    postgresql=_EACH.format(value="element"),
): ...


class _Item(
    Written[str],
    kind=Text(),
    sqlite="json_extract({0}, {1})",
    postgresql="({0} #>> {2})",
): ...


class _WholeItem(
    Written[int],
    kind=WHOLE,
    sqlite="json_extract({0}, {1})",
    postgresql="CAST({0} #>> {2} AS bigint)",
): ...


class _Member(
    Written[str],
    kind=Text(),
    sqlite="json_extract({0}, {1})",
    postgresql="(CAST(CAST({0} AS json) #> {2} AS jsonb) #>> '{{}}')",
    duckdb="json_extract_string({0}, {1})",
    spark="get_json_object({0}, {1})",
): ...


class _Number(
    Written[float],
    kind=DOUBLE,
    sqlite="json_extract({0}, {1})",
    postgresql="CASE json_typeof(CAST({0} AS json) #> {2}) WHEN 'number'"
    " THEN CAST(CAST({0} AS json) #>> {2} AS double precision) END",
): ...


# All numbers of the polygons of a mask, beside their places in these.
_POINTS_IN_SQLITE = """
    FROM json_each({0}, '$.segmentation') AS polygon JOIN json_each(polygon.value) AS number
    WHERE number.key % 2 = {1}
"""
_POINTS_IN_POSTGRESQL = """
    FROM json_array_elements(
        CASE json_typeof(CAST({0} AS json) -> 'segmentation')
            WHEN 'array' THEN CAST({0} AS json) -> 'segmentation'
        END
    ) AS polygon (value), json_array_elements(
        CASE json_typeof(polygon.value) WHEN 'array' THEN polygon.value END
    ) WITH ORDINALITY AS number (value, place)
    WHERE (place - 1) % 2 = {1} AND json_typeof(number.value) = 'number'
"""


class MostOfPolygons(
    Written[float],
    kind=DOUBLE,
    sqlite=f"(SELECT max(number.value) {_POINTS_IN_SQLITE})",
    postgresql="(SELECT max(CAST(number.value #>> '{{}}' AS double precision))"
    f"{_POINTS_IN_POSTGRESQL})",
):
    """The most of the numbers of an axis, 0 or 1, in all polygons of a record's mask."""


class LeastOfPolygons(
    Written[float],
    kind=DOUBLE,
    sqlite=f"(SELECT min(number.value) {_POINTS_IN_SQLITE})",
    postgresql="(SELECT min(CAST(number.value #>> '{{}}' AS double precision))"
    f"{_POINTS_IN_POSTGRESQL})",
):
    """The least of them."""


def numbers(values: Iterable[int]) -> Select[int]:
    """Return numbers as a query, of which there may be more than a statement takes values."""
    return select(_table(_Numbers(array_of(values)), WHOLE).c.value)


def texts(values: Iterable[str]) -> Select[str]:
    """Return texts as a query, of which there may be more than a statement takes values."""
    return select(_table(_Texts(array_of(values)), Text()).c.value)


def placed_numbers(array: BindParameter[str], name: str) -> TableValuedAlias:
    """Return the numbers of a JSON array as a table of `value` and `key`, its place from 0."""
    return _table(_Numbers(array), WHOLE, name)


def placed_lists(array: BindParameter[str], name: str) -> TableValuedAlias:
    """Return the lists of a JSON array as a table of `value`, for `item`, and `key`, its place."""
    return _table(_Lists(array), Text(), name)


def array_of(values: Iterable[Any]) -> BindParameter[str]:
    """Return values as a JSON array that is bound."""
    return literal(json.dumps([*values]), Text)


def item(values: SQLColumnExpression[Any], place: int) -> ColumnElement[str]:
    """Return the text at a place of a list of `placed_lists`, null where that is null."""
    return _Item(values, *_path(place))


def whole_item(values: SQLColumnExpression[Any], place: int) -> ColumnElement[int]:
    """Return the integer at a place of a list of `placed_lists`, null where that is null."""
    return _WholeItem(values, *_path(place))


def member(record: SQLColumnExpression[Any], *path: str | int) -> ColumnElement[str]:
    """Return what a record has at a path: text as it is, else JSON; null if none."""
    return _Member(record, *_path(*path))


def number(record: SQLColumnExpression[Any], *path: str | int) -> ColumnElement[float]:
    """Return the number that a record has at a path, null where there is none."""
    return _Number(record, *_path(*path))


def _table(function: Written[Any], kind: TypeEngine[Any], name: str = "given") -> TableValuedAlias:
    return function.table_valued(column("key", WHOLE), column("value", kind), name=name)


def _path(*path: str | int) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return a path as SQLite's functions of JSON have it, and as PostgreSQL's operators do."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    of_sqlite, of_postgresql = f"${''.join(steps)}", f"{{{','.join(map(str, path))}}}"
    return literal_column(f"'{of_sqlite}'", Text), literal_column(f"'{of_postgresql}'", Text)
