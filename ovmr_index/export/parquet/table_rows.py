"""The tables of the index as columns: what no view has, and is needed to read the index again.

A number of a box may be whole or not in its source. It is a double here, and `number_types` says
what each was: `i` for a whole number, `f` for one with a fraction or an exponent, `-` for none.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

from ovmr_index.db.models import METADATA, AnyNumber
from ovmr_index.export.parquet.columns import (
    Row,
    array_of,
    arrow_type,
    kind_of_table_column,
    plain_arrays,
)
from ovmr_index.export.parquet.row_files import Arrays
from ovmr_index.export.parquet.table_queries import exported_columns
from ovmr_index.formats.parquet.manifest import NUMBER_TYPES

if TYPE_CHECKING:
    import pyarrow as pa

_LETTERS = {int: "i", float: "f", type(None): "-"}
# Of the file system that they were read from: another has others.
_OF_A_DISK = ("ctime_ns", "inode")


def exported_tables() -> list[Table[Any]]:
    """Return the tables, each after those that it refers to."""
    return [*METADATA.sorted_tables]


def table_schema(table: Table[Any]) -> "pa.Schema":
    """Return the columns of a table's files."""
    import pyarrow as pa

    columns = exported_columns(table)
    fields = [pa.field(one.name, arrow_type(kind_of_table_column(one))) for one in columns]
    if _number_places(table):
        fields.append(pa.field(NUMBER_TYPES, pa.string()))
    return pa.schema(fields)


def table_arrays(table: Table[Any]) -> Arrays:
    """Return what makes the arrays of a table's rows."""
    schema = table_schema(table)
    places = _number_places(table)
    if not places:
        return plain_arrays(table.name, schema)
    plain = plain_arrays(table.name, schema.remove(len(schema) - 1))

    def arrays(rows: Sequence[Row]) -> list["pa.Array"]:
        types = [_types([row[place] for place in places]) for row in rows]
        last = schema.field(NUMBER_TYPES)
        return [*plain(rows), array_of(types, last.type, f"{table.name}.{last.name}")]

    return arrays


def _number_places(table: Table[Any]) -> list[int]:
    columns = exported_columns(table)
    return [at for at, one in enumerate(columns) if isinstance(one.type, AnyNumber)]


def _types(numbers: Sequence[Any]) -> str:
    return "".join([_LETTERS.get(type(one), "f") for one in numbers])
