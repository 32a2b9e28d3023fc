"""What of the tables another machine can use: all rows, and the columns that mean something there.

Row numbers go along as ranks. What is computed of other columns, and what only the file system
knows that a file was read from, stays behind.
"""

from typing import Any

from sqlalchemy import Column, Table

from ovmr_index.db.models import METADATA, AnyNumber, Region, RegionFields

_OF_A_DISK = ("ctime_ns", "inode")


def portable_tables() -> list[Table[Any]]:
    """Return the tables, each after those that it refers to."""
    return [*METADATA.sorted_tables]


def portable_columns(table: Table[Any]) -> list[Column[Any]]:
    """Return the columns of a table that go along, in its order."""
    columns = table.columns
    return [one for one in columns if one.computed is None and one.name not in _OF_A_DISK]


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
