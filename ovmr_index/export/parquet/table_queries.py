"""The rows of each table with numbers that hold in any index: the rank of a row in its table.

Row numbers say in which order rows came, with gaps where some have gone. Ranks keep that order and
nothing else, so that two indexes that were filled alike give the same files.
"""

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy.sql.expression import ColumnElement, FromClause

from ovmr_index.db.bulk import Query, recreate
from ovmr_index.db.models.base import WHOLE
from ovmr_index.db.portable import numbered_by, portable_columns, portable_tables

_PK = "pk"


class RankedTables:
    """The tables of an index as one connection sees them, with ranks as row numbers."""

    def __init__(self, connection: Connection) -> None:
        """Number the rows of the tables whose row numbers have gaps, in temporary tables."""
        self._ranks: dict[str, Table[Any]] = {}
        for table in portable_tables():
            if _PK in table.c and not _is_dense(connection, table):
                self._ranks[table.name] = _numbered(connection, table)

    def rows(self, table: Table[Any]) -> Query:
        """Return the columns of a table, in the order of its primary key."""
        joined: FromClause = table
        selected: list[ColumnElement[Any]] = []
        for column in portable_columns(table):
            ranks = self._ranks.get(numbered_by(column) or "")
            if ranks is None:
                selected.append(column)
                continue
            its = ranks.alias(f"of_{column.name}")
            joined = joined.outerjoin(its, its.c.pk == column)
            selected.append(its.c.rank.label(column.name))
        return select(*selected).select_from(joined).order_by(*table.primary_key.columns)


def _is_dense(connection: Connection, table: Table[Any]) -> bool:
    numbers = select(func.count(), func.min(table.c.pk), func.max(table.c.pk)).select_from(table)
    count, lowest, highest = connection.execute(numbers).one()
    return bool(count == 0 or (lowest == 1 and highest == count))


def _numbered(connection: Connection, table: Table[Any]) -> Table[Any]:
    ranks = Table(
        f"rank_of_{table.name}",
        MetaData(),
        Column("pk", WHOLE, primary_key=True, autoincrement=False),
        Column("rank", WHOLE, nullable=False),
        prefixes=["TEMPORARY"],
    )
    recreate(connection, ranks)
    rank = func.row_number().over(order_by=table.c.pk)
    numbered = select(table.c.pk, rank).order_by(table.c.pk)
    connection.execute(insert(ranks).from_select(["pk", "rank"], numbered))
    return ranks
