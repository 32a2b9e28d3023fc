"""What of the tables another machine can use: all rows, and the columns that mean something there.

Row numbers go along as ranks. What is computed of other columns, and what only the file system
knows that a file was read from, stays behind.
"""

from typing import Any, Literal

from sqlalchemy import Column, Integer, Table

from ovmr_index.db.models import DOUBLE, METADATA, AnyNumber, Region, RegionFields, WorkUnit

Kind = Literal["int64", "double", "string"]

_OF_A_DISK = ("ctime_ns", "inode")


def portable_tables() -> list[Table[Any]]:
    """Return the tables, each after those that it refers to; work in hand is of one index."""
    return [table for table in METADATA.sorted_tables if table is not WorkUnit]


def portable_columns(table: Table[Any]) -> list[Column[Any]]:
    """Return the columns of a table that go along, in its order."""
    columns = table.columns
    return [one for one in columns if one.computed is None and one.name not in _OF_A_DISK]


def portable_kind(column: Column[Any]) -> Kind:
    """Return the type of a column elsewhere; numbers that may be whole or not are doubles."""
    if isinstance(column.type, Integer):
        return "int64"
    return "double" if isinstance(column.type, AnyNumber) or column.type is DOUBLE else "string"


def any_numbers(table: Table[Any]) -> list[str]:
    """Return the names of the columns whose numbers may be whole or not, row by row."""
    return [one.name for one in portable_columns(table) if isinstance(one.type, AnyNumber)]


def numbered_by(column: Column[Any]) -> str | None:
    """Return the name of the table whose row number a column holds, None for another column."""
    if column is Region.c.fields_pk:
        return RegionFields.name
    if column.name == "pk":
        return str(column.table.name)
    return next((str(key.column.table.name) for key in column.foreign_keys), None)
