"""What an index holds of its own, and rows that refer to none."""

from typing import Any

from sqlalchemy import Column, Table, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import METADATA
from ovmr_index.db.portable import numbered_by, portable_columns


def row_count(table: Table[Any]) -> Query:
    """Return the number of rows of a table."""
    return select(func.count()).select_from(table)


def broken_references(table: Table[Any], column: Column[Any], of: str) -> Query:
    """Return how many rows of a table have a row number that no row of the other table has."""
    other = METADATA.tables[of].alias("other")
    joined = table.outerjoin(other, other.c.pk == column)
    is_broken = column.is_not(None) & other.c.pk.is_(None)
    return select(func.count()).select_from(joined).where(is_broken)


def references(table: Table[Any]) -> list[tuple[Column[Any], str]]:
    """Return the columns of a table that hold row numbers of others, with the names of these."""
    named = ((one, numbered_by(one)) for one in portable_columns(table) if one.name != "pk")
    return [(column, of) for column, of in named if of is not None]
