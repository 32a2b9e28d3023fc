"""Rows as a driver takes and gives them, and the queries that give them."""

from typing import Any, NamedTuple

from sqlalchemy import Select

Row = tuple[Any, ...]

Query = Select[*tuple[Any, ...]]


class Same(NamedTuple):
    """A column that has one value in every row: it is bound once for many of them."""

    value: Any
